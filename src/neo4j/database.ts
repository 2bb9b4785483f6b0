import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedTransaction, Session, Transaction } from 'neo4j-driver';
import { encode, rowsOf } from './bolt-values.js';
import { beginCall, type Call } from './call.js';
import { openConnections, type DatabaseSettings } from './connections.js';
import { TransactionConflictError, StemmaError } from '../base/errors.js';
import { createHealthProbe } from './health-probe.js';
import { failureKind, reasonOf, wasRolledBack } from './neo4j-errors.js';
import { createOutage, type OutageLog } from './outage.js';
import type { RequestScope } from '../base/request-scope.js';

export type { DatabaseSettings } from './connections.js';

/** Something a statement can run on: the database itself (one statement, one transaction), or an open transaction. */
export interface Runner {
  run<Row>(statement: StatementText<Row>, parameters: object): Promise<Row[]>;
}

export interface StatementText<Row> {
  readonly name: string;
  readonly text: string;
  /**
   * Whether a row has every property that its node always has. Neo4j returns a node that another transaction is deleting
   * without some of them; the transaction then runs again, because a shorter page would look like the last one.
   */
  readonly isWhole?: (row: Row) => boolean;
}

/** Whether the database commits, according to the last probe. */
export type Health = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/**
 * Neo4j. Every transaction has a timeout; nothing waits longer than its call may take.
 *
 * Throws UNAVAILABLE when the database cannot be reached, does not answer in time or cannot write. Reads wait for the end
 * of an outage and are retried automatically. Writes are rejected during a known outage; `written` is UNKNOWN if the
 * answer to a commit was lost, NO if nothing can have been committed.
 */
export interface Database extends Runner {
  /**
   * Runs one statement in its own transaction. A statement that writes is retried only if it was certainly rolled back.
   */
  run<Row>(statement: StatementText<Row>, parameters: object): Promise<Row[]>;
  /**
   * Runs `work` in one write transaction and commits it. `work` may run again after a transient failure (a deadlock, a
   * lost connection, a lost answer to its commit) and after a conflict with another transaction, so it must have no effect
   * outside the transaction and must recognise what it wrote before.
   */
  write<T>(work: (transaction: Runner) => Promise<T>): Promise<T>;
  /** The same for work that takes locks but changes nothing: it waits and is retried like a read. */
  readLocked<T>(work: (transaction: Runner) => Promise<T>): Promise<T>;
  /**
   * This database for one request: each transaction ends at the request's deadline, and is stopped in Neo4j at once when
   * the scope is aborted or has no bytes left. Running calls then reject with the signal's reason.
   */
  within(scope: RequestScope): Database;
  /** The same database, except that all calls on it share the time limit of a single call. */
  withBudget(): Database;
  /** The database without a request's bounds, for work that several requests share. */
  readonly unscoped: Database;
  /** Waits for `promise`; rejects if the request's scope is aborted first. */
  bounded<T>(promise: Promise<T>): Promise<T>;
  /** Throws UNAVAILABLE unless the database answers within 5 s. */
  check(): Promise<void>;
  /** The result of the last probe, without waiting; not ready unless the database is watched. */
  health(): Health;
  /**
   * Probes the database until the returned function is called, and logs when an outage begins and ends. Resolves after the
   * first probe, whatever its result.
   */
  watchHealth(log: OutageLog): Promise<() => void>;
  /** Closes all connections; running calls reject with UNAVAILABLE. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** How long a transaction outside a request may take, in milliseconds: 27,000 unless given. */
  readonly timeoutMs?: number;
  /** Called after each probe that finds that the database answers but cannot write. */
  readonly onBroken?: (reason: string) => void;
}

/** The most attempts for a transaction that conflicts with others. */
const MOST_CONFLICTS = 10;
const MOST_EXHAUSTED = 2;
/** Writes wait this long for a database that is late and may only be slow; after that they are rejected at once. */
const WRITES_WAIT_MS = 3_000;
const CHECK_TIMEOUT_MS = 5_000;

/** Called with the name of every statement sent, for tests that count them. */
export type StatementObserver = (name: string) => void;

/** What kind of transaction it is. */
interface Kind {
  readonly writes: boolean;
  /** Whether it may be retried after a commit whose result is unknown or after a conflict: then it reads before it writes. */
  readonly repeatable: boolean;
}

const WRITE: Kind = { writes: true, repeatable: true };
const READ: Kind = { writes: false, repeatable: true };
const WRITING_STATEMENT: Kind = { writes: true, repeatable: false };

/** The limits for the calls of a view. */
interface Bounds {
  readonly scope?: RequestScope;
  /** The deadline for all its calls, by performance.now(). */
  readonly deadlineMs?: number;
}

/** The results of a transaction's attempts so far. */
interface Progress {
  /** The message that commits has been sent in this attempt. */
  sent: boolean;
  /** The answer to a commit was lost, in this attempt or an earlier one. */
  uncertain: boolean;
  failures: number;
  conflicts: number;
  exhausted: number;
}

