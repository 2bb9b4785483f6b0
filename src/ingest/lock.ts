import { type ThreadKey, type TraceKey, keyOf } from '../model/keys.js';
import { inLockOrder } from '../model/lock-order.js';
import { type UnitOfWork } from './unit-of-work.js';
import { statement } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import type { ThreadRow, TraceRow } from '../model/rows.js';
import { loadForCheckpoints } from './load-checkpoints.js';
import type { Needs } from './needs.js';
import { loadFromDatabase } from './read-rows.js';

/** Takes the write lock of each trace, in the order given. */
export const lockTraces = statement<{ readonly traces: readonly TraceKey[] }, never>('traces/lock');
/**
 * Takes the write lock of each thread, in the order given, and returns those that exist. Treat the others as missing, even if
 * a later statement finds one: another transaction created it meanwhile, and may be changing it.
 */
export const lockThreads = statement<{ readonly threads: readonly ThreadKey[] }, ThreadKey>('threads/lock');
/** Reads threads by key. Unknown keys give no row. */
export const readThreads = statement<{ threads: readonly ThreadKey[] }, { thread: ThreadRow }>(
  'threads/read',
);
const readTraces = statement<{ traces: readonly object[] }, TraceRow>('traces/read');

/**
 * Locks `traces`, then `threads` (each in sorted order, the same for every process, so that batches cannot deadlock)
 * and reads into `unit` what the writes need. The statements are sent without waiting for one another; they run in order.
 */
export async function lockAndLoad(
  transaction: Runner,
  unit: UnitOfWork,
  { traces, threads }: { readonly traces: readonly TraceKey[]; readonly threads: readonly ThreadKey[] },
  needs: readonly Needs[],
): Promise<void> {
  const contexts = new Set(
    needs.flatMap((need) => need.contexts ?? []).map((key) => keyOf(key.projectId, key.id)),
  );
  const checkpoints = needs.flatMap((need) => need.checkpoints ?? []);
  const loads: Promise<unknown>[] = [];
  if (traces.length > 0) {
    const keys = inLockOrder(traces);
    const read = keys.map((key) => ({ ...key, withContext: contexts.has(keyOf(key.projectId, key.id)) }));
    loads.push(
      lockTraces(transaction, { traces: keys }),
      readTraces(transaction, { traces: read }).then((rows) => {
        for (const trace of rows) {
          unit.traces.load(trace);
        }
      }),
    );
  }
  if (threads.length > 0) {
    const keys = inLockOrder(threads);
    const found =
      checkpoints.length === 0
        ? lockAndReadThreads(transaction, keys)
        : loadForCheckpoints(transaction, unit, { threads: keys, checkpoints });
    loads.push(
      found.then(([locked, rows]) => {
        const isLocked = new Set(locked.map((key) => keyOf(key.projectId, key.id)));
        for (const thread of rows) {
          const key = keyOf(thread.projectId, thread.id);
          // If it is left out, a write creates its thread. The key's constraint makes that a conflict, and the write runs again.
          if (isLocked.has(key)) {
            unit.threads.load(thread);
          }
        }
      }),
    );
  }
  await Promise.all([...loads, loadFromDatabase(transaction, unit, needs)]);
}

async function lockAndReadThreads(
  transaction: Runner,
  threads: readonly ThreadKey[],
): Promise<readonly [readonly ThreadKey[], readonly ThreadRow[]]> {
  const [locked, rows] = await Promise.all([
    lockThreads(transaction, { threads }),
    readThreads(transaction, { threads }),
  ]);
  return [locked, rows.map(({ thread }) => thread)];
}
