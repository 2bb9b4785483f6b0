import { keyOf, type Batch, type ThreadKey, type TraceKey } from './batch.js';
import { statement } from './cypher.js';
import type { Runner } from './database.js';
import type { ThreadRow, TraceRow } from './graph.js';
import { inLockOrder, load, type Needs } from './load.js';

/** Takes the write lock of each trace, in the order given. */
export const lockTraces = statement<{ readonly traces: readonly TraceKey[] }, never>('traces/lock');
/** Takes the write lock of each thread, in the order given. */
export const lockThreads = statement<{ readonly threads: readonly ThreadKey[] }, never>('threads/lock');
/** Reads threads by key. Unknown keys give no row. */
export const readThreads = statement<{ threads: readonly ThreadKey[] }, { thread: ThreadRow }>(
  'threads/read',
);
const readTraces = statement<{ traces: readonly object[] }, TraceRow>('traces/read');

/**
 * Locks `traces`, then `threads` (each in their sorted order, the same for every process, so that batches cannot deadlock)
 * and reads into `batch` what the writes need. The statements are sent without waiting for one another; they run in order.
 */
export async function lockAndLoad(
  transaction: Runner,
  batch: Batch,
  { traces, threads }: { readonly traces: readonly TraceKey[]; readonly threads: readonly ThreadKey[] },
  needs: readonly Needs[],
): Promise<void> {
  const contexts = new Set(
    needs.flatMap((need) => need.contexts ?? []).map((key) => keyOf(key.projectId, key.id)),
  );
  const loads: Promise<unknown>[] = [];
  if (traces.length > 0) {
    const keys = inLockOrder(traces);
    const read = keys.map((key) => ({ ...key, withContext: contexts.has(keyOf(key.projectId, key.id)) }));
    loads.push(
      lockTraces(transaction, { traces: keys }),
      readTraces(transaction, { traces: read }).then((rows) => {
        for (const trace of rows) {
          batch.traces.load(keyOf(trace.projectId, trace.id), trace);
        }
      }),
    );
  }
  if (threads.length > 0) {
    const keys = inLockOrder(threads);
    loads.push(
      lockThreads(transaction, { threads: keys }),
      readThreads(transaction, { threads: keys }).then((rows) => {
        for (const { thread } of rows) {
          batch.threads.load(keyOf(thread.projectId, thread.id), thread);
        }
      }),
    );
  }
  await Promise.all([...loads, load(transaction, batch, needs)]);
}
