import { StemmaError, type Written } from '../base/errors.js';
import { keyOf } from '../model/keys.js';
import type { Database } from '../neo4j/database.js';
import { createCommit, type Commit, type CommitListeners } from './commit.js';
import { FairQueue, type Waiting } from './fair-queue.js';
import type { Ingest, Write } from './write.js';

/** On whose behalf writes are submitted. */
export interface Submitter {
  /** Clients are served fairly: see `fair-queue.ts`. */
  readonly client: object;
  /** Aborted when the request reaches its deadline or its client disconnects. */
  readonly signal?: AbortSignal;
}

/** The queue of all writes of this process. */
export interface WriteQueue extends Ingest {
  /** An `Ingest` for the writes of one request. */
  for(submitter: Submitter): Ingest;
  /** Resolves when nothing is queued or being written. */
  idle(): Promise<void>;
}

export interface QueueOptions {
  /** How many transactions may run at once, on different traces and threads. */
  readonly lanes?: number;
  /** The cost at which a batch is full, in rows. */
  readonly maxBatchCost?: number;
  /** The size at which a batch is full: Neo4j needs several times the size of a transaction in memory. */
  readonly maxBatchBytes?: number;
  /** The cost of queued writes at which further writes are rejected, in rows. */
  readonly maxQueuedCost?: number;
  /** The size of queued and running writes at which further writes are rejected. */
  readonly maxQueuedBytes?: number;
}

/**
 * After a large write, while small writes arrive too, the next large write waits for this fraction of the time that it took:
 * meanwhile the small writes have the machine to themselves.
 */
const LARGE_PAUSE = 0.5;
/** The size of a write that gives none, in bytes. */
const WRITE_BYTES = 300;
const NOBODY = {};

interface Pending extends Waiting {
  readonly write: Write<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface IngestOptions extends QueueOptions {
  readonly listeners?: CommitListeners;
}

const MAX_BATCH_COST = 1_000;

/** Accepts writes, and commits them in batches to the database. */
export function createIngest(database: Database, options: IngestOptions = {}): WriteQueue {
  const { maxBatchCost = MAX_BATCH_COST, listeners = {} } = options;
  return createQueue(database, createCommit(database, { maxAppendCost: maxBatchCost, listeners }), options);
}

/**
 * Group commit: writes are collected while earlier batches commit, and `commit` commits each batch as one transaction. A batch takes
 * no write to a trace or thread that another batch is writing, so two batches never wait for each other's locks.
 */
export function createQueue(database: Database, commit: Commit, options: QueueOptions = {}): WriteQueue {
  const {
    lanes = 2,
    maxBatchCost = MAX_BATCH_COST,
    maxBatchBytes = 8 * 1024 * 1024,
    maxQueuedCost = 50_000,
    maxQueuedBytes = 64 * 1024 * 1024,
  } = options;
  const busy = new Set<string>();
  const queue = new FairQueue<Pending>({ maxCost: maxBatchCost, maxBytes: maxBatchBytes });
  let queuedCost = 0;
  /** The size of queued and running writes. */
  let occupiedBytes = 0;
  let running = 0;
  let runningLarge = 0;
  let largeFromMs = 0;
  let scheduled = false;
  let idleWaiters: (() => void)[] = [];

  const queued: WriteQueue = {
    database,
    submit: (write) => submit(write, { client: NOBODY }),
    for: (submitter) => ({ database, submit: (write) => submit(write, submitter) }),
    idle: () =>
      running === 0 && queue.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => idleWaiters.push(resolve)),
  };

