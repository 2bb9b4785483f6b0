import { checkPosition } from '../../../model/positions.js';
import { deleteRunEvents, deleteThreadEvents } from '../../../domain/run-events/delete-run-events.js';
import type { Followed } from '../../../live/follower.js';
import type {
  MutationResolvers,
  QueryResolvers,
  RunEventResolvers,
  SubscriptionResolvers,
} from '../generated/schema.js';
import type { RunEventRow } from '../../../model/rows.js';
import { checkId } from '../../../model/ids.js';
import { JsonText } from '../../../base/json-text.js';
import {
  countThreadMessages,
  listMessages,
  listRunEvents,
} from '../../../domain/run-events/read-run-events.js';
import { runEventId } from '../../../domain/run-events/run-event-ids.js';
import { putRunEventIfAbsent } from '../../../domain/run-events/put-if-absent.js';
import { putRunEvents } from '../../../domain/run-events/run-events.js';
import { logStateOfThread } from '../../../live/thread-log.js';
import { followThread } from '../../../live/thread-updates.js';
import { eventGap } from './event.js';
import { mapped } from './mapped.js';

export const RunEvent: RunEventResolvers = {
  id: runEventId,
  content: ({ content, contentJson }) => (contentJson === null ? content : new JsonText(contentJson)),
  metadata: ({ metadata }) => new JsonText(metadata),
};

export const runEventQueries: QueryResolvers = {
  threadMessages: (_, range, { database, projectId }) => listMessages(database, { projectId, ...range }),
  runMessages: (_, range, { database, projectId }) => listMessages(database, { projectId, ...range }),
  runEvents: (_, range, { database, projectId }) => listRunEvents(database, { projectId, ...range }),
  threadMessageCount: (_, { threadId }, { database, projectId }) =>
    countThreadMessages(database, { projectId, threadId }),
};

export const runEventMutations: MutationResolvers = {
  async putRunEvent(_, { input }, { ingest, projectId }) {
    const [event] = await putRunEvents(ingest, { projectId, inputs: [input], field: () => 'input' });
    return event as NonNullable<typeof event>;
  },
  putRunEvents: (_, { inputs }, { ingest, projectId }) =>
    putRunEvents(ingest, { projectId, inputs, field: (index) => `inputs[${index}]` }),
  putRunEventIfAbsent: (_, { input }, { ingest, projectId }) =>
    putRunEventIfAbsent(ingest, { projectId, input }),
  deleteRunEvents: (_, { threadId, runId }, { database, projectId }) =>
    deleteRunEvents(database.unscoped, { projectId, threadId, runId }),
  deleteThreadEvents: (_, { threadId }, { database, threadTails, unfinished, projectId }) =>
    deleteThreadEvents(database.unscoped, {
      projectId,
      threadId,
      onEnded: (generation) => threadTails.forget({ projectId, ownerId: threadId, generation }),
      finishLater: unfinished.add,
    }),
};

type Update = RunEventRow | { readonly __typename: 'EventGap' | 'RunEventsDeleted' };

export const RunEventUpdate = {
  __resolveType: (update: Update): string => ('__typename' in update ? update.__typename : 'RunEvent'),
};

function updateOf(threadId: string, followed: Followed<RunEventRow>): Update {
  switch (followed.kind) {
    case 'event':
      return followed.event;
    case 'gap':
      return eventGap(followed);
    case 'deleted':
      return { __typename: 'RunEventsDeleted', threadId };
  }
}

export const runEventSubscriptions: SubscriptionResolvers = {
  runEvents: {
    async subscribe(_, { threadId, after, afterSeq }, context) {
      checkPosition(afterSeq, 'afterSeq');
      const thread = await context.loaders.thread.load(checkId(threadId, 'threadId'));
      const state =
        thread === null
          ? { projectId: context.projectId, ownerId: threadId, generation: null, highWaterMark: 0 }
          : logStateOfThread(thread);
      const updates = await followThread(context.threadTails, state, { after, afterSeq });
      return mapped(updates, (followed) => updateOf(threadId, followed));
    },
    resolve: (update: Update) => update as never,
  },
};
