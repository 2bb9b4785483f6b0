import { always, APPEND, declare, nullable, optional, payload, type ChangeKind } from './declare.js';
import type { GoalStatus, GoalType, StepType, TraceMode, TraceStatus } from './enums.js';

/**
 * Every kind of row, declared once. From these declarations come the types of the rows (`rows.ts`), the columns that statements
 * return (`statement.ts`), the check that a row is complete, what a unit of work can hold, and what the fast path writes.
 */

/** A trace's own totals are among its columns; the counters hold the last number assigned. */
const traces = declare({
  label: 'Trace',
  key: ['projectId', 'id'],
  cached: true,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    mode: always<TraceMode>(),
    promptName: nullable<string>(),
    task: nullable<string>(),
    agentType: nullable<string>(),
    status: always<TraceStatus>(),
    uid: nullable<string>(),
    /** A JSON object as text. */
    context: payload<string>(),
    summary: nullable<string>(),
    error: nullable<string>(),
    parentTraceId: nullable<string>(),
    parentGoalId: nullable<string>(),
    threadId: nullable<string>(),
    /** The trace it was started from, once that is deleted; `parentTraceId` is then null. */
    formerParentId: nullable<string>(),
    totalSteps: always<number>(),
    lastStepSequence: always<number>(),
    lastMessageSequence: always<number>(),
    lastGoalNumber: always<number>(),
    lastGoalSequence: always<number>(),
    lastEventId: always<number>(),
    createdAt: always<string>(),
    completedAt: nullable<string>(),
    /** `createdAt` and `id` together: the order of lists, and their cursors. */
    sortKey: always<string>('listKey'),
    /** A digest of what the client sent to create it: distinguishes a retry from a conflict. */
    digest: always<string>(),
    messageCount: always<number>(),
    promptTokens: always<number>(),
    completionTokens: always<number>(),
    totalTokens: always<number>(),
    /** US dollars. */
    totalCost: always<number>(),
    preview: nullable<string>(),
    previewSequence: nullable<number>(),
  },
  writers: { added: 'traces/create', changed: APPEND, removed: null },
});

/** A goal as its node stores it: its stats are flat, with a prefix. */
const goals = declare({
  label: 'Goal',
  key: ['projectId', 'traceId', 'goalId'],
  cached: true,
  columns: {
    projectId: always<string>(),
    traceId: always<string>(),
    goalId: always<string>(),
    /** Its place among the trace's goals as they were added; it never changes. */
    sequence: always<number>(),
    parentId: nullable<string>(),
    description: always<string>(),
    reason: nullable<string>(),
    type: always<GoalType>(),
    status: always<GoalStatus>(),
    summary: nullable<string>(),
    order: always<number>(),
    createdAt: always<string>(),
    /** The write that added it, so that a transaction run twice adds it once. */
    addedBy: always<string>(),
    selfMessageCount: always<number>(),
    selfPromptTokens: always<number>(),
    selfCompletionTokens: always<number>(),
    selfTotalTokens: always<number>(),
    selfTotalCost: always<number>(),
    selfPreview: nullable<string>(),
    selfPreviewSequence: nullable<number>(),
    cumulativeMessageCount: always<number>(),
    cumulativePromptTokens: always<number>(),
    cumulativeCompletionTokens: always<number>(),
    cumulativeTotalTokens: always<number>(),
    cumulativeTotalCost: always<number>(),
    cumulativePreview: nullable<string>(),
    cumulativePreviewSequence: nullable<number>(),
  },
  writers: { added: 'goals/create', changed: APPEND, removed: 'goals/remove' },
});

/** A step as its node stores it: the parts of its data that Cypher can filter on are flat, and `data` is all of it as JSON. */
const steps = declare({
  label: 'Step',
  key: ['projectId', 'id'],
  cached: true,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    traceId: always<string>(),
    sequence: always<number>(),
    type: always<StepType>(),
    goalId: nullable<string>(),
    parentIds: always<readonly string[]>(),
    createdAt: always<string>(),
    digest: always<string>(),
    /** The content id of the last message of an llm_call's prompt; null if it has none. */
    messagesId: nullable<string>(),
    data: payload<string>(),
    model: nullable<string>(),
    promptTokens: nullable<number>(),
    completionTokens: nullable<number>(),
    cost: nullable<number>(),
    toolName: nullable<string>(),
    /** A digest of the arguments: equal for equal calls. */
    argumentsDigest: nullable<string>(),
    llmStepId: nullable<string>(),
    toolCallStepId: nullable<string>(),
    durationMs: nullable<number>(),
    isFinal: nullable<boolean>(),
    targetStepId: nullable<string>(),
    feedbackType: nullable<string>(),
    skillsCount: nullable<number>(),
    experiencesCount: nullable<number>(),
    /** The memory written. */
    experienceId: nullable<string>(),
    /** The memories read, if they have ids. */
    experienceIds: nullable<readonly string[]>(),
  },
  writers: { added: APPEND, changed: null, removed: null },
});

