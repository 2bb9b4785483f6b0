import { deleteTrace } from '../../../domain/traces/delete-trace.js';
import type {
  MutationResolvers,
  QueryResolvers,
  SubscriptionResolvers,
  TraceFilter,
  TraceResolvers,
} from '../generated/schema.js';
import type { TraceRow } from '../../../model/rows.js';
import { listTraces, NEWEST, type TraceFilter as Filter } from '../../../domain/traces/list-traces.js';
import { JsonText } from '../../../base/json-text.js';
import type { ListChange } from '../../../live/live-list.js';
import type { Loaders } from '../loaders.js';
import { numberAfter, pageOf, pageSize, textAfter } from '../pagination.js';
import { pageOfGoals } from '../../../domain/goals/read-goals.js';
import { publicStats } from '../../../model/stats.js';
import { checkPosition } from '../../../model/positions.js';
import { millisecondsBetween, shownInstant } from '../../../model/times.js';
import { createTrace } from '../../../domain/traces/traces.js';
import { updateTrace } from '../../../domain/traces/update-trace.js';
import { mapped } from './mapped.js';

export const Trace: TraceResolvers = {
  totalSteps: ({ stepCount }) => stepCount,
  totalMessages: ({ messageCount }) => messageCount,
  context: async ({ id, context }, _, { loaders }) =>
    new JsonText(context ?? (await loaders.tracePayloads.load(id))?.context ?? '{}'),
  metadata: async ({ id, metadata }, _, { loaders }) =>
    new JsonText(metadata ?? (await loaders.tracePayloads.load(id))?.metadata ?? '{}'),
  tags: ({ tags }) => tags ?? [],
  startedAt: ({ startedAt }) => shownInstant(startedAt),
  endedAt: ({ endedAt }) => shownInstant(endedAt),
  durationMs: ({ startedAt, endedAt }) => millisecondsBetween(startedAt, endedAt),
  parentTraceId: ({ parentTraceId, formerParentId }) => parentTraceId ?? formerParentId,
  parent: ({ parentTraceId }, _, { loaders }) =>
    parentTraceId === null ? null : loaders.trace.load(parentTraceId),
  parentGoal: ({ parentTraceId, parentGoalId }, _, { loaders }) =>
    parentTraceId === null || parentGoalId === null
      ? null
      : loaders.goal.load({ traceId: parentTraceId, goalId: parentGoalId }),
  thread: ({ threadId }, _, { loaders }) => (threadId === null ? null : loaders.thread.load(threadId)),
  async subTraces({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('subTracesOfTraces', id, {
      after: textAfter(after, ''),
      limit: size + 1,
    });
    return pageOf(rows.map(bySortKey), { size, after });
  },
  async stats(trace, { includeSubTraces }, { loaders }) {
    const own = publicStats(trace);
    return includeSubTraces ? { ...own, ...(await loaders.treeStats.load(trace.id)) } : own;
  },
  async goalTree({ id, task }, _, { loaders }) {
    const goals = await loaders.goalTree.load(id);
    return goals.length === 0 ? null : { mission: task, goals };
  },
  async goals({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const page = { after: numberAfter(after, 0), limit: size + 1 };
    const known = loaders.snapshotGoals.get(id);
    const goals =
      known === undefined ? await loaders.list('goalsOfTraces', id, page) : pageOfGoals(known, page);
    return pageOf(goals.map(bySequence), { size, after });
  },
  rootGoals: ({ id }, _, { loaders }) => loaders.rootGoals.load(id),
  goal: ({ id }, { goalId }, { loaders }) => loaders.goal.load({ traceId: id, goalId }),
  async steps({ id }, { types, first, after }, { loaders }) {
    const size = pageSize(first);
    const page = { after: numberAfter(after, 0), types: types ?? null, limit: size + 1 };
    const rows = await loaders.list('stepsOfTraces', id, page);
    return pageOf(rows.map(bySequence), { size, after });
  },
  async messages({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('messagesOfTraces', id, {
      after: numberAfter(after, 0),
      limit: size + 1,
    });
    return pageOf(rows.map(bySequence), { size, after });
  },
  async events({ id }, { since, first, after }, { loaders }) {
    const size = pageSize(first);
    const start = Math.max(checkPosition(since, 'since') ?? 0, numberAfter(after, 0));
    const rows = await loaders.list('eventsOfTraces', id, { after: start, limit: size + 1 });
    return pageOf(
      rows.map((node) => ({ node, position: node.eventId })),
      { size, after },
    );
  },
};

/** A trace with its position in a list. */
export function bySortKey(node: TraceRow): { node: TraceRow; position: string } {
  return { node, position: node.sortKey };
}

/** A step or message with its position in a list. */
export function bySequence<Row extends { readonly sequence: number }>(
  node: Row,
): { node: Row; position: number } {
  return { node, position: node.sequence };
}

/** `row`, or null if its trace was deleted: the contents of a deleted trace are cleared after the trace itself. */
export async function inTrace<Row extends { readonly traceId: string }>(
  row: Row,
  loaders: Loaders,
): Promise<Row | null> {
  return (await loaders.trace.load(row.traceId)) === null ? null : row;
}

function filterOf(filter: TraceFilter | null | undefined): Filter {
  return {
    mode: filter?.mode ?? null,
    agentType: filter?.agentType ?? null,
    uid: filter?.uid ?? null,
    status: filter?.status ?? null,
  };
}

export const traceQueries: QueryResolvers = {
  trace: (_, { id }, { loaders }) => loaders.trace.load(id),
  async traces(_, { filter, first, after }, { database, projectId }) {
    const size = pageSize(first);
    const before = textAfter(after, NEWEST);
    const rows = await listTraces(database, { projectId, ...filterOf(filter), before, limit: size + 1 });
    return pageOf(rows.map(bySortKey), { size, after });
  },
};

export const traceMutations: MutationResolvers = {
  createTrace: (_, { input }, { ingest, projectId }) => createTrace(ingest, { projectId, input }),
  updateTrace: (_, { id, input }, { ingest, projectId }) =>
    updateTrace(ingest, { projectId, id, changes: input }),
  deleteTrace: (_, { id, includeSubTraces }, { database, tails, listChanges, unfinished, projectId }) =>
    deleteTrace(database.unscoped, {
      projectId,
      id,
      includeSubTraces,
      onDeleted(deleted) {
        tails.forget({ projectId, ownerId: deleted.id });
        listChanges.wake([projectId]);
      },
      finishLater: unfinished.add,
    }),
};

export const traceSubscriptions: SubscriptionResolvers = {
  traceChanges: {
    subscribe: async (_, { filter }, context) =>
      mapped(
        await context.listChanges.follow({ projectId: context.projectId, filter: filterOf(filter) }),
        (change) => {
          context.renew();
          return change;
        },
      ),
    resolve: (change: ListChange) => change,
  },
};
