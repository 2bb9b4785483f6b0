import type { ThreadKey } from './batch.js';
import { statement } from './cypher.js';
import type { Database } from './database.js';
import { checkId } from './ids.js';
import { lockThreads } from './lock.js';
import { removeEmptyThreads } from './threads.js';

interface ClearKey {
  readonly projectId: string;
  readonly threadId: string;
  readonly limit: number;
}
interface Cleared {
  readonly removed: number;
  readonly left: boolean;
}

const clearThread = statement<ClearKey, Cleared>('run-events/clear');
const clearRun = statement<ClearKey & { readonly runId: string }, Cleared>('run-events/clear-run');
const endLog = statement<ThreadKey, { readonly log: string }>('threads/end-log');

/** Up to as many events go in one transaction; more of them, in several. */
const EVENTS_AT_A_TIME = 10_000;

/** Removes the events of a run, and returns how many there were; the thread counts on where it was. 0 without the run. */
export async function deleteRunEvents(
  database: Database,
  {
    projectId,
    threadId,
    runId,
  }: { readonly projectId: string; readonly threadId: string; readonly runId: string },
): Promise<number> {
  const key = { projectId, threadId: checkId(threadId, 'threadId'), runId: checkId(runId, 'runId') };
  let total = 0;
  for (let left = true; left;) {
    const cleared = await database.write(async (transaction) => {
      const [, [row]] = await Promise.all([
        lockThreads(transaction, { threads: [{ projectId, id: threadId }] }),
        clearRun(transaction, { ...key, limit: EVENTS_AT_A_TIME }),
      ]);
      return row;
    });
    total += cleared?.removed ?? 0;
    left = cleared?.left === true;
  }
  return total;
}

/**
 * Removes the run events of a thread, and returns how many there were, with the log that ended with them (null: there was
 * none). The thread goes too unless something else belongs to it. If it is cut short, the rest stays as it was.
 */
export async function deleteThreadEvents(
  database: Database,
  { projectId, threadId }: { readonly projectId: string; readonly threadId: string },
): Promise<{ readonly removed: number; readonly log: string | null }> {
  const key = { projectId, id: checkId(threadId, 'threadId') };
  let removed = 0;
  for (;;) {
    const cleared = await database.write(async (transaction) => {
      const [, [row]] = await Promise.all([
        lockThreads(transaction, { threads: [key] }),
        clearThread(transaction, { projectId, threadId, limit: EVENTS_AT_A_TIME }),
      ]);
      if (row?.left === true) {
        return { ...row, log: null };
      }
      const [[ended]] = await Promise.all([
        endLog(transaction, key),
        removeEmptyThreads(transaction, { threads: [key] }),
      ]);
      return { removed: row?.removed ?? 0, left: false, log: ended?.log ?? null };
    });
    removed += cleared.removed;
    if (!cleared.left) {
      return { removed, log: cleared.log };
    }
  }
}
