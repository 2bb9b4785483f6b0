import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { badInput } from '../../base/errors.js';
import { childrenOf } from './goal-tree.js';
import type { GoalRow, GoalStatus, GoalType } from '../../model/rows.js';
import { checkOptionalId } from '../../model/ids.js';
import { shown } from '../../base/json.js';
import { NO_STATS, publicStats } from '../../model/stats.js';
import { instantOf, shownInstant } from '../../model/times.js';
import { timesOf } from './goal-times.js';

export interface GoalChanges {
  readonly parentId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly type?: GoalType | null | undefined;
  readonly status?: GoalStatus | null | undefined;
  readonly summary?: string | null | undefined;
  readonly order?: number | null | undefined;
  readonly startedAt?: string | null | undefined;
  readonly endedAt?: string | null | undefined;
}

export interface GoalInput extends GoalChanges {
  readonly goalId?: string | null | undefined;
}

/** The trace that the goals belong to. */
export interface Target {
  readonly projectId: string;
  readonly traceId: string;
}

/** The greatest value of the API's `Int`. */
const MAX_ORDER = 2 ** 31 - 1;

/** A goal as events report it. */
export function publicGoal(goal: GoalRow): object {
  const { projectId: _project, sequence: _sequence, addedBy: _addedBy, self, cumulative, ...rest } = goal;
  return {
    ...rest,
    startedAt: shownInstant(rest.startedAt),
    endedAt: shownInstant(rest.endedAt),
    selfStats: publicStats(self),
    cumulativeStats: publicStats(cumulative),
  };
}

/** Checked input. */
export interface CheckedGoal {
  readonly goalId: string | null;
  /** The given fields; null clears a field. */
  readonly changes: Partial<
    Pick<
      GoalRow,
      | 'parentId'
      | 'description'
      | 'reason'
      | 'type'
      | 'status'
      | 'summary'
      | 'order'
      | 'startedAt'
      | 'endedAt'
    >
  >;
}

/** Checks each field of the input. Throws BAD_USER_INPUT naming the field below `field` if one is invalid. */
export function checkGoal(input: GoalInput, field: string): CheckedGoal {
  const { goalId, ...given } = input;
  for (const name of ['description', 'type', 'status', 'order'] as const) {
    if (given[name] === null) {
      throw badInput(`${field}.${name}`, 'expected a value, got null');
    }
  }
  if (given.description === '') {
    throw badInput(`${field}.description`, 'expected a string with text, got an empty one');
  }
  checkOptionalId(given.parentId, `${field}.parentId`);
  return {
    goalId: checkOptionalId(goalId, `${field}.goalId`),
    changes: {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(given.startedAt === undefined
        ? {}
        : { startedAt: instantOf(given.startedAt, `${field}.startedAt`) }),
      ...(given.endedAt === undefined ? {} : { endedAt: instantOf(given.endedAt, `${field}.endedAt`) }),
    },
  };
}

/** Adds a new goal to the unit of work, without checking its parent. */
export function insertGoal(
  unit: UnitOfWork,
  { projectId, traceId }: Target,
  given: CheckedGoal,
  {
    addedBy,
    field,
    named = new Set(),
  }: {
    readonly addedBy: string;
    readonly field: string;
    /** Ids that the same write gives to other goals: numbering skips them. */
    readonly named?: ReadonlySet<string | null>;
  },
): GoalRow {
  const { description, parentId = null } = given.changes;
  if (description === undefined) {
    throw badInput(`${field}.description`, 'expected a string for a new goal, got none');
  }
  const goals = unit.goals(projectId, traceId);
  const goalId = given.goalId ?? nextNumber(unit, { projectId, traceId }, named);
  const goal: GoalRow = {
    projectId,
    traceId,
    goalId,
    sequence: nextSequence(unit, { projectId, traceId }),
    reason: null,
    type: 'normal',
    status: 'pending',
    summary: null,
    ...given.changes,
    order: given.changes.order ?? nextOrder(unit, { projectId, traceId, parentId }),
    parentId,
    description,
    createdAt: unit.now,
    startedAt: null,
    endedAt: null,
    ...timesOf(null, given.changes, unit.now),
    self: NO_STATS,
    cumulative: NO_STATS,
    addedBy,
  };
  goals.put(goal);
  return goal;
}

function nextNumber(
  unit: UnitOfWork,
  { projectId, traceId }: Target,
  named: ReadonlySet<string | null>,
): string {
  const trace = unit.trace(projectId, traceId);
  const goals = unit.goals(projectId, traceId);
  let number = trace.lastGoalNumber + 1;
  while (goals.get(String(number)) !== undefined || named.has(String(number))) {
    number += 1;
  }
  unit.changeTrace(trace, { lastGoalNumber: number });
  return String(number);
}

function nextSequence(unit: UnitOfWork, { projectId, traceId }: Target): number {
  const trace = unit.trace(projectId, traceId);
  const sequence = trace.lastGoalSequence + 1;
  unit.changeTrace(trace, { lastGoalSequence: sequence });
  return sequence;
}

/** One more than the last sibling's order, or the same if that is the maximum. */
export function nextOrder(
  unit: UnitOfWork,
  { projectId, traceId, parentId }: Target & { readonly parentId: string | null },
): number {
  const last = childrenOf(unit.goals(projectId, traceId).rows(), parentId).at(-1);
  return last === undefined ? 0 : Math.min(last.order + 1, MAX_ORDER);
}

/** The changes that differ from the goal's current fields. */
export function patchOf(goal: GoalRow, changes: CheckedGoal['changes']): Partial<GoalRow> {
  return Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => goal[name as keyof GoalRow] !== value),
  );
}

/** Rejects a parent that is not in the trace or would create a cycle. */
export function checkParent(unit: UnitOfWork, goal: GoalRow, field: string): void {
  const goals = unit.goals(goal.projectId, goal.traceId);
  const passed = new Set([goal.goalId]);
  for (let id = goal.parentId; id !== null;) {
    if (passed.has(id)) {
      throw badInput(
        `${field}.parentId`,
        `expected a goal that is not below ${shown(goal.goalId)}, got ${shown(goal.parentId)}: a cycle`,
      );
    }
    passed.add(id);
    const above: GoalRow | undefined = goals.get(id);
    if (above === undefined) {
      throw badInput(
        `${field}.parentId`,
        `expected a goal of trace ${shown(goal.traceId)}, got ${shown(id)}`,
      );
    }
    id = above.parentId;
  }
}

/** Rejects a goal that is not in the trace; `field` is the input field that names it. */
export function checkGoalOfTrace(
  unit: UnitOfWork,
  {
    projectId,
    traceId,
    goalId,
  }: { readonly projectId: string; readonly traceId: string; readonly goalId: string | null },
  field: string,
): void {
  if (goalId !== null && unit.goals(projectId, traceId).get(goalId) === undefined) {
    throw badInput(field, `expected a goal of trace ${shown(traceId)}, got ${shown(goalId)}`);
  }
}
