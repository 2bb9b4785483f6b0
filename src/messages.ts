import { keyOf, type Batch } from './batch.js';
import { statement } from './cypher.js';
import type { Database } from './database.js';
import { badInput, notFound, StemmaError } from './errors.js';
import { recount, statsChanges } from './goal-tree.js';
import type { GoalRow, MessageRow, Stats } from './graph.js';
import { checkId, checkOptionalId, digestOf, idOr } from './ids.js';
import type { Ingest } from './ingest.js';
import { shown } from './json.js';
import type { IdKey } from './load.js';
import { contentOfNode, messageOfNode, type MessageNode } from './nodes.js';
import { checkSequence, takeSequence } from './sequences.js';
import { addUsage, previewOf, showNewest, usageOf } from './stats.js';
import { affectedGoals, tally, type AffectedGoal } from './tally.js';
import { checkCount, checkAmount } from './usage.js';

export interface MessageChanges {
  readonly role?: string | null | undefined;
  readonly content?: unknown;
  readonly goalId?: string | null | undefined;
  readonly toolCallId?: string | null | undefined;
  readonly promptTokens?: number | null | undefined;
  readonly completionTokens?: number | null | undefined;
  readonly cost?: number | null | undefined;
  readonly durationMs?: number | null | undefined;
  readonly status?: string | null | undefined;
  readonly error?: string | null | undefined;
}

export interface NewMessage extends MessageChanges {
  readonly id?: string | null | undefined;
  readonly traceId: string;
  readonly sequence?: number | null | undefined;
  readonly stepId?: string | null | undefined;
}

const MAX_BATCH = 5_000;
const MAX_ROLE_LENGTH = 50;

/**
 * Adds messages in the order given, all or none, each with its `message_added` and the stats it brings. A message that
 * exists with the same content is returned as stored; with other content it is a CONFLICT.
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
    /** What errors call the input at this index. */
    readonly field: (index: number) => string;
  },
): Promise<MessageRow[]> {
  if (inputs.length > MAX_BATCH) {
    throw badInput('inputs', `expected at most ${MAX_BATCH} messages, got ${inputs.length}`);
  }
  const drafts = inputs.map((input, index) => draft(projectId, input, field(index)));
  return await ingest.submit({
    traces: drafts.map(({ traceId }) => ({ projectId, id: traceId })),
    needs: {
      messages: drafts.map(({ id }) => ({ projectId, id })),
      goals: drafts.flatMap(({ traceId, goalId }) =>
        goalId === null ? [] : [{ projectId, traceId, goalId }],
      ),
      steps: drafts.flatMap(({ stepId }) => (stepId === null ? [] : [{ projectId, id: stepId }])),
      sequences: drafts.flatMap(({ traceId, given }) =>
        given === null ? [] : [{ projectId, traceId, label: 'Message' as const, sequence: given }],
      ),
    },
    weight: drafts.length,
    apply: (batch) => drafts.map((message, index) => insertMessage(batch, message, field(index))),
  });
}

interface Draft extends Omit<MessageRow, 'sequence' | 'createdAt'> {
  readonly given: number | null;
}

function draft(projectId: string, input: NewMessage, field: string): Draft {
  const fields = {
    traceId: checkId(input.traceId, `${field}.traceId`),
    given: checkSequence(input.sequence, `${field}.sequence`),
    role: checkRole(input.role, `${field}.role`),
    content: input.content ?? null,
    goalId: checkOptionalId(input.goalId, `${field}.goalId`),
    toolCallId: input.toolCallId ?? null,
    stepId: checkOptionalId(input.stepId, `${field}.stepId`),
    promptTokens: checkCount(input.promptTokens, `${field}.promptTokens`),
    completionTokens: checkCount(input.completionTokens, `${field}.completionTokens`),
    cost: checkAmount(input.cost, `${field}.cost`),
    durationMs: checkAmount(input.durationMs, `${field}.durationMs`),
    status: input.status ?? null,
    error: input.error ?? null,
  };
  checkUsedOnce(fields, field);
  return { projectId, id: idOr(input.id, `${field}.id`), ...fields, digest: digestOf(fields) };
}

function checkRole(role: string | null | undefined, field: string): string {
  if (role == null || role === '' || [...role].length > MAX_ROLE_LENGTH) {
    throw badInput(field, `expected 1 to ${MAX_ROLE_LENGTH} characters, got ${shown(role)}`);
  }
  return role;
}

