import type { TraceKey } from '../../model/keys.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { childrenOf, depthFirst } from './goal-tree.js';
import type { GoalRow } from '../../model/rows.js';
import {
  ownerKey,
  paged,
  type After,
  type GoalOwner,
  type OwnedList,
  type OwnedPage,
  type Pages,
} from '../../model/owned-pages.js';
import { goalOfNode } from '../../model/row-mapping.js';
import type { GoalNode } from '../../model/rows.js';

interface InProject {
  readonly projectId: string;
}

const readTreeRows = statement<{ traces: readonly TraceKey[] }, GoalNode>('goals/read-trees');
const readRootRows = statement<InProject & { readonly ids: readonly string[] }, GoalNode>('goals/roots');
const readChildRows = statement<InProject & { readonly goals: readonly GoalOwner[] }, GoalNode>(
  'goals/children',
);
const ofTraces: OwnedList<string, number, GoalNode> = statement('goals/by-traces');
const readGoalRows = statement<InProject & { readonly goals: readonly GoalOwner[] }, GoalNode>('goals/read');

/** The existing goals with these keys, in no particular order. */
export async function readGoals(
  database: Database,
  { projectId, goals }: InProject & { readonly goals: readonly GoalOwner[] },
): Promise<GoalRow[]> {
  return (await readGoalRows(database, { projectId, goals })).map(goalOfNode);
}

/** The goals of traces, in the order in which they were added. */
export function goalsOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<GoalRow>> {
  return paged(ofTraces(database, page), goalOfNode);
}

/** The same page of one trace, from all its goals. */
export function pageOfGoals(
  goals: readonly GoalRow[],
  { after, limit }: Pick<OwnedPage<string> & After<number>, 'after' | 'limit'>,
): GoalRow[] {
  return goals
    .filter(({ sequence }) => sequence > after)
    .sort((a, b) => a.sequence - b.sequence)
    .slice(0, limit);
}

/** All goals of each trace, parents before children; a trace without goals is missing. */
export async function readTrees(
  runner: Runner,
  { projectId, ids }: InProject & { readonly ids: readonly string[] },
): Promise<Pages<GoalRow>> {
  const rows = await readTreeRows(runner, { traces: ids.map((id) => ({ projectId, id })) });
  const trees = gather(rows, (goal) => goal.traceId);
  return new Map([...trees].map(([id, goals]) => [id, depthFirst(goals)]));
}

/** The root goals of each trace, in order. */
export async function readRoots(
  database: Database,
  { projectId, ids }: InProject & { readonly ids: readonly string[] },
): Promise<Pages<GoalRow>> {
  return inOrder(gather(await readRootRows(database, { projectId, ids }), (goal) => goal.traceId));
}

/** The goals directly below each goal, in order. */
export async function readChildren(
  database: Database,
  { projectId, goals }: InProject & { readonly goals: readonly GoalOwner[] },
): Promise<Pages<GoalRow>> {
  const rows = await readChildRows(database, { projectId, goals });
  return inOrder(gather(rows, ({ traceId, parentId }) => ownerKey({ traceId, goalId: parentId ?? '' })));
}

function gather(nodes: readonly GoalNode[], keyed: (goal: GoalRow) => string): Pages<GoalRow> {
  const gathered: Pages<GoalRow> = new Map();
  for (const node of nodes) {
    const goal = goalOfNode(node);
    const goals = gathered.get(keyed(goal));
    if (goals === undefined) {
      gathered.set(keyed(goal), [goal]);
    } else {
      goals.push(goal);
    }
  }
  return gathered;
}

function inOrder(siblings: Pages<GoalRow>): Pages<GoalRow> {
  return new Map([...siblings].map(([key, goals]) => [key, childrenOf(goals, goals[0]?.parentId ?? null)]));
}
