import type { GoalStatus, GoalType, StepType } from './enums.js';
import type { Column, Presence } from './declare.js';
import type { TABLES } from './tables.js';

export type {
  CostSource,
  GoalStatus,
  GoalType,
  StepStatus,
  StepType,
  TraceMode,
  TraceStatus,
} from './enums.js';

// The nodes of the graph as the program handles them: one row for each node, with edges as the ids they lead to. Their columns
// are declared in `tables.ts`.

type Columns = Readonly<Record<string, Column<unknown, Presence>>>;
type ValueOf<C> = C extends Column<infer T, Presence> ? T : never;

/** A row with these columns; those that are optional or payloads may be absent. */
type RowOf<C extends Columns> = {
  readonly [Name in keyof C as C[Name]['presence'] extends 'optional' | 'payload' ? never : Name]: ValueOf<
    C[Name]
  >;
} & {
  readonly [Name in keyof C as C[Name]['presence'] extends 'optional' | 'payload' ? Name : never]?: ValueOf<
    C[Name]
  >;
};
type Tables = typeof TABLES;

export type TraceRow = RowOf<Tables['traces']['columns']>;
export type EventRow = RowOf<Tables['events']['columns']>;
export type ThreadRow = RowOf<Tables['threads']['columns']>;
export type RunEventRow = RowOf<Tables['runEvents']['columns']>;
/** A goal as its node stores it. */
export type GoalNode = RowOf<Tables['goals']['columns']>;
/** A step as its node stores it. */
export type StepNode = RowOf<Tables['steps']['columns']>;
/** A message as its node stores it. */
export type MessageNode = RowOf<Tables['messages']['columns']>;

/** Counts, tokens and US dollars; `previewSequence` is the sequence of the message that `preview` shows. */
export interface Stats {
  readonly messageCount: number;
  readonly stepCount: number;
  /** Steps that failed. */
  readonly errorCount: number;
  /** Messages and steps with tokens and without a cost. */
  readonly unpricedCount: number;
  /** Includes those read from a cache. */
  readonly promptTokens: number;
  /** Includes those of reasoning. */
  readonly completionTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
  readonly totalCost: number;
  readonly preview: string | null;
  readonly previewSequence: number | null;
}

type Flat<Prefix extends string> = `${Prefix}${Capitalize<keyof Stats>}`;

/** A goal, with its stats as objects. */
export interface GoalRow extends Omit<GoalNode, Flat<'self'> | Flat<'cumulative'>> {
  readonly type: GoalType;
  readonly status: GoalStatus;
  readonly self: Stats;
  readonly cumulative: Stats;
}

/** The columns that hold a step's own JSON and long texts, besides `data`. */
export const STEP_PAYLOADS = ['input', 'output', 'attributes', 'resource', 'scope', 'errorStack'] as const;
type StepPayloadName = (typeof STEP_PAYLOADS)[number];
/** JSON as text, except for `errorStack`, which is the stack itself. */
export type StepPayloads = { readonly [Name in StepPayloadName]: string | null };

/** A step, with what may be large apart: absent if it was not read. */
export interface StepRow extends Omit<StepNode, StepPayloadName | 'data'> {
  readonly payloads?: StepPayloads;
  /** All of `data`; absent if it was not read. */
  readonly data?: unknown;
  /** `data` as JSON; absent if it was read. */
  readonly texts?: StepTexts;
}

/** The columns that come from a step's `data`: the fields that its type names; null where `data` lacks one. */
export type StepDataColumns = Pick<
  StepNode,
  | 'model'
  | 'promptTokens'
  | 'completionTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'reasoningTokens'
  | 'cost'
  | 'toolName'
  | 'argumentsDigest'
  | 'llmStepId'
  | 'toolCallStepId'
  | 'durationMs'
  | 'isFinal'
  | 'targetStepId'
  | 'feedbackType'
  | 'skillsCount'
  | 'experiencesCount'
  | 'experienceId'
  | 'experienceIds'
>;

/** A step's data as JSON texts. */
export interface StepTexts {
  /** As stored: with null for the messages that are content. */
  readonly stored: string;
  /** As shown in events: without the messages that are content. */
  readonly shown: string;
}

/** A step found from another one, perhaps with thousands more: the rest of it is read on demand. */
export interface StepRef extends Pick<StepRow, 'id' | 'traceId' | 'sequence'> {
  readonly type: StepType;
}

export interface MessageRow extends Omit<MessageNode, 'content' | 'contentJson'> {
  /** Any JSON value; absent if it was not read. */
  readonly content?: unknown;
}

export type CheckpointRow = RowOf<Tables['checkpoints']['columns']> & {
  /** The step of a trace at which it was taken, when it is written; absent if it was read. */
  readonly stepId?: string | null;
  /** Absent if it was not read. */
  readonly payload?: CheckpointPayload;
};

/**
 * A small object is JSON text, with null in place of values that are content; for those, a JSON list of pairs of key and content id. A
 * larger one is content: the id of its last chunk, and no text.
 */
export interface CheckpointPayload {
  readonly state: string | null;
  readonly stateIds: string | null;
  readonly stateId: string | null;
  readonly toolsResult: string | null;
  readonly toolsResultIds: string | null;
  readonly toolsResultId: string | null;
}

/** A run of a thread, which is created with its first event. */
export interface RunRow {
  readonly projectId: string;
  readonly threadId: string;
  /** The thread's log generation: a run with the same id in a later one is another run. */
  readonly generation: string;
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** `createdAt` and `id` together: the order of lists, and their cursors. */
  readonly sortKey: string;
}
