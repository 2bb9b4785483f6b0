import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { seeded } from '../../test/kit/live.js';
import { median, type Figure } from '../figure.js';
import { share } from '../http-client.js';
import { makeTraces, oneMoreCall, type AgentSpan, type SpansOfTrace } from './agent-traces.js';
import { installPython } from './install.js';
import { openPhoenix } from './phoenix.js';
import type { SpanStore } from './span-store.js';
import { openStemmaTraces } from './stemma-traces.js';
import { beside, inTurns, type Turns } from './turns.js';

/** Stemma and Phoenix: after each figure, both store the same data. */
export interface SpanStage {
  readonly stores: readonly SpanStore[];
  /** What was sent to each. */
  readonly sent: SpansOfTrace[];
}

const CLIENTS = 2;
const WARM = 2;
const ROUNDS = 3;
const TRACES = 60;
const TRACES_PER_BATCH = 10;
const SINGLES = 30;
/** An idle Phoenix polls for new spans every 100 ms: they arrive at any time within that, not right after the last poll. */
const IDLE_MS = 100;
const LISTED = 50;
const READS = 30;
/** From here on, seeds are for single spans: no store may find a text already stored. */
const NO_TRACE = 1_000_000;
/** US dollars are summed in steps of 1e-9. */
const SAME_COST = 1e-6;

export async function openSpanStage(): Promise<SpanStage> {
  installPython();
  const stores = [await openStemmaTraces(CLIENTS), await openPhoenix(CLIENTS)];
  const stage: SpanStage = { stores, sent: [] };
  await sendTraces(stage, WARM);
  await sendSingles(stage, 1);
  await inTurns({ all: stores, rounds: 1 }, (store) => readLists(stage, store));
  await inTurns({ all: stores, rounds: 1 }, (store) => readTraces(stage, store));
  return stage;
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly took: number }> {
  const begun = performance.now();
  const result = await work();
  return { result, took: performance.now() - begun };
}

const countOf = (traces: readonly SpansOfTrace[]): number =>
  traces.reduce((sum, { spans }) => sum + spans.length, 0);

/** The seconds from sending new traces until a query counts all their spans. */
async function sendTraces({ stores, sent }: SpanStage, rounds: number): Promise<Turns<number>> {
  const before = countOf(sent);
  const made = Array.from({ length: rounds }, (_, round) =>
    makeTraces({ seed: sent.length + round, count: TRACES }),
  );
  const turns = await inTurns({ all: stores, rounds }, async (store, round) => {
    const traces = made[round] ?? [];
    const batches = Array.from({ length: TRACES / TRACES_PER_BATCH }, (_, index) =>
      traces.slice(index * TRACES_PER_BATCH, (index + 1) * TRACES_PER_BATCH),
    );
    const bodies = store.bodiesOf(batches);
    const { took } = await timed(async () => {
      await share({ clients: CLIENTS, count: bodies.length }, (_, unit) =>
        store.send(bodies[unit] ?? Buffer.of()),
      );
      await store.untilCounted({
        newestTraces: TRACES,
        inThem: countOf(traces),
        inAll: before + countOf(made.slice(0, round + 1).flat()),
      });
    });
    return took / 1000;
  });
  sent.push(...made.flat());
  return turns;
}

/** The milliseconds from sending one span until a query finds it, one after the other. */
async function sendSingles({ stores, sent }: SpanStage, rounds: number): Promise<Turns<number>> {
  const first = sent.length;
  const made = Array.from({ length: rounds }, (_, round) =>
    sent
      .slice(0, SINGLES)
      .map((trace, index) => oneMoreCall(trace, NO_TRACE + first + round * SINGLES + index)),
  );
  const turns = await inTurns({ all: stores, rounds }, async (store, round) => {
    const traces = made[round] ?? [];
    const random = seeded(round);
    const bodies = store.bodiesOf(traces.map((trace) => [trace]));
    const times: number[] = [];
    for (const [index, body] of bodies.entries()) {
      await delay(random() * IDLE_MS);
      const { took } = await timed(async () => {
        await store.send(body);
        await store.untilFound(traces[index]?.spans[0]?.id ?? '');
      });
      times.push(took);
    }
    return median(times);
  });
  sent.push(...made.flat());
  return turns;
}

