/** The nodes of the graph as the program handles them: one row for each node, with edges as the ids they lead to. */

export type TraceMode = 'call' | 'agent';
export type TraceStatus = 'running' | 'stopped' | 'completed' | 'failed';
export type GoalStatus = 'pending' | 'in_progress' | 'completed' | 'abandoned';
export type GoalType = 'normal' | 'agent_call';
export type StepType =
  'llm_call' | 'tool_call' | 'tool_result' | 'conclusion' | 'feedback' | 'memory_read' | 'memory_write';

/** Counts, tokens and US dollars; `previewSequence` is the sequence of the message that `preview` shows. */
export interface Stats {
  readonly messageCount: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly totalCost: number;
  readonly preview: string | null;
  readonly previewSequence: number | null;
}

/** A trace's own totals are its `Stats`; the counters hold the last number assigned. */
export interface TraceRow extends Stats {
  readonly projectId: string;
  readonly id: string;
  readonly mode: TraceMode;
  readonly promptName: string | null;
  readonly task: string | null;
  readonly agentType: string | null;
  readonly status: TraceStatus;
  readonly uid: string | null;
  /** A JSON object as text; absent or null if it was not read. */
  readonly context?: string | null;
  readonly summary: string | null;
  readonly error: string | null;
  readonly parentTraceId: string | null;
  readonly parentGoalId: string | null;
  readonly threadId: string | null;
  /** The trace it was started from, once that is deleted; `parentTraceId` is then null. */
  readonly formerParentId: string | null;
  readonly totalSteps: number;
  readonly lastStepSequence: number;
  readonly lastMessageSequence: number;
  readonly lastGoalNumber: number;
  readonly lastEventId: number;
  readonly createdAt: string;
  readonly completedAt: string | null;
  /** `createdAt` and `id` together: the order of lists, and their cursors. */
  readonly listKey: string;
  /** A digest of what the client sent to create it: distinguishes a retry from a conflict. */
  readonly digest: string;
}

export interface GoalRow {
  readonly projectId: string;
  readonly traceId: string;
  readonly goalId: string;
  readonly parentId: string | null;
  readonly description: string;
  readonly reason: string | null;
  readonly type: GoalType;
  readonly status: GoalStatus;
  readonly summary: string | null;
  readonly order: number;
  readonly createdAt: string;
  readonly self: Stats;
  readonly cumulative: Stats;
  /** The write that added it, so that a transaction run twice adds it once. */
  readonly addedBy: string;
}

export interface StepRow {
  readonly projectId: string;
  readonly id: string;
  readonly traceId: string;
  readonly sequence: number;
  readonly type: StepType;
  readonly goalId: string | null;
  readonly parentIds: readonly string[];
  readonly createdAt: string;
  readonly digest: string;
  /** The parts of `data` that Cypher can filter on. */
  readonly properties: StepProperties;
  /** The content id of the last message of an llm_call's prompt; null if it has none. */
  readonly messagesId: string | null;
  /** All of `data`; absent if it was not read. */
  readonly data?: unknown;
  /** `data` as JSON; absent if it was read. */
  readonly texts?: StepTexts;
}

/** A step's data as JSON texts. */
export interface StepTexts {
  /** As stored: with null for the messages that are content. */
  readonly stored: string;
  /** As shown in events: without the messages that are content. */
  readonly shown: string;
}

/** A step found from another one, perhaps with thousands more: the rest of it is read on demand. */
export type StepRef = Pick<StepRow, 'id' | 'traceId' | 'sequence' | 'type'>;

/** The fields of a step's `data` that its type names; null where `data` lacks one. */
export interface StepProperties {
  readonly model: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cost: number | null;
  readonly toolName: string | null;
  /** A digest of the arguments: equal for equal calls. */
  readonly argumentsDigest: string | null;
  readonly llmStepId: string | null;
  readonly toolCallStepId: string | null;
  readonly durationMs: number | null;
  readonly isFinal: boolean | null;
  readonly targetStepId: string | null;
  readonly feedbackType: string | null;
  readonly skillsCount: number | null;
  readonly experiencesCount: number | null;
  /** The memory written. */
  readonly experienceId: string | null;
  /** The memories read, if they have ids. */
  readonly experienceIds: readonly string[] | null;
}

