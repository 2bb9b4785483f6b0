import { always, APPEND, declare, nullable, optional, payload } from './declare.js';
import type {
  CostSource,
  GoalStatus,
  GoalType,
  StepStatus,
  StepType,
  TraceMode,
  TraceStatus,
} from './enums.js';

// The rows of traces. `tables.ts` lists all kinds of rows.

/** A trace's own totals are among its columns; the counters hold the last number assigned. */
export const traces = declare({
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
    name: nullable<string>(),
    tags: nullable<readonly string[]>(),
    /** A JSON object as text. */
    metadata: payload<string>(),
    service: nullable<string>(),
    environment: nullable<string>(),
    release: nullable<string>(),
    /** The earliest of the two below; times are as `times.ts` stores them. */
    startedAt: nullable<string>(),
    /** The trace's own start, as the client gave it. */
    ownStartedAt: nullable<string>(),
    /** The earliest start of its steps. */
    stepsStartedAt: nullable<string>(),
    endedAt: nullable<string>(),
    parentTraceId: nullable<string>(),
    parentGoalId: nullable<string>(),
    threadId: nullable<string>(),
    /** The trace it was started from, once that is deleted; `parentTraceId` is then null. */
    formerParentId: nullable<string>(),
    /** How many of its steps await another one. */
    awaitingSteps: always<number>(),
    lastStepSequence: always<number>(),
    lastMessageSequence: always<number>(),
    /** For the ids that the server assigns. */
    lastGoalNumber: always<number>(),
    /** For the order in which goals were added. */
    lastGoalSequence: always<number>(),
    lastEventId: always<number>(),
    createdAt: always<string>(),
    completedAt: nullable<string>(),
    /** When it started, or was created if that is unknown, and `id`: the order of lists, and their cursors. */
    sortKey: always<string>('listKey'),
    /** A digest of what the client sent to create it: distinguishes a retry from a conflict. */
    digest: always<string>(),
    messageCount: always<number>(),
    stepCount: always<number>('totalSteps'),
    errorCount: always<number>(),
    unpricedCount: always<number>(),
    promptTokens: always<number>(),
    completionTokens: always<number>(),
    cacheReadTokens: always<number>(),
    cacheWriteTokens: always<number>(),
    reasoningTokens: always<number>(),
    totalTokens: always<number>(),
    /** US dollars. */
    totalCost: always<number>(),
    preview: nullable<string>(),
    previewSequence: nullable<number>(),
  },
  writers: { added: 'traces/create', changed: APPEND, removed: null },
});

/** A goal as its node stores it: its stats are flat, with a prefix. */
export const goals = declare({
  label: 'Goal',
  key: ['projectId', 'traceId', 'goalId'],
  cached: true,
  columns: {
    projectId: always<string>(),
    traceId: always<string>(),
    goalId: always<string>(),
    /** Its place in the order in which the trace's goals were added, which never changes: pages follow it. */
    sequence: always<number>(),
    parentId: nullable<string>(),
    description: always<string>(),
    reason: nullable<string>(),
    type: always<GoalType>(),
    status: always<GoalStatus>(),
    summary: nullable<string>(),
    order: always<number>(),
    createdAt: always<string>(),
    startedAt: nullable<string>(),
    endedAt: nullable<string>(),
    /** The write that added it, so that a transaction run twice adds it once. */
    addedBy: always<string>(),
    selfMessageCount: always<number>(),
    selfStepCount: always<number>(),
    selfErrorCount: always<number>(),
    selfUnpricedCount: always<number>(),
    selfPromptTokens: always<number>(),
    selfCompletionTokens: always<number>(),
    selfCacheReadTokens: always<number>(),
    selfCacheWriteTokens: always<number>(),
    selfReasoningTokens: always<number>(),
    selfTotalTokens: always<number>(),
    selfTotalCost: always<number>(),
    selfPreview: nullable<string>(),
    selfPreviewSequence: nullable<number>(),
    cumulativeMessageCount: always<number>(),
    cumulativeStepCount: always<number>(),
    cumulativeErrorCount: always<number>(),
    cumulativeUnpricedCount: always<number>(),
    cumulativePromptTokens: always<number>(),
    cumulativeCompletionTokens: always<number>(),
    cumulativeCacheReadTokens: always<number>(),
    cumulativeCacheWriteTokens: always<number>(),
    cumulativeReasoningTokens: always<number>(),
    cumulativeTotalTokens: always<number>(),
    cumulativeTotalCost: always<number>(),
    cumulativePreview: nullable<string>(),
    cumulativePreviewSequence: nullable<number>(),
  },
  writers: { added: 'goals/create', changed: APPEND, removed: 'goals/remove' },
});