/** Usage is recorded once: a step's message carries none. */
function checkUsedOnce(
  message: Pick<MessageRow, 'stepId' | 'promptTokens' | 'completionTokens' | 'cost'>,
  field: string,
): void {
  if (message.stepId === null) {
    return;
  }
  for (const name of ['promptTokens', 'completionTokens', 'cost'] as const) {
    if (message[name] !== null) {
      throw badInput(
        `${field}.${name}`,
        `expected none beside stepId (the step records the usage), got ${message[name]}`,
      );
    }
  }
}

function insertMessage(batch: Batch, { given, ...draft }: Draft, field: string): MessageRow {
  const { projectId, id, traceId, goalId, stepId } = draft;
  const trace = batch.trace(projectId, traceId);
  const existing = batch.messages.get(keyOf(projectId, id));
  if (existing !== undefined) {
    if (existing.digest !== draft.digest) {
      throw new StemmaError('CONFLICT', `message ${shown(id)} exists with other content`, {
        field: `${field}.id`,
      });
    }
    return existing;
  }
  checkGoalOfTrace(batch, draft, field);
  if (stepId !== null && batch.steps.get(keyOf(projectId, stepId))?.traceId !== traceId) {
    throw badInput(`${field}.stepId`, `expected a step of trace ${shown(traceId)}, got ${shown(stepId)}`);
  }
  const sequence = takeSequence(batch, trace, { label: 'Message', given, field: `${field}.sequence` });
  const message: MessageRow = { ...draft, sequence, createdAt: batch.now };
  batch.messages.put(keyOf(projectId, id), message);
  tally(batch, { projectId, traceId, goalId }, usageOf(message, 1), {
    sequence,
    text: previewOf(message.content),
  });
  batch.append(projectId, traceId, 'message_added', {
    message: publicMessage(message),
    affectedGoals: affectedGoals(batch, { projectId, traceId, goalId }),
  });
  return message;
}

/** Refuses a goal that the trace does not have. */
export function checkGoalOfTrace(
  batch: Batch,
  {
    projectId,
    traceId,
    goalId,
  }: { readonly projectId: string; readonly traceId: string; readonly goalId: string | null },
  field: string,
): void {
  if (goalId !== null && batch.goals(projectId, traceId).get(goalId) === undefined) {
    throw badInput(`${field}.goalId`, `expected a goal of trace ${shown(traceId)}, got ${shown(goalId)}`);
  }
}

/** A message as events tell it. */
function publicMessage(message: MessageRow): object {
  const { projectId: _project, digest: _digest, ...rest } = message;
  return rest;
}

const readTraceIds = statement<{ messages: readonly IdKey[] }, { traceId: string }>('messages/read-traces');

/**
 * Changes a message (`message_updated`), and the stats that follow from its usage, its goal and its text. What is already
 * so is no change. NOT_FOUND if there is no such message.
 */
export async function updateMessage(
  ingest: Ingest,
  {
    projectId,
    id,
    changes,
  }: { readonly projectId: string; readonly id: string; readonly changes: MessageChanges },
): Promise<MessageRow> {
  const key = { projectId, id: checkId(id, 'id') };
  const given = checkChanges(changes);
  // A message never leaves its trace, so the trace can be read before its lock is taken.
  const [known] = await readTraceIds(ingest.database, { messages: [key] });
  if (known === undefined) {
    throw notFound('message', id);
  }
  const { traceId } = known;
  const moves = given.goalId !== undefined;
  return await ingest.submit({
    traces: [{ projectId, id: traceId }],
    needs: { messageContents: [key], trees: moves ? [{ projectId, id: traceId }] : [] },
    more: (batch) => {
      const goalId = batch.messages.get(keyOf(projectId, id))?.goalId ?? null;
      return goalId === null
        ? {}
        : {
            goals: [{ projectId, traceId, goalId }],
            newest: moves ? [{ projectId, traceId, goalId, exceptId: id }] : [],
          };
    },
    // The newest message of the goal it leaves is read from the database, not from the batch.
    alone: moves,
    weight: 3,
    apply(batch) {
      const before = batch.messages.get(keyOf(projectId, id));
      if (before === undefined) {
        throw notFound('message', id);
      }
      const patch = Object.fromEntries(
        Object.entries(given).filter(([name, value]) => !equalJson(before[name as keyof MessageRow], value)),
      ) as Partial<MessageRow>;
      if (Object.keys(patch).length === 0) {
        return before;
      }
      const after = { ...before, ...patch };
      checkUsedOnce(after, 'input');
      checkGoalOfTrace(batch, after, 'input');
      batch.messages.put(keyOf(projectId, id), after);
      const affected =
        before.goalId === after.goalId ? retally(batch, before, after) : moveMessage(batch, before, after);
      batch.append(projectId, traceId, 'message_updated', { messageId: id, patch, affectedGoals: affected });
      return after;
    },
  });
}

