import { randomUUID } from 'node:crypto';
import neo4j, { type Driver } from 'neo4j-driver';
import type { BenchNeo4j } from './neo4j.js';
import { share } from './http-client.js';
import { BATCH, DEEPEST } from './workload.js';
import { stopLater } from './started.js';

/** The same Neo4j through the driver alone: the most it can take. */
export interface Raw {
  readonly driver: Driver;
  /** Writes `batches` transactions of 500 rows with that many writers, each on its own traces; returns rows per second. */
  rowsPerSecond(options: { readonly writers: number; readonly batches: number }): Promise<number>;
  /** The milliseconds that each of `count` one-row transactions took, one after the other. */
  singleCommits(count: number): Promise<number[]>;
}

interface Row {
  readonly message: Readonly<Record<string, unknown>>;
  readonly event: Readonly<Record<string, unknown>>;
}

const CREATE = `MATCH (g:Goal {projectId: $projectId, traceId: $traceId, goalId: $goalId})
UNWIND $rows AS row
CREATE (m:Message)-[:BELONGS_TO]->(g)
SET m = row.message
CREATE (e:Event)
SET e = row.event`;

const MODEL = `MATCH (m:Message {projectId: 'default', traceId: $traceId, sequence: 1})
MATCH (e:Event {projectId: 'default', traceId: $traceId, type: 'message_added'})
RETURN properties(m) AS message, properties(e) AS event
LIMIT 1`;

const WRITERS = 2;

/**
 * Opens the driver. Its rows are those that the server wrote for `modelTrace`: a message and its event with the same
 * properties, but other ids. They are made before the clock starts.
 */
export async function openRaw(server: BenchNeo4j, modelTrace: string): Promise<Raw> {
  const driver = neo4j.driver(server.uri, neo4j.auth.basic(server.username, server.password));
  stopLater(() => driver.close());
  const { records } = await driver.executeQuery(MODEL, { traceId: modelTrace });
  const [model] = records.map((record) => record.toObject() as unknown as Row);
  if (model === undefined) {
    throw new Error(`expected a message in ${modelTrace}, found none`);
  }
  const traces = Array.from({ length: WRITERS }, () => `raw-${randomUUID()}`);
  await driver.executeQuery(
    `UNWIND $traces AS traceId
    CREATE (t:Trace {projectId: 'default', id: traceId, listKey: traceId})
    CREATE (:Goal {projectId: 'default', traceId: traceId, goalId: $goalId})-[:BELONGS_TO]->(t)`,
    { traces, goalId: DEEPEST },
  );
  const last = new Map(traces.map((traceId) => [traceId, 0]));

  function rowsOf(traceId: string, count: number): Row[] {
    const before = last.get(traceId) ?? 0;
    last.set(traceId, before + count);
    return Array.from({ length: count }, (_, index) => {
      const number = neo4j.int(before + index + 1);
      return {
        message: { ...model?.message, id: randomUUID(), traceId, sequence: number },
        event: { ...model?.event, traceId, eventId: number },
      };
    });
  }

  async function write(traceId: string, rows: readonly Row[]): Promise<void> {
    const session = driver.session();
    try {
      await session.run(CREATE, { projectId: 'default', traceId, goalId: DEEPEST, rows });
    } finally {
      await session.close();
    }
  }

  return {
    driver,
    async rowsPerSecond({ writers, batches }) {
      const queues = traces
        .slice(0, writers)
        .map((traceId) => Array.from({ length: batches / writers }, () => rowsOf(traceId, BATCH)));
      const { seconds } = await share({ clients: writers, count: writers }, async (_, writer) => {
        for (const rows of queues[writer] ?? []) {
          await write(traces[writer] ?? '', rows);
        }
      });
      return (batches * BATCH) / seconds;
    },
    async singleCommits(count) {
      const took: number[] = [];
      const [traceId = ''] = traces;
      for (const row of rowsOf(traceId, count)) {
        const begun = performance.now();
        await write(traceId, [row]);
        took.push(performance.now() - begun);
      }
      return took;
    },
  };
}
