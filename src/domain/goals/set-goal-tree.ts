import { randomUUID } from 'node:crypto';
import { badInput } from '../../base/errors.js';
import {
  checkGoal,
  checkParent,
  insertGoal,
  patchOf,
  publicGoal,
  type GoalInput,
  type Target,
} from './goal-rules.js';
import { timesOf } from './goal-times.js';
import { depthFirst, recount } from './goal-tree.js';
import type { GoalRow } from '../../model/rows.js';
import { checkId } from '../../model/ids.js';
import type { Table } from '../../ingest/table.js';
import type { Ingest } from '../../ingest/write.js';
import { shown } from '../../base/json.js';
import { mapInSlices } from '../../base/slices.js';

const MAX_TREE = 10_000;

/**
 * Makes the listed goals the trace's tree, in one transaction: changes existing goals, adds new ones, deletes the others,
 * whose messages, steps and sub-traces stay in the trace without a goal, and recounts the stats. A goal listed without
 * `parentId` is a root. Appends one `goal_tree_updated` if anything changed; returns the new tree, each parent before its
 * children.
 */
export async function setGoalTree(
  ingest: Ingest,
  { projectId, traceId, inputs }: Target & { readonly inputs: readonly GoalInput[] },
): Promise<GoalRow[]> {
  if (inputs.length > MAX_TREE) {
    throw badInput('goals', `expected at most ${MAX_TREE} goals, got ${inputs.length}`);
  }
  const listed = await mapInSlices(inputs, (input, index) => {
    const given = checkGoal(input, `goals[${index}]`);
    const changes = { order: index, ...given.changes, parentId: given.changes.parentId ?? null };
    return { goalId: given.goalId, changes, addedBy: randomUUID() };
  });
  return await ingest.submit({
    traces: [{ projectId, id: checkId(traceId, 'traceId') }],
    needs: { trees: [{ projectId, id: traceId }] },
    // Messages of removed goals change without being read into the unit of work.
    exclusive: true,
    cost: listed.length,
    *apply(unit) {
      unit.trace(projectId, traceId);
      const goals = unit.goals(projectId, traceId);
      const before = [...goals.rows()];
      const replayed = new Map(before.map((goal) => [goal.addedBy, goal.goalId]));
      const kept = new Set<string>();
      const added = new Set<string>();
      const named = new Set(listed.map(({ goalId }) => goalId));
      let changed = false;
      for (const [index, given] of listed.entries()) {
        const field = `goals[${index}]`;
        const existing = goals.get(given.goalId ?? replayed.get(given.addedBy) ?? '');
        const goal =
          existing ??
          insertGoal(unit, { projectId, traceId }, given, { addedBy: given.addedBy, field, named });
        if (kept.has(goal.goalId)) {
          throw badInput(`${field}.goalId`, `expected each goal once, got ${shown(goal.goalId)} again`);
        }
        kept.add(goal.goalId);
        const next = {
          ...goal,
          ...given.changes,
          ...(existing && timesOf(existing, given.changes, unit.now)),
        };
        if (existing === undefined) {
          added.add(goal.goalId);
        }
        if (existing === undefined || Object.keys(patchOf(existing, given.changes)).length > 0) {
          goals.put(next);
          changed = true;
        }
        yield;
      }
      for (const goal of before.filter(({ goalId }) => !kept.has(goalId))) {
        goals.remove(goal);
        changed = true;
      }
      for (const [index, goalId] of [...kept].entries()) {
        const goal = goals.get(goalId);
        if (goal !== undefined) {
          checkParent(unit, goal, `goals[${index}]`);
        }
        yield;
      }
      if (added.size > 0) {
        sequenceAsTree(goals, added);
        yield;
      }
      recount(unit, { projectId, traceId });
      yield;
      const tree = depthFirst([...goals.rows()]);
      if (changed) {
        const shownTree = tree.map(publicGoal);
        yield;
        unit.append(projectId, traceId, 'goal_tree_updated', { goals: shownTree });
      }
      return tree;
    },
  });
}

/** Gives the added goals their sequences in the order of the tree: in whatever order they are listed, parents come before children. */
function sequenceAsTree(goals: Table<GoalRow>, added: ReadonlySet<string>): void {
  const inTree = depthFirst([...goals.rows()]).filter(({ goalId }) => added.has(goalId));
  const sequences = inTree.map(({ sequence }) => sequence).sort((a, b) => a - b);
  for (const [index, goal] of inTree.entries()) {
    goals.put({ ...goal, sequence: sequences[index] as number });
  }
}
