import type {
  AffectedGoalResolvers,
  GoalResolvers,
  GoalTreeResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/schema.js';
import { addGoal, updateGoal } from '../../../domain/goals/goals.js';
import { setGoalTree } from '../../../domain/goals/set-goal-tree.js';
import { notFound } from '../../../base/errors.js';
import type { GoalRow } from '../../../model/rows.js';
import { millisecondsBetween, shownInstant } from '../../../model/times.js';
import { numberAfter, pageOf, pageSize, textAfter } from '../pagination.js';
import { bySortKey, bySequence, inTrace } from './trace.js';

/** All goals of a trace, parents before children. */
export interface GoalTreeSource {
  readonly mission: string | null;
  readonly goals: readonly GoalRow[];
}

export const GoalTree: GoalTreeResolvers = {
  roots: ({ goals }) => goals.filter(({ parentId }) => parentId === null),
};

export const Goal: GoalResolvers = {
  // Trace and goal ids may contain any character; encoding keeps the combined id unambiguous.
  id: ({ traceId, goalId }) => `${encodeURIComponent(traceId)}/${encodeURIComponent(goalId)}`,
  async trace({ traceId }, _, { loaders }) {
    const trace = await loaders.trace.load(traceId);
    if (trace === null) {
      throw notFound('trace', traceId);
    }
    return trace;
  },
  parent: ({ traceId, parentId }, _, { loaders }) =>
    parentId === null ? null : loaders.goal.load({ traceId, goalId: parentId }),
  children: ({ traceId, goalId }, _, { loaders }) => loaders.childGoals.load({ traceId, goalId }),
  startedAt: ({ startedAt }) => shownInstant(startedAt),
  endedAt: ({ endedAt }) => shownInstant(endedAt),
  durationMs: ({ startedAt, endedAt }) => millisecondsBetween(startedAt, endedAt),
  selfStats: ({ self }) => self,
  cumulativeStats: ({ cumulative }) => cumulative,
  async messages({ traceId, goalId }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const page = { after: numberAfter(after, 0), limit: size + 1 };
    return pageOf((await loaders.list('messagesOfGoals', { traceId, goalId }, page)).map(bySequence), {
      size,
      after,
    });
  },
  async steps({ traceId, goalId }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const page = { after: numberAfter(after, 0), limit: size + 1 };
    return pageOf((await loaders.list('stepsOfGoals', { traceId, goalId }, page)).map(bySequence), {
      size,
      after,
    });
  },
  async subTraces({ traceId, goalId }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const page = { after: textAfter(after, ''), limit: size + 1 };
    return pageOf((await loaders.list('subTracesOfGoals', { traceId, goalId }, page)).map(bySortKey), {
      size,
      after,
    });
  },
};

export const AffectedGoal: AffectedGoalResolvers = {
  status: ({ status }) => status ?? null,
  selfStats: ({ selfStats }) => selfStats ?? null,
  cumulativeStats: ({ cumulativeStats }) => cumulativeStats ?? null,
};

export const goalQueries: QueryResolvers = {
  async goal(_, { traceId, goalId }, { loaders }) {
    const goal = await loaders.goal.load({ traceId, goalId });
    return goal === null ? null : await inTrace(goal, loaders);
  },
};

export const goalMutations: MutationResolvers = {
  addGoal: (_, { traceId, input }, { ingest, projectId }) => addGoal(ingest, { projectId, traceId, input }),
  updateGoal: (_, { traceId, goalId, input }, { ingest, projectId }) =>
    updateGoal(ingest, { projectId, traceId, goalId, changes: input }),
  async setGoalTree(_, { traceId, goals }, { ingest, loaders, projectId }) {
    const tree = await setGoalTree(ingest, { projectId, traceId, inputs: goals });
    return { mission: (await loaders.trace.load(traceId))?.task ?? null, goals: tree };
  },
};
