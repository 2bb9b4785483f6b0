import { ROUNDS } from './rounds.js';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectTo } from '../src/cli/api-client.js';
import { openDatabase, type Database } from '../src/neo4j/database.js';
import type { TraceWrites } from '../src/cli/import/run-to-trace.js';
import { readTranscript } from '../src/cli/import/transcripts.js';
import { REAL_CLOCK, writeTrace } from '../src/cli/import/write-trace.js';
import type { ServerProcess } from '../test/kit/server-process.js';
import { LENGTH, messagesOf, putBody } from './checkpoint-load.js';
import { checkpointPuts } from './checkpoint-puts.js';
import { median, type Figure } from './figure.js';
import { openHttpClient, type HttpClient } from './http-client.js';
import { root, startNeo4j, temporaryFolder, type BenchNeo4j } from './neo4j.js';
import { startServer } from './server.js';
import { stopLater } from './started.js';

/** What the checkpoint figures are measured on: a Neo4j that holds nothing else, and a server. */
export interface CheckpointStage {
  readonly server: ServerProcess;
  readonly client: HttpClient;
  readonly database: Database;
}

export async function openCheckpointStage(): Promise<CheckpointStage> {
  const neo4j = await startNeo4j(temporaryFolder());
  return checkpointStage(neo4j, await startServer(neo4j));
}

export function checkpointStage(neo4j: BenchNeo4j, server: ServerProcess): CheckpointStage {
  const client = openHttpClient(server.url);
  const database = openDatabase(neo4j);
  stopLater(() => {
    client.close();
    return database.close();
  });
  return { server, client, database };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const TRAJECTORY = join(root, '..', 'shared', 'data', 'swe-agent-marshmallow-1867.traj');
const IMPORTS = 20;

/**
 * Figure 16. The content that the growing prompts of a real SWE-agent run create, imported 20 times under other ids, against
 * that of one import: bytes of text and nodes. Not measured if the run's file is not next to the checkout.
 */
const imports: Figure<CheckpointStage> = {
  number: 16,
  name: 'checkpoints: prompts imported 20 times',
  async measure({ server, database }) {
    if (!existsSync(TRAJECTORY)) {
      console.log(`    not measured: ${TRAJECTORY} is not there`);
      return [];
    }
    const [run] = readTranscript(TRAJECTORY, readFileSync(TRAJECTORY)) as [TraceWrites];
    const sums: { nodes: number; bytes: number }[] = [];
    const before = await contentSum(database);
    for (let time = 1; time <= IMPORTS; time += 1) {
      const again = JSON.parse(JSON.stringify(run).replaceAll(run.trace.id, `import-${time}`)) as TraceWrites;
      await writeTrace(connectTo(server.url), {
        trace: again,
        speed: 'max',
        clock: REAL_CLOCK,
        onWritten: () => undefined,
      });
      const after = await contentSum(database);
      sums.push({ nodes: after.nodes - before.nodes, bytes: after.bytes - before.bytes });
    }
    const [first, last] = [sums[0], sums.at(-1)] as [
      { nodes: number; bytes: number },
      { nodes: number; bytes: number },
    ];
    const target = { atMost: 1.5 };
    return [
      {
        name: 'checkpoints: 20 imports, bytes of content',
        unit: 'of one import',
        rounds: [last.bytes / first.bytes],
        target,
      },
      {
        name: 'checkpoints: 20 imports, nodes of content',
        unit: 'of one import',
        rounds: [last.nodes / first.nodes],
        target,
      },
      { name: 'checkpoints: content of one import', unit: 'KB', rounds: [first.bytes / 1e3] },
    ];
  },
};

async function contentSum(database: Database): Promise<{ nodes: number; bytes: number }> {
  const [sum] = await database.run<{ nodes: number; bytes: number }>(
    {
      name: 'bench/content',
      text: 'MATCH (c:Content) RETURN count(c) AS nodes, coalesce(sum(size(c.text)), 0) AS bytes',
    },
    {},
  );
  return sum as { nodes: number; bytes: number };
}

const FORKS = 40;

/** Figure 18. The time of `forkCheckpoint` of a checkpoint with 1,000 messages, against one with 10, alternately. */
const forks: Figure<CheckpointStage> = {
  number: 18,
  name: 'checkpoints: fork',
  async measure({ client }) {
    const messages = messagesOf(2);
    const sources = [
      { id: 'fork-10', body: putBody('fork', 10, messages) },
      { id: 'fork-1000', body: putBody('fork', LENGTH, messages) },
    ];
    for (const { body } of sources) {
      await client.post(body);
    }
    const [ratios, large, small]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const took: [number[], number[]] = [[], []];
      for (let fork = 0; fork < FORKS; fork += 1) {
        for (const [index, { id }] of sources.entries()) {
          const body = JSON.stringify({ query: `mutation { forkCheckpoint(id: "${id}") { id } }` });
          took[index]?.push(await timed(() => client.post(body)));
        }
      }
      if (round > 0) {
        small.push(median(took[0]));
        large.push(median(took[1]));
        ratios.push(median(took[1]) / median(took[0]));
      }
    }
    return [
      {
        name: 'checkpoints: fork of 1,000 messages, p50',
        unit: 'of 10 messages',
        rounds: ratios,
        target: { atMost: 2 },
      },
      { name: 'checkpoints: fork of 1,000 messages, p50: time', unit: 'ms', rounds: large },
      { name: 'checkpoints: fork of 10 messages, p50: time', unit: 'ms', rounds: small },
    ];
  },
};

const READS = 40;

/** Figure 19. The time of `checkpoint(id)` with its 1,000 messages of 1 KB, until the answer is read. */
const reads: Figure<CheckpointStage> = {
  number: 19,
  name: 'checkpoints: read',
  async measure({ client }) {
    await client.post(putBody('read', LENGTH, messagesOf(3)));
    const body = JSON.stringify({
      query: `{ checkpoint(id: "read-${LENGTH}") { id messages state metadata { step } } }`,
    });
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const took: number[] = [];
      for (let read = 0; read < READS; read += 1) {
        took.push(await timed(() => client.post(body)));
      }
      if (round > 0) {
        times.push(median(took));
      }
    }
    return [
      { name: 'checkpoints: read of 1,000 messages, p50', unit: 'ms', rounds: times, target: { atMost: 30 } },
    ];
  },
};

export const checkpoints = [imports, ...checkpointPuts, forks, reads];