/** A message as its node stores it: a text is `content`, any other JSON is `contentJson`. */
const messages = declare({
  label: 'Message',
  key: ['projectId', 'id'],
  cached: false,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    traceId: always<string>(),
    sequence: always<number>(),
    role: always<string>(),
    content: payload<string>(),
    contentJson: payload<string>(),
    goalId: nullable<string>(),
    toolCallId: nullable<string>(),
    stepId: nullable<string>(),
    promptTokens: nullable<number>(),
    completionTokens: nullable<number>(),
    cost: nullable<number>(),
    durationMs: nullable<number>(),
    status: nullable<string>(),
    error: nullable<string>(),
    createdAt: always<string>(),
    digest: always<string>(),
  },
  writers: { added: APPEND, changed: 'messages/update', removed: null },
});

const events = declare({
  label: 'Event',
  key: ['projectId', 'traceId', 'eventId'],
  cached: false,
  columns: {
    projectId: always<string>(),
    traceId: always<string>(),
    eventId: always<number>(),
    type: always<string>(),
    at: always<string>(),
    /** A JSON object as text. */
    payload: always<string>(),
    /** The version of the payload's shape (see `event-versions.ts`); 1 if there is none. */
    version: optional<number>(),
    /** Makes a custom event's retry harmless; null for the events Stemma writes. */
    key: nullable<string>(),
  },
  writers: { added: APPEND, changed: null, removed: null },
});

/** A thread exists for as long as anything belongs to it: run events, checkpoints, traces. */
const threads = declare({
  label: 'Thread',
  key: ['projectId', 'id'],
  cached: false,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    createdAt: always<string>(),
    /** When something was last written in it. */
    updatedAt: always<string>(),
    /** The log generation of its run events: begins with the first event and ends when all are deleted; null in between. */
    generation: nullable<string>(),
    /** The last `seq` assigned in the generation. */
    lastSeq: always<number>(),
    /** How many run events the generation has. */
    eventCount: always<number>(),
    /** How many checkpoints were written in it: orders those of one step. */
    lastWrite: always<number>(),
    /** Orders threads by when their checkpoints were last written; null if it has none. */
    checkpointKey: nullable<string>(),
  },
  writers: { added: 'threads/create', changed: 'threads/update', removed: null },
});

const runEvents = declare({
  label: 'RunEvent',
  key: ['projectId', 'threadId', 'generation', 'seq'],
  cached: false,
  columns: {
    projectId: always<string>(),
    threadId: always<string>(),
    /** The thread's log generation, in which `seq` counts from 1. */
    generation: always<string>(),
    seq: always<number>(),
    runId: always<string>(),
    eventType: always<string>(),
    category: always<string>(),
    /** The content if it is a text; null if it is any other JSON value. */
    content: nullable<string>(),
    /** The content as JSON if it is not a text; null if it is a text. */
    contentJson: nullable<string>(),
    /** A JSON object as text. */
    metadata: always<string>(),
    /** As the client gave it. */
    createdAt: always<string>(),
    /** Makes retries harmless, including the driver's own. */
    key: always<string>(),
    /** A digest of what the client sent with an idempotency key, to detect different content; null without a key. */
    digest: nullable<string>(),
  },
  writers: { added: 'run-events/create', changed: null, removed: null },
});

const checkpoints = declare({
  label: 'Checkpoint',
  key: ['projectId', 'id'],
  cached: false,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    threadId: always<string>(),
    step: always<number>(),
    /** As given: it may name a checkpoint that was deleted or does not exist yet. */
    parentId: nullable<string>(),
    /** As the client gave it. */
    createdAt: always<string>(),
    tags: always<readonly string[]>(),
    summary: always<string>(),
    nextNode: always<string>(),
    messageCount: always<number>(),
    /** The content id of the last of its messages; null if it has none. */
    messagesId: nullable<string>(),
    /** Counts the checkpoints written in the thread: orders those of one step. */
    write: always<number>(),
    writtenAt: always<string>(),
    /** `writtenAt` with a suffix that makes it unique: orders children and threads. */
    sortKey: always<string>('listKey'),
    /** A digest of all that the client sent: detects that the same is written again. */
    digest: always<string>(),
  },
  writers: { added: 'checkpoints/create', changed: 'checkpoints/replace', removed: null },
});

/** An owner's reference to a chunk of content: an edge. Each kind of reference has a statement of its own, named like this one. */
const references = declare({
  label: 'Content',
  key: ['owner', 'projectId', 'ownerId', 'owning', 'key'],
  cached: false,
  columns: {},
  writers: { added: 'content/reference-messages', changed: null, removed: null },
});

export const TABLES = {
  traces,
  goals,
  steps,
  messages,
  events,
  threads,
  runEvents,
  checkpoints,
  references,
} as const;

export type TableName = keyof typeof TABLES;

/** The kinds of row that the row cache holds. */
export type CachedTable = {
  [Name in TableName]: (typeof TABLES)[Name]['cached'] extends true ? Name : never;
}[TableName];

/** A kind of row, and what happened to some rows of that kind. */
export type Change = `${TableName} ${ChangeKind}`;

/** The kinds of change that some statement writes, with the name of the statement. */
export const WRITERS: ReadonlyMap<Change, string> = new Map(
  (Object.keys(TABLES) as TableName[]).flatMap((table) =>
    (Object.entries(TABLES[table].writers) as [ChangeKind, string | null][]).flatMap(([kind, name]) =>
      name === null ? [] : [[`${table} ${kind}`, name] as const],
    ),
  ),
);
