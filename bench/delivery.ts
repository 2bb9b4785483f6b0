import { ROUNDS } from './rounds.js';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { ServerProcess } from '../test/kit/server-process.js';
import { FOLLOW } from './follow.js';
import { percentile, type Figure, type Reading } from './figure.js';
import { openHttpClient, share } from './http-client.js';
import { startServer } from './server.js';
import { stopLater } from './started.js';
import type { ReportOfSubscribers, ToSubscribers } from './subscribers.js';
import { singleBody } from './workload.js';
import type { WritingStage } from './writing-stage.js';

const PER_SECOND = 200;
const MESSAGES = 1_200;
/** At the start of each round, and not counted. */
const WARM_MESSAGES = 200;
const ROUND_TRIPS = 100;
/** Enough that a late answer does not hold up the next message. */
const CONNECTIONS = 32;
const SUBSCRIBERS = 2_000;

interface Delay {
  /** Milliseconds from the writer's answer, minus one empty round trip, to the subscriber. */
  readonly fromCommit: number;
  readonly fromSending: number;
}

/**
 * Writes 200 messages a second, one every 5 ms whether or not the last is answered, and returns how long each took to reach a
 * subscriber over graphql-ws.
 *
 * The time of a commit is not visible outside the server: it lies between sending and answer. An empty query, sent just before,
 * takes longer than the answer's way back, so the commit was not before the answer minus that time: the result is an upper
 * bound.
 */
async function delays(
  { server, traces }: WritingStage,
  { from, trace }: { readonly from: ServerProcess; readonly trace: number },
): Promise<Delay[]> {
  const traceId = traces[trace] ?? '';
  const client = openHttpClient(server.url, CONNECTIONS);
  const arrived = new Map<string, number>();
  const socket = createClient({
    url: `${from.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
  });
  const begun = new Promise<void>((resolve, reject) => {
    socket.subscribe<{ traceEvents: { payload?: { message: { id: string } } } }>(
      { query: FOLLOW, variables: { traceId } },
      {
        next({ data }) {
          const id = data?.traceEvents.payload?.message.id;
          if (id === undefined) {
            resolve();
          } else {
            arrived.set(id, performance.now());
          }
        },
        error: (error) => reject(new Error(`the subscription failed: ${JSON.stringify(error)}`)),
        complete: () => undefined,
      },
    );
  });
  await begun;
  const trips: number[] = [];
  await share({ clients: 1, count: ROUND_TRIPS }, async () => {
    const sent = performance.now();
    await client.post('{"query":"{ __typename }"}');
    trips.push(performance.now() - sent);
  });
  const roundTrip = percentile(trips, 0.5);
  const body = JSON.parse(singleBody(traceId, 1).toString()) as {
    query: string;
    variables: { input: object };
  };
  const written: { readonly id: string; readonly sent: number; readonly answered: number }[] = [];
  const sending: Promise<unknown>[] = [];
  const start = performance.now();
  for (let number = 0; number < MESSAGES; number += 1) {
    const wait = start + (number * 1000) / PER_SECOND - performance.now();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    const id = randomUUID();
    const text = JSON.stringify({ query: body.query, variables: { input: { ...body.variables.input, id } } });
    const sent = performance.now();
    sending.push(client.post(text).then(() => written.push({ id, sent, answered: performance.now() })));
  }
  await Promise.all(sending);
  while (written.some(({ id }) => !arrived.has(id))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await socket.dispose();
  client.close();
  return written.slice(WARM_MESSAGES).map(({ id, sent, answered }) => ({
    fromCommit: (arrived.get(id) ?? NaN) - (answered - roundTrip),
    fromSending: (arrived.get(id) ?? NaN) - sent,
  }));
}

async function measureDelays(
  stage: WritingStage,
  { from, name, p50, p99 }: { from: ServerProcess; name: string; p50: number; p99: number },
): Promise<Reading[]> {
  const rounds: Delay[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await delays(stage, { from, trace: round }));
  }
  const each = (pick: keyof Delay, at: number): number[] =>
    rounds.map((round) =>
      percentile(
        round.map((delay) => delay[pick]),
        at,
      ),
    );
  return [
    { name: `${name}, p50`, unit: 'ms', rounds: each('fromCommit', 0.5), target: { atMost: p50 } },
    { name: `${name}, p99`, unit: 'ms', rounds: each('fromCommit', 0.99), target: { atMost: p99 } },
    { name: `${name}, from sending on, p50`, unit: 'ms', rounds: each('fromSending', 0.5) },
    { name: `${name}, from sending on, p99`, unit: 'ms', rounds: each('fromSending', 0.99) },
  ];
}

/** Figure 6. From the commit to a subscriber of the server that wrote, at 200 messages/s on one trace. */
const sameProcess: Figure<WritingStage> = {
  number: 6,
  name: 'commit to subscriber',
  measure: (stage) =>
    measureDelays(stage, { from: stage.server, name: 'commit to subscriber', p50: 5, p99: 25 }),
};

/** Figure 7. Like figure 6, with the subscriber on a second server on the same database. */
const otherProcess: Figure<WritingStage> = {
  number: 7,
  name: 'commit to subscriber of another process',
  async measure(stage) {
    const other = await startServer(stage.neo4j);
    const name = 'commit to subscriber of another process';
    const readings = await measureDelays(stage, { from: other, name, p50: 60, p99: 150 });
    await other.stop();
    return readings;
  },
};

/**
 * Figure 8. One message of 1.5 KB to 2,000 subscribers of its trace, from sending the mutation until the last has the event. A
 * separate process runs them, each on its own socket; both processes use the system's steady clock.
 */
const manySubscribers: Figure<WritingStage> = {
  number: 8,
  name: '2,000 subscribers',
  async measure(stage) {
    const [traceId = ''] = stage.traces;
    const child = fork(fileURLToPath(new URL('./subscribers.js', import.meta.url)));
    stopLater(() => {
      child.kill();
      return undefined;
    });
    const reports = (): Promise<ReportOfSubscribers> =>
      once(child, 'message').then(([report]) => report as ReportOfSubscribers);
    const task: ToSubscribers = { url: stage.server.url, traceId, count: SUBSCRIBERS };
    const ready = reports();
    child.send(task);
    await ready;
    const took: number[] = [];
    for (let round = 0; round <= ROUNDS * 2; round += 1) {
      const last = reports();
      const sent = process.hrtime.bigint();
      await stage.watched(() => Promise.all([stage.client.post(singleBody(traceId, round)), last]));
      took.push(Number(BigInt((await last).lastAt) - sent) / 1e6);
    }
    child.kill();
    const rounds = took.slice(1);
    return [
      { name: '2,000 subscribers, until the last has it', unit: 'ms', rounds, target: { atMost: 250 } },
    ];
  },
};

export const delivery = [sameProcess, otherProcess, manySubscribers];
