import type { GraphQLResolveInfo } from 'graphql';
import { diffCheckpoints } from '../../../domain/checkpoints/checkpoint-diff.js';
import { checkpointTree, commonCheckpointId } from '../../../domain/checkpoints/checkpoint-tree.js';
import { forkCheckpoint } from '../../../domain/checkpoints/fork-checkpoint.js';
import { putCheckpoint } from '../../../domain/checkpoints/put-checkpoint.js';
import type { Context } from '../context.js';
import { deleteCheckpoints } from '../../../domain/checkpoints/delete-checkpoints.js';
import { notFound } from '../../../base/errors.js';
import { checkId } from '../../../model/ids.js';
import type { CheckpointResolvers, MutationResolvers, QueryResolvers } from '../generated/schema.js';
import type { CheckpointRow } from '../../../model/rows.js';
import type { Loaders } from '../loaders.js';
import { numberAfter, pageOf, pageSize, textAfter } from '../pagination.js';
import {
  listCheckpoints,
  listLatestCheckpoints,
  readLatestCheckpoints,
} from '../../../domain/checkpoints/read-checkpoints.js';
import { inTrace } from './trace.js';
import { allSettled, checkpointWithId, partOf, settled } from './whole-checkpoint.js';

const MOST_ANCESTORS = 10_000;

export const Checkpoint: CheckpointResolvers = {
  metadata: ({ threadId, id, step, parentId, createdAt, tags, summary }) => ({
    threadId,
    checkpointId: id,
    step,
    parentCheckpointId: parentId,
    createdAt,
    tags,
    summary,
  }),
  messages: async (row, _, { loaders }, info) =>
    (await partOf(row, 'messages', info, loaders)) ?? missing(row.id),
  state: async (row, _, { loaders }, info) => (await partOf(row, 'state', info, loaders)) ?? missing(row.id),
  toolsResult: async (row, _, { loaders }, info) =>
    (await partOf(row, 'toolsResult', info, loaders)) ?? missing(row.id),
  async thread({ threadId }, _, { loaders }) {
    const thread = await loaders.thread.load(threadId);
    if (thread === null) {
      throw notFound('thread', threadId);
    }
    return thread;
  },
  async step({ id }, _, { loaders }) {
    const stepId = await loaders.stepOfCheckpoint.load(id);
    const step = stepId === null ? null : await loaders.step.load(stepId);
    return step === null ? null : await inTrace(step, loaders);
  },
  parent: ({ parentId }, _, { loaders }, info) =>
    parentId === null ? null : checkpointWithId(parentId, info, loaders),
  async lineage({ id }, { first, after }, { loaders }, info) {
    const size = pageSize(first, MOST_ANCESTORS);
    const start = numberAfter(after, 0) + 1;
    const ids = ((await loaders.lineage.load(id)) ?? []).slice(start, start + size + 1);
    const rows = await Promise.all(ids.map((ancestor) => checkpointWithId(ancestor, info, loaders)));
    const items = rows.flatMap((node, index) => (node === null ? [] : [{ node, position: start + index }]));
    return pageOf(items, { size, after });
  },
  async children({ id }, { first, after }, { loaders }, info) {
    const size = pageSize(first);
    const page = { after: textAfter(after, ''), limit: size + 1 };
    const rows = await loaders.list('childrenOfCheckpoints', id, page);
    const nodes = await Promise.all(rows.map((row) => settled(row, info, loaders)));
    // The position is the one at which the list was read, even for a child that was rewritten meanwhile.
    const items = rows.flatMap(({ sortKey }, index) => {
      const node = nodes[index] ?? null;
      return node === null ? [] : [{ node, position: sortKey }];
    });
    return pageOf(items, { size, after });
  },
};

function missing(id: string): never {
  throw notFound('checkpoint', id);
}

async function existing(id: string, loaders: Loaders): Promise<CheckpointRow> {
  return (await loaders.checkpoint.load(id)) ?? missing(id);
}

export const checkpointQueries: QueryResolvers = {
  checkpoint: (_, { id }, { loaders }, info) => checkpointWithId(id, info, loaders),
  latestCheckpoint: (_, { threadId }, context, info) =>
    latestOf(checkId(threadId, 'threadId'), context, info),
  checkpoints: async (_, { threadId, limit, offset }, { database, projectId, loaders }, info) =>
    allSettled(await listCheckpoints(database, { projectId, threadId, limit, offset }), info, loaders),
  checkpointThreads: async (_, { limit, offset }, { database, projectId, loaders }, info) =>
    allSettled(await listLatestCheckpoints(database, { projectId, limit, offset }), info, loaders),
  async checkpointTree(_, { threadId }, { database, projectId, loaders }, info) {
    const tree = await checkpointTree(database, { projectId, threadId });
    const nodes = await Promise.all(
      tree.nodes.map(async (node) => ({
        ...node,
        checkpoint: await settled(node.checkpoint, info, loaders),
      })),
    );
    return {
      ...tree,
      nodes: nodes.flatMap(({ checkpoint, depth }) => (checkpoint === null ? [] : [{ checkpoint, depth }])),
    };
  },
  async commonCheckpoint(_, { a, b }, { database, projectId, loaders }, info) {
    await Promise.all([existing(a, loaders), existing(b, loaders)]);
    const id = await commonCheckpointId(database, { projectId, a, b });
    return id === null ? null : await checkpointWithId(id, info, loaders);
  },
  async checkpointDiff(_, { from, to }, { database, projectId, loaders }, info) {
    const diff = await diffCheckpoints(database, { projectId, from, to });
    const [a, b] = await Promise.all([diff.from, diff.to].map((row) => settled(row, info, loaders)));
    return { ...diff, from: a ?? diff.from, to: b ?? diff.to };
  },
};

const MOST_READS = 5;

/** The latest checkpoint of a thread. If it is deleted before it is fully read, reads the new latest one. */
export async function latestOf(
  threadId: string,
  { database, projectId, loaders }: Context,
  info: GraphQLResolveInfo,
): Promise<CheckpointRow | null> {
  let row = await loaders.latestCheckpoint.load(threadId);
  for (let reads = 1; row !== null; reads += 1) {
    const whole = await settled(row, info, loaders);
    if (whole !== null || reads === MOST_READS) {
      return whole;
    }
    const deletedId: string = row.id;
    row = (await readLatestCheckpoints(database, { projectId, ids: [threadId] })).get(threadId) ?? null;
    if (row?.id === deletedId) {
      // It was written again, so discard what was read of it before.
      loaders.forgetWhole(deletedId);
    }
  }
  return null;
}

export const checkpointMutations: MutationResolvers = {
  async putCheckpoint(_, { input }, { ingest, projectId, loaders }, info) {
    const row = await putCheckpoint(ingest, { projectId, input });
    loaders.forgetWhole(row.id);
    return (await settled(row, info, loaders)) ?? row;
  },
  async forkCheckpoint(_, { id, threadId, checkpointId }, { ingest, projectId, loaders }, info) {
    const row = await forkCheckpoint(ingest, { projectId, id, threadId, checkpointId });
    return (await settled(row, info, loaders)) ?? row;
  },
  deleteCheckpointThread: (_, { threadId }, { database, unfinished, projectId }) =>
    deleteCheckpoints(database.unscoped, { projectId, threadId, finishLater: unfinished.add }),
  deleteCheckpointsBefore: (_, { threadId, beforeStep }, { database, unfinished, projectId }) =>
    deleteCheckpoints(database.unscoped, {
      projectId,
      threadId,
      before: beforeStep,
      finishLater: unfinished.add,
    }),
};