/** A step as its node stores it: the parts of its data that Cypher can filter on are flat, and `data` is all of it as JSON. */
export const steps = declare({
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
    /** The number of its entry in its trace's log, which it is itself; null if that entry was trimmed, or is a node of its own. */
    eventId: nullable<number>(),
    /** The stats that it changed, in the form of `affected.ts`. */
    affected: payload<string>(),
    /** A JSON object: the first values of the fields that changed since it was added. */
    original: payload<string>(),
    /** The content id of the last message of an llm_call's prompt; null if it has none. */
    messagesId: nullable<string>(),
    data: payload<string>(),
    /** Null in steps from before there was one: those are done. */
    status: nullable<StepStatus>(),
    name: nullable<string>(),
    /** What a step is that none of the types describes: a word of the client's choice. */
    kind: nullable<string>(),
    provider: nullable<string>(),
    requestModel: nullable<string>(),
    agentName: nullable<string>(),
    toolCallId: nullable<string>(),
    /** Milliseconds from the start to the first token. */
    firstTokenMs: nullable<number>(),
    finishReason: nullable<string>(),
    /** The client's times, as `times.ts` stores them. */
    startedAt: nullable<string>(),
    endedAt: nullable<string>(),
    errorType: nullable<string>(),
    errorMessage: nullable<string>(),
    errorStack: payload<string>(),
    /** The id of the step that it was called in. */
    within: nullable<string>(),
    tags: nullable<readonly string[]>(),
    /** Those of `parentIds` and `within` that have not arrived; null if all have. */
    awaits: nullable<readonly string[]>(),
    /** Its sequence while it awaits a step; null otherwise. Only then it is in an index. */
    awaitingSequence: nullable<number>(),
    costSource: nullable<CostSource>(),
    input: payload<string>(),
    output: payload<string>(),
    attributes: payload<string>(),
    resource: payload<string>(),
    scope: payload<string>(),
    /** Which upsert set which field; see `merge-step.ts`. Null if the step was added whole. */
    setBy: payload<string>(),
    model: nullable<string>(),
    promptTokens: nullable<number>(),
    completionTokens: nullable<number>(),
    cacheReadTokens: nullable<number>(),
    cacheWriteTokens: nullable<number>(),
    reasoningTokens: nullable<number>(),
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
  writers: { added: APPEND, changed: APPEND, removed: null },
});

/** A message as its node stores it: a text is `content`, any other JSON is `contentJson`. */
export const messages = declare({
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
    cacheReadTokens: nullable<number>(),
    cacheWriteTokens: nullable<number>(),
    reasoningTokens: nullable<number>(),
    cost: nullable<number>(),
    durationMs: nullable<number>(),
    startedAt: nullable<string>(),
    endedAt: nullable<string>(),
    status: nullable<string>(),
    error: nullable<string>(),
    createdAt: always<string>(),
    digest: always<string>(),
    /** The number of its entry in its trace's log, which it is itself; null if that entry was trimmed, or is a node of its own. */
    eventId: nullable<number>(),
    /** The stats that it changed, in the form of `affected.ts`. */
    affected: payload<string>(),
    /** A JSON object: the first values of the fields that changed since it was added. */
    original: payload<string>(),
  },
  writers: { added: APPEND, changed: 'messages/update', removed: null },
});

export const events = declare({
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
