import { statement, type Statement } from '../model/statement.js';
import { WRITERS, type Change } from '../model/tables.js';

const claimed = new Set<Change>();

/** The statement that writes this kind of change, as `model/tables.ts` declares it. */
export function writerOf<Parameters extends object, Row = never>(change: Change): Statement<Parameters, Row> {
  const name = WRITERS.get(change);
  if (name === undefined) {
    throw new Error(`expected a kind of change that model/tables.ts has a statement for, got ${change}`);
  }
  claimed.add(change);
  return statement<Parameters, Row>(name);
}

/** Says that other code writes these kinds of change. */
export function claim(changes: Iterable<Change>): void {
  for (const change of changes) {
    claimed.add(change);
  }
}

/** Throws if `model/tables.ts` declares a kind of change that no code writes: it would be lost. Call it once all writers are loaded. */
export function checkWriters(declared: Iterable<Change> = WRITERS.keys()): void {
  const unwritten = [...declared].filter((change) => !claimed.has(change));
  if (unwritten.length > 0) {
    throw new Error(`expected a writer for every kind of change, got none for ${unwritten.join(', ')}`);
  }
}
