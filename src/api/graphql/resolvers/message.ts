import type { MessageResolvers, MutationResolvers, QueryResolvers } from '../generated/schema.js';
import { notFound } from '../../../base/errors.js';
import { addMessages } from '../../../domain/messages/messages.js';
import { updateMessage } from '../../../domain/messages/update-message.js';
import { shownInstant } from '../../../model/times.js';
import { inTrace } from './trace.js';

export const Message: MessageResolvers = {
  async trace({ traceId }, _, { loaders }) {
    const trace = await loaders.trace.load(traceId);
    if (trace === null) {
      throw notFound('trace', traceId);
    }
    return trace;
  },
  startedAt: ({ startedAt }) => shownInstant(startedAt),
  endedAt: ({ endedAt }) => shownInstant(endedAt),
  content: ({ id, content }, _, { loaders }) => (content === undefined ? loaders.content.load(id) : content),
  goal: ({ traceId, goalId }, _, { loaders }) =>
    goalId === null ? null : loaders.goal.load({ traceId, goalId }),
  step: ({ stepId }, _, { loaders }) => (stepId === null ? null : loaders.step.load(stepId)),
};

export const messageQueries: QueryResolvers = {
  async message(_, { id }, { loaders }) {
    const message = await loaders.message.load(id);
    return message === null ? null : await inTrace(message, loaders);
  },
};

export const messageMutations: MutationResolvers = {
  async addMessage(_, { input }, { ingest, projectId }) {
    const [message] = await addMessages(ingest, { projectId, inputs: [input], field: () => 'input' });
    return message as NonNullable<typeof message>;
  },
  addMessages: (_, { inputs }, { ingest, projectId }) =>
    addMessages(ingest, { projectId, inputs, field: (index) => `inputs[${index}]` }),
  updateMessage: (_, { id, input }, { ingest, projectId }) =>
    updateMessage(ingest, { projectId, id, changes: input }),
};
