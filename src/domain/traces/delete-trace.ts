import type { TraceKey } from '../../model/keys.js';
import { inBatches } from '../../neo4j/in-batches.js';
import { statement } from '../../neo4j/cypher.js';
import type { Database } from '../../neo4j/database.js';
import { afterCommit, notFound } from '../../base/errors.js';
import { freeContent, freeReleased, lockFreeing, PIECES_AT_A_TIME } from '../../content/release-pieces.js';
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
type Clear = ReturnType<typeof statement<ClearKey, { removed: number; released?: readonly string[] }>>;

const listBelow = statement<TraceKey & { readonly includeSubTraces: boolean }, { id: string }>(
  'traces/list-below',
);
const markDeleting = statement<{ readonly traces: readonly TraceKey[] }, { traces: number }>(
  'traces/mark-deleting',
);
const listDeleting = statement<object, TraceKey>('traces/list-deleting');
const clearSteps: Clear = statement('steps/clear');
const clearMessages: Clear = statement('messages/clear');
const clearEvents: Clear = statement('events/clear');
const clearGoals: Clear = statement('goals/clear');
const clearTrace = statement<TraceKey, { threadId: string | null }>('traces/clear');

/**
 * Deletes a trace, with all traces below it if `includeSubTraces` is set. One transaction hides it from every reader and
 * writer; then it is cleared in batches. If that is interrupted, `finishTraceDeletions` continues it. Sub-traces that are not
 * deleted lose their parent.
 *
 * Throws NOT_FOUND if there is no such trace; UNAVAILABLE with `written` UNKNOWN if it fails after hiding the trace: sent again, it is
 * then NOT_FOUND. Calls `onGone` with the key of each trace as soon as it is hidden.
 */
export async function deleteTrace(
  database: Database,
  {
    projectId,
    id,
    includeSubTraces,
    onGone,
  }: TraceKey & {
    readonly includeSubTraces: boolean;
    readonly onGone: (key: TraceKey) => void;
  },
): Promise<DeletedCounts> {
  checkId(id, 'id');
  const gone = await database.write(async (transaction) => {
    let traces: readonly TraceKey[] = [];
    // A sub-trace can only be started under its parent's lock; repeat until the locks cover all of them.
    for (;;) {
      const found = await listBelow(transaction, { projectId, id, includeSubTraces });
      const all = found.map((row) => ({ projectId, id: row.id })).sort((a, b) => (a.id < b.id ? -1 : 1));
      if (all.length === traces.length) {
        break;
      }
      traces = all;
      await lockTraces(transaction, { traces });
    }
    await markDeleting(transaction, { traces });
    return traces;
  });
  if (gone.length === 0) {
    throw notFound('trace', id);
  }
  gone.forEach(onGone);
  const counts = { traces: gone.length, steps: 0, goals: 0, messages: 0, events: 0 };
  for (const trace of gone) {
    const cleared = await afterCommit(clear(database, trace));
    counts.steps += cleared.steps;
    counts.goals += cleared.goals;
    counts.messages += cleared.messages;
    counts.events += cleared.events;
  }
  return counts;
}

/** Clears what interrupted trace deletions left behind. Returns how many traces there were. */
export async function finishTraceDeletions(database: Database): Promise<number> {
  const left = await listDeleting(database, {});
  for (const trace of left) {
    await clear(database, trace);
  }
  return left.length;
}

async function clear(
  database: Database,
  { projectId, id }: TraceKey,
): Promise<Omit<DeletedCounts, 'traces'>> {
  const all = (some: Clear): Promise<number> =>
    inBatches({ least: 250, most: 2_000 }, (limit) =>
      database.write(async (transaction) => {
        const [, [row]] = await Promise.all([
          lockFreeing(transaction),
          some(transaction, { projectId, traceId: id, limit }),
        ]);
        await freeContent(
          transaction,
          (row?.released ?? []).map((released) => ({ projectId, id: released })),
          { most: PIECES_AT_A_TIME },
        );
        return row?.removed ?? 0;
      }),
    );
  const counts = {
    messages: await all(clearMessages),
    steps: await all(clearSteps),
    events: await all(clearEvents),
    goals: await all(clearGoals),
  };
  await freeReleased(database);
  await database.write(async (transaction) => {
    const [cleared] = await clearTrace(transaction, { projectId, id });
    if (cleared?.threadId != null) {
      await removeEmptyThreads(transaction, { threads: [{ projectId, id: cleared.threadId }] });
    }
  });
  return counts;
}
