import { randomUUID } from 'node:crypto';
import type { Batch } from './batch.js';
import { badInput, notFound } from './errors.js';
import { cascade, childrenOf, depthFirst, recount, statsChanges } from './goal-tree.js';
import type { GoalRow, GoalStatus, GoalType } from './graph.js';
import { checkId, checkOptionalId } from './ids.js';
import type { Ingest } from './ingest.js';
import { shown } from './json.js';
import { NO_STATS } from './stats.js';
import { publicStats } from './tally.js';

export interface GoalChanges {
  readonly parentId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly type?: GoalType | null | undefined;
  readonly status?: GoalStatus | null | undefined;
  readonly summary?: string | null | undefined;
  readonly order?: number | null | undefined;
}

export interface GoalInput extends GoalChanges {
  readonly goalId?: string | null | undefined;
}

interface Target {
  readonly projectId: string;
  readonly traceId: string;
}

const MAX_TREE = 10_000;
/** The API's `Int` ends here. */
const MAX_ORDER = 2 ** 31 - 1;

/** A goal as events tell it. */
export function publicGoal(goal: GoalRow): object {
  const { projectId: _project, addedBy: _addedBy, self, cumulative, ...rest } = goal;
  return { ...rest, selfStats: publicStats(self), cumulativeStats: publicStats(cumulative) };
}

/**
 * Adds a goal (`goal_added`), or changes the one of that id (`goal_updated`). Without an id it gets the next free number of
 * its trace. NOT_FOUND without the trace; BAD_USER_INPUT for a parent outside the trace or below the goal itself.
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
    weight: 3,
    apply(batch) {
      batch.trace(projectId, traceId);
      const goals = batch.goals(projectId, traceId);
      // A transaction that ran twice, its first commit's answer lost: the goal is there.
      const added = [...goals.rows()].find((goal) => goal.addedBy === writeId);
      if (added !== undefined) {
        return added;
      }
      const existing = given.goalId === null ? undefined : goals.get(given.goalId);
      if (existing !== undefined) {
        return changeGoal(batch, existing, given.changes, 'input');
      }
      const goal = insertGoal(batch, { projectId, traceId }, given, { addedBy: writeId, field: 'input' });
      checkParent(batch, goal, 'input');
      const completed = goal.status === 'completed' ? cascade(batch, goal) : [];
      batch.append(projectId, traceId, 'goal_added', {
        goal: publicGoal(goal),
        affectedGoals: completed.map(({ goalId, status }) => ({ goalId, status })),
      });
      return goal;
    },
  });
}

/** Changes a goal (`goal_updated`, with the goals changed by it). NOT_FOUND without the trace or the goal. */
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
    weight: 3,
    apply(batch) {
      batch.trace(projectId, traceId);
      const goal = batch.goals(projectId, traceId).get(goalId);
      if (goal === undefined) {
        throw notFound('goal', goalId);
      }
      return changeGoal(batch, goal, given.changes, 'input');
    },
  });
}

/**
 * Makes the listed goals the trace's tree, in one transaction: existing ones are changed, new ones added, the others go
 * and their messages, steps and sub-traces stay in the trace without a goal; stats are recounted. A goal listed without
 * `parentId` is a root. Appends one `goal_tree_updated`; returns the new tree, each parent before its children.
 */
export async function setGoalTree(
  ingest: Ingest,
  { projectId, traceId, inputs }: Target & { readonly inputs: readonly GoalInput[] },
): Promise<GoalRow[]> {
  if (inputs.length > MAX_TREE) {
    throw badInput('goals', `expected at most ${MAX_TREE} goals, got ${inputs.length}`);
  }
  const listed = inputs.map((input, index) => {
    const given = checkGoal(input, `goals[${index}]`);
    const changes = { order: index, ...given.changes, parentId: given.changes.parentId ?? null };
    return { goalId: given.goalId, changes, addedBy: randomUUID() };
  });
  return await ingest.submit({
    traces: [{ projectId, id: checkId(traceId, 'traceId') }],
    needs: { trees: [{ projectId, id: traceId }] },
    // Messages of removed goals change without being read into the batch.
    alone: true,
    weight: listed.length,
    apply(batch) {
      batch.trace(projectId, traceId);
      const goals = batch.goals(projectId, traceId);
      const before = [...goals.rows()];
      const replayed = new Map(before.map((goal) => [goal.addedBy, goal.goalId]));
      const kept = new Set<string>();
      const named = new Set(listed.map(({ goalId }) => goalId));
      let changed = false;
      listed.forEach((given, index) => {
        const field = `goals[${index}]`;
        const existing = goals.get(given.goalId ?? replayed.get(given.addedBy) ?? '');
        const goal =
          existing ??
          insertGoal(batch, { projectId, traceId }, given, { addedBy: given.addedBy, field, named });
        if (kept.has(goal.goalId)) {
          throw badInput(`${field}.goalId`, `expected each goal once, got ${shown(goal.goalId)} again`);
        }
        kept.add(goal.goalId);
        const next = { ...goal, ...given.changes };
        if (existing === undefined || Object.keys(patchOf(existing, given.changes)).length > 0) {
          goals.put(goal.goalId, next);
          changed = true;
        }
      });
      for (const goal of before.filter(({ goalId }) => !kept.has(goalId))) {
        goals.put(goal.goalId, null);
        changed = true;
      }
      const ids = [...kept];
      ids.forEach((goalId, index) => {
        const goal = goals.get(goalId);
        if (goal !== undefined) {
          checkParent(batch, goal, `goals[${index}]`);
        }
      });
      recount(batch, { projectId, traceId });
      const tree = depthFirst([...goals.rows()]);
      if (changed) {
        batch.append(projectId, traceId, 'goal_tree_updated', { goals: tree.map(publicGoal) });
      }
      return tree;
    },
  });
}

