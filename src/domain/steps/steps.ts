import { type IdKey, keyOf, tracesOf } from '../../model/keys.js';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { chainOf, type Chunk } from '../../content/chunks.js';
import { statement } from '../../model/statement.js';
import type { Database } from '../../neo4j/database.js';
import { badInput, notFound, StemmaError } from '../../base/errors.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';
import type { StepRow, StepTexts, StepType } from '../../model/rows.js';
import { checkId, checkOptionalId, digestOfText, idOr } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { withParts } from '../../base/json-parts.js';
import { JsonText, stringifyJson } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { stepOfNode } from '../../model/row-mapping.js';
import type { StepNode } from '../../model/rows.js';
import { PreparedJson } from '../../base/prepared-json.js';
import { readLists } from '../../content/read-chunks.js';
import { checkSequence, takeSequence } from '../traces/sequences.js';
import { mapInSlices, mapInSteps } from '../../base/slices.js';
import { affectedText } from '../../model/affected.js';
import { usageOf } from '../../model/stats.js';
import { stepDataOf } from './step-data.js';
import { affectedOf, rollUp } from '../goals/roll-up.js';

export interface NewStep {
  readonly id?: string | null | undefined;
  readonly traceId: string;
  readonly type: StepType;
  readonly sequence?: number | null | undefined;
  readonly goalId?: string | null | undefined;
  readonly parentIds?: readonly string[] | null | undefined;
  readonly data?: unknown;
}

/** How many steps one request may add. */
export const MAX_STEPS = 5_000;
const MAX_PARENTS = 1_000;
/** About how many bytes a message of a prompt takes besides its text. */
const PIECE_BYTES = 100;

/**
 * Adds steps in the given order, all or none, each as its own `step_added` event, with its usage. Parents must exist in the same
 * trace or come earlier in the batch, so cycles are impossible. A step that exists with the same content is returned as
 * stored; with different content it is a CONFLICT.
 */
export async function addSteps(
  ingest: Ingest,
  {
    projectId,
    inputs,
    field,
  }: {
    readonly projectId: string;
    readonly inputs: readonly NewStep[];
    /** The name of the input at this index in errors. */
    readonly field: (index: number) => string;
  },
): Promise<StepRow[]> {
  if (inputs.length > MAX_STEPS) {
    throw badInput('inputs', `expected at most ${MAX_STEPS} steps, got ${inputs.length}`);
  }
  const drafts = await mapInSlices(inputs, (input, index) => draft(projectId, input, field(index)));
  const later = new Map(drafts.map(({ id }, index) => [id, index]));
  return await ingest.submit({
    traces: tracesOf(projectId, drafts),
    needs: {
      newSteps: drafts.map(({ id }) => ({ projectId, id })),
      steps: drafts.flatMap(({ parentIds }) =>
        parentIds.filter((id) => !later.has(id)).map((id) => ({ projectId, id })),
      ),
      goals: drafts.flatMap(({ traceId, goalId }) =>
        goalId === null ? [] : [{ projectId, traceId, goalId }],
      ),
      newSequences: drafts.flatMap(({ traceId, given }) =>
        given === null ? [] : [{ projectId, traceId, label: 'Step' as const, sequence: given }],
      ),
      chains: drafts.flatMap(({ prompt }) => (prompt.length === 0 ? [] : [prompt])),
    },
    sizeBytes: drafts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    cost: drafts.reduce((sum, { parentIds }) => sum + 1 + parentIds.length, 0),
    apply: (unit) =>
      mapInSteps(drafts, (step, index) =>
        insertStep(unit, step, { field: field(index), comesLater: (id) => (later.get(id) ?? -1) >= index }),
      ),
  });
}

interface Draft extends Omit<StepRow, 'sequence' | 'createdAt' | 'eventId' | 'affected' | 'original'> {
  readonly given: number | null;
  readonly prompt: readonly Chunk[];
  readonly texts: StepTexts;
  readonly sizeBytes: number;
}

function draft(projectId: string, input: NewStep, field: string): Draft {
  const parentIds = (input.parentIds ?? []).map((id, index) => checkId(id, `${field}.parentIds[${index}]`));
  if (parentIds.length > MAX_PARENTS) {
    throw badInput(`${field}.parentIds`, `expected at most ${MAX_PARENTS} parents, got ${parentIds.length}`);
  }
  parentIds.forEach((id, index) => {
    if (parentIds.indexOf(id) < index) {
      throw badInput(`${field}.parentIds[${index}]`, `expected each parent once, got ${shown(id)} again`);
    }
  });
  const { texts, properties, prompt } = stepDataOf(input.type, input.data, `${field}.data`);
  const fields = {
    traceId: checkId(input.traceId, `${field}.traceId`),
    type: input.type,
    given: checkSequence(input.sequence, `${field}.sequence`),
    goalId: checkOptionalId(input.goalId, `${field}.goalId`),
    parentIds,
    data: new JsonText(prompt === null ? texts.stored : texts.shown),
  };
  const chain = prompt === null ? [] : chainOf(projectId, prompt);
  const messagesId = chain.at(-1)?.id ?? null;
  const text = stringifyJson(messagesId === null ? fields : { ...fields, messagesId });
  return {
    projectId,
    id: idOr(input.id, `${field}.id`),
    ...fields,
    // A prepared prompt is not reassembled for the response; it is read from the database instead.
    data: prompt === null || !(input.data instanceof PreparedJson) ? dataOf(input.data, texts) : undefined,
    texts,
    prompt: chain,
    messagesId,
    properties,
    digest: digestOfText(text),
    sizeBytes: text.length + chain.reduce((sum, chunk) => sum + chunk.text.length + PIECE_BYTES, 0),
  };
}

