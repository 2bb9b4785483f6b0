import { objectText } from '../base/object-text.js';
import { parseJson } from '../base/json.js';
import { JsonText, stringifyJson } from '../base/json-text.js';
import { parseAffected, goalIdOf, type Affected } from './affected.js';
import { upgraded } from './event-versions.js';
import { contentOfNode } from './row-mapping.js';
import type { EventRow, MessageNode, StepNode, StepRow, StepType } from './rows.js';
import { whole } from './statement.js';
import { previewOf, publicStats } from './stats.js';
import { TABLES } from './tables.js';
import { shownInstant } from './times.js';

/** A node of a trace's log, as read: an event, or a fact (a message or a step) that is its own entry. */
export interface LogNode {
  readonly labels: readonly string[];
  readonly properties: object;
}

const isWholeEvent = whole(TABLES.events);
const isWholeMessage = whole(TABLES.messages);
const isWholeStep = whole(TABLES.steps);

/** Whether the node has all its properties: one that is being deleted may not. */
export function isWholeLogNode({ labels, properties }: LogNode): boolean {
  if (labels.includes('Message')) {
    return isWholeMessage(properties);
  }
  return labels.includes('Step') ? isWholeStep(properties) : isWholeEvent(properties);
}

/** The event that a node of the log stands for; facts are shown as they were when they were added. */
export function eventOfNode({ labels, properties }: LogNode): EventRow {
  if (labels.includes('Message')) {
    return messageAdded(properties as MessageNode);
  }
  return labels.includes('Step') ? stepAdded(properties as StepNode) : upgraded(properties as EventRow);
}

function messageAdded(node: MessageNode): EventRow {
  const original = originalsOf(node);
  const content = Object.hasOwn(original, 'content')
    ? original['content']
    : node.contentJson == null
      ? (node.content ?? null)
      : new JsonText(node.contentJson);
  const affected = parseAffected(
    node.affected ?? '',
    previewOf(content instanceof JsonText ? contentOfNode(node) : content),
  );
  const { id, traceId, sequence, createdAt } = node;
  const first = <Name extends keyof MessageNode>(name: Name): unknown =>
    Object.hasOwn(original, name) ? original[name] : (node[name] ?? null);
  const message = {
    id,
    traceId,
    role: first('role'),
    content,
    goalId: goalIdOf(node.affected ?? ''),
    toolCallId: first('toolCallId'),
    stepId: first('stepId'),
    promptTokens: first('promptTokens'),
    completionTokens: first('completionTokens'),
    cacheReadTokens: first('cacheReadTokens'),
    cacheWriteTokens: first('cacheWriteTokens'),
    reasoningTokens: first('reasoningTokens'),
    cost: first('cost'),
    durationMs: first('durationMs'),
    startedAt: shownInstant(first('startedAt') as string | null),
    endedAt: shownInstant(first('endedAt') as string | null),
    status: first('status'),
    error: first('error'),
    sequence,
    createdAt,
  };
  return factEvent(node, 'message_added', { message, ...effects(affected) });
}

/** Columns of a step that events do not report: they are the program's own, or reported in another form. */
const UNREPORTED: ReadonlySet<string> = new Set([
  'projectId',
  'digest',
  'eventId',
  'affected',
  'original',
  'messagesId',
  'awaits',
  'awaitingSequence',
  'setBy',
  'argumentsDigest',
  'errorType',
  'errorMessage',
  'errorStack',
  'goalId',
  'data',
]);
const REPORTED = Object.keys(TABLES.steps.columns).filter(
  (name) => !UNREPORTED.has(name),
) as (keyof StepNode)[];
/** These are JSON in the event, too. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['input', 'output', 'attributes', 'resource', 'scope']);
/** Columns that every step in an event has, even if they are null. */
const ALWAYS: ReadonlySet<string> = new Set(['id', 'traceId', 'type', 'parentIds', 'sequence', 'createdAt']);

/** A step without any of the optional columns. */
export const NO_STEP = {
  ...(Object.fromEntries(
    Object.entries(TABLES.steps.columns)
      .filter(([, { presence }]) => presence === 'nullable')
      .map(([name]) => [name, null]),
  ) as { readonly [Name in keyof StepRow]: null }),
} as unknown as StepRow;

function stepAdded(node: StepNode): EventRow {
  const original = originalsOf(node);
  const first = (name: keyof StepNode): unknown =>
    Object.hasOwn(original, name) ? original[name] : (node[name] ?? null);
  const step: Record<string, unknown> = {};
  for (const name of REPORTED) {
    const value = first(name);
    if (value !== null || ALWAYS.has(name)) {
      step[name] = reportedValue(name, value);
    }
    if (name === 'type') {
      step['goalId'] = goalIdOf(node.affected ?? '');
    }
  }
  const [type, message, stack] = [first('errorType'), first('errorMessage'), first('errorStack')];
  const error =
    type === null && message === null && stack === null ? {} : { error: { type, message, stack } };
  const data = shownData(node.type, (first('data') as string | null) ?? '{}');
  return factEvent(node, 'step_added', {
    step: { ...step, ...error, data },
    ...effects(parseAffected(node.affected ?? '', null)),
  });
}

/** The changes of a step's columns as events report them. */
export function reportedChanges(type: StepType, changes: Partial<StepNode>): object {
  const reported: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(changes) as [keyof StepNode, unknown][]) {
    if (name === 'data') {
      reported['data'] = shownData(type, value as string);
    } else if (name === 'goalId' || !UNREPORTED.has(name)) {
      reported[name] = reportedValue(name, value);
    }
  }
  const { errorType, errorMessage, errorStack } = changes;
  const error = {
    ...(errorType === undefined ? {} : { type: errorType }),
    ...(errorMessage === undefined ? {} : { message: errorMessage }),
    ...(errorStack === undefined ? {} : { stack: errorStack }),
  };
  return Object.keys(error).length === 0 ? reported : { ...reported, error };
}

function reportedValue(name: string, value: unknown): unknown {
  if (value === null) {
    return null;
  }
  if (JSON_COLUMNS.has(name)) {
    return new JsonText(value as string);
  }
  return name === 'startedAt' || name === 'endedAt' ? shownInstant(value as string) : value;
}

/** A step's data as events show it: without the prompt, which repeats the whole history and can be read from the step. */
function shownData(type: StepType, text: string): JsonText {
  if (type !== 'llm_call' || !text.includes('"messages"')) {
    return new JsonText(text);
  }
  const { messages: _, ...rest } = parseJson(text) as Readonly<Record<string, unknown>>;
  return new JsonText(objectText(rest, (key) => JSON.stringify(rest[key])));
}

function originalsOf({ original }: { readonly original?: string | null }): Readonly<Record<string, unknown>> {
  return original == null ? {} : (parseJson(original) as Readonly<Record<string, unknown>>);
}

/** The goals whose stats a fact changed, and the trace's totals after it. */
function effects({ goals, self, totals }: Affected): object {
  return {
    affectedGoals: goals.map(({ goalId, cumulative }, level) => ({
      goalId,
      ...(level === 0 && self !== null ? { selfStats: publicStats(self) } : {}),
      cumulativeStats: publicStats(cumulative),
    })),
    totals: publicStats(totals),
  };
}

function factEvent(
  { projectId, traceId, eventId, createdAt }: MessageNode | StepNode,
  type: string,
  payload: object,
): EventRow {
  return {
    projectId,
    traceId,
    eventId: eventId ?? 0,
    type,
    at: createdAt,
    payload: stringifyJson(payload),
    key: null,
  };
}
