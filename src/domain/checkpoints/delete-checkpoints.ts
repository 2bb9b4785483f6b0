import { afterCommit } from '../../base/errors.js';
import { inBatches } from '../../neo4j/in-batches.js';
import { statement } from '../../neo4j/cypher.js';
import type { Database } from '../../neo4j/database.js';
import { freeContent, freeReleased, lockFreeing, PIECES_AT_A_TIME } from '../../content/release-pieces.js';
import { lockThreads } from '../../ingest/lock.js';
import { removeEmptyThreads } from '../threads/threads.js';

const clearCheckpoints = statement<
  { projectId: string; threadId: string; before: number; limit: number },
  { removed: number; released: readonly string[] }
>('checkpoints/clear');
const forgetCheckpoints = statement<{ projectId: string; id: string }, never>('threads/forget-checkpoints');

const ABOVE_ALL_STEPS = Number.MAX_SAFE_INTEGER + 1;

/**
 * Deletes the checkpoints of a thread below step `before` (all unless given), with the content that nothing else references,
 * and returns how many there were. It works in batches, lowest steps first, so it may be interrupted. Checkpoints elsewhere
 * that continue from them stay complete, and still name them as parents.
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
      if ((await lockThreads(transaction, { threads: [thread] })).length === 0) {
        return 0;
      }
      const [, [row]] = await Promise.all([
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
  await afterCommit(freeReleased(database), total > 0);
  return total;
}
