import type { Result, Session, Transaction } from 'neo4j-driver';
import { StemmaError } from '../base/errors.js';
import type { RequestScope } from '../base/request-scope.js';
import { encode, rowsOf } from './bolt-values.js';
import { beginCall, type Call } from './call.js';
import { openConnections, type AccessMode, type DatabaseSettings } from './connections.js';
import { createHealthProbe } from './health-probe.js';
import { failureKind, reasonOf } from './neo4j-errors.js';
import { createOutage, type OutageLog } from './outage.js';
import { createRetry, READ, unavailable, WRITE, WRITING_STATEMENT, type Bounds, type Kind } from './retry.js';
import { isWriting, wholeRows, type Runner, type StatementText } from './runner.js';

export type { DatabaseSettings } from './connections.js';
export type { Runner, StatementText } from './runner.js';

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
   * outside the transaction and must recognise what it wrote before. `name` names the transaction in Neo4j's query log and in
   * SHOW TRANSACTIONS.
   */
  write<T>(name: string, work: (transaction: Runner) => Promise<T>): Promise<T>;
  /** The same for work that takes locks but changes nothing: it waits and is retried like a read. */
  readLocked<T>(name: string, work: (transaction: Runner) => Promise<T>): Promise<T>;
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
  /** Called after each statement that succeeded. */
  readonly onStatement?: (statement: StatementDone) => void;
}

/** A statement that succeeded. */
export interface StatementDone {
  readonly statement: string;
  /** From sending it to its last row, in milliseconds. */
  readonly ms: number;
  readonly rows: number;
}

const CHECK_TIMEOUT_MS = 5_000;

/** Called with the name of every statement sent, for tests that count them. */
export type StatementObserver = (name: string) => void;

/** Opens a pool of connections to Neo4j; connects at first use. */
export function openDatabase(
  settings: DatabaseSettings,
  observe: StatementObserver = () => undefined,
  { timeoutMs = 27_000, onBroken, onStatement }: DatabaseOptions = {},
): Database {
  const connections = openConnections(settings);
  const outage = createOutage();
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
  const retry = createRetry(outage, probe, { timeoutMs });

  /** Sends a statement, and returns its rows. */
  async function send<Row>(statement: StatementText<Row>, call: Call, sent: () => Result): Promise<Row[]> {
    observe(statement.name);
    const sentMs = performance.now();
    const rows = wholeRows(statement, await rowsOf<Row>(sent(), call.countBytes));
    onStatement?.({
      statement: statement.name,
      ms: Math.round(performance.now() - sentMs),
      rows: rows.length,
    });
    return rows;
  }

  const runner = (target: Transaction, call: Call): Runner => ({
    run: (statement, parameters) =>
      send(statement, call, () => target.run(statement.text, encode(parameters))),
  });

  /** Runs `work` in a session and then closes it, which stops anything still running in Neo4j. */
  async function inSession<T>(
    call: Call,
    mode: AccessMode,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const pool = connections.current;
    const session = pool.session(mode);
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

  function view(bounds: Bounds): Database {
    const { scope } = bounds;
    const transact = <T>(name: string, work: (transaction: Runner) => Promise<T>, kind: Kind): Promise<T> =>
      retry.repeat(bounds, kind, (call, progress) =>
        // Taking a lock is a write, even if nothing changes.
        inSession(call, 'WRITE', async (session) => {
          const config = { timeout: call.timeoutMs(), metadata: { transaction: name } };
          const transaction = session.beginTransaction(config);
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
        return retry.repeat(bounds, kind, (call, progress) =>
          inSession(call, kind.writes ? 'WRITE' : 'READ', async (session) => {
            const metadata = {
              // The driver reads this while encoding the message: from then on Neo4j may receive it.
              get statement() {
                progress.sent = true;
                return statement.name;
              },
            };
            const config = { timeout: call.timeoutMs(), metadata };
            return await send(statement, call, () => session.run(statement.text, encode(parameters), config));
          }),
        );
      },
      write: (name, work) => transact(name, work, WRITE),
      readLocked: (name, work) => transact(name, work, READ),
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
          await call.race(connections.current.verify());
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
        retry.stopAll(new StemmaError('UNAVAILABLE', 'the server is stopping'));
        await Promise.all([connections.close(), probe.close()]);
      },
    };
    return database;
  }

  const base = view({});
  return base;
}
