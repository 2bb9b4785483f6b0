import { TransactionConflictError } from '../base/errors.js';
import { runInSlices } from '../base/slices.js';
import type { ThreadKey, TraceKey } from '../model/keys.js';
import type { ThreadRow, TraceRow } from '../model/rows.js';
import type { Database } from '../neo4j/database.js';
import type { Needs } from './needs.js';
import type { Sequence } from './sequence.js';
import type { UnitOfWork } from './unit-of-work.js';

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
  /** Whether it only adds steps, messages, events or run events: such writes can share a unit of work in any order. */
  readonly appends?: boolean;
  /** Writes to be applied in its place, in one transaction of their own; `apply` is not called. Its value is their outcomes. */
  readonly sequence?: Sequence;
  /** Its cost, in rows. */
  readonly cost: number;
  /** Roughly how much it sends to the database: the length of its texts. A few hundred bytes by default. */
  readonly sizeBytes?: number;
  /**
   * Checks the rules, then changes the unit of work; throws to reject the write. It may run more than once, each time on a fresh
   * unit, so ids are made before it. A write of many rows yields between them, so that it does not block the event loop.
   */
  apply(unit: UnitOfWork): T | Generator<void, T, void>;
}

/** What a commit changed or added. */
export interface Committed {
  readonly traces: readonly TraceRow[];
  readonly threads: readonly ThreadRow[];
}

/** What writes that are not committed yet will have written. */
export interface Pending {
  /** The trace of a message; undefined if none of them adds it. */
  traceOfMessage(id: string): string | undefined;
  /** The parent of a trace, null for none; undefined if none of them adds it. */
  parentOfTrace(id: string): string | null | undefined;
}

/** Accepts the writes of the domain. */
export interface Ingest {
  readonly database: Database;
  /** Consult it before the database for what a write needs to know before it is submitted. */
  readonly pending?: Pending;
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

/** The result of one write of a batch. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Applies the writes in turn. If one throws, its changes are rolled back and the others go on. Throws only if what was read does not fit
 * together, because another transaction deleted some of it meanwhile: then all must be read again.
 */
export async function applyAll(unit: UnitOfWork, writes: readonly Write<unknown>[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const write of writes) {
    try {
      outcomes.push({ value: await unit.savepoint(() => applyWrite(unit, write)) });
    } catch (error) {
      if (error instanceof TransactionConflictError) {
        throw error;
      }
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
