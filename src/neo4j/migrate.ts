import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { cypherText, statementOf, type Statement } from './cypher.js';
import type { Database } from './database.js';
import { StemmaError } from '../base/errors.js';
import { readMigrations, type Migration } from './migrations.js';
import { PROGRAM_VERSION } from '../base/program-version.js';

export interface MigrateOptions {
  /** Called with a line for each migration that is applied, and when it waits for another server. */
  readonly report?: ((line: string) => void) | undefined;
  /** If aborted, `migrate` rejects before its next step. */
  readonly signal?: AbortSignal | undefined;
  /** How long other servers wait for one that stopped responding while it migrated. 15,000 unless given. */
  readonly leaseMs?: number;
  /** The migrations of this program unless given. */
  readonly migrations?: readonly Migration[];
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly appliedBy: string;
}

const statement = <Parameters extends object, Row>(name: string): Statement<Parameters, Row> =>
  statementOf(name, cypherText(name));
const readApplied = statement<object, Applied>('migration-log/read');
const takeLock = statement<{ readonly holder: string; readonly leaseMs: number }, { holder: string }>(
  'migration-log/take-lock',
);
const releaseLock = statement<{ readonly holder: string }, never>('migration-log/release-lock');
const record = statement<
  { readonly holder: string; readonly number: number; readonly name: string; readonly version: string },
  { number: number }
>('migration-log/record');
const awaitIndexes = statement<object, never>('migration-log/await-indexes');

const POLL_MS = 100;
/** The most attempts at a schema statement that another server runs at the same time. */
const MOST_TRIES = 50;

/**
 * Brings the graph to the state that this program needs: applies the missing migrations, each once, in order, and records
 * them in the graph. Returns how many it applied; 0 if there was nothing to do.
 *
 * Servers that start together take turns: one migrates under a lock in the graph, and the others wait for it. If it dies,
 * the next takes over when the lock expires, and runs the unfinished migration again.
 *
 * Throws CONFLICT if a newer program has migrated the graph.
 */
export async function migrate(
  database: Database,
  { report, signal, leaseMs = 15_000, migrations = readMigrations() }: MigrateOptions = {},
): Promise<number> {
  const holder = randomUUID();
  let applied = 0;
  let waiting = false;
  while ((await pendingOf(database, migrations)).length > 0) {
    signal?.throwIfAborted();
    await runAll(database, migrations[0]);
    if (await isMine(database, { holder, leaseMs })) {
      applied += await migrateLocked(database, { migrations, holder, leaseMs, report, signal });
    } else {
      if (!waiting) {
        report?.('Waiting for another server, which is migrating the graph ...');
        waiting = true;
      }
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }
  return applied;
}

/** The migrations to apply. Migration 0 sets up the record itself, and is part of every run. */
async function pendingOf(
  database: Database,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const applied = await readApplied(database, {});
  const newest = applied.at(-1);
  const last = migrations.length - 1;
  if (newest !== undefined && newest.number > last) {
    throw new StemmaError(
      'CONFLICT',
      `the graph is newer than this program: Stemma ${newest.appliedBy} brought it to migration ${newest.number} ` +
        `(${newest.name}), and this is Stemma ${PROGRAM_VERSION}, which knows migrations up to ${last}; start Stemma ` +
        `${newest.appliedBy} or later on it, or set NEO4J_URI (or STEMMA_DATA_DIR) to another database`,
    );
  }
  const numbers = new Set(applied.map(({ number }) => number));
  return migrations.slice(1).filter(({ number }) => !numbers.has(number));
}

async function isMine(
  database: Database,
  { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
): Promise<boolean> {
  const rows = await database.write('migrate', (transaction) => takeLock(transaction, { holder, leaseMs }));
  return rows.length > 0;
}

/** Applies the pending migrations while extending the lock; stops early if it lost the lock to another server. */
async function migrateLocked(
  database: Database,
  {
    migrations,
    holder,
    leaseMs,
    report,
    signal,
  }: MigrateOptions & {
    readonly migrations: readonly Migration[];
    readonly holder: string;
    readonly leaseMs: number;
  },
): Promise<number> {
  const extend = setInterval(() => {
    // If it fails, the lock expires, and `record` notices.
    void isMine(database, { holder, leaseMs }).catch(() => undefined);
  }, leaseMs / 3);
  let applied = 0;
  try {
    for (const migration of await pendingOf(database, migrations)) {
      signal?.throwIfAborted();
      report?.(`Migrating the graph: ${migration.name} ...`);
      await runAll(database, migration);
      await awaitIndexes(database, {});
      const { number, name } = migration;
      const recorded = await database.write('migrate', (transaction) =>
        record(transaction, { holder, number, name, version: PROGRAM_VERSION }),
      );
      if (recorded.length === 0) {
        return applied;
      }
      applied += 1;
    }
    return applied;
  } finally {
    clearInterval(extend);
    // If it cannot be released, it expires.
    await database
      .write('migrate', (transaction) => releaseLock(transaction, { holder }))
      .catch(() => undefined);
  }
}

/**
 * Runs the statements of a migration, each in its own transaction, because Neo4j does not let one transaction change both
 * schema and data. Two servers that create the same constraint can each be rejected, even with IF NOT EXISTS; the statement
 * is then retried.
 */
async function runAll(database: Database, migration: Migration | undefined): Promise<void> {
  for (const text of migration?.statements ?? []) {
    for (let tries = 1; ; tries += 1) {
      try {
        await database.run({ name: `migrations/${migration?.name ?? ''}`, text }, {});
        break;
      } catch (error) {
        if (!isRace(error) || tries === MOST_TRIES) {
          throw error;
        }
        await delay(20 + Math.random() * 100);
      }
    }
  }
}

/** Whether a schema statement failed because another transaction changed the schema at the same time. */
function isRace(error: unknown): boolean {
  const codes = error instanceof Error ? [codeOf(error), codeOf(error.cause)] : [];
  return codes.some((code) => /^Neo\.(\w+\.Schema|TransientError)\./.test(code));
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | undefined)?.code);
}
