import type { QueryResolvers, ThreadResolvers } from '../generated/schema.js';
import { NEWEST } from '../../../domain/traces/list-traces.js';
import { checkId } from '../../../model/ids.js';
import { pageOf, pageSize, textAfter } from '../pagination.js';
import { bySortKey } from './trace.js';
import { latestOf } from './checkpoint.js';

export const Thread: ThreadResolvers = {
  latestCheckpoint: ({ id }, _, context, info) => latestOf(id, context, info),
  async traces({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('tracesOfThreads', id, {
      before: textAfter(after, NEWEST),
      limit: size + 1,
    });
    return pageOf(rows.map(bySortKey), { size, after });
  },
  async runs({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('runsOfThreads', id, {
      before: textAfter(after, NEWEST),
      limit: size + 1,
    });
    return pageOf(
      rows.map((node) => ({ node, position: node.sortKey })),
      { size, after },
    );
  },
};

export const threadQueries: QueryResolvers = {
  thread: (_, { id }, { loaders }) => loaders.thread.load(checkId(id, 'id')),
};