interface CheckedGoal {
  readonly goalId: string | null;
  /** What was given; null where that clears. */
  readonly changes: Partial<
    Pick<GoalRow, 'parentId' | 'description' | 'reason' | 'type' | 'status' | 'summary' | 'order'>
  >;
}

function checkGoal(input: GoalInput, field: string): CheckedGoal {
  const { goalId, ...given } = input;
  for (const name of ['description', 'type', 'status', 'order'] as const) {
    if (given[name] === null) {
      throw badInput(`${field}.${name}`, 'expected a value, got null');
    }
  }
  if (given.description === '') {
    throw badInput(`${field}.description`, 'expected a text, got an empty one');
  }
  checkOptionalId(given.parentId, `${field}.parentId`);
  return {
    goalId: checkOptionalId(goalId, `${field}.goalId`),
    changes: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** Puts a new goal into the batch; its parent is not checked yet. */
function insertGoal(
  batch: Batch,
  { projectId, traceId }: Target,
  given: CheckedGoal,
  {
    addedBy,
    field,
    named = new Set(),
  }: {
    readonly addedBy: string;
    readonly field: string;
    /** Ids that the same write gives to other goals: not to be counted. */
    readonly named?: ReadonlySet<string | null>;
  },
): GoalRow {
  const { description, parentId = null } = given.changes;
  if (description === undefined) {
    throw badInput(`${field}.description`, 'expected a text for a new goal, got none');
  }
  const goals = batch.goals(projectId, traceId);
  const goalId = given.goalId ?? nextNumber(batch, { projectId, traceId }, named);
  const goal: GoalRow = {
    projectId,
    traceId,
    goalId,
    reason: null,
    type: 'normal',
    status: 'pending',
    summary: null,
    ...given.changes,
    order: given.changes.order ?? nextOrder(batch, { projectId, traceId, parentId }),
    parentId,
    description,
    createdAt: batch.now,
    self: NO_STATS,
    cumulative: NO_STATS,
    addedBy,
  };
  goals.put(goalId, goal);
  return goal;
}

function nextNumber(batch: Batch, { projectId, traceId }: Target, named: ReadonlySet<string | null>): string {
  const trace = batch.trace(projectId, traceId);
  const goals = batch.goals(projectId, traceId);
  let number = trace.lastGoalNumber + 1;
  while (goals.get(String(number)) !== undefined || named.has(String(number))) {
    number += 1;
  }
  batch.changeTrace(trace, { lastGoalNumber: number });
  return String(number);
}

/** Behind the last of the siblings; beside it, where that has the highest order there is. */
function nextOrder(
  batch: Batch,
  { projectId, traceId, parentId }: Target & { readonly parentId: string | null },
): number {
  const last = childrenOf(batch.goals(projectId, traceId).rows(), parentId).at(-1);
  return last === undefined ? 0 : Math.min(last.order + 1, MAX_ORDER);
}

function patchOf(goal: GoalRow, changes: CheckedGoal['changes']): Partial<GoalRow> {
  return Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => goal[name as keyof GoalRow] !== value),
  );
}

function changeGoal(batch: Batch, before: GoalRow, changes: CheckedGoal['changes'], field: string): GoalRow {
  const { projectId, traceId, goalId } = before;
  const goals = batch.goals(projectId, traceId);
  const moves = changes.parentId !== undefined && changes.parentId !== before.parentId;
  const patch = patchOf(before, {
    ...(moves ? { order: nextOrder(batch, { projectId, traceId, parentId: changes.parentId ?? null }) } : {}),
    ...changes,
  });
  if (Object.keys(patch).length === 0) {
    return before;
  }
  const goal = { ...before, ...patch };
  goals.put(goalId, goal);
  const affected = new Map<string, object>();
  if (moves) {
    checkParent(batch, goal, field);
    const old = new Map([...goals.rows()].map((row) => [row.goalId, row]));
    recount(batch, { projectId, traceId });
    for (const change of statsChanges(old, goals.rows())) {
      affected.set(change.goalId, change);
    }
  }
  if (patch.status === 'completed') {
    for (const { goalId: id, status } of cascade(batch, goal)) {
      affected.set(id, { goalId: id, ...affected.get(id), status });
    }
  }
  batch.append(projectId, traceId, 'goal_updated', { goalId, patch, affectedGoals: [...affected.values()] });
  return goals.get(goalId) ?? goal;
}

/** Refuses a parent that is not in the trace, or that would close a cycle. */
function checkParent(batch: Batch, goal: GoalRow, field: string): void {
  const goals = batch.goals(goal.projectId, goal.traceId);
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
