import { type IdKey, keyOf, tracesOf } from '../../model/keys.js';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { statement } from '../../model/statement.js';
import type { Database } from '../../neo4j/database.js';
import { badInput, StemmaError } from '../../base/errors.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';
import type { MessageRow } from '../../model/rows.js';
import { checkId, checkOptionalId, digestOfText, idOr } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { JsonText, stringifyJson } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { messageOfNode } from '../../model/row-mapping.js';
import type { MessageNode } from '../../model/rows.js';
import { preparation, PreparedJson } from '../../base/prepared-json.js';
import { checkSequence, takeSequence } from '../traces/sequences.js';
import { mapInSlices, mapInSteps } from '../../base/slices.js';
import { affectedText } from '../../model/affected.js';
import { instantOf, millisecondsBetween } from '../../model/times.js';
import { previewOf, PreviewedText, usageOf, USAGE_NAMES, type RecordedUsage } from '../../model/stats.js';
import { affectedOf, rollUp } from '../goals/roll-up.js';
import { checkCount, checkAmount } from '../../model/usage.js';

export interface MessageChanges {
  readonly role?: string | null | undefined;
  readonly content?: unknown;
  readonly goalId?: string | null | undefined;
  readonly toolCallId?: string | null | undefined;
  readonly promptTokens?: number | null | undefined;
  readonly completionTokens?: number | null | undefined;
  readonly cacheReadTokens?: number | null | undefined;
  readonly cacheWriteTokens?: number | null | undefined;
  readonly reasoningTokens?: number | null | undefined;
  readonly cost?: number | null | undefined;
  readonly durationMs?: number | null | undefined;
  readonly startedAt?: string | null | undefined;
  readonly endedAt?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly error?: string | null | undefined;
}

export interface NewMessage extends MessageChanges {
  readonly id?: string | null | undefined;
  readonly traceId: string;
  readonly sequence?: number | null | undefined;
  readonly stepId?: string | null | undefined;
}

/** How many messages one request may add. */
export const MAX_MESSAGES = 5_000;
const MAX_ROLE_LENGTH = 50;

/**
 * Adds messages in the given order, all or none, each as its own `message_added` event, with its stats. A message that exists
 * with the same content is returned as stored; with different content it is a CONFLICT.
 */
export async function addMessages(
  ingest: Ingest,
  {
    projectId,
    inputs,
    field,
  }: {
    readonly projectId: string;
    readonly inputs: readonly NewMessage[];
    /** The name of the input at this index in errors. */
    readonly field: (index: number) => string;
  },
): Promise<MessageRow[]> {
  if (inputs.length > MAX_MESSAGES) {
    throw badInput('inputs', `expected at most ${MAX_MESSAGES} messages, got ${inputs.length}`);
  }
  const drafts = await mapInSlices(inputs, (input, index) => draft(projectId, input, field(index)));
  return await ingest.submit({
    traces: tracesOf(projectId, drafts),
    needs: {
      newMessages: drafts.map(({ id }) => ({ projectId, id })),
      goals: drafts.flatMap(({ traceId, goalId }) =>
        goalId === null ? [] : [{ projectId, traceId, goalId }],
      ),
      steps: drafts.flatMap(({ stepId }) => (stepId === null ? [] : [{ projectId, id: stepId }])),
      newSequences: drafts.flatMap(({ traceId, given }) =>
        given === null ? [] : [{ projectId, traceId, label: 'Message' as const, sequence: given }],
      ),
    },
    appends: true,
    cost: drafts.length,
    sizeBytes: drafts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    apply: (unit) => mapInSteps(drafts, (message, index) => insertMessage(unit, message, field(index))),
  });
}

interface Draft extends Omit<MessageRow, 'sequence' | 'createdAt' | 'eventId' | 'affected' | 'original'> {
  readonly given: number | null;
  readonly preview: string | null;
  readonly sizeBytes: number;
}

