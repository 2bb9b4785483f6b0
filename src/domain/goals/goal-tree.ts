import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import type { GoalRow } from '../../model/rows.js';
import { equalStats, mergeStats, publicStats } from '../../model/stats.js';
import { timesOf } from './goal-times.js';
import type { AffectedGoal } from './roll-up.js';

/** The goals directly below `parentId` (null: the roots), in order. */
export function childrenOf(goals: Iterable<GoalRow>, parentId: string | null): GoalRow[] {
  return [...goals].filter((goal) => goal.parentId === parentId).sort(bySiblingOrder);
}

/** All goals, each parent directly before its children, siblings in order. */
export function depthFirst(goals: readonly GoalRow[]): GoalRow[] {
  const children = byParent(goals);
  const sorted: GoalRow[] = [];
  const pending = [...(children.get(null) ?? [])].reverse();
  for (let goal = pending.pop(); goal !== undefined; goal = pending.pop()) {
    sorted.push(goal);
    pending.push(...[...(children.get(goal.goalId) ?? [])].reverse());
  }
  return sorted;
}

/**
 * Sets each goal's cumulative stats to its own plus those of every goal below it. All goals of the trace must be loaded;
 * their own stats are assumed to be correct.
 */
export function recount(
  unit: UnitOfWork,
  { projectId, traceId }: { readonly projectId: string; readonly traceId: string },
): void {
  const goals = unit.goals(projectId, traceId);
  const rows = [...goals.rows()];
  const children = byParent(rows);
  const counted = new Map<string, GoalRow['cumulative']>();
  for (const goal of depthFirst(rows).reverse()) {
    const cumulative = (children.get(goal.goalId) ?? []).reduce(
      (sum, child) => mergeStats(sum, counted.get(child.goalId) ?? child.cumulative),
      goal.self,
    );
    counted.set(goal.goalId, cumulative);
    if (!equalStats(cumulative, goal.cumulative)) {
      goals.put({ ...goal, cumulative });
    }
  }
}

/** The goals whose stats differ from `before`, with the stats that differ. */
export function statsChanges(before: ReadonlyMap<string, GoalRow>, after: Iterable<GoalRow>): AffectedGoal[] {
  return [...after].flatMap((goal) => {
    const old = before.get(goal.goalId);
    const self =
      old === undefined || equalStats(old.self, goal.self) ? {} : { selfStats: publicStats(goal.self) };
    const cumulative =
      old === undefined || equalStats(old.cumulative, goal.cumulative)
        ? {}
        : { cumulativeStats: publicStats(goal.cumulative) };
    const change = { goalId: goal.goalId, ...self, ...cumulative };
    return Object.keys(change).length > 1 ? [change] : [];
  });
}

/**
 * Call after `goal` is completed: completes its parent if all of the parent's children are completed or abandoned, and so on
 * up the tree. Returns the goals it completed.
 */
export function cascade(unit: UnitOfWork, goal: GoalRow): GoalRow[] {
  const goals = unit.goals(goal.projectId, goal.traceId);
  const completed: GoalRow[] = [];
  for (let child = goal; child.parentId !== null;) {
    const parent = goals.get(child.parentId);
    const done = childrenOf(goals.rows(), child.parentId).every(
      ({ status }) => status === 'completed' || status === 'abandoned',
    );
    if (parent === undefined || parent.status === 'completed' || !done) {
      break;
    }
    child = { ...parent, status: 'completed', ...timesOf(parent, { status: 'completed' }, unit.now) };
    goals.put(child);
    completed.push(child);
  }
  return completed;
}

function byParent(goals: readonly GoalRow[]): Map<string | null, GoalRow[]> {
  const children = new Map<string | null, GoalRow[]>();
  for (const goal of goals) {
    const siblings = children.get(goal.parentId);
    if (siblings === undefined) {
      children.set(goal.parentId, [goal]);
    } else {
      siblings.push(goal);
    }
  }
  for (const siblings of children.values()) {
    siblings.sort(bySiblingOrder);
  }
  return children;
}

/** By `order`, then by id, with numbers compared as numbers. */
function bySiblingOrder(a: GoalRow, b: GoalRow): number {
  return a.order - b.order || a.goalId.localeCompare(b.goalId, 'en', { numeric: true });
}