/** Opens a pool of connections to Neo4j; connects at first use. */
export function openDatabase(
  settings: DatabaseSettings,
  observe: StatementObserver = () => undefined,
  { timeoutMs = 27_000, onBroken }: DatabaseOptions = {},
): Database {
  const connections = openConnections(settings);
  const outage = createOutage();
  const calls = new Set<Call>();
  let wasUp = false;
  let probed: Health = { ready: false, reason: 'the database was not probed yet' };
  const probe = createHealthProbe(settings, {
    onUp() {
      probed = { ready: true };
      wasUp = true;
      if (outage.current !== undefined) {
        connections.replace();
        outage.end();
      }
    },
    onDown(reason, { certain, broken }) {
      if (broken) {
        onBroken?.(reason);
      }
      probed = { ready: false, reason };
      // A database that has never answered may just be starting slowly: requests find out for themselves.
      if (certain || wasUp) {
        outage.begin(reason, certain);
      }
    },
  });
  const sessionOptions = settings.database === undefined ? {} : { database: settings.database };

  const runner = (target: Session | Transaction | ManagedTransaction, call: Call): Runner => ({
    async run<Row>(statement: StatementText<Row>, parameters: object): Promise<Row[]> {
      observe(statement.name);
      const result = target.run(statement.text, encode(parameters));
      return wholeRows(statement, await rowsOf<Row>(result, call.countBytes));
    },
  });

  /** Waits for the end of an outage; a write waits only while the outage may be short. */
  async function untilAvailable(call: Call, writes: boolean, scope: RequestScope | undefined): Promise<void> {
    while (outage.current !== undefined) {
      const { reason, certain, sinceMs } = outage.current;
      const waitMs = writes ? sinceMs + WRITES_WAIT_MS - performance.now() : undefined;
      if (waitMs !== undefined && (certain || waitMs <= 0)) {
        throw unavailable(reason);
      }
      let forget: (() => void) | undefined;
      let timer: NodeJS.Timeout | undefined;
      if (scope !== undefined) {
        scope.databaseAway = reason;
      }
      try {
        await call.race(
          new Promise<void>((resolve) => {
            forget = outage.onceOver(resolve);
            // A write polls, because the outage may have become certain.
            timer = waitMs === undefined ? undefined : setTimeout(resolve, Math.min(waitMs, 100));
          }),
        );
      } finally {
        forget?.();
        clearTimeout(timer);
      }
    }
    if (scope !== undefined) {
      scope.databaseAway = undefined;
    }
  }

  /** Runs `work` in a session and then closes it, which stops anything still running in Neo4j. */
  async function inSession<T>(call: Call, work: (session: Session) => Promise<T>): Promise<T> {
    const pool = connections.current;
    const session = pool.driver.session(sessionOptions);
    let value: T;
    try {
      value = await call.race(work(session), pool);
    } catch (error) {
      // Not awaited: if Neo4j does not answer, it never settles.
      session.close().catch(() => undefined);
      throw error;
    }
    await session.close();
    return value;
  }

  /** Attempts a transaction until it succeeds, fails for good, or the call is stopped. */
  async function repeat<T>(
    { scope, deadlineMs }: Bounds,
    kind: Kind,
    runOnce: (call: Call, progress: Progress) => Promise<T>,
  ): Promise<T> {
    const leftMs = deadlineMs === undefined ? timeoutMs : Math.max(1, deadlineMs - performance.now());
    const call = beginCall(scope, scope === undefined ? leftMs : Infinity);
    const progress: Progress = { sent: false, uncertain: false, failures: 0, conflicts: 0, exhausted: 0 };
    calls.add(call);
    try {
      for (;;) {
        try {
          progress.sent = false;
          await untilAvailable(call, kind.writes, scope);
          return await runOnce(call, progress);
        } catch (error) {
          progress.uncertain ||= kind.writes && progress.sent && !wasRolledBack(error);
          await beforeNextAttempt(call, error, kind, progress);
        }
      }
    } catch (error) {
      throw answered(error, progress);
    } finally {
      calls.delete(call);
      call.end();
    }
  }

  /** Waits until it is time for the next attempt; throws if there must be none. */
  async function beforeNextAttempt(
    call: Call,
    error: unknown,
    { repeatable }: Kind,
    progress: Progress,
  ): Promise<void> {
    if (call.reason !== undefined || error instanceof StemmaError) {
      throw error;
    }
    const kind = failureKind(error);
    if (kind === 'away' || kind === 'broken' || kind === 'doubtful') {
      await call.race(probe.suspect());
    }
    progress.failures += 1;
    progress.conflicts += kind === 'conflict' ? 1 : 0;
    progress.exhausted += kind === 'exhausted' ? 1 : 0;
    const again =
      kind === 'busy' ||
      kind === 'away' ||
      (kind === 'conflict' && repeatable && progress.conflicts < MOST_CONFLICTS) ||
      (kind === 'exhausted' && progress.exhausted < MOST_EXHAUSTED);
    if (!again || (progress.uncertain && !repeatable)) {
      throw error;
    }
    // Jittered backoff, so that conflicting transactions do not retry in lockstep.
    await call.race(delay(Math.random() * Math.min(200, 2 ** progress.failures)));
  }

  /** The error to answer with: UNAVAILABLE with `written` if the database caused it. */
  function answered(error: unknown, { uncertain }: Progress): unknown {
    const kind = failureKind(error);
    const isOurs = error instanceof StemmaError && error.code === 'UNAVAILABLE';
    const isDatabase = ['busy', 'exhausted', 'timeout', 'away', 'broken'].includes(kind);
    if (!isOurs && !isDatabase && (kind !== 'doubtful' || outage.current === undefined)) {
      return error;
    }
    if (outage.current !== undefined) {
      outage.countFailure();
    }
    if (uncertain) {
      return lostAnswer(error);
    }
    return isOurs ? error : unavailable(reasonOf(error), error);
  }

  function view(bounds: Bounds): Database {
    const { scope } = bounds;
    const transact = <T>(work: (transaction: Runner) => Promise<T>, kind: Kind): Promise<T> =>
      repeat(bounds, kind, (call, progress) =>
        inSession(call, async (session) => {
          const transaction = session.beginTransaction({ timeout: call.timeoutMs() });
          // BEGIN is sent with the first statement; if BEGIN fails, so does that statement.
          transaction.catch(() => undefined);
          const value = await work(runner(transaction, call));
          if (call.reason !== undefined) {
            throw call.reason;
          }
          progress.sent = true;
          await transaction.commit();
          return value;
        }),
      );

    const database: Database = {
      run<Row>(statement: StatementText<Row>, parameters: object): Promise<Row[]> {
        const kind = isWriting(statement.text) ? WRITING_STATEMENT : READ;
        return repeat(bounds, kind, (call, progress) =>
          inSession(call, async (session) => {
            observe(statement.name);
            const metadata = {
              // The driver reads this while encoding the message: from then on Neo4j may receive it.
              get statement() {
                progress.sent = true;
                return statement.name;
              },
            };
            const config = { timeout: call.timeoutMs(), metadata };
            const result = session.run(statement.text, encode(parameters), config);
            return wholeRows(statement, await rowsOf<Row>(result, call.countBytes));
          }),
        );
      },
      write: (work) => transact(work, WRITE),
      readLocked: (work) => transact(work, READ),
      within: (inner) => view({ scope: inner }),
      withBudget: () => view({ ...bounds, deadlineMs: performance.now() + timeoutMs }),
      get unscoped() {
        return scope === undefined ? database : base;
      },
      async bounded(promise) {
        const call = beginCall(scope, Infinity);
        try {
          return await call.race(promise);
        } finally {
          call.end();
        }
      },
      async check() {
        const call = beginCall(undefined, CHECK_TIMEOUT_MS);
        try {
          await call.race(connections.current.driver.verifyConnectivity(sessionOptions));
        } catch (error) {
          throw failureKind(error) === 'away' && !/Security/.test(reasonOf(error))
            ? unavailable(reasonOf(error), error)
            : error;
        } finally {
          call.end();
        }
      },
      health: () => probed,
      async watchHealth(log) {
        outage.log = log;
        await probe.start();
        return () => probe.stop();
      },
      async close() {
        calls.forEach((call) => call.stop(new StemmaError('UNAVAILABLE', 'the server is stopping')));
        await Promise.all([connections.close(), probe.close()]);
      },
    };
    return database;
  }

  const base = view({});
  return base;
}

function unavailable(reason: string, cause?: unknown): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    `the database is not available (${reason}); nothing was written, it is safe to try again`,
    cause === undefined ? {} : { cause },
  );
}

function lostAnswer(cause: unknown): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    'the database did not say whether it committed the write; with an id or an idempotency key it is safe to try again',
    { written: 'UNKNOWN', cause },
  );
}

function wholeRows<Row>({ name, isWhole }: StatementText<Row>, rows: Row[]): Row[] {
  if (isWhole !== undefined && !rows.every(isWhole)) {
    throw new TransactionConflictError(`${name} read a node that another transaction is deleting`);
  }
  return rows;
}

const writing = new Map<string, boolean>();

/** Whether a statement can change the graph, judged by its keywords: one that only reads has none of these. */
function isWriting(text: string): boolean {
  let is = writing.get(text);
  if (is === undefined) {
    is = /\b(CREATE|MERGE|SET|DELETE|REMOVE|DROP|FOREACH|LOAD|ALTER)\b/i.test(text);
    if (writing.size < 1_000) {
      writing.set(text, is);
    }
  }
  return is;
}
