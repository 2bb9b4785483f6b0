import { badInput, StemmaError } from '../base/errors.js';
import type { Database, Runner } from '../neo4j/database.js';
import type { CollectedWrite } from './collect.js';
import { lockAndLoad, lockThreads, lockTraces } from './lock.js';
import { inLockOrder } from '../model/lock-order.js';
import { loadFromDatabase } from './read-rows.js';
import type { UnitOfWork } from './unit-of-work.js';
import { flush } from './write-rows.js';
import { applyAll, type Outcome, type Write } from './write.js';

/** Writes that are applied in order in one transaction, each seeing what those before it wrote. */
export interface Sequence {
  readonly writes: readonly CollectedWrite[];
  /** Whether the others are written if one is rejected. Otherwise nothing is, and the error names the write (see RejectedWrite). */
  readonly goesOn: boolean;
}

/** Thrown by a sequence that does not go on: the error of the write at `index`. */
export class RejectedWrite extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super('a write of a sequence was rejected', { cause });
    this.index = index;
  }
}

/** A committed sequence. */
export interface CommittedSequence {
  readonly units: readonly UnitOfWork[];
  readonly outcomes: readonly Outcome[];
}

/**
 * Commits a sequence. Writes that only append share a unit of work, as those of a batch do; any other has one of its own, so that it
 * reads what those before it wrote. If the database rejects something, the transaction is rolled back and runs again with a unit for
 * each write, which tells which one that was, and then without that one.
 */
export async function commitSequence(
  database: Database,
  { writes, goesOn }: Sequence,
  createUnit: () => UnitOfWork,
): Promise<CommittedSequence> {
  const refused = new Map<number, unknown>();
  for (let together = true; ;) {
    let current = 0;
    try {
      return await database.write('commit writes', (transaction) =>
        run(
          transaction,
          { writes, goesOn },
          { refused, together, createUnit, onTurn: (index) => (current = index) },
        ),
      );
    } catch (error) {
      if (error instanceof RejectedWrite || (error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
        throw error;
      }
      if (together) {
        together = false;
      } else if (goesOn && !refused.has(current)) {
        refused.set(current, error);
      } else {
        throw new RejectedWrite(current, error);
      }
    }
  }
}

interface Turn {
  readonly refused: ReadonlyMap<number, unknown>;
  readonly together: boolean;
  readonly createUnit: () => UnitOfWork;
  readonly onTurn: (index: number) => void;
}

async function run(
  transaction: Runner,
  { writes, goesOn }: Sequence,
  { refused, together, createUnit, onTurn }: Turn,
): Promise<CommittedSequence> {
  const all = writes.map(({ write }) => write);
  // All locks first, in the order in which every process takes them.
  const traces = inLockOrder(all.flatMap((write) => write.traces ?? []));
  const threads = inLockOrder(all.flatMap((write) => write.threads ?? []));
  await Promise.all([
    traces.length === 0 ? [] : lockTraces(transaction, { traces }),
    threads.length === 0 ? [] : lockThreads(transaction, { threads }),
  ]);
  const outcomes: Outcome[] = [];
  const units: UnitOfWork[] = [];
  /** What rejected writes would have written. */
  const lost = new Set<string>();
  const reject = (index: number, error: unknown): void => {
    if (!goesOn) {
      throw new RejectedWrite(index, error);
    }
    outcomes[index] = { error };
    writes[index]?.creates.forEach((key) => lost.add(key));
  };
  for (const part of partsOf(all, together)) {
    onTurn(part[0] ?? 0);
    const unit = createUnit();
    const open: number[] = [];
    for (const index of part) {
      const name = writes[index]?.refersTo.find((key) => lost.has(key));
      if (refused.has(index)) {
        reject(index, refused.get(index));
      } else if (name !== undefined) {
        reject(
          index,
          badInput('input', `expected nothing that a rejected operation would have written, got ${name}`),
        );
      } else {
        open.push(index);
      }
    }
    if (open.length > 0) {
      await load(
        transaction,
        unit,
        open.map((index) => all[index] as Write<unknown>),
      );
      for (const index of open) {
        const name = writes[index]?.refersTo.find((key) => lost.has(key));
        const [outcome] =
          name === undefined
            ? await applyAll(unit, [all[index] as Write<unknown>])
            : [
                {
                  error: badInput(
                    'input',
                    `expected nothing that a rejected operation would have written, got ${name}`,
                  ),
                },
              ];
        if (outcome !== undefined && 'value' in outcome) {
          outcomes[index] = outcome;
        } else {
          reject(index, outcome?.error);
        }
      }
      await flush(transaction, unit);
      units.push(unit);
    }
  }
  return { units, outcomes };
}

async function load(transaction: Runner, unit: UnitOfWork, writes: readonly Write<unknown>[]): Promise<void> {
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
}

/** The indexes of the writes, in parts that share a unit of work. */
function partsOf(writes: readonly Write<unknown>[], together: boolean): number[][] {
  const parts: number[][] = [];
  let last: Write<unknown> | undefined;
  for (const [index, write] of writes.entries()) {
    const part = parts.at(-1);
    if (together && part !== undefined && write.appends === true && last?.appends === true) {
      part.push(index);
    } else {
      parts.push([index]);
    }
    last = write;
  }
  return parts;
}
