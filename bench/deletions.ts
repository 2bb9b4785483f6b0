import { ROUNDS } from './rounds.js';
import { openDatabase, type Database } from '../src/neo4j/database.js';
import type { ServerProcess } from '../test/kit/server-process.js';
import { messagesOf } from './checkpoint-load.js';
import { median, percentile, type Figure, type Reading } from './figure.js';
import { openHttpClient, type HttpClient } from './http-client.js';
import { startNeo4j, temporaryFolder, type BenchNeo4j } from './neo4j.js';
import { startServer } from './server.js';
import { stopLater } from './started.js';

/** What the deletion figures are measured on: a Neo4j that holds nothing else, and a server. */
export interface DeletionStage {
  readonly server: ServerProcess;
  readonly client: HttpClient;
  readonly database: Database;
}

export async function openDeletionStage(): Promise<DeletionStage> {
  const neo4j = await startNeo4j(temporaryFolder());
  return deletionStage(neo4j, await startServer(neo4j));
}

export function deletionStage(neo4j: BenchNeo4j, server: ServerProcess): DeletionStage {
  const client = openHttpClient(server.url, 2);
  const database = openDatabase(neo4j);
  stopLater(() => {
    client.close();
    return database.close();
  });
  return { server, client, database };
}

const ROUNDS_OF_DELETIONS = Math.min(3, ROUNDS);
const EVENTS = 20_000;
let fills = 0;
const CHECKPOINTS = 2_500;

const cypher = (database: Database, text: string, parameters: object): Promise<unknown[]> =>
  database.run({ name: 'bench/deletions', text }, parameters);

const putEvent = (client: HttpClient, threadId: string, runId: string): Promise<Buffer> =>
  client.post(
    JSON.stringify({
      query: 'mutation ($input: RunEventInput!) { putRunEvent(input: $input) { seq } }',
      variables: { input: { threadId, runId, eventType: 'bench', category: 'message', content: 'x' } },
    }),
  );

/** Fills a thread with run events of ten runs, directly in Neo4j. */
async function fillEvents(
  { client, database }: DeletionStage,
  threadId: string,
  count: number,
): Promise<void> {
  for (let run = 0; run < 10; run += 1) {
    await putEvent(client, threadId, `run-${run}`);
  }
  await cypher(
    database,
    `MATCH (t:Thread {projectId: 'default', id: $threadId})
     UNWIND range(11, $count) AS seq
     CALL (t, seq) {
       MATCH (r:Run {projectId: 'default', threadId: $threadId, generation: t.generation, id: 'run-' + (seq % 10)})
       CREATE (e:RunEvent)-[:BELONGS_TO]->(r)
       SET e = {projectId: 'default', threadId: $threadId, generation: t.generation, seq: seq, runId: r.id,
         eventType: 'bench', category: 'message', content: 'x', metadata: '{}', createdAt: '2026-04-04T08:49:25Z',
         key: 'auto:' + seq}
     } IN TRANSACTIONS OF 5000 ROWS`,
    { threadId, count },
  );
  await cypher(
    database,
    `MATCH (t:Thread {projectId: 'default', id: $threadId})
     SET t.lastSeq = $count, t.eventCount = $count`,
    { threadId, count },
  );
}

/** Fills a thread with checkpoints that share a history of as many messages, each with its own message and value. */
async function fillCheckpoints(
  { client, database }: DeletionStage,
  threadId: string,
  count: number,
): Promise<void> {
  const put = (step: number, messages: readonly object[]): Promise<Buffer> =>
    client.post(
      JSON.stringify({
        query: 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }',
        variables: { input: { metadata: { threadId, checkpointId: `${threadId}-${step}`, step }, messages } },
      }),
    );
  await put(
    count,
    messagesOf(1).map((message) => ({ ...message, threadId })),
  );
  await cypher(
    database,
    `MATCH (t:Thread {projectId: 'default', id: $threadId})-[:LATEST]->(:Checkpoint)-[:MESSAGES]->(last:Content)
     UNWIND range(1, $count - 1) AS step
     CALL (t, last, step) {
       CREATE (own:Content {projectId: 'default', id: $threadId + ' own ' + step, position: last.position + 1, text: '0'})
       CREATE (own)-[:AFTER]->(last)
       CREATE (value:Content {projectId: 'default', id: $threadId + ' value ' + step, position: 1, text: '0'})
       CREATE (c:Checkpoint)-[:BELONGS_TO]->(t)
       SET c = {projectId: 'default', id: $threadId + '-' + step, threadId: $threadId, step: step, write: step + 1,
         tags: [], summary: '', nextNode: '', messageCount: last.position + 1, messagesId: own.id, state: '{}',
         toolsResult: '{}', stateIds: '[["k","' + value.id + '"]]', digest: '', createdAt: '', writtenAt: '',
         listKey: toString(step)}
       CREATE (c)-[:MESSAGES]->(own)
       CREATE (c)-[:STATE {key: 'k'}]->(value)
     } IN TRANSACTIONS OF 500 ROWS`,
    { threadId, count },
  );
}

