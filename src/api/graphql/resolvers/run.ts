import { assistantRule } from '../../../domain/run-events/last-messages.js';
import { idOfRun, readRuns } from '../../../domain/run-events/runs.js';
import type { QueryResolvers, RunResolvers } from '../generated/schema.js';

export const Run: RunResolvers = {
  id: idOfRun,
  runId: ({ id }) => id,
  lastAssistantMessage: async (run, rule, { loaders }) =>
    await loaders.lastMessage(assistantRule(rule)).load(run),
};

export const runQueries: QueryResolvers = {
  runs: (_, { threadId, runIds }, { database, projectId }) =>
    readRuns(database, { projectId, threadId, runIds }),
};
