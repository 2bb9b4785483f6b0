import type { ThreadKey } from '../../model/keys.js';
import { inBatches, type BatchSize } from '../../neo4j/in-batches.js';
import type { FinishLater } from '../../base/unfinished-work.js';
import { statement } from '../../model/statement.js';
import type { Database } from '../../neo4j/database.js';
import { lockThreads } from '../../ingest/lock.js';
import { removeEmptyThreads } from '../threads/threads.js';

/** A thread's log generation whose run events are to be cleared: no reader or writer sees them any more. */
export interface EndedGeneration {
  readonly projectId: string;
  readonly threadId: string;
  readonly generation: string;
}

type Clear = ReturnType<typeof statement<EndedGeneration & { readonly limit: number }, { removed: number }>>;

const endGeneration = statement<ThreadKey, { readonly generation: string; readonly events: number }>(
  'threads/end-generation',
);
const listEnded = statement<object, EndedGeneration>('ended-generations/list');
const readEnded = statement<EndedGeneration, EndedGeneration>('ended-generations/read');
const clearEvents: Clear = statement('ended-generations/clear-events');
const clearRuns: Clear = statement('ended-generations/clear-runs');
const removeEnded = statement<EndedGeneration, never>('ended-generations/remove');

const SIZE: BatchSize = { least: 250, most: 5_000 };

/**
 * Ends the log generation of a thread in one transaction: from then on its run events are hidden, and the next event starts
 * another generation. Returns the generation with the number of its events; undefined if the thread had none. If it fails when
 * a generation may be ended, it passes `finishLater` a function that clears it.
 */
export async function endThreadGeneration(
  database: Database,
  thread: ThreadKey,
  finishLater: FinishLater,
): Promise<(EndedGeneration & { readonly events: number }) | undefined> {
  const { projectId, id: threadId } = thread;
  let tried: (EndedGeneration & { readonly events: number }) | undefined;
  try {
    return await database.write('end a log generation', async (transaction) => {
      const locked = await lockThreads(transaction, { threads: [thread] });
      if (tried !== undefined && (await readEnded(transaction, tried)).length > 0) {
        // An earlier attempt of this transaction was committed, and its answer lost.
        return tried;
      }
      if (locked.length === 0) {
        return undefined;
      }
      const [[ended]] = await Promise.all([
        endGeneration(transaction, thread),
        removeEmptyThreads(transaction, { threads: [thread] }),
      ]);
      tried = ended && { projectId, threadId, ...ended };
      return tried;
    });
  } catch (error) {
    const ended = tried;
    if (ended !== undefined) {
      finishLater(async () => {
        // The lock waits for the transaction that ends it, should Neo4j still be committing it.
        await database.readLocked('lock a thread', (transaction) =>
          lockThreads(transaction, { threads: [thread] }),
        );
        await clearGeneration(database, ended);
      });
    }
    throw error;
  }
}

/**
 * Removes the run events and runs of an ended generation in batches, then its thread if nothing else belongs to it. It may be
 * interrupted and run again, even by several servers at once.
 */
export async function clearGeneration(
  database: Database,
  { projectId, threadId, generation }: EndedGeneration,
): Promise<void> {
  const key = { projectId, threadId, generation };
  const thread = { projectId, id: threadId };
  await inBatches(SIZE, (limit) =>
    database.write('clear a log generation', async (transaction) => {
      const [row] = await clearEvents(transaction, { ...key, limit });
      return row?.removed ?? 0;
    }),
  );
  await inBatches(SIZE, (limit) =>
    database.write('clear a log generation', async (transaction) => {
      // Neo4j locks the thread when one of its runs is removed.
      const [, [row]] = await Promise.all([
        lockThreads(transaction, { threads: [thread] }),
        clearRuns(transaction, { ...key, limit }),
      ]);
      return row?.removed ?? 0;
    }),
  );
  await database.write('clear a log generation', async (transaction) => {
    await Promise.all([
      lockThreads(transaction, { threads: [thread] }),
      removeEnded(transaction, key),
      removeEmptyThreads(transaction, { threads: [thread] }),
    ]);
  });
}

/** Clears the generations whose clearing was interrupted. Returns how many there were. */
export async function clearEndedGenerations(database: Database): Promise<number> {
  const left = await listEnded(database, {});
  for (const ended of left) {
    await clearGeneration(database, ended);
  }
  return left.length;
}
