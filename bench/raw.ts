import { randomUUID } from 'node:crypto';
import neo4j, { type Driver } from 'neo4j-driver';
import type { BenchNeo4j } from './neo4j.js';
import { share } from './http-client.js';
import { BATCH, DEEPEST, GOALS } from './workload.js';
import { stopLater } from './started.js';

/** The same Neo4j through the driver alone: the most it can take. */
export interface Raw {
  readonly driver: Driver;
  /**
   * Writes `batches` transactions of 500 rows with that many writers, each on its own traces; returns rows per second. A row is two
   * nodes, or with `facts` one.
   */
  rowsPerSecond(options: {
    readonly writers: number;
    readonly batches: number;
    readonly facts?: boolean;
  }): Promise<number>;
  /** The milliseconds that each of `count` one-row transactions took, one after the other. */
  singleCommits(count: number): Promise<number[]>;
}

type Properties = Readonly<Record<string, unknown>>;

/** A message and its event as two nodes, which is what the first figures compared with. */
interface Row {
  readonly message: Properties;
  readonly event: Properties;
}

/** The two nodes of a fact: the event repeats the message, and has the stats of each of its goals. */
function twoNodes({ eventId, affected: _, ...message }: Properties): Row {
  const { projectId, digest: _digest, ...shown } = message;
  const { traceId, createdAt, promptTokens, completionTokens, cost, content } = message;
  const stats = {
    messageCount: 1,
    promptTokens,
    completionTokens,
    totalTokens: Number(promptTokens) + Number(completionTokens),
    totalCost: cost,
    preview: String(content).slice(0, 80),
  };
  const affectedGoals = GOALS.toReversed().map((goalId, level) => ({
    goalId,
    ...(level === 0 ? { selfStats: stats } : {}),
    cumulativeStats: stats,
  }));
  const payload = JSON.stringify({ message: shown, affectedGoals });
  return { message, event: { projectId, traceId, eventId, type: 'message_added', at: createdAt, payload } };
}

const CREATE = `MATCH (g:Goal {projectId: $projectId, traceId: $traceId, goalId: $goalId})
UNWIND $rows AS row
CREATE (m:Message)-[:BELONGS_TO]->(g)
SET m = row.message
CREATE (e:Event)
SET e = row.event`;

/** The same as one node, the shape in which the server stores a message. */
const CREATE_FACTS = `MATCH (g:Goal {projectId: $projectId, traceId: $traceId, goalId: $goalId})
UNWIND $rows AS row
CREATE (m:Message:Event)-[:BELONGS_TO]->(g)
SET m = row`;

const MODEL = `MATCH (m:Message {projectId: 'default', traceId: $traceId, sequence: 1})
RETURN properties(m) AS fact
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
  const [found] = records.map((record) => record.toObject() as unknown as { readonly fact: Properties });
  if (found === undefined) {
    throw new Error(`expected a message in ${modelTrace}, found none`);
  }
  const model = found.fact;
  const two = twoNodes(model);
  const traces = Array.from({ length: WRITERS }, () => `raw-${randomUUID()}`);
  await driver.executeQuery(
    `UNWIND $traces AS traceId
    CREATE (t:Trace {projectId: 'default', id: traceId, listKey: traceId})
    CREATE (:Goal {projectId: 'default', traceId: traceId, goalId: $goalId})-[:BELONGS_TO]->(t)`,
    { traces, goalId: DEEPEST },
  );
  const last = new Map(traces.map((traceId) => [traceId, 0]));

  function factsOf(traceId: string, count: number): Properties[] {
    const before = last.get(traceId) ?? 0;
    last.set(traceId, before + count);
    return Array.from({ length: count }, (_, index) => {
      const number = neo4j.int(before + index + 1);
      return { ...model, id: randomUUID(), traceId, sequence: number, eventId: number };
    });
  }

  function rowsOf(traceId: string, count: number): Row[] {
    return factsOf(traceId, count).map(({ id, sequence, eventId }) => ({
      message: { ...two.message, id, traceId, sequence },
      event: { ...two.event, traceId, eventId },
    }));
  }

  async function write(traceId: string, rows: readonly object[], statement = CREATE): Promise<void> {
    const session = driver.session();
    try {
      await session.run(statement, { projectId: 'default', traceId, goalId: DEEPEST, rows });
    } finally {
      await session.close();
    }
  }

  return {
    driver,
    async rowsPerSecond({ writers, batches, facts = false }) {
      const made = facts ? factsOf : rowsOf;
      const queues = traces
        .slice(0, writers)
        .map((traceId) => Array.from({ length: batches / writers }, () => made(traceId, BATCH)));
      const { seconds } = await share({ clients: writers, count: writers }, async (_, writer) => {
        for (const rows of queues[writer] ?? []) {
          await write(traces[writer] ?? '', rows, facts ? CREATE_FACTS : CREATE);
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