async function readLists({ sent }: SpanStage, store: SpanStore): Promise<number> {
  const times: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const { result, took } = await timed(() => store.list(LISTED));
    times.push(took);
    if (read === 0) {
      result.forEach((listed) => {
        const usages = spansSent(sent, listed.id).flatMap(({ usage }) => (usage === null ? [] : [usage]));
        const tokens = usages.reduce((sum, each) => sum + each.promptTokens + each.completionTokens, 0);
        const cost = usages.reduce((sum, each) => sum + each.cost, 0);
        const spans = spansSent(sent, listed.id).length;
        if (listed.spans !== spans || listed.tokens !== tokens || Math.abs(listed.cost - cost) > SAME_COST) {
          const expected = JSON.stringify({ spans, tokens, cost });
          throw new Error(`${store.name}: expected ${expected}, got ${JSON.stringify(listed)}`);
        }
      });
    }
    if (new Set(result.map(({ id }) => id)).size !== LISTED) {
      throw new Error(`${store.name}: expected ${LISTED} traces, got ${result.length}`);
    }
  }
  return median(times);
}

async function readTraces({ sent }: SpanStage, store: SpanStore): Promise<number> {
  const times: number[] = [];
  // The first ones have received more spans since.
  for (const { id } of sent.slice(SINGLES, SINGLES + READS)) {
    const { result, took } = await timed(() => store.spansOf(id));
    times.push(took);
    const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
    const expected = spansSent(sent, id).map((span) => ({
      ...{ id: span.id, parentId: span.parentId, input: span.input, output: span.output },
    }));
    if (!isDeepStrictEqual([...result].sort(byId), expected.sort(byId))) {
      throw new Error(`${store.name}: expected the spans of ${id} as they were sent`);
    }
  }
  return median(times);
}

function spansSent(sent: readonly SpansOfTrace[], traceId: string): AgentSpan[] {
  return sent.filter(({ id }) => id === traceId).flatMap(({ spans }) => spans);
}

/** Figure 5. 60 traces of 50 spans in batches of 500 by two clients, from the first one sent until a query counts them all. */
const all: Figure<SpanStage> = {
  number: 5,
  name: 'spans: all',
  async measure(stage) {
    const turns = await sendTraces(stage, ROUNDS);
    return beside({ name: 'spans: 3,000 sent and counted', unit: 's', turns }, (seconds) => seconds);
  },
};

/** Figure 6. One span, from sending it until a query finds it, one client. */
const one: Figure<SpanStage> = {
  number: 6,
  name: 'spans: one',
  async measure(stage) {
    const turns = await sendSingles(stage, ROUNDS);
    return beside({ name: 'spans: one sent and found, p50', unit: 'ms', turns }, (ms) => ms);
  },
};

/** Figure 7. The newest 50 of 300 traces with their numbers of spans, tokens and costs. */
const list: Figure<SpanStage> = {
  number: 7,
  name: 'spans: list of traces',
  after: [5],
  async measure(stage) {
    const turns = await inTurns({ all: stage.stores, rounds: ROUNDS }, (store) => readLists(stage, store));
    return beside({ name: 'spans: newest 50 traces with totals, p50', unit: 'ms', turns }, (ms) => ms);
  },
};

/** Figure 8. A trace of 50 spans with their texts and parents. */
const trace: Figure<SpanStage> = {
  number: 8,
  name: 'spans: one trace',
  after: [5],
  async measure(stage) {
    const turns = await inTurns({ all: stage.stores, rounds: ROUNDS }, (store) => readTraces(stage, store));
    return beside({ name: 'spans: trace of 50, p50', unit: 'ms', turns }, (ms) => ms);
  },
};

/** Figure 9. The disk space of a span, when both are stopped. */
const disk: Figure<SpanStage> = {
  number: 9,
  name: 'spans: bytes on disk',
  after: [5, 6, 7, 8],
  async measure({ stores, sent }) {
    const turns = await inTurns({ all: stores, rounds: 1 }, (store) => store.bytesOnDisk());
    return beside({ name: 'spans: on disk', unit: 'KB', turns }, (bytes) => bytes / countOf(sent) / 1e3);
  },
};

export const spans = [all, one, list, trace, disk];
