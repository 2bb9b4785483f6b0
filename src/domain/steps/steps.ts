import { keyOf, tracesOf, type IdKey, type TraceKey } from '../../model/keys.js';
import type { Needs } from '../../ingest/needs.js';
import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { statement } from '../../model/statement.js';
import type { Database } from '../../neo4j/database.js';
import { badInput, notFound, StemmaError } from '../../base/errors.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';
import { STEP_PAYLOADS, type StepNode, type StepPayloads, type StepRow } from '../../model/rows.js';
import type { Ingest } from '../../ingest/write.js';
import { withParts } from '../../base/json-parts.js';
import { JsonText } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { stepOfNode } from '../../model/row-mapping.js';
import { readLists } from '../../content/read-chunks.js';
import { takeSequence } from '../traces/sequences.js';
import { startWith } from '../traces/trace-start.js';
import { mapInSlices, mapInSteps } from '../../base/slices.js';
import { affectedText } from '../../model/affected.js';
import { usageOf, type Usage } from '../../model/stats.js';
import { affectedOf, rollUp } from '../goals/roll-up.js';
import { draftOf, type NewStep, type StepDraft } from './step-input.js';
import { linkStep, referencesOf } from './step-links.js';

/** How many steps one request may add. */
export const MAX_STEPS = 5_000;