/** A step's data for the response to its request. */
function dataOf(input: unknown, { stored }: StepTexts): unknown {
  return input instanceof PreparedJson ? new JsonText(stored) : (input ?? {});
}

function insertStep(
  unit: UnitOfWork,
  { given, prompt, sizeBytes: _, ...draft }: Draft,
  { field, comesLater }: { readonly field: string; readonly comesLater: (id: string) => boolean },
): StepRow {
  const { projectId, id, traceId, goalId, parentIds } = draft;
  const trace = unit.trace(projectId, traceId);
  const existing = unit.steps.get(keyOf(projectId, id));
  if (existing !== undefined) {
    if (existing.digest !== draft.digest) {
      throw new StemmaError('CONFLICT', `step ${shown(id)} already exists with different content`, {
        field: `${field}.id`,
      });
    }
    return existing;
  }
  checkGoalOfTrace(unit, draft, `${field}.goalId`);
  parentIds.forEach((parentId, index) => {
    if (unit.steps.get(keyOf(projectId, parentId))?.traceId !== traceId) {
      const why = comesLater(parentId)
        ? `${shown(parentId)}, which is no earlier: a step rests on what was written before it (a cycle cannot be)`
        : shown(parentId);
      throw badInput(
        `${field}.parentIds[${index}]`,
        `expected an earlier step of trace ${shown(traceId)}, got ${why}`,
      );
    }
  });
  const sequence = takeSequence(unit, trace, { label: 'Step', given, field: `${field}.sequence` });
  const place = { projectId, traceId, goalId };
  rollUp(unit, place, usageOf(draft.properties, { stepCount: 1 }), null);
  const step: StepRow = {
    ...draft,
    sequence,
    createdAt: unit.now,
    eventId: unit.nextEventId(projectId, traceId),
    affected: affectedText(affectedOf(unit, place), null),
  };
  unit.steps.put(step);
  if (draft.messagesId !== null) {
    const contentId = draft.messagesId;
    unit.reference(
      { projectId, owner: 'Step', ownerId: id, owning: 'MESSAGES', key: null, contentId },
      prompt,
    );
  }
  return step;
}

const readStepRows = statement<{ steps: readonly IdKey[] }, StepNode>('steps/read');
const readDataRows = statement<
  { steps: readonly IdKey[] },
  { id: string; data: string; messagesId: string | null }
>(
  'steps/read-data',
  ({ id, data }: { id: string | null; data: string | null }) => id !== null && data !== null,
);

/** The existing steps with these ids, without their data, in no particular order. */
export async function readSteps(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<StepRow[]> {
  const rows = await readStepRows(database, { steps: ids.map((id) => ({ projectId, id })) });
  return rows.map(stepOfNode);
}

/** A step whose data is to be read; if the id of its prompt's last message is known, the prompt is read at the same time. */
export type StepKey = Pick<StepRow, 'id'> & Partial<Pick<StepRow, 'messagesId'>>;

/** The complete data of steps by id: as text, except for the messages of a prompt. */
export async function readStepData(
  database: Database,
  { projectId, steps }: { readonly projectId: string; readonly steps: readonly StepKey[] },
): Promise<Map<string, unknown>> {
  const read = (ids: readonly (string | null | undefined)[]): ReturnType<typeof readLists> =>
    readLists(database, { projectId, lastIds: [...new Set(ids)].filter((id) => id != null) });
  const [rows, lists] = await Promise.all([
    readDataRows(database, { steps: steps.map(({ id }) => ({ projectId, id })) }),
    read(steps.map(({ messagesId }) => messagesId)),
  ]);
  const others = await read(rows.map(({ messagesId }) => (lists.has(messagesId ?? '') ? null : messagesId)));
  return new Map(
    rows.map(({ id, data, messagesId }): readonly [string, unknown] => {
      if (messagesId === null) {
        return [id, new JsonText(data)];
      }
      const messages = lists.get(messagesId) ?? others.get(messagesId) ?? missing(id);
      return [id, withParts(data, new Map([['messages', messages]]))];
    }),
  );
}

function missing(id: string): never {
  throw notFound('step', id);
}
