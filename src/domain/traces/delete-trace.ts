import type { TraceKey } from '../../model/keys.js';
import { lockOrder } from '../../model/lock-order.js';
import { inBatches } from '../../neo4j/in-batches.js';
import { FINISHED_LATER, type FinishLater } from '../../base/unfinished-work.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { afterCommit, notFound } from '../../base/errors.js';
import {
  collectGarbage,
  collectReleased,
  lockCollecting,
  CHUNKS_AT_A_TIME,
} from '../../content/collect-chunks.js';
import { checkId } from '../../model/ids.js';
import { lockTraces } from '../../ingest/lock.js';
import { removeEmptyThreads } from '../threads/threads.js';

/** How many nodes a deletion removed. */
export interface DeletedCounts {
  readonly traces: number;
  readonly steps: number;
  readonly goals: number;
  readonly messages: number;
  readonly events: number;
}

interface ClearKey {
  readonly projectId: string;
  readonly traceId: string;
  readonly limit: number;
}
type Clear = ReturnType<
  typeof statement<ClearKey, { removed: number; events?: number; released?: readonly string[] }>
>;

const listBelow = statement<TraceKey & { readonly includeSubTraces: boolean }, { id: string }>(
  'traces/list-below',
);
const markDeleting = statement<{ readonly traces: readonly TraceKey[] }, { traces: number }>(
  'traces/mark-deleting',
);
const listDeleting = statement<object, TraceKey>('traces/list-deleting');
const readDeleting = statement<{ readonly traces: readonly TraceKey[] }, TraceKey>('traces/read-deleting');
const clearSteps: Clear = statement('steps/clear');
const clearMessages: Clear = statement('messages/clear');
const clearEvents: Clear = statement('events/clear');
const clearGoals: Clear = statement('goals/clear');
const clearTrace = statement<TraceKey, { threadId: string | null }>('traces/clear');

/**
 * Deletes a trace, with all traces below it if `includeSubTraces` is set. One transaction hides it from every reader and
 * writer; then it is cleared in batches. Sub-traces that are not deleted lose their parent.
 *
 * Throws NOT_FOUND if there is no such trace; UNAVAILABLE with `written` UNKNOWN if it fails after hiding the trace: sent again, it is
 * then NOT_FOUND. Calls `onDeleted` with the key of each trace as soon as it is hidden. If it fails when a trace may be hidden, it passes
 * `finishLater` a function that clears what is left; finishTraceDeletions does the same after a crash.
 */
export async function deleteTrace(
  database: Database,
  {
    projectId,
    id,
    includeSubTraces,
    onDeleted,
    finishLater,
  }: TraceKey & {
    readonly includeSubTraces: boolean;
    readonly onDeleted: (key: TraceKey) => void;
    readonly finishLater: FinishLater;
  },
): Promise<DeletedCounts> {
  checkId(id, 'id');
  let found: readonly TraceKey[] = [];
  try {
    const deleted = await database.write('hide traces', async (transaction) => {
      const traces = await lockBelow(transaction, { projectId, id, includeSubTraces });
      if (traces.length === 0 && found.length > 0) {
        // An earlier attempt of this transaction was committed, and its answer lost.
        return await readDeleting(transaction, { traces: found });
      }
      found = traces;
      await markDeleting(transaction, { traces });
      return traces;
    });
    if (deleted.length === 0) {
      throw notFound('trace', id);
    }
    deleted.forEach(onDeleted);
    return await afterCommit(clearAll(database, deleted), true, FINISHED_LATER);
  } catch (error) {
    if (found.length > 0) {
      finishLater(() => finishThese(database, found));
    }
    throw error;
  }
}

/** Clears what interrupted trace deletions left behind. Returns how many traces there were. */
export async function finishTraceDeletions(database: Database): Promise<number> {
  return (await clearAll(database, await listDeleting(database, {}))).traces;
}

/** Clears those of the traces that are hidden. */
async function finishThese(database: Database, traces: readonly TraceKey[]): Promise<void> {
  const [, hidden] = await database.readLocked('find hidden traces', (transaction) =>
    // The lock waits for the transaction that hides them, should Neo4j still be committing it.
    Promise.all([lockTraces(transaction, { traces }), readDeleting(transaction, { traces })]),
  );
  await clearAll(database, hidden);
}

/** Locks a trace, with all traces below it if `includeSubTraces` is set, and returns them; none if it does not exist. */
async function lockBelow(
  transaction: Runner,
  { projectId, id, includeSubTraces }: TraceKey & { readonly includeSubTraces: boolean },
): Promise<readonly TraceKey[]> {
  // A sub-trace can only be started under its parent's lock; repeat until the locks cover all of them.
  for (let locked: readonly TraceKey[] = []; ;) {
    const found = await listBelow(transaction, { projectId, id, includeSubTraces });
    if (found.length === locked.length) {
      return locked;
    }
    locked = found.map((row) => ({ projectId, id: row.id })).sort(lockOrder);
    await lockTraces(transaction, { traces: locked });
  }
}

async function clearAll(database: Database, traces: readonly TraceKey[]): Promise<DeletedCounts> {
  const counts = { traces: traces.length, steps: 0, goals: 0, messages: 0, events: 0 };
  for (const trace of traces) {
    const cleared = await clear(database, trace);
    counts.steps += cleared.steps;
    counts.goals += cleared.goals;
    counts.messages += cleared.messages;
    counts.events += cleared.events;
  }
  return counts;
}

async function clear(
  database: Database,
  { projectId, id }: TraceKey,
): Promise<Omit<DeletedCounts, 'traces'>> {
  // Messages and steps that were log entries too.
  let facts = 0;
  const all = (some: Clear): Promise<number> =>
    inBatches({ least: 250, most: 2_000 }, (limit) =>
      database.write('clear a trace', async (transaction) => {
        const [, [row]] = await Promise.all([
          lockCollecting(transaction),
          some(transaction, { projectId, traceId: id, limit }),
        ]);
        await collectGarbage(
          transaction,
          (row?.released ?? []).map((released) => ({ projectId, id: released })),
          { most: CHUNKS_AT_A_TIME },
        );
        facts += row?.events ?? 0;
        return row?.removed ?? 0;
      }),
    );
  const counts = {
    messages: await all(clearMessages),
    steps: await all(clearSteps),
    events: await all(clearEvents),
    goals: await all(clearGoals),
  };
  await collectReleased(database);
  await database.write('clear a trace', async (transaction) => {
    const [cleared] = await clearTrace(transaction, { projectId, id });
    if (cleared?.threadId != null) {
      await removeEmptyThreads(transaction, { threads: [{ projectId, id: cleared.threadId }] });
    }
  });
  return { ...counts, events: counts.events + facts };
}
