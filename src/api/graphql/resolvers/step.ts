import type { MutationResolvers, QueryResolvers, StepResolvers } from '../generated/schema.js';
import { badInput, notFound } from '../../../base/errors.js';
import type { Context } from '../context.js';
import { JsonText } from '../../../base/json-text.js';
import type { StepPayloads, StepRef, StepRow } from '../../../model/rows.js';
import { shownInstant } from '../../../model/times.js';
import type { RelatedStep } from '../../../domain/steps/list-steps.js';
import type { Loaders } from '../loaders.js';
import { numberAfter, pageOf, pageSize } from '../pagination.js';
import { addSteps, type WholeStep } from '../../../domain/steps/steps.js';
import { upsertSteps } from '../../../domain/steps/upsert-steps.js';
import { bySequence, inTrace } from './trace.js';
import { settled } from './whole-checkpoint.js';

/** A full step, or a reference to a step that was found from another. */
export type StepSource = StepRow | StepRef;

const MOST_RELATED = 10_000;
const MOST_IDS = 500;

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
  async data(step, _, { loaders }) {
    return 'data' in step && step.data !== undefined ? step.data : (await payloadsOf(step, loaders)).data;
  },
  status: (step, _, { loaders }) => of(step, loaders, ({ status }) => status ?? 'ok'),
  async error(step, _, { loaders }) {
    const { errorType, errorMessage } = await whole(step, loaders);
    const stack =
      errorType === null && errorMessage === null ? null : await payload('errorStack', step, loaders);
    return errorType === null && errorMessage === null && stack === null
      ? null
      : { type: errorType, message: errorMessage, stack };
  },
  input: (step, _, { loaders }) => json('input', step, loaders),
  output: (step, _, { loaders }) => json('output', step, loaders),
  attributes: (step, _, { loaders }) => json('attributes', step, loaders),
  resource: (step, _, { loaders }) => json('resource', step, loaders),
  scope: (step, _, { loaders }) => json('scope', step, loaders),
  name: property('name'),
  kind: property('kind'),
  provider: property('provider'),
  requestModel: property('requestModel'),
  agentName: property('agentName'),
  toolCallId: property('toolCallId'),
  firstTokenMs: property('firstTokenMs'),
  finishReason: property('finishReason'),
  startedAt: (step, _, { loaders }) => of(step, loaders, (row) => shownInstant(row.startedAt)),
  endedAt: (step, _, { loaders }) => of(step, loaders, (row) => shownInstant(row.endedAt)),
  tags: (step, _, { loaders }) => of(step, loaders, ({ tags }) => tags ?? []),
  createdAt: (step, _, { loaders }) => of(step, loaders, ({ createdAt }) => createdAt),
  model: property('model'),
  promptTokens: property('promptTokens'),
  completionTokens: property('completionTokens'),
  cacheReadTokens: property('cacheReadTokens'),
  cacheWriteTokens: property('cacheWriteTokens'),
  reasoningTokens: property('reasoningTokens'),
  cost: property('cost'),
  costSource: property('costSource'),
  toolName: property('toolName'),
  durationMs: property('durationMs'),
  isFinal: property('isFinal'),
  feedbackType: property('feedbackType'),
  llmStepId: property('llmStepId'),
  toolCallStepId: property('toolCallStepId'),
  targetStepId: property('targetStepId'),
  parentIds: (step, _, { loaders }) => of(step, loaders, ({ parentIds }) => parentIds),
  missingParentIds: (step, _, { loaders }) =>
    of(step, loaders, ({ parentIds, awaits }) =>
      awaits === null ? [] : parentIds.filter((id) => awaits.includes(id)),
    ),
  withinId: (step, _, { loaders }) => of(step, loaders, ({ within }) => within),
  async within(step, _, { loaders }) {
    const { traceId, within } = await whole(step, loaders);
    const outer = within === null ? null : await loaders.step.load(within);
    return outer?.traceId === traceId ? outer : null;
  },
  async inner({ id }, { first, after }, { loaders }) {
    const size = pageSize(first);
    const rows = await loaders.list('innerOfSteps', id, { after: numberAfter(after, 0), limit: size + 1 });
    return pageOf(rows.map(bySequence), { size, after });
  },
  async enclosing({ id }, _, { loaders }) {
    return (await loaders.enclosing.load(id)) ?? [];
  },
  async parents(step, _, { loaders }) {
    const { traceId, parentIds } = await whole(step, loaders);
    const parents = await Promise.all(parentIds.map((id) => loaders.step.load(id)));
    // An id that arrived in another trace is not a parent.
    return parents.filter((parent) => parent !== null).filter((parent) => parent.traceId === traceId);
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

function property<Name extends keyof StepRow>(name: Name) {
  return (step: StepSource, _: object, { loaders }: Context) => of(step, loaders, (row) => row[name] ?? null);
}

/** What may be large of a step; that of an event is part of the event. */
async function payloadsOf(step: StepSource, loaders: Loaders): Promise<WholeStep> {
  const found = await loaders.stepPayloads.load(step);
  if (found === null) {
    throw notFound('step', step.id);
  }
  return found;
}

async function payload(name: keyof StepPayloads, step: StepSource, loaders: Loaders): Promise<string | null> {
  const own = 'payloads' in step ? step.payloads : undefined;
  return (own ?? (await payloadsOf(step, loaders)).payloads)[name];
}

async function json(name: keyof StepPayloads, step: StepSource, loaders: Loaders): Promise<JsonText | null> {
  const text = await payload(name, step, loaders);
  return text === null ? null : new JsonText(text);
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
  async steps(_, { ids }, { loaders }) {
    if (ids.length > MOST_IDS) {
      throw badInput('ids', `expected at most ${MOST_IDS} ids, got ${ids.length}`);
    }
    return await Promise.all(
      ids.map(async (id) => {
        const step = await loaders.step.load(id);
        return step === null ? null : await inTrace(step, loaders);
      }),
    );
  },
};

export const stepMutations: MutationResolvers = {
  async addStep(_, { input }, { ingest, projectId }) {
    const [step] = await addSteps(ingest, { projectId, inputs: [input], field: () => 'input' });
    return step as NonNullable<typeof step>;
  },
  addSteps: (_, { inputs }, { ingest, projectId }) =>
    addSteps(ingest, { projectId, inputs, field: (index) => `inputs[${index}]` }),
  upsertSteps: (_, { inputs }, { ingest, projectId }) =>
    upsertSteps(ingest, { projectId, inputs, field: (index) => `inputs[${index}]` }),
};
