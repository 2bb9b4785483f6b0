import type { MutationResolvers, QueryResolvers, StepResolvers } from '../generated/schema.js';
import { badInput, notFound } from '../errors.js';
import type { RelatedStep } from '../lists.js';
import { numberAfter, pageOf, pageSize } from '../pages.js';
import { addSteps } from '../steps.js';
import { bySequence, inTrace } from './trace.js';

const MOST_RELATED = 10_000;

export const Step: StepResolvers = {
  async trace({ traceId }, _, { loaders }) {
    const trace = await loaders.trace.load(traceId);
    if (trace === null) {
      throw notFound('trace', traceId);
    }
    return trace;
  },
  goal: ({ traceId, goalId }, _, { loaders }) =>
    goalId === null ? null : loaders.goal.load({ traceId, goalId }),
  data: ({ id, data }, _, { loaders }) => (data === undefined ? loaders.stepData.load(id) : data),
  model: ({ properties }) => properties.model,
  promptTokens: ({ properties }) => properties.promptTokens,
  completionTokens: ({ properties }) => properties.completionTokens,
  cost: ({ properties }) => properties.cost,
  toolName: ({ properties }) => properties.toolName,
  durationMs: ({ properties }) => properties.durationMs,
  isFinal: ({ properties }) => properties.isFinal,
  feedbackType: ({ properties }) => properties.feedbackType,
  async parents({ parentIds }, _, { loaders }) {
    const parents = await Promise.all(parentIds.map((id) => loaders.step.load(id)));
    return parents.filter((parent) => parent !== null);
  },
  async children({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('childrenOfSteps', id, { after: numberAfter(after, 0), limit: size + 1 });
    return pageOf(rows.map(bySequence), { size, after });
  },
  async ancestors({ id }, { maxDepth, first, after }, { loaders }) {
    const size = pageSize(first, MOST_RELATED);
    const page = {
      before: numberAfter(after, Number.MAX_SAFE_INTEGER),
      maxDepth: checkDepth(maxDepth),
      limit: size + 1,
    };
    return pageOf((await loaders.list('ancestorsOfSteps', id, page)).map(related), { size, after });
  },
  async descendants({ id }, { maxDepth, first, after }, { loaders }) {
    const size = pageSize(first, MOST_RELATED);
    const page = { after: numberAfter(after, 0), maxDepth: checkDepth(maxDepth), limit: size + 1 };
    return pageOf((await loaders.list('descendantsOfSteps', id, page)).map(related), { size, after });
  },
  nearestCheckpoint: ({ id }, _, { loaders }) => loaders.nearestCheckpoint.load(id),
  async messages({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('messagesOfSteps', id, { after: numberAfter(after, 0), limit: size + 1 });
    return pageOf(rows.map(bySequence), { size, after });
  },
};

function related({ step, depth }: RelatedStep): {
  node: RelatedStep['step'];
  depth: number;
  position: number;
} {
  return { node: step, depth, position: step.sequence };
}

function checkDepth(maxDepth: number | null | undefined): number | null {
  if (maxDepth != null && maxDepth < 1) {
    throw badInput('maxDepth', `expected a whole number from 1, got ${maxDepth}`);
  }
  return maxDepth ?? null;
}

export const stepQueries: QueryResolvers = {
  async step(_, { id }, { loaders }) {
    const step = await loaders.step.load(id);
    return step === null ? null : await inTrace(step, loaders);
  },
};

export const stepMutations: MutationResolvers = {
  async addStep(_, { input }, { ingest, projectId }) {
    const [step] = await addSteps(ingest, { projectId, inputs: [input], field: () => 'input' });
    return step as NonNullable<typeof step>;
  },
  addSteps: (_, { inputs }, { ingest, projectId }) =>
    addSteps(ingest, { projectId, inputs, field: (index) => `inputs[${index}]` }),
};
