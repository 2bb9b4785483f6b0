import { randomUUID } from 'node:crypto';
import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { notFound } from '../../base/errors.js';
import {
  checkGoal,
  checkParent,
  insertGoal,
  nextOrder,
  patchOf,
  publicGoal,
  type CheckedGoal,
  type GoalChanges,
  type GoalInput,
  type Target,
} from './goal-rules.js';
import { cascade, recount, statsChanges } from './goal-tree.js';
import type { GoalRow } from '../../model/rows.js';
import { shownInstant } from '../../model/times.js';
import { timesOf } from './goal-times.js';
import { checkId } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';

/**
 * Adds a goal (`goal_added`), or changes the one with that id (`goal_updated`). Without an id it gets the next free number of
 * its trace. Throws NOT_FOUND if the trace does not exist; BAD_USER_INPUT for a parent outside the trace or below the goal
 * itself.
 */
export async function addGoal(
  ingest: Ingest,
  { projectId, traceId, input }: Target & { readonly input: GoalInput },
): Promise<GoalRow> {
  const given = checkGoal(input, 'input');
  const writeId = randomUUID();
  return await ingest.submit({
    traces: [{ projectId, id: checkId(traceId, 'traceId') }],
    needs: { trees: [{ projectId, id: traceId }] },
    cost: 3,
    apply(unit) {
      unit.trace(projectId, traceId);
      const goals = unit.goals(projectId, traceId);
      // The transaction ran before, but the reply to its commit was lost: the goal exists.
      const added = [...goals.rows()].find((goal) => goal.addedBy === writeId);
      if (added !== undefined) {
        return added;
      }
      const existing = given.goalId === null ? undefined : goals.get(given.goalId);
      if (existing !== undefined) {
        return changeGoal(unit, existing, given.changes, 'input');
      }
      const goal = insertGoal(unit, { projectId, traceId }, given, { addedBy: writeId, field: 'input' });
      checkParent(unit, goal, 'input');
      const completed = goal.status === 'completed' ? cascade(unit, goal) : [];
      unit.append(projectId, traceId, 'goal_added', {
        goal: publicGoal(goal),
        affectedGoals: completed.map(({ goalId, status }) => ({ goalId, status })),
      });
      return goal;
    },
  });
}

/** Changes a goal (`goal_updated`, with the goals it affects). Throws NOT_FOUND if the trace or the goal does not exist. */
export async function updateGoal(
  ingest: Ingest,
  {
    projectId,
    traceId,
    goalId,
    changes,
  }: Target & { readonly goalId: string; readonly changes: GoalChanges },
): Promise<GoalRow> {
  const given = checkGoal(changes, 'input');
  return await ingest.submit({
    traces: [{ projectId, id: checkId(traceId, 'traceId') }],
    needs: { trees: [{ projectId, id: traceId }] },
    cost: 3,
    apply(unit) {
      unit.trace(projectId, traceId);
      const goal = unit.goals(projectId, traceId).get(goalId);
      if (goal === undefined) {
        throw notFound('goal', goalId);
      }
      return changeGoal(unit, goal, given.changes, 'input');
    },
  });
}

/** A patch as events show it: the times that follow from a status are not part of it. */
function shownPatch(patch: Partial<GoalRow>): Partial<GoalRow> {
  return {
    ...patch,
    ...(patch.startedAt === undefined ? {} : { startedAt: shownInstant(patch.startedAt) }),
    ...(patch.endedAt === undefined ? {} : { endedAt: shownInstant(patch.endedAt) }),
  };
}

/** Changes a goal in the unit of work, the stats above it if it moves, and the goals it completes. */
function changeGoal(
  unit: UnitOfWork,
  before: GoalRow,
  changes: CheckedGoal['changes'],
  field: string,
): GoalRow {
  const { projectId, traceId, goalId } = before;
  const goals = unit.goals(projectId, traceId);
  const moves = changes.parentId !== undefined && changes.parentId !== before.parentId;
  const patch = patchOf(before, {
    ...(moves ? { order: nextOrder(unit, { projectId, traceId, parentId: changes.parentId ?? null }) } : {}),
    ...changes,
  });
  if (Object.keys(patch).length === 0) {
    return before;
  }
  const goal = { ...before, ...patch, ...timesOf(before, patch, unit.now) };
  goals.put(goal);
  const affected = new Map<string, object>();
  if (moves) {
    checkParent(unit, goal, field);
    const old = new Map([...goals.rows()].map((row) => [row.goalId, row]));
    recount(unit, { projectId, traceId });
    for (const change of statsChanges(old, goals.rows())) {
      affected.set(change.goalId, change);
    }
  }
  if (patch.status === 'completed') {
    for (const { goalId: id, status } of cascade(unit, goal)) {
      affected.set(id, { goalId: id, ...affected.get(id), status });
    }
  }
  unit.append(projectId, traceId, 'goal_updated', {
    goalId,
    patch: shownPatch(patch),
    affectedGoals: [...affected.values()],
  });
  return goals.get(goalId) ?? goal;
}