/**
 * Adds steps in the given order, all or none, each as its own `step_added` event, with its usage. The steps that they name may
 * arrive later. A step that exists with the same content is returned as stored; with different content it is a CONFLICT. Throws
 * BAD_USER_INPUT, with the path of ids, if a step would close a cycle.
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
  const drafts = await mapInSlices(inputs, (input, index) =>
    draftOf(projectId, input, { field: field(index), status: 'ok', extent: 'whole' }),
  );
  return await ingest.submit({
    ...stepWrite(projectId, drafts),
    appends: true,
    apply: (unit) => mapInSteps(drafts, (step, index) => addStep(unit, step, field(index))),
  });
}

/** What the write of these steps locks, reads and costs. */
export function stepWrite(
  projectId: string,
  drafts: readonly StepDraft[],
): {
  readonly traces: readonly TraceKey[];
  readonly needs: Needs;
  readonly more: (unit: UnitOfWork) => Needs;
  readonly cost: number;
  readonly sizeBytes: number;
} {
  const own = new Set(drafts.map(({ id }) => id));
  const references = drafts.flatMap((draft) =>
    referencesOf(draft).flatMap((id) => (own.has(id) ? [] : [{ projectId, traceId: draft.traceId, id }])),
  );
  return {
    traces: tracesOf(projectId, drafts),
    needs: {
      newSteps: drafts.map(({ id }) => ({ projectId, id })),
      arrivingSteps: drafts.map(({ traceId, id }) => ({ projectId, traceId, id })),
      namedSteps: references,
      goals: drafts.flatMap(({ traceId, goalId }) =>
        goalId === null ? [] : [{ projectId, traceId, goalId }],
      ),
      newSequences: drafts.flatMap(({ traceId, given }) =>
        given === null ? [] : [{ projectId, traceId, label: 'Step' as const, sequence: given }],
      ),
      chains: drafts.flatMap(({ prompt }) => (prompt.length === 0 ? [] : [prompt])),
    },
    // A step can only close a cycle if another one already awaits it.
    more: (unit) => (unit.waiting.isEmpty() ? {} : { ancestry: references }),
    cost: drafts.reduce((sum, { parentIds }) => sum + 1 + parentIds.length, 0),
    sizeBytes: drafts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** What a step adds to the stats that include it. */
export function usageOfStep(step: Pick<StepRow, 'status'> & Parameters<typeof usageOf>[0]): Usage {
  return usageOf(step, { stepCount: 1, errorCount: step.status === 'error' ? 1 : 0 });
}

function addStep(unit: UnitOfWork, draft: StepDraft, field: string): StepRow {
  const existing = unit.steps.get(keyOf(draft.projectId, draft.id));
  if (existing === undefined) {
    return insertStep(unit, draft, field);
  }
  if (existing.digest !== draft.digest) {
    throw new StemmaError('CONFLICT', `step ${shown(draft.id)} already exists with different content`, {
      field: `${field}.id`,
    });
  }
  return existing;
}

/** Adds a step that does not exist. */
export function insertStep(
  unit: UnitOfWork,
  { given, prompt, sizeBytes: _, ...draft }: StepDraft,
  field: string,
): StepRow {
  const { projectId, id, traceId, goalId } = draft;
  const trace = unit.trace(projectId, traceId);
  checkGoalOfTrace(unit, draft, `${field}.goalId`);
  const sequence = takeSequence(unit, trace, { label: 'Step', given, field: `${field}.sequence` });
  const place = { projectId, traceId, goalId };
  rollUp(unit, place, usageOfStep(draft), null);
  const step: StepRow = {
    ...draft,
    sequence,
    createdAt: unit.now,
    eventId: unit.nextEventId(projectId, traceId),
    affected: affectedText(affectedOf(unit, place), null),
    awaits: null,
    awaitingSequence: null,
  };
  unit.steps.put(step);
  startWith(unit, step);
  linkStep(unit, step, { field });
  if (draft.messagesId !== null) {
    const contentId = draft.messagesId;
    unit.reference(
      { projectId, owner: 'Step', ownerId: id, owning: 'MESSAGES', key: null, contentId },
      prompt,
    );
  }
  return unit.steps.get(keyOf(projectId, id)) ?? step;
}

const readStepRows = statement<{ steps: readonly IdKey[] }, StepNode>('steps/read');
const readPayloadRows = statement<
  { steps: readonly IdKey[] },
  { id: string; messagesId: string | null } & Pick<StepNode, 'data'> & StepPayloads
>(
  'steps/read-payloads',
  ({ id, data }: { readonly id: string | null; readonly data?: string | null }) =>
    id !== null && data != null,
);

/** The existing steps with these ids, without their data, in no particular order. */
export async function readSteps(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<StepRow[]> {
  const rows = await readStepRows(database, { steps: ids.map((id) => ({ projectId, id })) });
  return rows.map((node) => stepOfNode(node));
}

/** A step whose data is to be read; if the id of its prompt's last message is known, the prompt is read at the same time. */
export type StepKey = Pick<StepRow, 'id'> & Partial<Pick<StepRow, 'messagesId'>>;

/** A step's payloads; `data` is text, except for the messages of a prompt. */
export interface WholeStep {
  readonly data: unknown;
  readonly payloads: StepPayloads;
}

/** The payloads of steps by id. */
export async function readStepPayloads(
  database: Database,
  { projectId, steps }: { readonly projectId: string; readonly steps: readonly StepKey[] },
): Promise<Map<string, WholeStep>> {
  const read = (ids: readonly (string | null | undefined)[]): ReturnType<typeof readLists> =>
    readLists(database, { projectId, lastIds: [...new Set(ids)].filter((id) => id != null) });
  const [rows, lists] = await Promise.all([
    readPayloadRows(database, { steps: steps.map(({ id }) => ({ projectId, id })) }),
    read(steps.map(({ messagesId }) => messagesId)),
  ]);
  const others = await read(rows.map(({ messagesId }) => (lists.has(messagesId ?? '') ? null : messagesId)));
  return new Map(
    rows.map(({ id, data, messagesId, ...texts }): readonly [string, WholeStep] => {
      const payloads = Object.fromEntries(STEP_PAYLOADS.map((name) => [name, texts[name]])) as StepPayloads;
      if (messagesId === null) {
        return [id, { data: new JsonText(data ?? '{}'), payloads }];
      }
      const messages = lists.get(messagesId) ?? others.get(messagesId) ?? missing(id);
      return [id, { data: withParts(data ?? '{}', new Map([['messages', messages]])), payloads }];
    }),
  );
}

function missing(id: string): never {
  throw notFound('step', id);
}