export interface MessageRow {
  readonly projectId: string;
  readonly id: string;
  readonly traceId: string;
  readonly sequence: number;
  readonly role: string;
  /** Any JSON value; absent if it was not read. */
  readonly content?: unknown;
  readonly goalId: string | null;
  readonly toolCallId: string | null;
  readonly stepId: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cost: number | null;
  readonly durationMs: number | null;
  readonly status: string | null;
  readonly error: string | null;
  readonly createdAt: string;
  readonly digest: string;
}

export interface EventRow {
  readonly projectId: string;
  readonly traceId: string;
  readonly eventId: number;
  readonly type: string;
  readonly at: string;
  /** A JSON object as text. */
  readonly payload: string;
  /** Makes a custom event's retry harmless; null for the events Stemma writes. */
  readonly key: string | null;
}

/** A thread exists for as long as anything belongs to it: run events, checkpoints, traces. */
export interface ThreadRow {
  readonly projectId: string;
  readonly id: string;
  readonly createdAt: string;
  /** When something was last written in it. */
  readonly updatedAt: string;
  /** The log generation of its run events: begins with the first event and ends when all are deleted; null in between. */
  readonly generation: string | null;
  /** The last `seq` assigned in the generation. */
  readonly lastSeq: number;
  /** How many run events the generation has. */
  readonly eventCount: number;
  /** How many checkpoints were written in it: orders those of one step. */
  readonly lastWrite: number;
  /** Orders threads by when their checkpoints were last written; null if it has none. */
  readonly checkpointKey: string | null;
}

export interface RunRow {
  readonly projectId: string;
  readonly threadId: string;
  /** The thread's log generation: a run with the same id in a later one is another run. */
  readonly generation: string;
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface RunEventRow {
  readonly projectId: string;
  readonly threadId: string;
  /** The thread's log generation, in which `seq` counts from 1. */
  readonly generation: string;
  readonly seq: number;
  readonly runId: string;
  readonly eventType: string;
  readonly category: string;
  /** The content if it is a text; null if it is any other JSON value. */
  readonly content: string | null;
  /** The content as JSON if it is not a text; null if it is a text. */
  readonly contentJson: string | null;
  /** A JSON object as text. */
  readonly metadata: string;
  /** As the client gave it. */
  readonly createdAt: string;
  /** Makes retries harmless, including the driver's own. */
  readonly key: string;
  /** A digest of what the client sent with an idempotency key, to detect different content; null without a key. */
  readonly digest: string | null;
}

export interface CheckpointRow {
  readonly projectId: string;
  readonly id: string;
  readonly threadId: string;
  readonly step: number;
  /** As given: it may name a checkpoint that was deleted or does not exist yet. */
  readonly parentId: string | null;
  /** As the client gave it. */
  readonly createdAt: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly nextNode: string;
  /** The step of a trace at which it was taken, when it is written; absent if it was read. */
  readonly stepId?: string | null;
  readonly messageCount: number;
  /** The content id of the last of its messages; null if it has none. */
  readonly messagesId: string | null;
  /** Counts the checkpoints written in the thread: orders those of one step. */
  readonly write: number;
  readonly writtenAt: string;
  /** `writtenAt` with a suffix that makes it unique: orders children and threads. */
  readonly listKey: string;
  /** A digest of all that the client sent: detects that the same is written again. */
  readonly digest: string;
  /** Absent if it was not read. */
  readonly payload?: CheckpointPayload;
}

/** JSON objects as text, with null in place of values that are content; for those, JSON lists of pairs of key and content id. */
export interface CheckpointPayload {
  readonly state: string;
  readonly stateIds: string | null;
  readonly toolsResult: string;
  readonly toolsResultIds: string | null;
}
