import type { ThreadKey } from '../../model/keys.js';
import { afterCommit, StemmaError } from '../../base/errors.js';
import { inBatches } from '../../neo4j/in-batches.js';
import type { FinishLater } from '../../base/unfinished-work.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import {
  collectGarbage,
  collectReleased,
  lockCollecting,
  CHUNKS_AT_A_TIME,
} from '../../content/collect-chunks.js';
import { lockThreads } from '../../ingest/lock.js';
import { checkId } from '../../model/ids.js';
import { removeEmptyThreads } from '../threads/threads.js';

const clearCheckpoints = statement<
  { projectId: string; threadId: string; before: number; limit: number },
  { removed: number; released: readonly string[] }
>('checkpoints/clear');
const forgetCheckpoints = statement<{ projectId: string; id: string }, never>('threads/forget-checkpoints');

const ABOVE_ALL_STEPS = Number.MAX_SAFE_INTEGER + 1;

/**
 * Deletes the checkpoints of a thread below step `before` (all unless given), with the content that nothing else references,
 * and returns how many there were. It works in batches, lowest steps first; if it fails, the checkpoints of later batches stay, and
 * it passes `finishLater` a function that removes the content of those that went. Checkpoints elsewhere that continue from
 * them stay complete, and still name them as parents.
 */
export async function deleteCheckpoints(
  database: Database,
  {
    projectId,
    threadId,
    before = ABOVE_ALL_STEPS,
    finishLater,
  }: {
    readonly projectId: string;
    readonly threadId: string;
    readonly before?: number;
    readonly finishLater: FinishLater;
  },
): Promise<number> {
  const thread = { projectId, id: checkId(threadId, 'threadId') };
  try {
    const total = await inBatches({ least: 50, most: 500 }, (limit) =>
      database.write('delete checkpoints', (transaction) =>
        clearBatch(transaction, { thread, before, limit }),
      ),
    );
    await afterCommit(collectReleased(database), total > 0);
    return total;
  } catch (error) {
    // If nothing was committed, nothing was released.
    if (!(error instanceof StemmaError && error.written === 'NO')) {
      finishLater(() => collectReleased(database));
    }
    throw error;
  }
}

async function clearBatch(
  transaction: Runner,
  { thread, before, limit }: { readonly thread: ThreadKey; readonly before: number; readonly limit: number },
): Promise<number> {
  const { projectId, id: threadId } = thread;
  if ((await lockThreads(transaction, { threads: [thread] })).length === 0) {
    return 0;
  }
  const [, [row]] = await Promise.all([
    lockCollecting(transaction),
    clearCheckpoints(transaction, { projectId, threadId, before, limit }),
    forgetCheckpoints(transaction, thread),
    removeEmptyThreads(transaction, { threads: [thread] }),
  ]);
  const { removed, released } = row ?? { removed: 0, released: [] };
  await collectGarbage(
    transaction,
    released.map((id) => ({ projectId, id })),
    { most: CHUNKS_AT_A_TIME },
  );
  return removed;
}
