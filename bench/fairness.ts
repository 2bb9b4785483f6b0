import { ROUNDS } from './rounds.js';
import { median, percentile, type Figure } from './figure.js';
import { openHttpClient, share } from './http-client.js';
import { batchBody, singleBody } from './workload.js';
import type { WritingStage } from './writing-stage.js';

const WRITERS = 64;
const WRITES = 2_000;
const GREEDY_CONNECTIONS = 16;

/**
 * Figure 22. The 95th percentile wait of 64 clients that each send one message at a time, alternately with and without one
 * client that sends batches of 500 messages over 16 connections without a pause.
 */
export const fairness: Figure<WritingStage> = {
  number: 22,
  name: 'fairness: single writes beside a greedy client',
  async measure(stage) {
    const [ratios, without, beside, batches]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = (await singles(stage)).p95Ms;
      const stopGreedy = greedyClient(stage);
      const { p95Ms, seconds } = await singles(stage);
      batches.push((await stopGreedy()) / seconds);
      const after = (await singles(stage)).p95Ms;
      without.push(median([before, after]));
      beside.push(p95Ms);
      ratios.push(p95Ms / median([before, after]));
    }
    return [
      {
        name: 'p95 of single writes beside a greedy client',
        unit: 'of that without it',
        rounds: ratios,
        target: { atMost: 3 },
      },
      { name: 'p95 of single writes beside a greedy client', unit: 'ms', rounds: beside },
      { name: 'p95 of single writes without it', unit: 'ms', rounds: without },
      { name: 'what the greedy client gets done meanwhile', unit: 'batches/s', rounds: batches },
    ];
  },
};

async function singles({
  server,
  traces,
}: WritingStage): Promise<{ readonly p95Ms: number; readonly seconds: number }> {
  const client = openHttpClient(server.url, WRITERS);
  const bodies = traces.map((trace, index) => singleBody(trace, index));
  const waited: number[] = [];
  const { seconds } = await share({ clients: WRITERS, count: WRITES }, async (_, unit) => {
    const sent = performance.now();
    await client.post(bodies[unit % bodies.length] ?? '');
    waited.push(performance.now() - sent);
  });
  client.close();
  return { p95Ms: percentile(waited, 0.95), seconds };
}

/** Starts it; the returned function ends it and returns how many of its batches were written. */
function greedyClient({ server, traces }: WritingStage): () => Promise<number> {
  const client = openHttpClient(server.url, GREEDY_CONNECTIONS);
  const bodies = traces.map((trace, index) => batchBody(trace, index));
  let done = 0;
  let stopped = false;
  const running = Array.from({ length: GREEDY_CONNECTIONS }, async (_, connection) => {
    for (let unit = connection; !stopped; unit += 1) {
      await client.post(bodies[unit % bodies.length] ?? '');
      done += 1;
    }
  });
  return async () => {
    stopped = true;
    const doneMeanwhile = done;
    await Promise.all(running);
    client.close();
    return doneMeanwhile;
  };
}