function draft(projectId: string, input: NewMessage, field: string): Draft {
  const startedAt = instantOf(input.startedAt, `${field}.startedAt`);
  const endedAt = instantOf(input.endedAt, `${field}.endedAt`);
  const fields = {
    traceId: checkId(input.traceId, `${field}.traceId`),
    given: checkSequence(input.sequence, `${field}.sequence`),
    role: checkRole(input.role, `${field}.role`),
    content: contentOf(input.content),
    goalId: checkOptionalId(input.goalId, `${field}.goalId`),
    toolCallId: input.toolCallId ?? null,
    stepId: checkOptionalId(input.stepId, `${field}.stepId`),
    promptTokens: checkCount(input.promptTokens, `${field}.promptTokens`),
    completionTokens: checkCount(input.completionTokens, `${field}.completionTokens`),
    cacheReadTokens: checkCount(input.cacheReadTokens, `${field}.cacheReadTokens`),
    cacheWriteTokens: checkCount(input.cacheWriteTokens, `${field}.cacheWriteTokens`),
    reasoningTokens: checkCount(input.reasoningTokens, `${field}.reasoningTokens`),
    cost: checkAmount(input.cost, `${field}.cost`),
    durationMs: checkAmount(input.durationMs, `${field}.durationMs`),
    status: input.status ?? null,
    error: input.error ?? null,
    ...(startedAt === null ? {} : { startedAt }),
    ...(endedAt === null ? {} : { endedAt }),
  };
  checkUsedOnce(fields, field);
  const text = stringifyJson(fields);
  return {
    projectId,
    id: idOr(input.id, `${field}.id`),
    ...fields,
    startedAt,
    endedAt,
    durationMs: fields.durationMs ?? millisecondsBetween(startedAt, endedAt),
    digest: digestOfText(text),
    preview: previewOf(fields.content),
    sizeBytes: text.length,
  };
}

/** How a worker prepares a message's content that is a list or an object. */
export const prepareContent = preparation('content', (value) => ({
  text: JSON.stringify(value),
  preview: previewOf(value),
}));

/** A message's content; as text if a worker has prepared it. */
export function contentOf(input: unknown): unknown {
  return input instanceof PreparedJson ? new PreviewedText(prepareContent(input)) : (input ?? null);
}

/** Checks that `role` is valid, and returns it. */
export function checkRole(role: string | null | undefined, field: string): string {
  if (role == null || role === '' || [...role].length > MAX_ROLE_LENGTH) {
    throw badInput(field, `expected 1 to ${MAX_ROLE_LENGTH} characters, got ${shown(role)}`);
  }
  return role;
}

/** Rejects usage on a message of a step: the step records it. */
export function checkUsedOnce(message: RecordedUsage & Pick<MessageRow, 'stepId'>, field: string): void {
  if (message.stepId === null) {
    return;
  }
  for (const name of USAGE_NAMES) {
    if (message[name] !== null) {
      throw badInput(
        `${field}.${name}`,
        `expected none beside stepId (the step records the usage), got ${message[name]}`,
      );
    }
  }
}

function insertMessage(
  unit: UnitOfWork,
  { given, preview, sizeBytes: _, ...draft }: Draft,
  field: string,
): MessageRow {
  const { projectId, id, traceId, goalId, stepId } = draft;
  const trace = unit.trace(projectId, traceId);
  const existing = unit.messages.get(keyOf(projectId, id));
  if (existing !== undefined) {
    if (existing.digest !== draft.digest) {
      throw new StemmaError('CONFLICT', `message ${shown(id)} already exists with different content`, {
        field: `${field}.id`,
      });
    }
    return existing;
  }
  checkGoalOfTrace(unit, draft, `${field}.goalId`);
  if (stepId !== null && unit.steps.get(keyOf(projectId, stepId))?.traceId !== traceId) {
    throw badInput(`${field}.stepId`, `expected a step of trace ${shown(traceId)}, got ${shown(stepId)}`);
  }
  const sequence = takeSequence(unit, trace, { label: 'Message', given, field: `${field}.sequence` });
  const place = { projectId, traceId, goalId };
  rollUp(unit, place, usageOf(draft, { messageCount: 1 }), { sequence, text: preview });
  const message: MessageRow = {
    ...draft,
    sequence,
    createdAt: unit.now,
    eventId: unit.nextEventId(projectId, traceId),
    affected: affectedText(affectedOf(unit, place), sequence),
  };
  unit.messages.put(message);
  return message;
}

const readMessageRows = statement<
  { messages: readonly (IdKey & { readonly withContent: boolean })[] },
  MessageNode
>('messages/read');

/** The existing messages with these ids, without their contents, in no particular order. */
export async function readMessages(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<MessageRow[]> {
  const messages = ids.map((id) => ({ projectId, id, withContent: false }));
  return (await readMessageRows(database, { messages })).map((node) => messageOfNode(node, false));
}

/** The contents of messages by id: texts as strings, any other JSON as a JsonText. */
export async function readContents(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, unknown>> {
  const messages = ids.map((id) => ({ projectId, id, withContent: true }));
  const rows = await readMessageRows(database, { messages });
  return new Map(
    rows.map(({ id, content, contentJson }) => [
      id,
      contentJson == null ? (content ?? null) : new JsonText(contentJson),
    ]),
  );
}
