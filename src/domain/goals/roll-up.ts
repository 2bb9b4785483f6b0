import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import type { GoalRow, GoalStatus, Stats } from '../../model/rows.js';
import type { Affected } from '../../model/affected.js';
import {
  addUsage,
  publicStats,
  showNewest,
  type Preview,
  type PublicStats,
  type Usage,
} from '../../model/stats.js';

/** A goal after a change, as events report it: only the fields that the change touched. */
export interface AffectedGoal {
  readonly goalId: string;
  readonly status?: GoalStatus;
  readonly selfStats?: PublicStats;
  readonly cumulativeStats?: PublicStats;
}

/** Where a record is counted. */
export interface Place {
  readonly projectId: string;
  readonly traceId: string;
  readonly goalId: string | null;
}

/**
 * Adds a record's usage to its trace, to its goal's own stats, and to the cumulative stats of that goal and each goal above
 * it, once each; with `sign` -1 subtracts it. `preview` is shown where it is the newest. The goals must be loaded.
 */
export function rollUp(
  unit: UnitOfWork,
  place: Place,
  usage: Usage,
  preview: Preview | null,
  sign: 1 | -1 = 1,
): void {
  const apply = (stats: Stats): Stats => {
    const sum = addUsage(stats, usage, sign);
    return preview === null ? sum : showNewest(sum, preview);
  };
  const trace = unit.trace(place.projectId, place.traceId);
  unit.changeTrace(trace, apply(trace));
  const goals = unit.goals(place.projectId, place.traceId);
  chain(unit, place).forEach((goal, level) => {
    const self = level === 0 ? apply(goal.self) : goal.self;
    goals.put({ ...goal, self, cumulative: apply(goal.cumulative) });
  });
}

/** The goal of a place and every goal above it, bottom up; empty without a goal. */
export function chain(unit: UnitOfWork, { projectId, traceId, goalId }: Place): GoalRow[] {
  const goals = unit.goals(projectId, traceId);
  const found: GoalRow[] = [];
  for (let id = goalId; id !== null;) {
    const goal: GoalRow | undefined = goals.get(id);
    if (goal === undefined) {
      break;
    }
    found.push(goal);
    id = goal.parentId;
  }
  return found;
}

/** The stats of a place after a change, to be stored with the fact that changed them. */
export function affectedOf(unit: UnitOfWork, place: Place): Affected {
  const goals = chain(unit, place);
  return { goals, self: goals[0]?.self ?? null, totals: unit.trace(place.projectId, place.traceId) };
}

/** The goals of a place after a change to their stats. */
export function affectedGoals(unit: UnitOfWork, place: Place): AffectedGoal[] {
  return chain(unit, place).map((goal, level) => ({
    goalId: goal.goalId,
    ...(level === 0 ? { selfStats: publicStats(goal.self) } : {}),
    cumulativeStats: publicStats(goal.cumulative),
  }));
}