/** Deletes while one client writes to the same thread; returns the seconds it took and each write's milliseconds. */
async function deleting(
  { client }: DeletionStage,
  threadId: string,
  mutation: string,
): Promise<{ readonly seconds: number; readonly writesMs: readonly number[] }> {
  let done = false;
  const isDone = (): boolean => done;
  const begun = performance.now();
  const deletion = client.post(JSON.stringify({ query: `mutation { ${mutation} }` })).finally(() => {
    done = true;
  });
  const writesMs: number[] = [];
  while (!isDone()) {
    const sent = performance.now();
    await putEvent(client, threadId, 'written meanwhile');
    writesMs.push(performance.now() - sent);
  }
  await deletion;
  return { seconds: (performance.now() - begun) / 1_000, writesMs };
}

interface Kind {
  readonly name: string;
  readonly size: number;
  readonly fill: (stage: DeletionStage, threadId: string, count: number) => Promise<void>;
  readonly mutation: (threadId: string, count: number) => string;
}

const KINDS: readonly Kind[] = [
  {
    name: "a run's events",
    size: EVENTS / 10,
    fill: (stage, threadId, count) => fillEvents(stage, threadId, count * 10),
    mutation: (threadId) => `deleteRunEvents(threadId: "${threadId}", runId: "run-1")`,
  },
  {
    name: "a thread's events",
    size: EVENTS,
    fill: fillEvents,
    mutation: (threadId) => `deleteThreadEvents(threadId: "${threadId}")`,
  },
  {
    name: 'half of the checkpoints',
    size: CHECKPOINTS,
    fill: fillCheckpoints,
    mutation: (threadId, count) =>
      `deleteCheckpointsBefore(threadId: "${threadId}", beforeStep: ${count / 2})`,
  },
  {
    name: 'all checkpoints',
    size: CHECKPOINTS,
    fill: fillCheckpoints,
    mutation: (threadId) => `deleteCheckpointThread(threadId: "${threadId}")`,
  },
];

/**
 * Figure 21. Deletions in a thread that one client writes to: the time for four times as many rows against four times the
 * time, and how long the writer waits.
 */
export const deletions: Figure<DeletionStage> = {
  number: 21,
  name: 'deletions: time and waiting writers',
  async measure(stage) {
    const readings: Reading[] = [];
    const p95s = new Map<string, number>();
    for (const { name, size, fill, mutation } of KINDS) {
      const [ratios, seconds, p95, longest]: [number[], number[], number[], number[]] = [[], [], [], []];
      for (let round = 0; round <= ROUNDS_OF_DELETIONS; round += 1) {
        const took: number[] = [];
        for (const times of [1, 4]) {
          fills += 1;
          const threadId = `delete ${name.replaceAll("'", '')} ${fills}`;
          await fill(stage, threadId, size * times);
          const result = await deleting(stage, threadId, mutation(threadId, size * times));
          took.push(result.seconds);
          if (round > 0 && times === 4) {
            p95.push(percentile(result.writesMs, 0.95));
            longest.push(Math.max(...result.writesMs));
          }
        }
        if (round > 0) {
          seconds.push(took[1] ?? NaN);
          ratios.push((took[1] ?? NaN) / (4 * (took[0] ?? NaN)));
        }
      }
      p95s.set(name, median(p95));
      readings.push(
        {
          name: `deletion of ${name}, 4 times as many`,
          unit: 'of 4 times one',
          rounds: ratios,
          target: { atMost: 1.5 },
        },
        { name: `deletion of ${name}: ${size * 4} in`, unit: 's', rounds: seconds },
        {
          name: `deletion of ${name}: longest write`,
          unit: 'ms',
          rounds: longest,
          target: { atMost: 1_000 },
        },
        { name: `deletion of ${name}: p95 of writes`, unit: 'ms', rounds: p95 },
      );
    }
    const ofRuns = p95s.get(KINDS[0]?.name ?? '') ?? NaN;
    for (const { name } of KINDS.slice(1)) {
      readings.push({
        name: `deletion of ${name}: p95 of writes`,
        unit: "of that during a run's",
        rounds: [(p95s.get(name) ?? NaN) / ofRuns],
        target: { atMost: 2 },
      });
    }
    return readings;
  },
};
