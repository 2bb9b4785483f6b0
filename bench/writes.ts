import { ROUNDS } from './rounds.js';
import { percentile, type Figure, type Reading } from './figure.js';
import { openHttpClient, share } from './http-client.js';
import { BATCH, batchBody, singleBody } from './workload.js';
import type { WritingStage } from './writing-stage.js';

const BATCHES = 24;
const RAW_BATCHES = 30;
const SINGLES = 5_000;
const SINGLE_CLIENTS = 64;
const LONE_MESSAGES = 300;

/**
 * Figure 1. Batches of 500 rows directly through the driver, each batch a transaction: for each row, `UNWIND` creates a
 * message node, its edge to its goal and its event node, with the properties that the server used to write for a message of
 * 1.5 KB, and the server's indexes; and as 1b the single node that it writes now. With one writer and with two, each on its own trace; the faster result is the yardstick.
 */
const rawLimit: Figure<WritingStage> = {
  number: 1,
  name: 'raw limit',
  async measure({ raw }) {
    const [one, two, facts]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      one.push(await raw.rowsPerSecond({ writers: 1, batches: RAW_BATCHES }));
      two.push(await raw.rowsPerSecond({ writers: 2, batches: RAW_BATCHES }));
      facts.push(
        Math.max(
          await raw.rowsPerSecond({ writers: 1, batches: RAW_BATCHES, facts: true }),
          await raw.rowsPerSecond({ writers: 2, batches: RAW_BATCHES, facts: true }),
        ),
      );
    }
    return [
      { name: 'raw limit of single nodes (1b)', unit: 'rows/s', rounds: facts },
      { name: 'raw limit, one writer', unit: 'rows/s', rounds: one },
      { name: 'raw limit, two writers', unit: 'rows/s', rounds: two },
    ];
  },
};

/** Rows per second that Neo4j can take: each round measures this again, next to what it compares. */
async function yardstick({ raw }: WritingStage): Promise<number> {
  return Math.max(
    await raw.rowsPerSecond({ writers: 1, batches: RAW_BATCHES }),
    await raw.rowsPerSecond({ writers: 2, batches: RAW_BATCHES }),
  );
}

/** `addMessages` over HTTP by two clients, and the raw limit, alternately. */
async function batches(
  stage: WritingStage,
  traces: readonly string[],
  { name, atLeast }: { readonly name: string; readonly atLeast: number },
): Promise<Reading[]> {
  const bodies = traces.map((trace, index) => batchBody(trace, index));
  const [rates, shares]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const limit = await yardstick(stage);
    const { seconds } = await stage.watched(() =>
      share({ clients: 2, count: BATCHES }, (_, unit) =>
        stage.client.post(bodies[unit % bodies.length] ?? ''),
      ),
    );
    rates.push((BATCHES * BATCH) / seconds);
    shares.push((BATCHES * BATCH) / seconds / limit);
  }
  return [
    { name, unit: 'of the raw limit', rounds: shares, target: { atLeast } },
    { name: `${name}: messages`, unit: 'messages/s', rounds: rates },
  ];
}

/**
 * Figure 2. `addMessages` with 500 messages of one trace (1.5 KB each, on the last of six goals, with usage), over HTTP, two
 * clients, each request to the next of 50 traces. A message counts when its mutation is answered. Bodies are made beforehand.
 */
const manyTraces: Figure<WritingStage> = {
  number: 2,
  name: 'batches of 500, 50 traces',
  measure: (stage) => batches(stage, stage.traces, { name: 'batches of 500, 50 traces', atLeast: 0.5 }),
};

/** Figure 3. Like figure 2, with both clients writing to one trace. */
const oneTrace: Figure<WritingStage> = {
  number: 3,
  name: 'batches of 500, one trace',
  measure: (stage) =>
    batches(stage, stage.traces.slice(0, 1), { name: 'batches of 500, one trace', atLeast: 0.4 }),
};

/** Figure 4. `addMessage` by 64 clients, each on its own connection and with one request in flight, over 50 traces. */
const singles: Figure<WritingStage> = {
  number: 4,
  name: 'single messages, 64 clients',
  async measure(stage) {
    const client = openHttpClient(stage.server.url, SINGLE_CLIENTS);
    const bodies = stage.traces.map((trace, index) => singleBody(trace, index));
    const [rates, limits]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      limits.push(await yardstick(stage));
      const { seconds } = await stage.watched(() =>
        share({ clients: SINGLE_CLIENTS, count: SINGLES }, (_, unit) =>
          client.post(bodies[unit % bodies.length] ?? ''),
        ),
      );
      rates.push(SINGLES / seconds);
    }
    client.close();
    const atLeast = Math.min(3_000, 0.1 * percentile(limits, 0.5));
    return [{ name: 'single messages, 64 clients', unit: 'messages/s', rounds: rates, target: { atLeast } }];
  },
};

/**
 * Figure 5. The time of one `addMessage` over HTTP, one client, against that of one row of figure 1 in a transaction of its
 * own (an auto-commit `run`, the driver's shortest path), in turns of 300.
 */
const loneMessage: Figure<WritingStage> = {
  number: 5,
  name: 'one message, one client',
  async measure(stage) {
    const [trace = ''] = stage.traces;
    const body = singleBody(trace, 1);
    const [ratios, ours, theirs]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const raw = percentile(await stage.raw.singleCommits(LONE_MESSAGES), 0.5);
      const took: number[] = [];
      await share({ clients: 1, count: LONE_MESSAGES }, async () => {
        const begun = performance.now();
        await stage.client.post(body);
        took.push(performance.now() - begun);
      });
      theirs.push(raw);
      ours.push(percentile(took, 0.5));
      ratios.push(percentile(took, 0.5) / raw);
    }
    return [
      {
        name: 'one message, one client, p50',
        unit: 'of one raw commit',
        rounds: ratios,
        target: { atMost: 3 },
      },
      { name: 'one message, one client, p50: time', unit: 'ms', rounds: ours },
      { name: 'one raw commit, p50', unit: 'ms', rounds: theirs },
    ];
  },
};

export const writes = [rawLimit, manyTraces, oneTrace, singles, loneMessage];
