import type { MutationResolvers, QueryResolvers, StepResolvers } from '../generated/schema.js';
import { badInput, notFound } from '../../../base/errors.js';
import type { Context } from '../context.js';
import type { StepProperties, StepRef, StepRow } from '../../../model/rows.js';
import type { RelatedStep } from '../../../domain/steps/list-steps.js';
import type { Loaders } from '../loaders.js';
import { numberAfter, pageOf, pageSize } from '../pagination.js';
import { addSteps } from '../../../domain/steps/steps.js';
import { bySequence, inTrace } from './trace.js';
import { settled } from './whole-checkpoint.js';

/** A full step, or a reference to a step that was found from another. */
export type StepSource = StepRow | StepRef;

const MOST_RELATED = 10_000;

export const Step: StepResolvers = {
  async trace({ traceId }, _, { loaders }) {
    const trace = await loaders.trace.load(traceId);
    if (trace === null) {
      throw notFound('trace', traceId);
    }
    return trace;
  },
  goalId: (step, _, { loaders }) => of(step, loaders, ({ goalId }) => goalId),
  async goal(step, _, { loaders }) {
    const { traceId, goalId } = await whole(step, loaders);
    return goalId === null ? null : await loaders.goal.load({ traceId, goalId });
  },
  data: (step, _, { loaders }) =>
    'data' in step && step.data !== undefined ? step.data : loaders.stepData.load(step),
  createdAt: (step, _, { loaders }) => of(step, loaders, ({ createdAt }) => createdAt),
  model: property('model'),
  promptTokens: property('promptTokens'),
  completionTokens: property('completionTokens'),
  cost: property('cost'),
  toolName: property('toolName'),
  durationMs: property('durationMs'),
  isFinal: property('isFinal'),
  feedbackType: property('feedbackType'),
  parentIds: (step, _, { loaders }) => of(step, loaders, ({ parentIds }) => parentIds),
  async parents(step, _, { loaders }) {
    const { parentIds } = await whole(step, loaders);
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
  nearestCheckpoint: async ({ id }, _, { loaders }, info) =>
    settled(await loaders.nearestCheckpoint.load(id), info, loaders),
  async messages({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('messagesOfSteps', id, { after: numberAfter(after, 0), limit: size + 1 });
    return pageOf(rows.map(bySequence), { size, after });
  },
};

/** Applies `pick` to the step, synchronously if the full row is loaded: this avoids thousands of promises. */
function of<T>(step: StepSource, loaders: Loaders, pick: (row: StepRow) => T): T | Promise<T> {
  return 'digest' in step ? pick(step) : whole(step, loaders).then(pick);
}

async function whole(step: StepSource, loaders: Loaders): Promise<StepRow> {
  if ('digest' in step) {
    return step;
  }
  const row = await loaders.step.load(step.id);
  if (row === null) {
    throw notFound('step', step.id);
  }
  return row;
}

function property<Name extends keyof StepProperties>(name: Name) {
  return (step: StepSource, _: object, { loaders }: Context) =>
    of(step, loaders, ({ properties }) => properties[name]);
}

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