function checkChanges(changes: MessageChanges): Partial<MessageRow> {
  const given: Partial<MessageRow> = {
    ...changes,
    ...(changes.role === undefined ? {} : { role: checkRole(changes.role, 'input.role') }),
    promptTokens: checkCount(changes.promptTokens, 'input.promptTokens'),
    completionTokens: checkCount(changes.completionTokens, 'input.completionTokens'),
    cost: checkAmount(changes.cost, 'input.cost'),
    durationMs: checkAmount(changes.durationMs, 'input.durationMs'),
  } as Partial<MessageRow>;
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => changes[name as keyof MessageChanges] !== undefined),
  );
}

function equalJson(a: unknown, b: unknown): boolean {
  return (
    a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
  );
}

/** The stats after a message changed in its place. */
function retally(batch: Batch, before: MessageRow, after: MessageRow): AffectedGoal[] {
  const { projectId, traceId, goalId, sequence } = after;
  const place = { projectId, traceId, goalId };
  const text = previewOf(after.content);
  const [old, now] = [usageOf(before, 0), usageOf(after, 0)];
  const same =
    old.promptTokens === now.promptTokens &&
    old.completionTokens === now.completionTokens &&
    old.cost === now.cost;
  if (same && text === previewOf(before.content)) {
    return [];
  }
  tally(batch, place, old, null, -1);
  tally(batch, place, now, null);
  // Only a stat that shows this very message follows its text: the newest has the highest sequence.
  const follow = <S extends Stats>(stats: S): S =>
    stats.previewSequence === sequence ? { ...stats, preview: text } : stats;
  batch.changeTrace(batch.trace(projectId, traceId), follow(batch.trace(projectId, traceId)));
  const goals = batch.goals(projectId, traceId);
  for (const { goalId: id } of affectedGoals(batch, place)) {
    const goal = goals.get(id);
    if (goal !== undefined) {
      goals.put(id, { ...goal, self: follow(goal.self), cumulative: follow(goal.cumulative) });
    }
  }
  return affectedGoals(batch, place);
}

/** The stats after a message moved to another goal: both goals' own, then every sum above them. */
function moveMessage(batch: Batch, before: MessageRow, after: MessageRow): AffectedGoal[] {
  const { projectId, traceId, sequence } = after;
  const goals = batch.goals(projectId, traceId);
  const old = new Map([...goals.rows()].map((goal) => [goal.goalId, goal]));
  const changeSelf = (goalId: string | null, change: (self: Stats) => Stats): void => {
    const goal: GoalRow | undefined = goalId === null ? undefined : goals.get(goalId);
    if (goal !== undefined) {
      goals.put(goal.goalId, { ...goal, self: change(goal.self) });
    }
  };
  const trace = { projectId, traceId, goalId: null };
  tally(batch, trace, usageOf(before, 1), null, -1);
  tally(batch, trace, usageOf(after, 1), { sequence, text: previewOf(after.content) });
  const newest = batch.newest.get(keyOf(projectId, traceId, before.goalId ?? '', after.id));
  changeSelf(before.goalId, (self) => ({
    ...addUsage(self, usageOf(before, 1), -1),
    preview: newest?.text ?? null,
    previewSequence: newest?.sequence ?? null,
  }));
  changeSelf(after.goalId, (self) =>
    showNewest(addUsage(self, usageOf(after, 1)), { sequence, text: previewOf(after.content) }),
  );
  recount(batch, { projectId, traceId });
  return statsChanges(old, goals.rows());
}

const readMessageRows = statement<
  { messages: readonly (IdKey & { readonly withContent: boolean })[] },
  { message: MessageNode }
>('messages/read');

/** The messages of these ids that exist, without their contents, in no order. */
export async function readMessages(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<MessageRow[]> {
  const messages = ids.map((id) => ({ projectId, id, withContent: false }));
  return (await readMessageRows(database, { messages })).map(({ message }) => messageOfNode(message, false));
}

/** The contents of messages, by id. */
export async function readContents(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, unknown>> {
  const messages = ids.map((id) => ({ projectId, id, withContent: true }));
  const rows = await readMessageRows(database, { messages });
  return new Map(rows.map(({ message }) => [message.id, contentOfNode(message)]));
}
