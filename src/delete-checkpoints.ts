import { statement } from './cypher.js';
import type { Database } from './database.js';
import { lockThreads } from './lock.js';
import { freeContent } from './store-content.js';
import { removeEmptyThreads } from './threads.js';

const clearCheckpoints = statement<
  { projectId: string; threadId: string; before: number; limit: number },
  { removed: number; released: readonly string[] }
>('checkpoints/clear');
const forgetCheckpoints = statement<{ projectId: string; id: string }, never>('threads/forget-checkpoints');

/** Small enough to stay far from the database's memory limit for a transaction. */
const CHECKPOINTS_AT_A_TIME = 1_000;
const ABOVE_ALL_STEPS = Number.MAX_SAFE_INTEGER + 1;

/**
 * Deletes the checkpoints of a thread below step `before` (all unless given), with the content that nothing else holds, and
 * returns how many there were: up to 1,000 in one transaction, more in several, the lowest steps first. What goes on from
 * them elsewhere stays whole, and still names them.
 */
export async function deleteCheckpoints(
  database: Database,
  {
    projectId,
    threadId,
    before = ABOVE_ALL_STEPS,
  }: { readonly projectId: string; readonly threadId: string; readonly before?: number },
): Promise<number> {
  const thread = { projectId, id: threadId };
  let total = 0;
  for (let removed = CHECKPOINTS_AT_A_TIME; removed === CHECKPOINTS_AT_A_TIME; total += removed) {
    removed = await database.write(async (transaction) => {
      const [, rows] = await Promise.all([
        lockThreads(transaction, { threads: [thread] }),
        clearCheckpoints(transaction, { projectId, threadId, before, limit: CHECKPOINTS_AT_A_TIME }),
      ]);
      const { removed: count, released } = rows[0] ?? { removed: 0, released: [] };
      await freeContent(
        transaction,
        released.map((id) => ({ projectId, id })),
      );
      await Promise.all([
        forgetCheckpoints(transaction, thread),
        removeEmptyThreads(transaction, { threads: [thread] }),
      ]);
      return count;
    });
  }
  return total;
}
