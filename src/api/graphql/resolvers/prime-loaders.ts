import type { Snapshot } from '../../../domain/traces/snapshot.js';
import type { GoalRow } from '../../../model/rows.js';
import type { Loaders } from '../loaders.js';

/** Primes the loaders, so that fields of the snapshot's objects are answered from the snapshot where it holds the answer. */
export function primeLoaders(loaders: Loaders, { trace, goals, subTraces }: Snapshot): void {
  const traceId = trace.id;
  [trace, ...subTraces].forEach((row) => loaders.trace.prime(row.id, row));
  loaders.goalTree.prime(traceId, goals);
  loaders.snapshotGoals.set(traceId, goals);
  const children = new Map<string | null, GoalRow[]>();
  for (const goal of goals) {
    loaders.goal.prime({ traceId, goalId: goal.goalId }, goal);
    const siblings = children.get(goal.parentId) ?? [];
    siblings.push(goal);
    children.set(goal.parentId, siblings);
  }
  loaders.rootGoals.prime(traceId, children.get(null) ?? []);
  for (const { goalId } of goals) {
    loaders.childGoals.prime({ traceId, goalId }, children.get(goalId) ?? []);
  }
}
