import { diffCheckpoints } from '../checkpoint-diff.js';
import { rewritten, textOf, type Whole } from '../checkpoint-payload.js';
import { checkpointTree, commonCheckpointId } from '../checkpoint-tree.js';
import { forkCheckpoint, idsOf, putCheckpoint } from '../checkpoints.js';
import { deleteCheckpoints } from '../delete-checkpoints.js';
import { notFound } from '../errors.js';
import type { CheckpointResolvers, MutationResolvers, QueryResolvers } from '../generated/schema.js';
import type { CheckpointRow } from '../graph.js';
import type { Loaders } from '../loaders.js';
import { numberAfter, pageOf, pageSize, textAfter } from '../pages.js';
import { listCheckpoints, listLatest } from '../read-checkpoints.js';
import { inTrace } from './trace.js';

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
  async messages(row, _, { loaders }) {
    const { checkpoint } = await wholeOf(row, loaders);
    return checkpoint.messagesId === null
      ? []
      : ((await loaders.contentList.load(checkpoint.messagesId)) ?? gone(row));
  },
  async state(row, _, { loaders }) {
    const { payload } = await wholeOf(row, loaders);
    return await objectWith(row, { text: payload.state, ids: payload.stateIds }, loaders);
  },
  async toolsResult(row, _, { loaders }) {
    const { payload } = await wholeOf(row, loaders);
    return await objectWith(row, { text: payload.toolsResult, ids: payload.toolsResultIds }, loaders);
  },
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
  parent: ({ parentId }, _, { loaders }) => (parentId === null ? null : loaders.checkpoint.load(parentId)),
  async lineage({ id }, { first, after }, { loaders }) {
    const size = pageSize(first, MOST_ANCESTORS);
    const start = numberAfter(after, 0) + 1;
    const ids = ((await loaders.lineage.load(id)) ?? []).slice(start, start + size + 1);
    const rows = await Promise.all(ids.map((ancestor) => loaders.checkpoint.load(ancestor)));
    const items = rows.flatMap((node, index) => (node === null ? [] : [{ node, position: start + index }]));
    return pageOf(items, { size, after });
  },
  async children({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const page = { after: textAfter(after, ''), limit: size + 1 };
    const rows = await loaders.list('childrenOfCheckpoints', id, page);
    return pageOf(
      rows.map((node) => ({ node, position: node.listKey })),
      { size, after },
    );
  },
};

/** The checkpoint with what it holds, if it is still the one that `row` tells of. */
async function wholeOf(row: CheckpointRow, loaders: Loaders): Promise<Whole> {
  const whole = (await loaders.wholeCheckpoint.load(row.id)) ?? missing(row.id);
  return whole.checkpoint.listKey === row.listKey ? whole : gone(row);
}

async function objectWith(
  row: CheckpointRow,
  { text, ids }: { readonly text: string; readonly ids: string | null },
  loaders: Loaders,
): Promise<object> {
  const pieces = idsOf(ids).map(([, id]) => id);
  const values = await Promise.all(pieces.map((id) => loaders.contentValue.load(id)));
  const found = new Map(
    pieces.flatMap((id, index) => {
      const value = values[index];
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
  return textOf(text, ids, found) ?? gone(row);
}

function gone({ id }: CheckpointRow): never {
  throw rewritten(id);
}

function missing(id: string): never {
  throw notFound('checkpoint', id);
}

async function existing(id: string, loaders: Loaders): Promise<CheckpointRow> {
  return (await loaders.checkpoint.load(id)) ?? missing(id);
}

export const checkpointQueries: QueryResolvers = {
  checkpoint: (_, { id }, { loaders }) => loaders.checkpoint.load(id),
  latestCheckpoint: (_, { threadId }, { loaders }) => loaders.latestCheckpoint.load(threadId),
  checkpoints: (_, { threadId, limit, offset }, { database, projectId }) =>
    listCheckpoints(database, { projectId, threadId, limit, offset }),
  checkpointThreads: (_, { limit, offset }, { database, projectId }) =>
    listLatest(database, { projectId, limit, offset }),
  checkpointTree: (_, { threadId }, { database, projectId }) =>
    checkpointTree(database, { projectId, threadId }),
  async commonCheckpoint(_, { a, b }, { database, projectId, loaders }) {
    await Promise.all([existing(a, loaders), existing(b, loaders)]);
    const id = await commonCheckpointId(database, { projectId, a, b });
    return id === null ? null : await loaders.checkpoint.load(id);
  },
  checkpointDiff: (_, { from, to }, { database, projectId }) =>
    diffCheckpoints(database, { projectId, from, to }),
};

export const checkpointMutations: MutationResolvers = {
  putCheckpoint: (_, { input }, { ingest, projectId }) => putCheckpoint(ingest, { projectId, input }),
  forkCheckpoint: (_, { id, threadId, checkpointId }, { ingest, projectId }) =>
    forkCheckpoint(ingest, { projectId, id, threadId, checkpointId }),
  deleteCheckpointThread: (_, { threadId }, { database, projectId }) =>
    deleteCheckpoints(database.unscoped, { projectId, threadId }),
  deleteCheckpointsBefore: (_, { threadId, beforeStep }, { database, projectId }) =>
    deleteCheckpoints(database.unscoped, { projectId, threadId, before: beforeStep }),
};