  function submit<T>(write: Write<T>, { client, signal }: Submitter): Promise<T> {
    const { cost, sizeBytes = WRITE_BYTES, exclusive = false } = write;
    if (signal?.aborted === true) {
      return Promise.reject(signal.reason as Error);
    }
    if (queuedCost > 0 && queuedCost + cost > maxQueuedCost) {
      return Promise.reject(full(`${queuedCost} rows`));
    }
    if (occupiedBytes > 0 && occupiedBytes + sizeBytes > maxQueuedBytes) {
      return Promise.reject(full(`${occupiedBytes} bytes`));
    }
    return new Promise<T>((resolve, reject) => {
      const keys = [
        ...(write.traces ?? []).map(({ projectId, id }) => keyOf('trace', projectId, id)),
        ...(write.threads ?? []).map(({ projectId, id }) => keyOf('thread', projectId, id)),
      ];
      const settle = (): void => signal?.removeEventListener('abort', leave);
      const pending: Pending = {
        write,
        client,
        keys,
        cost,
        sizeBytes,
        exclusive,
        resolve(value) {
          settle();
          resolve(value as T);
        },
        reject(error: unknown) {
          settle();
          reject(error instanceof Error ? error : new Error('a write failed', { cause: error }));
        },
      };
      const leave = (): void => {
        const wasQueued = queue.remove(pending);
        if (wasQueued) {
          queuedCost -= cost;
          occupiedBytes -= sizeBytes;
          schedule();
        }
        pending.reject(endedBefore(signal?.reason, wasQueued ? 'NO' : 'UNKNOWN'));
      };
      signal?.addEventListener('abort', leave, { once: true });
      queue.push(pending);
      queuedCost += cost;
      occupiedBytes += sizeBytes;
      schedule();
    });
  }

  /** Waits for the end of this turn of the event loop, so that the writes of one request share a batch. */
  function schedule(): void {
    if (!scheduled) {
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        startBatches();
      });
    }
  }

  function startBatches(): void {
    while (running < lanes) {
      // One lane is kept free of large writes. If both kinds are queued, large writes get one lane.
      const pauseMs = largeFromMs - performance.now();
      const { items, isLarge } = queue.takeBatch(busy, {
        allowLarge: pauseMs <= 0 && runningLarge < Math.max(1, lanes - 1),
        largeFirst: pauseMs <= 0 && running > 0 && runningLarge === 0,
      });
      if (items.length === 0) {
        if (pauseMs > 0 && queue.size > 0) {
          setTimeout(schedule, pauseMs);
        }
        break;
      }
      const beganMs = performance.now();
      running += 1;
      runningLarge += isLarge ? 1 : 0;
      items.forEach(({ keys, cost }) => {
        queuedCost -= cost;
        keys.forEach((key) => busy.add(key));
      });
      void writeBatch(items).finally(() => {
        running -= 1;
        if (isLarge) {
          runningLarge -= 1;
          largeFromMs = performance.now() + LARGE_PAUSE * (performance.now() - beganMs);
        }
        items.forEach(({ keys, sizeBytes }) => {
          occupiedBytes -= sizeBytes;
          keys.forEach((key) => busy.delete(key));
        });
        startBatches();
      });
    }
    if (running === 0 && queue.size === 0) {
      idleWaiters.forEach((resolve) => resolve());
      idleWaiters = [];
    }
  }

  async function writeBatch(batch: readonly Pending[]): Promise<void> {
    try {
      const outcomes = await commit(batch.map(({ write }) => write));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome !== undefined && 'value' in outcome) {
          resolve(outcome.value);
        } else {
          reject(outcome?.error);
        }
      });
    } catch (error) {
      if (batch.length === 1 || (error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
        batch.forEach(({ reject }) => reject(error));
        return;
      }
      // The database rejected something in the batch: each write is retried by itself, so that only that one fails.
      for (const pending of batch) {
        await writeBatch([pending]);
      }
    }
  }

  return queued;
}

function full(occupied: string): StemmaError {
  return new StemmaError('UNAVAILABLE', `the write queue is full (${occupied}); try again a little later`);
}

/** The error of a write whose request ended before it was committed. */
function endedBefore(reason: unknown, written: Written): unknown {
  return reason instanceof StemmaError && reason.code === 'UNAVAILABLE'
    ? new StemmaError('UNAVAILABLE', reason.message, { written, cause: reason })
    : reason;
}
