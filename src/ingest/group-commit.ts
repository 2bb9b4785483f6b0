import { type ThreadKey, type TraceKey, keyOf } from '../model/keys.js';
import { UnitOfWork, type Table } from './unit-of-work.js';
import { append, isAppend } from './fast-append.js';
import type { Database } from '../neo4j/database.js';
import { StemmaError, type Written } from '../base/errors.js';
import { FairQueue, type Waiting } from './fair-queue.js';
import { flush } from './write-rows.js';
import type { ThreadRow, TraceRow } from '../model/rows.js';
import { RowCache } from './row-cache.js';
import { load, type Needs } from './read-rows.js';
import { lockAndLoad } from './lock.js';
import { runInSlices } from '../base/slices.js';

/** One change to the graph, as a rule that a unit of work can apply. */
export interface Write<T> {
  /** The traces it changes; they are locked before anything is read. Keys may name traces that do not exist. */
  readonly traces?: readonly TraceKey[];
  /** The threads it changes; they are locked in the same way, after the traces. */
  readonly threads?: readonly ThreadKey[];
  readonly needs: Needs;
  /** What else it must read, which depends on the first read. */
  readonly more?: (unit: UnitOfWork) => Needs;
  /** Whether it needs an exclusive batch: its reads would not see what other writes change. */
  readonly exclusive?: boolean;
  /** Its cost, in rows. */
  readonly cost: number;
  /** Roughly how much it sends to the database: the length of its texts. A few hundred bytes by default. */
  readonly sizeBytes?: number;
  /**
   * Checks the rules, then changes the unit of work; throws to reject the write. It may run more than once, each time on a fresh
   * batch, so ids are made before it. A write of many rows yields between them, so that it does not block the event loop.
   */
  apply(unit: UnitOfWork): T | Generator<void, T, void>;
}

/** What a commit changed or added. */
export interface Committed {
  readonly traces: readonly TraceRow[];
  readonly threads: readonly ThreadRow[];
}

/** Accepts the writes of the domain. */
export interface Ingest {
  readonly database: Database;
  /**
   * Submits a write, and resolves once its transaction is committed. The writes of one client to the same trace or thread are
   * applied in the order submitted.
   *
   * Throws what the write's rules throw (then nothing of it is written), UNAVAILABLE if too much is queued or the database is
   * unavailable, and the abort reason if its request ends first: a write that is still queued is then dropped, one that is in
   * a transaction may or may not be written.
   */
  submit<T>(write: Write<T>): Promise<T>;
}

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
  /** Called after each commit with what it changed. */
  onCommit: (committed: Committed) => void;
  /** Called with the cause each time the fast path fails and the locked path takes over (see `createIngest`). */
  onAppendFailure: (cause: unknown) => void;
  /** How often the fast path failed. */
  readonly appendFailures: number;
  /** Resolves when nothing is queued or being written. */
  idle(): Promise<void>;
}

