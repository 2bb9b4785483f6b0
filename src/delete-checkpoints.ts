import { inBatches } from './batches.js';
import { statement } from './cypher.js';
import type { Database } from './database.js';
import { freeContent, freeReleased, lockFreeing, PIECES_AT_A_TIME } from './free-content.js';
import { lockThreads } from './lock.js';
import { removeEmptyThreads } from './threads.js';

const clearCheckpoints = statement<
  { projectId: string; threadId: string; before: number; limit: number },
  { removed: number; released: readonly string[] }
>('checkpoints/clear');
const forgetCheckpoints = statement<{ projectId: string; id: string }, never>('threads/forget-checkpoints');

const ABOVE_ALL_STEPS = Number.MAX_SAFE_INTEGER + 1;

/**
 * Deletes the checkpoints of a thread below step `before` (all unless given), with the content that nothing else holds, and
 * returns how many there were: in batches, the lowest steps first, so that it may be cut short. Checkpoints that continue
 * from them elsewhere stay whole, and still name them.
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
  const total = await inBatches({ least: 50, most: 500 }, (limit) =>
    database.write(async (transaction) => {
      const [, , [row]] = await Promise.all([
        lockThreads(transaction, { threads: [thread] }),
        lockFreeing(transaction),
        clearCheckpoints(transaction, { projectId, threadId, before, limit }),
        forgetCheckpoints(transaction, thread),
        removeEmptyThreads(transaction, { threads: [thread] }),
      ]);
      const { removed, released } = row ?? { removed: 0, released: [] };
      await freeContent(
        transaction,
        released.map((id) => ({ projectId, id })),
        { most: PIECES_AT_A_TIME },
      );
      return removed;
    }),
  );
  await freeReleased(database);
  return total;
}
