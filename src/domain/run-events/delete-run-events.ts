import { afterCommit } from '../../base/errors.js';
import { inBatches } from '../../neo4j/in-batches.js';
import { FINISHED_LATER, type FinishLater } from '../../base/unfinished-work.js';
import { statement } from '../../model/statement.js';
import type { Database } from '../../neo4j/database.js';
import { clearGeneration, endThreadGeneration } from './ended-generations.js';
import { checkId } from '../../model/ids.js';
import { lockThreads } from '../../ingest/lock.js';

const clearRun = statement<
  {
    readonly projectId: string;
    readonly threadId: string;
    readonly runId: string;
    readonly generation: string | null;
    readonly limit: number;
  },
  { readonly generation: string; readonly removed: number }
>('run-events/clear-run');
const removeEmptyRun = statement<
  {
    readonly projectId: string;
    readonly threadId: string;
    readonly generation: string;
    readonly id: string;
  },
  never
>('runs/remove-empty');

/**
 * Removes the events of a run in batches, and returns how many there were: 0 if there is no such run. `seq` continues where
 * it was. If interrupted, the rest of the run stays.
 */
export async function deleteRunEvents(
  database: Database,
  {
    projectId,
    threadId,
    runId,
  }: { readonly projectId: string; readonly threadId: string; readonly runId: string },
): Promise<number> {
  const key = { projectId, threadId: checkId(threadId, 'threadId'), runId: checkId(runId, 'runId') };
  // The log generation of the first batch: a run with the same id in the next generation is another run.
  let generation: string | null = null;
  return await inBatches({ least: 250, most: 2_000 }, async (limit) => {
    const row = await database.write('delete the events of a run', async (transaction) => {
      if ((await lockThreads(transaction, { threads: [{ projectId, id: threadId }] })).length === 0) {
        return undefined;
      }
      const [cleared] = await clearRun(transaction, { ...key, generation, limit });
      if (cleared !== undefined && cleared.removed < limit) {
        await removeEmptyRun(transaction, {
          projectId,
          threadId,
          generation: cleared.generation,
          id: runId,
        });
      }
      return cleared;
    });
    generation ??= row?.generation ?? null;
    return row?.removed ?? 0;
  });
}

/**
 * Removes the run events of a thread, and returns how many there were. First ends the thread's log generation in one short
 * transaction and calls `onEnded` with it, then clears it in batches. The thread is removed too, unless something else belongs to
 * it. If it fails when a generation may be ended, it passes `finishLater` a function that clears it; after a crash, the next
 * server to start does.
 */
export async function deleteThreadEvents(
  database: Database,
  {
    projectId,
    threadId,
    onEnded,
    finishLater,
  }: {
    readonly projectId: string;
    readonly threadId: string;
    readonly onEnded: (generation: string) => void;
    readonly finishLater: FinishLater;
  },
): Promise<number> {
  const thread = { projectId, id: checkId(threadId, 'threadId') };
  const ended = await endThreadGeneration(database, thread, finishLater);
  if (ended === undefined) {
    return 0;
  }
  onEnded(ended.generation);
  try {
    await afterCommit(clearGeneration(database, ended), true, FINISHED_LATER);
  } catch (error) {
    finishLater(() => clearGeneration(database, ended));
    throw error;
  }
  return ended.events;
}