export interface IngestOptions {
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

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** A committed transaction, and the outcome of each write in it. */
interface CommittedUnit {
  readonly unit: UnitOfWork;
  readonly outcomes: readonly Outcome[];
}

/**
 * Group commit: writes are collected while earlier batches commit, and each batch is one transaction. A batch takes no write
 * to a trace or thread that another batch is writing, so two batches never wait for each other's locks.
 */
export function createIngest(database: Database, options: IngestOptions = {}): WriteQueue {
  const {
    lanes = 2,
    maxBatchCost = 1000,
    maxBatchBytes = 8 * 1024 * 1024,
    maxQueuedCost = 50_000,
    maxQueuedBytes = 64 * 1024 * 1024,
  } = options;
  const busy = new Set<string>();
  const rowCache = new RowCache();
  const queue = new FairQueue<Pending>({ maxCost: maxBatchCost, maxBytes: maxBatchBytes });
  let queuedCost = 0;
  /** The size of queued and running writes. */
  let occupiedBytes = 0;
  let running = 0;
  let runningLarge = 0;
  let largeFromMs = 0;
  let appendFailures = 0;
  let lastMomentMs = 0;
  let scheduled = false;
  let idleWaiters: (() => void)[] = [];

  const ingest: WriteQueue = {
    database,
    onCommit: () => undefined,
    onAppendFailure: () => undefined,
    get appendFailures() {
      return appendFailures;
    },
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
      const outcomes = await transact(batch.map(({ write }) => write));
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

  async function transact(writes: readonly Write<unknown>[]): Promise<readonly Outcome[]> {
    const now = nextMoment();
    // Both paths share the time limit of one transaction.
    const timed = database.withBudget();
    const { unit, outcomes } =
      (await appendFromCache(timed, writes, now)) ?? (await readAndWrite(timed, writes, now));
    rowCache.store(unit);
    ingest.onCommit({ traces: written(unit.traces), threads: written(unit.threads) });
    return outcomes;
  }

  /**
   * The fast path: applies the writes to rows of the row cache, and appends in one statement that reads nothing. If it fails
   * for any reason, nothing was written or it is unknown whether something was; the locked path then finds out.
   */
  async function appendFromCache(
    timed: Database,
    writes: readonly Write<unknown>[],
    now: string,
  ): Promise<CommittedUnit | undefined> {
    const traces = writes.flatMap((write) => write.traces ?? []);
    const unit = new UnitOfWork(now);
    const isCached =
      // A large batch needs more than one statement, so applying it here would be wasted work.
      writes.reduce((sum, { cost }) => sum + cost, 0) <= maxBatchCost &&
      writes.every((write) => (write.threads ?? []).length === 0 && write.more === undefined) &&
      rowCache.load(
        unit,
        traces,
        writes.map((write) => write.needs),
      );
    if (!isCached) {
      return undefined;
    }
    const outcomes = await applyAll(unit, writes);
    if (outcomes.every((outcome) => 'value' in outcome) && isAppend(unit)) {
      try {
        if (await append(timed, unit)) {
          return { unit, outcomes };
        }
      } catch (error) {
        appendFailures += 1;
        ingest.onAppendFailure(error);
        if (error instanceof StemmaError && error.written === 'UNKNOWN') {
          rowCache.forget(traces);
          return await afterLostAnswer(timed, error, writes, now);
        }
        // If the cause persists, the locked path fails in the same way.
      }
    }
    rowCache.forget(traces);
    return undefined;
  }

  /** The locked path finds out what was written; if it cannot, that stays unknown, although it wrote nothing itself. */
  async function afterLostAnswer(
    timed: Database,
    lost: StemmaError,
    writes: readonly Write<unknown>[],
    now: string,
  ): Promise<CommittedUnit> {
    try {
      return await readAndWrite(timed, writes, now);
    } catch (error) {
      throw error instanceof StemmaError && error.code === 'UNAVAILABLE' ? lost : error;
    }
  }

  /** The locked path: locks and reads everything first. */
  async function readAndWrite(
    timed: Database,
    writes: readonly Write<unknown>[],
    now: string,
  ): Promise<CommittedUnit> {
    return await timed.write(async (transaction) => {
      const unit = new UnitOfWork(now);
      await lockAndLoad(
        transaction,
        unit,
        {
          traces: writes.flatMap((write) => write.traces ?? []),
          threads: writes.flatMap((write) => write.threads ?? []),
        },
        writes.map((write) => write.needs),
      );
      const more = writes.flatMap((write) => write.more?.(unit) ?? []);
      if (more.length > 0) {
        await load(transaction, unit, more);
      }
      const outcomes = await applyAll(unit, writes);
      await flush(transaction, unit);
      return { unit, outcomes };
    });
  }

  /** Strictly increasing clock: no two batches share a timestamp. */
  function nextMoment(): string {
    lastMomentMs = Math.max(Date.now(), lastMomentMs + 1);
    return new Date(lastMomentMs).toISOString();
  }

  return ingest;
}

async function applyAll(unit: UnitOfWork, writes: readonly Write<unknown>[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const write of writes) {
    try {
      outcomes.push({ value: await unit.savepoint(() => applyWrite(unit, write)) });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  return outcomes;
}

/** Applies a write to a unit of work; a write of many rows runs in slices. */
export function applyWrite<T>(unit: UnitOfWork, write: Write<T>): T | Promise<T> {
  const applied = write.apply(unit);
  return isGenerator<T>(applied) ? runInSlices(applied) : applied;
}

function isGenerator<T>(applied: T | Generator<void, T, void>): applied is Generator<void, T, void> {
  return typeof applied === 'object' && applied !== null && Symbol.iterator in applied && 'next' in applied;
}

function written<Row>(table: Table<Row>): Row[] {
  return [...table.added(), ...table.changed().map(({ after }) => after)];
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
