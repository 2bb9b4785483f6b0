import { StemmaError } from '../base/errors.js';
import type { Database } from '../neo4j/database.js';
import { ObjectTextCache } from '../content/object-texts.js';
import { createClock } from './clock.js';
import { append, isAppend } from './fast-append.js';
import { lockAndLoad } from './lock.js';
import { loadFromCache, loadFromDatabase } from './read-rows.js';
import { RowCache } from './row-cache.js';
import type { Table } from './table.js';
import { UnitOfWork } from './unit-of-work.js';
import { commitSequence } from './sequence.js';
import { flush } from './write-rows.js';
import { applyAll, type Committed, type Outcome, type Write } from './write.js';

/** Receives what happens to commits. */
export interface CommitListeners {
  /** Called after each commit with what it changed. */
  readonly committed?: (committed: Committed) => void;
  /** Called with the cause each time the fast path fails and the locked path takes over, and how often that has happened. */
  readonly appendFailed?: (cause: unknown, failures: number) => void;
}

/** Commits writes in one transaction, and returns the outcome of each. Throws if the transaction fails. */
export type Commit = (writes: readonly Write<unknown>[]) => Promise<readonly Outcome[]>;

/** A committed unit of work, and the outcome of each write in it. */
interface CommittedUnit {
  readonly unit: UnitOfWork;
  readonly outcomes: readonly Outcome[];
}

/** `maxAppendCost`: writes that cost more together, in rows, do not fit the one statement of the fast path. */
export function createCommit(
  database: Database,
  { maxAppendCost, listeners = {} }: { readonly maxAppendCost: number; readonly listeners?: CommitListeners },
): Commit {
  const rowCache = new RowCache();
  const objectTexts = new ObjectTextCache();
  const now = createClock();
  let appendFailures = 0;

  /**
   * The fast path: applies the writes to rows of the row cache, and appends in one statement that reads nothing. If it fails
   * for any reason, nothing was written or it is unknown whether something was; the locked path then finds out.
   */
  async function appendFromCache(
    timed: Database,
    writes: readonly Write<unknown>[],
    at: string,
  ): Promise<CommittedUnit | undefined> {
    const traces = writes.flatMap((write) => write.traces ?? []);
    const unit = new UnitOfWork(at, objectTexts);
    const isCached =
      // Applying a large batch here would be wasted work.
      writes.reduce((sum, { cost }) => sum + cost, 0) <= maxAppendCost &&
      writes.every((write) => (write.threads ?? []).length === 0 && write.sequence === undefined) &&
      loadFromCache(rowCache, unit, writes);
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
        listeners.appendFailed?.(error, appendFailures);
        if (error instanceof StemmaError && error.written === 'UNKNOWN') {
          rowCache.forget(traces);
          return await afterLostAnswer(timed, error, writes, at);
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
    at: string,
  ): Promise<CommittedUnit> {
    try {
      return await readAndWrite(timed, writes, { at, objectTexts });
    } catch (error) {
      throw error instanceof StemmaError && error.code === 'UNAVAILABLE' ? lost : error;
    }
  }

  return async (writes) => {
    const at = now();
    // Both paths share the time limit of one transaction.
    const timed = database.withBudget();
    const sequence = writes.length === 1 ? writes[0]?.sequence : undefined;
    if (sequence !== undefined) {
      const { units, outcomes } = await commitSequence(
        timed,
        sequence,
        () => new UnitOfWork(at, objectTexts),
      );
      for (const unit of units) {
        rowCache.store(unit);
        listeners.committed?.({ traces: written(unit.traces), threads: written(unit.threads) });
      }
      return [{ value: outcomes }];
    }
    const { unit, outcomes } =
      (await appendFromCache(timed, writes, at)) ?? (await readAndWrite(timed, writes, { at, objectTexts }));
    rowCache.store(unit);
    listeners.committed?.({ traces: written(unit.traces), threads: written(unit.threads) });
    return outcomes;
  };
}

/** The locked path: locks and reads everything first. */
async function readAndWrite(
  timed: Database,
  writes: readonly Write<unknown>[],
  { at, objectTexts }: { readonly at: string; readonly objectTexts: ObjectTextCache },
): Promise<CommittedUnit> {
  return await timed.write('commit writes', async (transaction) => {
    const unit = new UnitOfWork(at, objectTexts);
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
      await loadFromDatabase(transaction, unit, more);
    }
    const outcomes = await applyAll(unit, writes);
    await flush(transaction, unit);
    return { unit, outcomes };
  });
}

function written<Row>(table: Table<Row>): Row[] {
  return [...table.added(), ...table.changed().map(({ after }) => after)];
}
