import { statement, whole } from '../../model/statement.js';
import { TABLES } from '../../model/tables.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { badInput } from '../../base/errors.js';
import type { CheckpointRow } from '../../model/rows.js';
import { lockThreads, readThreads } from '../../ingest/lock.js';
import { checkId } from '../../model/ids.js';
import { checkLimit } from '../threads/list-limit.js';

interface Ids {
  readonly projectId: string;
  readonly ids: readonly string[];
}

interface Row {
  readonly checkpoint: CheckpointRow;
}

const readRows = statement<Ids, Row>('checkpoints/read');
const readLatestRows = statement<Ids, Row & { readonly threadId: string }>('checkpoints/latest');
const readNearestRows = statement<Ids, Row & { readonly stepId: string }>('steps/nearest-checkpoints');
const readStepRows = statement<Ids, { readonly id: string; readonly stepId: string }>('checkpoints/steps');
const listOfThread = statement<{ projectId: string; threadId: string; limit: number; offset: number }, Row>(
  'checkpoints/by-thread',
);
const listOfThreads = statement<{ projectId: string; limit: number; offset: number }, Row>(
  'checkpoints/latest-of-threads',
);
const readLineageRows = statement<
  Ids,
  { readonly of: string; readonly id: string | null; readonly parentId: string | null }
>('checkpoints/lineage');

const isWhole = whole(TABLES.checkpoints);

/**
 * Drops the checkpoints that another transaction is deleting: Neo4j returns those without some of their properties, or as
 * null.
 */
export function present<R extends Row>(rows: readonly R[]): R[] {
  return rows.filter(({ checkpoint }) => isWhole(checkpoint));
}

/** The existing checkpoints with these ids, in no particular order. */
export async function readCheckpoints(database: Runner, ids: Ids): Promise<CheckpointRow[]> {
  return present(await readRows(database, ids)).map(({ checkpoint }) => checkpoint);
}

/** The latest checkpoints of threads, by thread id. */
export async function readLatestCheckpoints(database: Runner, ids: Ids): Promise<Map<string, CheckpointRow>> {
  return new Map(present(await readLatestRows(database, ids)).map((row) => [row.threadId, row.checkpoint]));
}

/** For each step id, the checkpoint taken at the step or at its nearest ancestor step. */
export async function readNearest(database: Runner, ids: Ids): Promise<Map<string, CheckpointRow>> {
  return new Map(present(await readNearestRows(database, ids)).map((row) => [row.stepId, row.checkpoint]));
}

/** The ids of the steps at which checkpoints were taken, by checkpoint id. */
export async function readStepIds(database: Runner, ids: Ids): Promise<Map<string, string>> {
  return new Map((await readStepRows(database, ids)).map(({ id, stepId }) => [id, stepId]));
}

const MOST_UNLOCKED_READS = 3;

interface Part {
  readonly limit: number | null;
  readonly offset: number | null;
}

function checkPart(part: Part, usual: number): { readonly limit: number; readonly offset: number } {
  const limit = checkLimit(part.limit ?? usual);
  const offset = part.offset ?? 0;
  if (offset < 0) {
    throw badInput('offset', `expected a number from 0, got ${offset}`);
  }
  return { limit, offset };
}

/**
 * A page of a thread's checkpoints, by descending step; at the same step, last written first.
 *
 * A rewritten checkpoint moves in the index, so a reader could miss it. The thread's write counter is therefore read before
 * and after; if it changed, the list is read again, finally under the thread's lock.
 */
export async function listCheckpoints(
  database: Database,
  { projectId, threadId, ...part }: { readonly projectId: string; readonly threadId: string } & Part,
): Promise<CheckpointRow[]> {
  const threads = [{ projectId, id: checkId(threadId, 'threadId') }];
  const page = { projectId, threadId, ...checkPart(part, 100) };
  for (let tries = 1; ; tries += 1) {
    const locked = tries > MOST_UNLOCKED_READS;
    // Statements of one transaction are sent together and run in order.
    const [, before, rows, after] = await database.readLocked('list checkpoints', (transaction) =>
      Promise.all([
        locked ? lockThreads(transaction, { threads }) : undefined,
        readThreads(transaction, { threads }),
        listOfThread(transaction, page),
        readThreads(transaction, { threads }),
      ]),
    );
    if (locked || before[0]?.thread.lastWrite === after[0]?.thread.lastWrite) {
      const byId = new Map(present(rows).map(({ checkpoint }) => [checkpoint.id, checkpoint]));
      return [...byId.values()];
    }
  }
}

/** A page of the latest checkpoints of all threads, most recently written thread first. */
export async function listLatestCheckpoints(
  database: Runner,
  { projectId, ...part }: { readonly projectId: string } & Part,
): Promise<CheckpointRow[]> {
  const rows = await listOfThreads(database, { projectId, ...checkPart(part, 50) });
  return present(rows).map(({ checkpoint }) => checkpoint);
}

/** For each checkpoint, its own id, then the ids of its ancestors, nearest first. Unknown checkpoints are missing. */
export async function readLineages(database: Runner, ids: Ids): Promise<Map<string, readonly string[]>> {
  const parents = new Map<string, Map<string, string | null>>();
  for (const { of, id, parentId } of await readLineageRows(database, ids)) {
    if (id === null) {
      continue;
    }
    parents.set(of, (parents.get(of) ?? new Map<string, string | null>()).set(id, parentId));
  }
  const lineages = new Map<string, readonly string[]>();
  for (const [of, parentOf] of parents) {
    const lineage: string[] = [];
    for (let id: string | null = of; id !== null && parentOf.has(id); id = parentOf.get(id) ?? null) {
      lineage.push(id);
    }
    lineages.set(of, lineage);
  }
  return lineages;
}
