import { setTimeout as delay } from 'node:timers/promises';
import neo4j, {
  type Driver,
  type ManagedTransaction,
  type Record,
  type Result,
  type Session,
} from 'neo4j-driver';
import { OvertakenError, StemmaError } from './errors.js';
import type { RequestScope } from './request-scope.js';

/** Where Neo4j is and how to enter. */
export interface DatabaseSettings {
  /** `bolt://`, `neo4j://` or one of their TLS forms. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** The database's name; the server's default unless given. */
  readonly database?: string | undefined;
}

/** Something a statement can run on: the database by itself (one statement, one transaction), or an open transaction. */
export interface Runner {
  run<Row>(statement: { readonly name: string; readonly text: string }, parameters: object): Promise<Row[]>;
}

/** Neo4j. A `run` on it is a transaction of its own. */
export interface Database extends Runner {
  /**
   * Runs `work` in one write transaction and commits it. `work` may run again after a transient failure (a deadlock, a
   * lost connection) and where another transaction overtook it, so it must have no effect outside the transaction.
   *
   * Throws UNAVAILABLE when the database cannot be reached.
   */
  write<T>(work: (transaction: Runner) => Promise<T>): Promise<T>;
  /** The database for one request: a transaction ends with the request's scope, and what is read counts for it. */
  within(scope: RequestScope): Database;
  /** The database without a request's scope. */
  readonly unscoped: Database;
  /** Throws UNAVAILABLE unless the database answers. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** How often a transaction that was overtaken is run. */
const MOST_TRIES = 10;

/** Called with the name of every statement sent, for tests that count them. */
export type StatementObserver = (name: string) => void;

/** Opens a pool of connections to Neo4j; connects at first use. */
export function openDatabase(
  settings: DatabaseSettings,
  observe: StatementObserver = () => undefined,
): Database {
  const driver: Driver = neo4j.driver(settings.uri, neo4j.auth.basic(settings.username, settings.password), {
    disableLosslessIntegers: true,
    maxConnectionPoolSize: 50,
    connectionAcquisitionTimeout: 20_000,
    connectionTimeout: 5_000,
    // Every result is read whole.
    fetchSize: -1,
    maxTransactionRetryTime: 20_000,
    userAgent: 'stemma',
  });

  function view(scope: RequestScope | undefined): Database {
    const isAborted = (): boolean => scope?.signal.aborted === true;
    const inSession = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
      if (isAborted()) {
        throw scope?.signal.reason;
      }
      const session = driver.session(settings.database === undefined ? {} : { database: settings.database });
      const stop = (): void => void session.close();
      scope?.signal.addEventListener('abort', stop);
      try {
        return await work(session);
      } catch (error) {
        throw isAborted() ? scope?.signal.reason : asUnavailable(error);
      } finally {
        scope?.signal.removeEventListener('abort', stop);
        await session.close();
      }
    };
    const config = (): { timeout?: number } =>
      scope === undefined ? {} : { timeout: Math.max(1, Math.ceil(scope.remainingMs())) };

    const rows = <Row>(statement: { name: string; text: string }, begin: () => Result): Promise<Row[]> =>
      new Promise((resolve, reject) => {
        observe(statement.name);
        const read: Row[] = [];
        let failed = false;
        begin().subscribe({
          onNext(record) {
            if (!failed) {
              const row = rowOf<Row>(record);
              read.push(row);
              try {
                scope?.countBytes(bytesOf(row));
              } catch (error) {
                failed = true;
                reject(error instanceof Error ? error : new Error('unknown', { cause: error }));
              }
            }
          },
          onCompleted: () => resolve(read),
          onError: reject,
        });
      });
    const runner = (target: ManagedTransaction): Runner => ({
      run: <Row>(statement: { name: string; text: string }, parameters: object) =>
        rows<Row>(statement, () => target.run(statement.text, encode(parameters))),
    });
    const once = async <Row>(statement: { name: string; text: string }, parameters: object): Promise<Row[]> =>
      await inSession((session) =>
        rows<Row>(statement, () => session.run(statement.text, encode(parameters), config())),
      );

    const database: Database = {
      async run<Row>(statement: { name: string; text: string }, parameters: object): Promise<Row[]> {
        try {
          return await once<Row>(statement, parameters);
        } catch (error) {
          // One more try: a pooled connection may have died since its last use.
          if (error instanceof StemmaError && neo4j.isRetryableError(error.cause)) {
            return await once<Row>(statement, parameters);
          }
          throw error;
        }
      },
      async write(work) {
        for (let tries = 1; ; tries += 1) {
          try {
            return await inSession((session) =>
              session.executeWrite((transaction) => work(runner(transaction)), config()),
            );
          } catch (error) {
            if (!isOvertaken(error) || tries === MOST_TRIES) {
              throw error;
            }
            // Those that overtake one another do not keep step.
            await delay(Math.random() * 2 ** tries);
          }
        }
      },
      async check() {
        try {
          await driver.verifyConnectivity(
            settings.database === undefined ? {} : { database: settings.database },
          );
        } catch (error) {
          throw asUnavailable(error);
        }
      },
      close: () => driver.close(),
      within: view,
      get unscoped() {
        return base;
      },
    };
    return database;
  }
  const base = view(undefined);
  return base;
}

/** About how much memory a row takes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, item) => sum + bytesOf(item), 8)
    : 8;
}

/**
 * Whether a transaction failed for what another one did after it looked: the same key was written, a node got another
 * relationship before it was deleted, or went before it was written.
 */
function isOvertaken(error: unknown): boolean {
  const codes = [
    'Neo.ClientError.Schema.ConstraintValidationFailed',
    'Neo.ClientError.Statement.EntityNotFound',
  ];
  return error instanceof OvertakenError || codes.includes(neo4jCode(error) ?? '');
}

function neo4jCode(error: unknown): string | undefined {
  return error instanceof neo4j.Neo4jError ? error.code : undefined;
}

/** A record's values by their columns. The driver's own way, over an iterator, takes four times as long. */
function rowOf<Row>(record: Record): Row {
  const row: { [column: string]: unknown } = {};
  const { keys } = record;
  for (let index = 0; index < keys.length; index += 1) {
    row[keys[index] as string] = record.get(index);
  }
  return row as Row;
}

/** What the driver still calls retryable after its own retries means that the database is away or overwhelmed. */
function asUnavailable(error: unknown): unknown {
  if (
    error instanceof neo4j.Neo4jError &&
    (neo4j.isRetryableError(error) || error.code === 'ServiceUnavailable')
  ) {
    return new StemmaError('UNAVAILABLE', 'the database is not answering; it is safe to try again', {
      cause: error,
    });
  }
  return error;
}

/** Properties that are decimal numbers also where their value is whole; every other whole number is an integer. */
const DECIMALS: ReadonlySet<string> = new Set([
  'cost',
  'durationMs',
  'totalCost',
  'selfTotalCost',
  'cumulativeTotalCost',
]);

/** Parameters as the driver must get them: whole numbers as integers, or Neo4j would store 1 as 1.0. */
function encode(value: unknown, key = ''): unknown {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !DECIMALS.has(key) ? neo4j.int(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => encode(item));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, encode(item, name)]));
  }
  return value ?? null;
}
