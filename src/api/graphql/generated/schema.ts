// Made from schema.graphql by `npm run codegen`.
import type { TraceMode } from '../../../model/rows.js';
import type { TraceStatus } from '../../../model/rows.js';
import type { GoalStatus } from '../../../model/rows.js';
import type { GoalType } from '../../../model/rows.js';
import type { StepType } from '../../../model/rows.js';
import type { StepStatus } from '../../../model/rows.js';
import type { CostSource } from '../../../model/rows.js';
import type { ChangeKind as CheckpointChangeKind } from '../../../domain/checkpoints/json-changes.js';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TraceRow, GoalRow, MessageRow, EventRow, ThreadRow, RunRow, RunEventRow, CheckpointRow } from '../../../model/rows.js';
import type { StepSource } from '../resolvers/step.js';
import type { PublicStats } from '../../../model/stats.js';
import type { GoalTreeSource } from '../resolvers/goal.js';
import type { AffectedGoal as AffectedGoalSource } from '../../../domain/goals/roll-up.js';
import type { Snapshot } from '../../../domain/traces/snapshot.js';
import type { EventSource } from '../resolvers/event.js';
import type { ListChange } from '../../../live/live-list.js';
import type { Tree, TreeNode } from '../../../domain/checkpoints/checkpoint-tree.js';
import type { Change } from '../../../domain/checkpoints/json-changes.js';
import type { Diff } from '../../../domain/checkpoints/checkpoint-diff.js';
import type { Context } from '../context.js';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type EnumResolverSignature<T, AllowedValues = any> = { [key in keyof T]?: AllowedValues };
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * A moment in UTC, to the millisecond (`2026-01-31T12:00:00.000Z`) or, if a client sent it, to the microsecond. As an input: ISO 8601 with an
   * offset, or nanoseconds since 1970 as digits.
   */
  DateTime: { input: string; output: string; }
  /**
   * Any JSON value, returned as it was sent: every Unicode character, integers up to 2^53, keys in their order.
   * A value that would be changed (a larger integer, a lone surrogate) is rejected.
   */
  JSON: { input: unknown; output: unknown; }
  /** A whole number from 0 to 2^53: counts, sequences and event ids, which may outgrow 32 bits. It may be negative only where that is said. */
  Long: { input: number; output: number; }
};

export type { TraceMode };

export type { TraceStatus };

export type { GoalStatus };

export type { GoalType };

export type { StepType };

export type { StepStatus };

export type { CostSource };

/** Why a step failed. */
export type StepError = {
  readonly __typename?: 'StepError';
  /** The kind of error, such as the name of its class. */
  readonly type: Maybe<Scalars['String']['output']>;
  /** What it says. */
  readonly message: Maybe<Scalars['String']['output']>;
  /** Where it happened. */
  readonly stack: Maybe<Scalars['String']['output']>;
};

/** How a trace in a watched list changed. */
export type TraceChangeKind =
  /** It was created, or now matches the filter. */
  | 'CREATED'
  /** Something in it changed; `trace` is its newest state. */
  | 'UPDATED'
  /** It was deleted, or no longer matches the filter. */
  | 'DELETED';

export type { CheckpointChangeKind };

/** Where a page of a list ends. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Whether there is more after this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether the page starts behind a cursor, so that there may be items before it. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first item, null for an empty page. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
  /** The cursor of the last item, to give as `after`; null for an empty page. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
};

/** Counts of messages, steps and tokens, and cost in US dollars. */
export type Stats = {
  readonly __typename?: 'Stats';
  /** How many messages. */
  readonly messageCount: Scalars['Long']['output'];
  /** How many steps. */
  readonly stepCount: Scalars['Long']['output'];
  /** How many of the steps failed. */
  readonly errorCount: Scalars['Long']['output'];
  /** How many messages and steps have tokens and no cost. */
  readonly unpricedCount: Scalars['Long']['output'];
  /** Tokens sent to models, including those read from a cache. */
  readonly promptTokens: Scalars['Long']['output'];
  /** Tokens received from models, including those of reasoning. */
  readonly completionTokens: Scalars['Long']['output'];
  /** Tokens sent that models read from their cache. */
  readonly cacheReadTokens: Scalars['Long']['output'];
  /** Tokens sent that models wrote to their cache. */
  readonly cacheWriteTokens: Scalars['Long']['output'];
  /** Tokens received that models reasoned with. */
  readonly reasoningTokens: Scalars['Long']['output'];
  /** `promptTokens` and `completionTokens` together. */
  readonly totalTokens: Scalars['Long']['output'];
  /** US dollars, exact to 1e-9. */
  readonly totalCost: Scalars['Float']['output'];
  /** The first 80 characters of the newest message (by sequence) counted here; null without one. */
  readonly preview: Maybe<Scalars['String']['output']>;
};

/** One run of an agent, or one call of a model. */
export type Trace = {
  readonly __typename?: 'Trace';
  /** Unique in the project. */
  readonly id: Scalars['ID']['output'];
  /** Call or agent. */
  readonly mode: TraceMode;
  /** Which prompt was used. */
  readonly promptName: Maybe<Scalars['String']['output']>;
  /** What the agent was asked to do. */
  readonly task: Maybe<Scalars['String']['output']>;
  /** Which kind of agent ran. */
  readonly agentType: Maybe<Scalars['String']['output']>;
  /** Its status. */
  readonly status: TraceStatus;
  /** On whose behalf it ran. */
  readonly uid: Maybe<Scalars['String']['output']>;
  /** A JSON object of the client's choice. */
  readonly context: Scalars['JSON']['output'];
  /** The result, in the agent's words. */
  readonly summary: Maybe<Scalars['String']['output']>;
  /** Why it failed. */
  readonly error: Maybe<Scalars['String']['output']>;
  /** What it is called. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** Tags, in alphabetical order, each once. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** A JSON object of the client's choice, for looking traces up. */
  readonly metadata: Scalars['JSON']['output'];
  /** The service that ran it. */
  readonly service: Maybe<Scalars['String']['output']>;
  /** The environment that it ran in, such as production. */
  readonly environment: Maybe<Scalars['String']['output']>;
  /** The release that ran. */
  readonly release: Maybe<Scalars['String']['output']>;
  /** The earliest start known, its own or a step's, by the client's clock; null if none is known. Lists are ordered by it. */
  readonly startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it ended, by the client's clock. */
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  /** Milliseconds from its start to its end. */
  readonly durationMs: Maybe<Scalars['Float']['output']>;
  /** How many steps it has. */
  readonly totalSteps: Scalars['Long']['output'];
  /** How many messages it has. */
  readonly totalMessages: Scalars['Long']['output'];
  /** Tokens used by its steps and messages; sub-traces count their own. */
  readonly totalTokens: Scalars['Long']['output'];
  /** US dollars spent by its steps and messages; sub-traces count their own. */
  readonly totalCost: Scalars['Float']['output'];
  /** The id of its newest event, 0 before the first. */
  readonly lastEventId: Scalars['Long']['output'];
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it completed or failed; null until then. */
  readonly completedAt: Maybe<Scalars['DateTime']['output']>;
  /** The id of the trace it was started from, kept when that trace is deleted. */
  readonly parentTraceId: Maybe<Scalars['ID']['output']>;
  /** The trace it was started from. */
  readonly parent: Maybe<Trace>;
  /** The goal of the parent trace that it works for. */
  readonly parentGoal: Maybe<Goal>;
  /** The id of the thread it ran in. */
  readonly threadId: Maybe<Scalars['ID']['output']>;
  /** The thread it ran in. */
  readonly thread: Maybe<Thread>;
  /** The traces started from it, oldest first. */
  readonly subTraces: TraceConnection;
  /** Its messages, tokens and cost. */
  readonly stats: Stats;
  /** All its goals as a tree; null if it has none. */
  readonly goalTree: Maybe<GoalTree>;
  /**
   * Its goals in the order in which they were added, which never changes. A goal that exists while you page is returned exactly once,
   * also if goals are moved, reordered, added or deleted meanwhile; added ones come last. A goal that is deleted and added again is
   * another goal.
   *
   * A goal comes after the parent that it was added under, also within one `setGoalTree`. One that was moved later may come before
   * its present parent, and each page is read at a moment of its own. To build a tree, read all pages, then link by `parentId`;
   * `goalTree` gives the tree in one read, each parent before its children.
   */
  readonly goals: GoalConnection;
  /** Its goals without a parent, in order. */
  readonly rootGoals: ReadonlyArray<Goal>;
  /** One of its goals, by the short id. */
  readonly goal: Maybe<Goal>;
  /** Its steps, by sequence. */
  readonly steps: StepConnection;
  /** Its messages, by sequence. */
  readonly messages: MessageConnection;
  /** Its event log, oldest first. */
  readonly events: TraceEventConnection;
};


/** One run of an agent, or one call of a model. */
export type TraceSubTracesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** One run of an agent, or one call of a model. */
export type TraceStatsArgs = {
  includeSubTraces?: InputMaybe<Scalars['Boolean']['input']>;
};


/** One run of an agent, or one call of a model. */
export type TraceGoalsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** One run of an agent, or one call of a model. */
export type TraceGoalArgs = {
  goalId: Scalars['String']['input'];
};


/** One run of an agent, or one call of a model. */
export type TraceStepsArgs = {
  types: InputMaybe<ReadonlyArray<StepType>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** One run of an agent, or one call of a model. */
export type TraceMessagesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** One run of an agent, or one call of a model. */
export type TraceEventsArgs = {
  since?: InputMaybe<Scalars['Long']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};

/** A page of traces. */
export type TraceConnection = {
  readonly __typename?: 'TraceConnection';
  /** The traces with their cursors. */
  readonly edges: ReadonlyArray<TraceEdge>;
  /** The traces alone. */
  readonly nodes: ReadonlyArray<Trace>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A trace in a list. */
export type TraceEdge = {
  readonly __typename?: 'TraceEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The trace. */
  readonly node: Trace;
};

/** All goals of a trace. */
export type GoalTree = {
  readonly __typename?: 'GoalTree';
  /** What the trace was asked to do: its `task`. */
  readonly mission: Maybe<Scalars['String']['output']>;
  /** Every goal, each parent directly before its children, siblings in order. */
  readonly goals: ReadonlyArray<Goal>;
  /** The goals without a parent, in order. */
  readonly roots: ReadonlyArray<Goal>;
};

/** Something that the agent tries to achieve; the goals of a trace form a tree. */
export type Goal = {
  readonly __typename?: 'Goal';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Unique in the trace; this is what inputs take. */
  readonly goalId: Scalars['String']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** Its trace. */
  readonly trace: Trace;
  /** The short id of the goal above it. */
  readonly parentId: Maybe<Scalars['String']['output']>;
  /** The goal above it. */
  readonly parent: Maybe<Goal>;
  /** The goals below it, in order. */
  readonly children: ReadonlyArray<Goal>;
  /** What to achieve. */
  readonly description: Scalars['String']['output'];
  /** Why it was set. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** What kind of goal it is. */
  readonly type: GoalType;
  /** Its status. */
  readonly status: GoalStatus;
  /** The result. */
  readonly summary: Maybe<Scalars['String']['output']>;
  /** Its place among its siblings: the lowest comes first. */
  readonly order: Scalars['Int']['output'];
  /** When it was added. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it was first in progress (the `at` of the event that says so), unless the client gave another time. */
  readonly startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was completed or abandoned (the `at` of the event that says so), unless the client gave another time; null while it is open. */
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  /** Milliseconds from its start to its end. */
  readonly durationMs: Maybe<Scalars['Float']['output']>;
  /** What was recorded on this goal itself. */
  readonly selfStats: Stats;
  /** The sum of `selfStats` of this goal and of every goal below it. */
  readonly cumulativeStats: Stats;
  /** The messages recorded on this goal itself, by sequence. */
  readonly messages: MessageConnection;
  /** The steps recorded on this goal itself, by sequence. */
  readonly steps: StepConnection;
  /** The sub-traces that work for this goal, oldest first. */
  readonly subTraces: TraceConnection;
};


/** Something that the agent tries to achieve; the goals of a trace form a tree. */
export type GoalMessagesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** Something that the agent tries to achieve; the goals of a trace form a tree. */
export type GoalStepsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** Something that the agent tries to achieve; the goals of a trace form a tree. */
export type GoalSubTracesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};

/** A page of goals. */
export type GoalConnection = {
  readonly __typename?: 'GoalConnection';
  /** The goals with their cursors. */
  readonly edges: ReadonlyArray<GoalEdge>;
  /** The goals alone. */
  readonly nodes: ReadonlyArray<Goal>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A goal in a list. */
export type GoalEdge = {
  readonly __typename?: 'GoalEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The goal. */
  readonly node: Goal;
};

/**
 * One thing an agent did. Steps form two relations without cycles: a step depends on all its parents (a graph), and it was called in
 * another step (a tree). A step may name steps that arrive later.
 */
export type Step = {
  readonly __typename?: 'Step';
  /** Unique in the project. */
  readonly id: Scalars['ID']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** Its trace. */
  readonly trace: Trace;
  /** Its number in the trace, from 1. */
  readonly sequence: Scalars['Long']['output'];
  /** Its type. */
  readonly type: StepType;
  /** The short id of the goal it was done for. */
  readonly goalId: Maybe<Scalars['String']['output']>;
  /** The goal it was done for. */
  readonly goal: Maybe<Goal>;
  /** The content of the step, in the shape of its type, with any additional fields that the client sent. */
  readonly data: Scalars['JSON']['output'];
  /** When it was recorded. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whether it runs, ended or failed. Steps added without a status are OK. */
  readonly status: StepStatus;
  /** Why it failed. */
  readonly error: Maybe<StepError>;
  /** What it is called. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** What it is, in a word of the client's choice: agent, chain, retriever, embedding, guardrail, evaluator, plan, ... */
  readonly kind: Maybe<Scalars['String']['output']>;
  /** When it started, by the client's clock. */
  readonly startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it ended, by the client's clock. */
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  /** The provider of the model. */
  readonly provider: Maybe<Scalars['String']['output']>;
  /** The model that was asked for; `model` is the one that answered. */
  readonly requestModel: Maybe<Scalars['String']['output']>;
  /** The agent that did it. */
  readonly agentName: Maybe<Scalars['String']['output']>;
  /** The id of the tool call, as the model gave it. */
  readonly toolCallId: Maybe<Scalars['String']['output']>;
  /** Milliseconds from its start to the first token. */
  readonly firstTokenMs: Maybe<Scalars['Float']['output']>;
  /** Why the model stopped. */
  readonly finishReason: Maybe<Scalars['String']['output']>;
  /** What went in: any JSON. */
  readonly input: Maybe<Scalars['JSON']['output']>;
  /** What came out: any JSON. */
  readonly output: Maybe<Scalars['JSON']['output']>;
  /** A JSON object of the client's choice. */
  readonly attributes: Maybe<Scalars['JSON']['output']>;
  /** A JSON object that describes what emitted it: a service, a host. */
  readonly resource: Maybe<Scalars['JSON']['output']>;
  /** A JSON object that describes the instrumentation that emitted it. */
  readonly scope: Maybe<Scalars['JSON']['output']>;
  /** Tags, in alphabetical order, each once. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** The model that answered. */
  readonly model: Maybe<Scalars['String']['output']>;
  /** Tokens sent, including those read from a cache. */
  readonly promptTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens received, including those of reasoning. */
  readonly completionTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens sent that the model read from its cache. */
  readonly cacheReadTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens sent that the model wrote to its cache. */
  readonly cacheWriteTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens received that the model reasoned with. */
  readonly reasoningTokens: Maybe<Scalars['Long']['output']>;
  /** US dollars. */
  readonly cost: Maybe<Scalars['Float']['output']>;
  /** Where the cost comes from; null without one. */
  readonly costSource: Maybe<CostSource>;
  /** TOOL_CALL: the tool called. */
  readonly toolName: Maybe<Scalars['String']['output']>;
  /** How long it took, in milliseconds: as given by a TOOL_RESULT, otherwise from its start to its end. */
  readonly durationMs: Maybe<Scalars['Float']['output']>;
  /** CONCLUSION: whether it ends the run. */
  readonly isFinal: Maybe<Scalars['Boolean']['output']>;
  /** FEEDBACK: positive, negative or correction. */
  readonly feedbackType: Maybe<Scalars['String']['output']>;
  /** TOOL_CALL: the id of the LLM_CALL that asked for it. */
  readonly llmStepId: Maybe<Scalars['ID']['output']>;
  /** TOOL_RESULT: the id of the TOOL_CALL that it answers. */
  readonly toolCallStepId: Maybe<Scalars['ID']['output']>;
  /** FEEDBACK: the id of the step that it is about. */
  readonly targetStepId: Maybe<Scalars['ID']['output']>;
  /** The ids of the steps that it depends on, in the order given. */
  readonly parentIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Those of `parentIds` that have not arrived in its trace. */
  readonly missingParentIds: ReadonlyArray<Scalars['ID']['output']>;
  /** The id of the step that it was called in, which may not have arrived. */
  readonly withinId: Maybe<Scalars['ID']['output']>;
  /** The step that it was called in. */
  readonly within: Maybe<Step>;
  /** The steps that were called in it, by sequence. */
  readonly inner: StepConnection;
  /** The step that it was called in, the one that that was called in, and so on, nearest first; 1,000 at most. */
  readonly enclosing: ReadonlyArray<Step>;
  /** The steps that it depends on and that have arrived, in the order given. */
  readonly parents: ReadonlyArray<Step>;
  /** The steps that depend on it directly, by sequence. */
  readonly children: StepConnection;
  /** Every step that it depends on, directly or indirectly, once each, newest first. */
  readonly ancestors: RelatedStepConnection;
  /** Every step that depends on it, directly or indirectly, once each, oldest first. */
  readonly descendants: RelatedStepConnection;
  /** The messages it produced, by sequence. */
  readonly messages: MessageConnection;
  /**
   * Where the run can be resumed: the checkpoint taken at this step or, without one, at the nearest step that it depends on, by
   * the fewest edges. Of several steps at that distance the newest counts, of several checkpoints at one step the last written. Null if
   * there is none.
   */
  readonly nearestCheckpoint: Maybe<Checkpoint>;
};


/**
 * One thing an agent did. Steps form two relations without cycles: a step depends on all its parents (a graph), and it was called in
 * another step (a tree). A step may name steps that arrive later.
 */
export type StepInnerArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/**
 * One thing an agent did. Steps form two relations without cycles: a step depends on all its parents (a graph), and it was called in
 * another step (a tree). A step may name steps that arrive later.
 */
export type StepChildrenArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/**
 * One thing an agent did. Steps form two relations without cycles: a step depends on all its parents (a graph), and it was called in
 * another step (a tree). A step may name steps that arrive later.
 */
export type StepAncestorsArgs = {
  maxDepth: InputMaybe<Scalars['Int']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/**
 * One thing an agent did. Steps form two relations without cycles: a step depends on all its parents (a graph), and it was called in
 * another step (a tree). A step may name steps that arrive later.
 */
export type StepDescendantsArgs = {
  maxDepth: InputMaybe<Scalars['Int']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/**
 * One thing an agent did. Steps form two relations without cycles: a step depends on all its parents (a graph), and it was called in
 * another step (a tree). A step may name steps that arrive later.
 */
export type StepMessagesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};

/** A page of steps. */
export type StepConnection = {
  readonly __typename?: 'StepConnection';
  /** The steps with their cursors. */
  readonly edges: ReadonlyArray<StepEdge>;
  /** The steps alone. */
  readonly nodes: ReadonlyArray<Step>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A step in a list. */
export type StepEdge = {
  readonly __typename?: 'StepEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The step. */
  readonly node: Step;
};

/** A page of a step's ancestors or descendants. */
export type RelatedStepConnection = {
  readonly __typename?: 'RelatedStepConnection';
  /** The steps with their cursors and distances. */
  readonly edges: ReadonlyArray<RelatedStepEdge>;
  /** The steps alone. */
  readonly nodes: ReadonlyArray<Step>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A step above or below another. */
export type RelatedStepEdge = {
  readonly __typename?: 'RelatedStepEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** How many edges away it is, on the shortest path. */
  readonly depth: Scalars['Int']['output'];
  /** The step. */
  readonly node: Step;
};

/** One message of the conversation an agent had. */
export type Message = {
  readonly __typename?: 'Message';
  /** Unique in the project. */
  readonly id: Scalars['ID']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** Its trace. */
  readonly trace: Trace;
  /** Its number in the trace, from 1. */
  readonly sequence: Scalars['Long']['output'];
  /** The speaker: system, user, assistant, tool, or another word of the client's choice. */
  readonly role: Scalars['String']['output'];
  /** The content: a text, or any JSON value. */
  readonly content: Maybe<Scalars['JSON']['output']>;
  /** The short id of the goal it counts for. */
  readonly goalId: Maybe<Scalars['String']['output']>;
  /** The goal it counts for. */
  readonly goal: Maybe<Goal>;
  /** The tool call it answers. */
  readonly toolCallId: Maybe<Scalars['String']['output']>;
  /** The id of the step that produced it. */
  readonly stepId: Maybe<Scalars['ID']['output']>;
  /** The step that produced it. */
  readonly step: Maybe<Step>;
  /** Tokens sent, including those read from a cache. */
  readonly promptTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens received, including those of reasoning. */
  readonly completionTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens sent that the model read from its cache. */
  readonly cacheReadTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens sent that the model wrote to its cache. */
  readonly cacheWriteTokens: Maybe<Scalars['Long']['output']>;
  /** Tokens received that the model reasoned with. */
  readonly reasoningTokens: Maybe<Scalars['Long']['output']>;
  /** US dollars. */
  readonly cost: Maybe<Scalars['Float']['output']>;
  /** How long it took, in milliseconds: as given, otherwise from its start to its end. */
  readonly durationMs: Maybe<Scalars['Float']['output']>;
  /** When it started, by the client's clock. */
  readonly startedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it ended, by the client's clock. */
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  /** A status of the client's choice. */
  readonly status: Maybe<Scalars['String']['output']>;
  /** What went wrong. */
  readonly error: Maybe<Scalars['String']['output']>;
  /** When it was recorded. */
  readonly createdAt: Scalars['DateTime']['output'];
};

/** A page of messages. */
export type MessageConnection = {
  readonly __typename?: 'MessageConnection';
  /** The messages with their cursors. */
  readonly edges: ReadonlyArray<MessageEdge>;
  /** The messages alone. */
  readonly nodes: ReadonlyArray<Message>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A message in a list. */
export type MessageEdge = {
  readonly __typename?: 'MessageEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The message. */
  readonly node: Message;
};

/**
 * One change of a trace, as recorded in its log. It is written in the same transaction as the change, whether anybody watches or
 * not. Objects inside an event are in their state at that change.
 */
export type TraceEvent = {
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log, from 1, without gaps, in commit order. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** What happened: `goal_added`, `message_added`, ... or a custom type. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
};

/** A page of a trace's log. */
export type TraceEventConnection = {
  readonly __typename?: 'TraceEventConnection';
  /** The events with their cursors. */
  readonly edges: ReadonlyArray<TraceEventEdge>;
  /** The events alone. */
  readonly nodes: ReadonlyArray<TraceEvent>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** An event in a list. */
export type TraceEventEdge = {
  readonly __typename?: 'TraceEventEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The event. */
  readonly node: TraceEvent;
};

/**
 * The new state of a goal that a change affected: only the fields that changed are set. When its status became completed or abandoned, it
 * ended at the event's `at`.
 */
export type AffectedGoal = {
  readonly __typename?: 'AffectedGoal';
  /** The goal's short id. */
  readonly goalId: Scalars['String']['output'];
  /** Its status, if the change set it. */
  readonly status: Maybe<GoalStatus>;
  /** Its own stats, if they changed. */
  readonly selfStats: Maybe<Stats>;
  /** Its cumulative stats, if they changed. */
  readonly cumulativeStats: Maybe<Stats>;
};

/** `goal_added`: a goal was added. */
export type GoalAdded = TraceEvent & {
  readonly __typename?: 'GoalAdded';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `goal_added`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The goal as it was added. */
  readonly goal: Goal;
  /** Goals that became completed with it. */
  readonly affectedGoals: ReadonlyArray<AffectedGoal>;
};

/** `goal_updated`: a goal changed, and perhaps others with it, by the cascade of completions or because it moved. */
export type GoalUpdated = TraceEvent & {
  readonly __typename?: 'GoalUpdated';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `goal_updated`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The short id of the goal that was changed. */
  readonly goalId: Scalars['String']['output'];
  /** The fields that changed, with their new values. */
  readonly patch: Scalars['JSON']['output'];
  /** Goals that changed with it. */
  readonly affectedGoals: ReadonlyArray<AffectedGoal>;
};

/** `goal_tree_updated`: the whole tree was replaced. */
export type GoalTreeUpdated = TraceEvent & {
  readonly __typename?: 'GoalTreeUpdated';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `goal_tree_updated`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The new tree, each parent directly before its children. */
  readonly goals: ReadonlyArray<Goal>;
};

/** `message_added`: a message was added. */
export type MessageAdded = TraceEvent & {
  readonly __typename?: 'MessageAdded';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `message_added`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The message as it was added. */
  readonly message: Message;
  /** Its goal and every goal above, with their new stats. */
  readonly affectedGoals: ReadonlyArray<AffectedGoal>;
  /** The totals of the trace after it. */
  readonly totals: Maybe<Stats>;
};

/** `message_updated`: a message changed. */
export type MessageUpdated = TraceEvent & {
  readonly __typename?: 'MessageUpdated';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `message_updated`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The message's id. */
  readonly messageId: Scalars['ID']['output'];
  /** The fields that changed, with their new values. */
  readonly patch: Scalars['JSON']['output'];
  /** The message in its current state; NOT_FOUND once its trace is deleted. */
  readonly message: Message;
  /** Every goal whose stats changed. */
  readonly affectedGoals: ReadonlyArray<AffectedGoal>;
  /** The totals of the trace after it. */
  readonly totals: Maybe<Stats>;
};

/** `step_added`: a step was added. */
export type StepAdded = TraceEvent & {
  readonly __typename?: 'StepAdded';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `step_added`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON, without the `messages` of an LLM_CALL: `step.data` has them. */
  readonly payload: Scalars['JSON']['output'];
  /** The step as it was added. */
  readonly step: Step;
  /** Its goal and every goal above, with their new stats. */
  readonly affectedGoals: ReadonlyArray<AffectedGoal>;
  /** The totals of the trace after it. */
  readonly totals: Maybe<Stats>;
};

/** `step_updated`: a step changed. */
export type StepUpdated = TraceEvent & {
  readonly __typename?: 'StepUpdated';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `step_updated`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The step's id. */
  readonly stepId: Scalars['ID']['output'];
  /** The fields that changed, with their new values. Those of `data` and `attributes` are whole. */
  readonly patch: Scalars['JSON']['output'];
  /** The step in its current state; NOT_FOUND once its trace is deleted. */
  readonly step: Step;
  /** Every goal whose stats changed. */
  readonly affectedGoals: ReadonlyArray<AffectedGoal>;
  /** The totals of the trace after it. */
  readonly totals: Maybe<Stats>;
};

/** `sub_trace_started`, in the parent's log: a trace was started from this one. */
export type SubTraceStarted = TraceEvent & {
  readonly __typename?: 'SubTraceStarted';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace: the parent. */
  readonly traceId: Scalars['ID']['output'];
  /** `sub_trace_started`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The id of the new trace. */
  readonly subTraceId: Scalars['ID']['output'];
  /** The new trace in its current state; null once it is deleted. */
  readonly subTrace: Maybe<Trace>;
  /** The short id of the goal it works for. */
  readonly parentGoalId: Maybe<Scalars['String']['output']>;
  /** Which kind of agent runs it. */
  readonly agentType: Maybe<Scalars['String']['output']>;
  /** What it was asked to do. */
  readonly task: Maybe<Scalars['String']['output']>;
};

/** `sub_trace_completed`, in the parent's log: a trace started from this one completed or failed. */
export type SubTraceCompleted = TraceEvent & {
  readonly __typename?: 'SubTraceCompleted';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace: the parent. */
  readonly traceId: Scalars['ID']['output'];
  /** `sub_trace_completed`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The id of the sub-trace. */
  readonly subTraceId: Scalars['ID']['output'];
  /** The sub-trace in its current state; null once it is deleted. */
  readonly subTrace: Maybe<Trace>;
  /** Completed or failed. */
  readonly status: TraceStatus;
  /** The result. */
  readonly summary: Maybe<Scalars['String']['output']>;
  /** Its own usage, without its sub-traces. */
  readonly stats: Stats;
};

/** `trace_status_changed`: the trace's status changed. */
export type TraceStatusChanged = TraceEvent & {
  readonly __typename?: 'TraceStatusChanged';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `trace_status_changed`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The new status. */
  readonly status: TraceStatus;
  /** US dollars spent so far. */
  readonly totalCost: Scalars['Float']['output'];
  /** Messages so far. */
  readonly totalMessages: Scalars['Long']['output'];
};

/** `trace_completed`: the trace became completed. The subscription stays open. */
export type TraceCompleted = TraceEvent & {
  readonly __typename?: 'TraceCompleted';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `trace_completed`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** Messages so far. */
  readonly totalMessages: Scalars['Long']['output'];
};

/** `trace_updated`: something other than the status changed. */
export type TraceUpdated = TraceEvent & {
  readonly __typename?: 'TraceUpdated';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** `trace_updated`. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The whole event as JSON. */
  readonly payload: Scalars['JSON']['output'];
  /** The fields that changed, with their new values. */
  readonly patch: Scalars['JSON']['output'];
};

/** An event of a client's own type, from `appendEvent`. */
export type CustomEvent = TraceEvent & {
  readonly __typename?: 'CustomEvent';
  /** Unique in the project: it carries the trace's id too. */
  readonly id: Scalars['ID']['output'];
  /** Its number in the trace's log. */
  readonly eventId: Scalars['Long']['output'];
  /** The id of its trace. */
  readonly traceId: Scalars['ID']['output'];
  /** The client's own type. */
  readonly type: Scalars['String']['output'];
  /** When it happened. */
  readonly at: Scalars['DateTime']['output'];
  /** What the client sent. */
  readonly payload: Scalars['JSON']['output'];
};

/** The complete state of a trace between two events: the first update of `traceEvents`. */
export type TraceSnapshot = {
  readonly __typename?: 'TraceSnapshot';
  /** The id of the newest event that is part of this state. */
  readonly currentEventId: Scalars['Long']['output'];
  /** The trace. */
  readonly trace: Trace;
  /** Its goals; null if it has none. */
  readonly goalTree: Maybe<GoalTree>;
  /** The traces started from it, oldest first, 1,000 at most. */
  readonly subTraces: ReadonlyArray<Trace>;
};

/** Part of the requested log is no longer there: events `requested` + 1 to `earliest` - 1 cannot be replayed. */
export type EventGap = {
  readonly __typename?: 'EventGap';
  /** The `since` of the request. */
  readonly requested: Scalars['Long']['output'];
  /** The oldest event that exists, which arrives next; `latest` + 1 if there is none. */
  readonly earliest: Scalars['Long']['output'];
  /** The newest event. */
  readonly latest: Scalars['Long']['output'];
};

/** The trace was deleted: the last update of its subscription. */
export type TraceDeleted = {
  readonly __typename?: 'TraceDeleted';
  /** The id of the trace. */
  readonly traceId: Scalars['ID']['output'];
};

/** The updates of `traceEvents`: a TraceSnapshot, then events, rarely an EventGap, and TraceDeleted as the last one. */
export type TraceUpdate = TraceSnapshot | GoalAdded | GoalUpdated | GoalTreeUpdated | MessageAdded | MessageUpdated | StepAdded | StepUpdated | SubTraceStarted | SubTraceCompleted | TraceStatusChanged | TraceCompleted | TraceUpdated | CustomEvent | EventGap | TraceDeleted;

/** A change in a watched list of traces. */
export type TraceChange = {
  readonly __typename?: 'TraceChange';
  /** What happened to the trace, from the list's point of view. */
  readonly kind: TraceChangeKind;
  /** The id of the trace. */
  readonly traceId: Scalars['ID']['output'];
  /** The trace in its current state; null if it left the list. */
  readonly trace: Maybe<Trace>;
};

/**
 * A conversation that spans many runs: its run events, its checkpoints and the traces that ran in it. It is created with the
 * first of them, and deleted with the last.
 */
export type Thread = {
  readonly __typename?: 'Thread';
  /** Unique in the project, given by the client. */
  readonly id: Scalars['ID']['output'];
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When a run event, checkpoint or trace was last written in it. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** The highest `seq` of the current log generation, even if that run event was deleted with its run. 0 before the first. */
  readonly lastSeq: Scalars['Long']['output'];
  /** The checkpoint with the highest step; of several, the last written. */
  readonly latestCheckpoint: Maybe<Checkpoint>;
  /** The traces that ran in it, newest first. */
  readonly traces: TraceConnection;
  /** The runs of the current log generation that have events, the one begun last first. */
  readonly runs: RunConnection;
};


/**
 * A conversation that spans many runs: its run events, its checkpoints and the traces that ran in it. It is created with the
 * first of them, and deleted with the last.
 */
export type ThreadTracesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/**
 * A conversation that spans many runs: its run events, its checkpoints and the traces that ran in it. It is created with the
 * first of them, and deleted with the last.
 */
export type ThreadRunsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};

/** A run of a thread. It begins with its first run event, and is deleted with its last. */
export type Run = {
  readonly __typename?: 'Run';
  /** Opaque. It identifies the thread, its log generation and `runId`, so it is never reused. */
  readonly id: Scalars['ID']['output'];
  /** Unique in the thread, given by the client; this is what arguments take. */
  readonly runId: Scalars['ID']['output'];
  /** The thread. */
  readonly threadId: Scalars['ID']['output'];
  /** When its first run event was written. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When a run event was last written in it. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /**
   * The last message of the assistant: of the run events with category `message` and one of `eventTypes`, the one with the highest
   * `seq`. Null if there is none. Content is not looked at. The time it takes depends on the number of runs asked for, not on how many
   * events they have.
   */
  readonly lastAssistantMessage: Maybe<RunEvent>;
};


/** A run of a thread. It begins with its first run event, and is deleted with its last. */
export type RunLastAssistantMessageArgs = {
  eventTypes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  includeMiddleware?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A page of runs. */
export type RunConnection = {
  readonly __typename?: 'RunConnection';
  /** The runs with their cursors. */
  readonly edges: ReadonlyArray<RunEdge>;
  /** The runs alone. */
  readonly nodes: ReadonlyArray<Run>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A run in a list. */
export type RunEdge = {
  readonly __typename?: 'RunEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The run. */
  readonly node: Run;
};

/** One event of a run's journal (RunEventStore). */
export type RunEvent = {
  readonly __typename?: 'RunEvent';
  /** Opaque. It identifies the thread, its log generation and `seq`, so it is never reused. Pass it to `runEvents(after:)`. */
  readonly id: Scalars['ID']['output'];
  /** The thread. */
  readonly threadId: Scalars['ID']['output'];
  /** The run of the thread. */
  readonly runId: Scalars['ID']['output'];
  /**
   * Its number in the thread's log generation, from 1: greater than that of every event written before it. Numbers of deleted
   * runs are not used again. `deleteThreadEvents` ends the generation, and the next one starts at 1.
   */
  readonly seq: Scalars['Long']['output'];
  /** What happened, in the client's words. */
  readonly eventType: Scalars['String']['output'];
  /** `message` for what a conversation shows; any other word for everything else. */
  readonly category: Scalars['String']['output'];
  /** The content given: a text, or any JSON value, including null. */
  readonly content: Maybe<Scalars['JSON']['output']>;
  /** The metadata given: a JSON object. */
  readonly metadata: Scalars['JSON']['output'];
  /** The time given, character for character; otherwise the server's time. */
  readonly createdAt: Scalars['String']['output'];
};

/** What `putRunEventIfAbsent` did. */
export type PutRunEventIfAbsentResult = {
  readonly __typename?: 'PutRunEventIfAbsentResult';
  /** The first event of this type in the run: the one given, or the one that was there. */
  readonly event: RunEvent;
  /** Whether this call created it. */
  readonly created: Scalars['Boolean']['output'];
};

/** All run events of the thread were deleted. The next update is the first event of the next log generation, with `seq` 1. */
export type RunEventsDeleted = {
  readonly __typename?: 'RunEventsDeleted';
  /** The id of the thread. */
  readonly threadId: Scalars['ID']['output'];
};

/**
 * The updates of `runEvents`: events, an EventGap in place of the events of a deleted run, and RunEventsDeleted between one log
 * generation and the next.
 */
export type RunEventUpdate = RunEvent | EventGap | RunEventsDeleted;

/** A point at which an agent can resume: its messages and state at one moment (CheckpointBackend). */
export type Checkpoint = {
  readonly __typename?: 'Checkpoint';
  /** Unique in the project: `metadata.checkpointId`. */
  readonly id: Scalars['ID']['output'];
  /** What identifies it, and what was noted with it. */
  readonly metadata: CheckpointMetadata;
  /** How many messages it holds. */
  readonly messageCount: Scalars['Long']['output'];
  /** The messages, as they were given. */
  readonly messages: Scalars['JSON']['output'];
  /** The agent's state, as it was given: a JSON object. */
  readonly state: Scalars['JSON']['output'];
  /** The results of tools, as they were given: a JSON object. */
  readonly toolsResult: Scalars['JSON']['output'];
  /** What runs next. */
  readonly nextNode: Scalars['String']['output'];
  /** When it was written, and last changed. */
  readonly writtenAt: Scalars['DateTime']['output'];
  /** Its thread. */
  readonly thread: Thread;
  /** The step of a trace at which it was taken. */
  readonly step: Maybe<Step>;
  /** The checkpoint that it continues, which may be in another thread; null also if there is none of that id yet. */
  readonly parent: Maybe<Checkpoint>;
  /** Its ancestors, nearest first. */
  readonly lineage: CheckpointConnection;
  /** The checkpoints that continue it, in any thread, oldest first by `writtenAt`. */
  readonly children: CheckpointConnection;
};


/** A point at which an agent can resume: its messages and state at one moment (CheckpointBackend). */
export type CheckpointLineageArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** A point at which an agent can resume: its messages and state at one moment (CheckpointBackend). */
export type CheckpointChildrenArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};

/** What identifies a checkpoint, and what was noted with it. */
export type CheckpointMetadata = {
  readonly __typename?: 'CheckpointMetadata';
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Unique in the project. */
  readonly checkpointId: Scalars['ID']['output'];
  /** Its number in the thread, from 0; several may have the same. */
  readonly step: Scalars['Long']['output'];
  /** The id of the checkpoint that it continues, as given: that one may be deleted, or not written yet. */
  readonly parentCheckpointId: Maybe<Scalars['ID']['output']>;
  /** The time given, character for character; otherwise the server's time. */
  readonly createdAt: Scalars['String']['output'];
  /** The tags given, in their order. */
  readonly tags: ReadonlyArray<Scalars['String']['output']>;
  /** The summary given. */
  readonly summary: Scalars['String']['output'];
};

/** A page of checkpoints. */
export type CheckpointConnection = {
  readonly __typename?: 'CheckpointConnection';
  /** The checkpoints with their cursors. */
  readonly edges: ReadonlyArray<CheckpointEdge>;
  /** The checkpoints alone. */
  readonly nodes: ReadonlyArray<Checkpoint>;
  /** Where the page ends. */
  readonly pageInfo: PageInfo;
};

/** A checkpoint in a list. */
export type CheckpointEdge = {
  readonly __typename?: 'CheckpointEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The checkpoint. */
  readonly node: Checkpoint;
};

/** How the checkpoints of a thread descend from one another, with the branches they have in other threads. */
export type CheckpointTree = {
  readonly __typename?: 'CheckpointTree';
  /** The thread asked for. */
  readonly threadId: Scalars['ID']['output'];
  /**
   * The thread's checkpoints, all their ancestors, and all descendants of these: each after its parent, one branch after
   * another, the branch written first coming first. 10,000 at most.
   */
  readonly nodes: ReadonlyArray<CheckpointTreeNode>;
  /** Whether there are more than that. */
  readonly truncated: Scalars['Boolean']['output'];
};

/** A checkpoint in a tree. */
export type CheckpointTreeNode = {
  readonly __typename?: 'CheckpointTreeNode';
  /** The checkpoint. */
  readonly checkpoint: Checkpoint;
  /** How many edges lie above it in this tree: 0 for a root. */
  readonly depth: Scalars['Int']['output'];
};

/** What differs between two checkpoints. */
export type CheckpointDiff = {
  readonly __typename?: 'CheckpointDiff';
  /** The first. */
  readonly from: Checkpoint;
  /** The second. */
  readonly to: Checkpoint;
  /** The number of equal messages with which both begin. */
  readonly commonMessages: Scalars['Long']['output'];
  /** The messages that follow in the first. */
  readonly fromMessages: Scalars['JSON']['output'];
  /** The messages that follow in the second. */
  readonly toMessages: Scalars['JSON']['output'];
  /** Where state, tool results and next node differ, in the order of their places; lists are compared item by item. */
  readonly changes: ReadonlyArray<CheckpointChange>;
};

/** A place where two checkpoints differ. */
export type CheckpointChange = {
  readonly __typename?: 'CheckpointChange';
  /** Where: a JSON Pointer (RFC 6901) that begins with `/state`, `/tools_result` or `/next_node`. */
  readonly path: Scalars['String']['output'];
  /** The kind of difference. */
  readonly kind: CheckpointChangeKind;
  /** The value in the first; null where it has none. */
  readonly from: Maybe<Scalars['JSON']['output']>;
  /** The value in the second; null where it has none. */
  readonly to: Maybe<Scalars['JSON']['output']>;
};

/** What a deletion removed. */
export type DeletedCounts = {
  readonly __typename?: 'DeletedCounts';
  /** Traces. */
  readonly traces: Scalars['Long']['output'];
  /** Steps. */
  readonly steps: Scalars['Long']['output'];
  /** Goals. */
  readonly goals: Scalars['Long']['output'];
  /** Messages. */
  readonly messages: Scalars['Long']['output'];
  /** Events. */
  readonly events: Scalars['Long']['output'];
};

/** Which traces to list; fields that are absent or null do not filter. */
export type TraceFilter = {
  /** Only traces of this mode. */
  readonly mode?: InputMaybe<TraceMode>;
  /** Only traces of this kind of agent. */
  readonly agentType?: InputMaybe<Scalars['String']['input']>;
  /** Only traces on behalf of this user. */
  readonly uid?: InputMaybe<Scalars['String']['input']>;
  /** Only traces in this status. */
  readonly status?: InputMaybe<TraceStatus>;
};

/** A new trace. */
export type CreateTraceInput = {
  /** 1 to 200 characters; a UUID is made unless given. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Call or agent. */
  readonly mode?: InputMaybe<TraceMode>;
  /** Which prompt is used. */
  readonly promptName?: InputMaybe<Scalars['String']['input']>;
  /** What the agent is asked to do. */
  readonly task?: InputMaybe<Scalars['String']['input']>;
  /** Which kind of agent runs: 1,000 characters at most. */
  readonly agentType?: InputMaybe<Scalars['String']['input']>;
  /** Its status. */
  readonly status?: InputMaybe<TraceStatus>;
  /** On whose behalf it runs: 1,000 characters at most. */
  readonly uid?: InputMaybe<Scalars['String']['input']>;
  /** A JSON object to keep with it; `{}` unless given. */
  readonly context?: InputMaybe<Scalars['JSON']['input']>;
  /** The result. */
  readonly summary?: InputMaybe<Scalars['String']['input']>;
  /** Why it failed. */
  readonly error?: InputMaybe<Scalars['String']['input']>;
  /** What it is called: 1,000 characters at most, as are the texts below. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Tags of 1 to 200 characters, 100 at most; they replace those that there are. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** A JSON object for looking traces up; it replaces the one kept. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** The service that runs it. */
  readonly service?: InputMaybe<Scalars['String']['input']>;
  /** The environment that it runs in. */
  readonly environment?: InputMaybe<Scalars['String']['input']>;
  /** The release that runs. */
  readonly release?: InputMaybe<Scalars['String']['input']>;
  /** When it started: ISO 8601 with an offset, or nanoseconds since 1970 as digits. Kept to the microsecond. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ended, likewise. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The trace it is started from. */
  readonly parentTraceId?: InputMaybe<Scalars['ID']['input']>;
  /** The goal of the parent trace that it works for; needs `parentTraceId`. */
  readonly parentGoalId?: InputMaybe<Scalars['String']['input']>;
  /** The thread it runs in, 1 to 200 characters; created if there is none of that id. */
  readonly threadId?: InputMaybe<Scalars['ID']['input']>;
};

/** Changes to a trace: fields left out stay unchanged, null clears optional fields. */
export type UpdateTraceInput = {
  /** Call or agent. */
  readonly mode?: InputMaybe<TraceMode>;
  /** Which prompt is used. */
  readonly promptName?: InputMaybe<Scalars['String']['input']>;
  /** What the agent is asked to do. */
  readonly task?: InputMaybe<Scalars['String']['input']>;
  /** Which kind of agent runs: 1,000 characters at most. */
  readonly agentType?: InputMaybe<Scalars['String']['input']>;
  /** Its status: COMPLETED and FAILED set `completedAt`, RUNNING and STOPPED clear it. */
  readonly status?: InputMaybe<TraceStatus>;
  /** On whose behalf it runs: 1,000 characters at most. */
  readonly uid?: InputMaybe<Scalars['String']['input']>;
  /** A JSON object that replaces the one kept. */
  readonly context?: InputMaybe<Scalars['JSON']['input']>;
  /** The result. */
  readonly summary?: InputMaybe<Scalars['String']['input']>;
  /** Why it failed. */
  readonly error?: InputMaybe<Scalars['String']['input']>;
  /** What it is called: 1,000 characters at most, as are the texts below. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Tags of 1 to 200 characters, 100 at most; they replace those that there are. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** A JSON object for looking traces up; it replaces the one kept. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** The service that runs it. */
  readonly service?: InputMaybe<Scalars['String']['input']>;
  /** The environment that it runs in. */
  readonly environment?: InputMaybe<Scalars['String']['input']>;
  /** The release that runs. */
  readonly release?: InputMaybe<Scalars['String']['input']>;
  /** When it started: ISO 8601 with an offset, or nanoseconds since 1970 as digits. Kept to the microsecond. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ended, likewise. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A goal to add, or to update if its id exists in the trace: then fields left out stay unchanged. */
export type GoalInput = {
  /** 1 to 200 characters, unique in the trace; counted from 1 unless given. */
  readonly goalId?: InputMaybe<Scalars['String']['input']>;
  /** The goal above it, of the same trace; null for none. */
  readonly parentId?: InputMaybe<Scalars['String']['input']>;
  /** What to achieve; required for a new goal. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Why it is set. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** What kind of goal it is; NORMAL for a new one. */
  readonly type?: InputMaybe<GoalType>;
  /** Its status; PENDING for a new one. */
  readonly status?: InputMaybe<GoalStatus>;
  /** The result. */
  readonly summary?: InputMaybe<Scalars['String']['input']>;
  /** Its place among its siblings; a new one comes last, in `setGoalTree` as listed. */
  readonly order?: InputMaybe<Scalars['Int']['input']>;
  /** When it starts, in place of when it is in progress: a time as in AddStepInput. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ends, in place of when it is completed or abandoned. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
};

/** Changes to a goal: fields left out stay unchanged, null clears optional fields. */
export type UpdateGoalInput = {
  /** Moves it, with all below it, under another goal of the trace; null makes it a root. */
  readonly parentId?: InputMaybe<Scalars['String']['input']>;
  /** What to achieve. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Why it is set. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** What kind of goal it is. */
  readonly type?: InputMaybe<GoalType>;
  /** Its status. COMPLETED may complete goals above it. */
  readonly status?: InputMaybe<GoalStatus>;
  /** The result. */
  readonly summary?: InputMaybe<Scalars['String']['input']>;
  /** Its place among its siblings. */
  readonly order?: InputMaybe<Scalars['Int']['input']>;
  /** When it starts, in place of when it is in progress: a time as in AddStepInput. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ends, in place of when it is completed or abandoned. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A new step. */
export type AddStepInput = {
  /** 1 to 200 characters; a UUID is made unless given. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** The trace it belongs to. */
  readonly traceId: Scalars['ID']['input'];
  /** Its type. */
  readonly type: StepType;
  /** Its number in the trace, if it is free; the next one unless given. */
  readonly sequence?: InputMaybe<Scalars['Long']['input']>;
  /** The goal it is done for, of the same trace. Its usage counts for that goal and all above. */
  readonly goalId?: InputMaybe<Scalars['String']['input']>;
  /** The steps of the same trace that it depends on; they may arrive later. 1,000 at most. */
  readonly parentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** The step of the same trace that it was called in; it may arrive later. */
  readonly within?: InputMaybe<Scalars['ID']['input']>;
  /**
   * A JSON object in the shape of its type; additional fields are kept. `{}` unless given. The fields of the type may be spelled in
   * camelCase. OpenAI's `usage` counts as tokens where `prompt_tokens` and `completion_tokens` are missing.
   */
  readonly data?: InputMaybe<Scalars['JSON']['input']>;
  /** Whether it runs, ended or failed; OK unless given. */
  readonly status?: InputMaybe<StepStatus>;
  /** Why it failed. */
  readonly error?: InputMaybe<StepErrorInput>;
  /** What it is called: 1,000 characters at most, as are the texts below. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** What it is, in a word of your choice. */
  readonly kind?: InputMaybe<Scalars['String']['input']>;
  /** When it started: ISO 8601 with an offset, or nanoseconds since 1970 as digits. Kept to the microsecond. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ended, likewise. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The provider of the model. */
  readonly provider?: InputMaybe<Scalars['String']['input']>;
  /** The model that was asked for. */
  readonly requestModel?: InputMaybe<Scalars['String']['input']>;
  /** The agent that did it. */
  readonly agentName?: InputMaybe<Scalars['String']['input']>;
  /** The id of the tool call, as the model gave it. */
  readonly toolCallId?: InputMaybe<Scalars['String']['input']>;
  /** Milliseconds from its start to the first token. */
  readonly firstTokenMs?: InputMaybe<Scalars['Float']['input']>;
  /** Why the model stopped. */
  readonly finishReason?: InputMaybe<Scalars['String']['input']>;
  /** What went in: any JSON. */
  readonly input?: InputMaybe<Scalars['JSON']['input']>;
  /** What came out: any JSON. */
  readonly output?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object of your choice. */
  readonly attributes?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object that describes what emitted it. */
  readonly resource?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object that describes the instrumentation that emitted it. */
  readonly scope?: InputMaybe<Scalars['JSON']['input']>;
  /** Tags of 1 to 200 characters, 100 at most. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its usage; where given, it takes precedence over that in `data`. */
  readonly usage?: InputMaybe<UsageInput>;
};

/**
 * A step, or a part of what is known of it. The first input with an id adds the step; later ones are merged into it, in whichever order
 * they arrive:
 *
 * - An input with status OK or ERROR is final. One with RUNNING that arrives after a final one only fills in fields that nothing has set.
 * - Of two final inputs, the one with the later `endedAt` wins, field by field (in `data` and `attributes`, key by key).
 * - `parentIds` and `tags` are added to those that there are.
 * - Otherwise, fields left out keep their values, and null clears a field.
 *
 * A different type, or an id of another trace, is a CONFLICT.
 */
export type UpsertStepInput = {
  /** 1 to 200 characters. */
  readonly id: Scalars['ID']['input'];
  /** The trace it belongs to. */
  readonly traceId: Scalars['ID']['input'];
  /** Its type. */
  readonly type: StepType;
  /** Its number in the trace, if it is free; the next one unless given. Only the first input sets it. */
  readonly sequence?: InputMaybe<Scalars['Long']['input']>;
  /** The goal it is done for, of the same trace. Its usage counts for that goal and all above. */
  readonly goalId?: InputMaybe<Scalars['String']['input']>;
  /** The steps of the same trace that it depends on; they may arrive later. 1,000 at most. */
  readonly parentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** The step of the same trace that it was called in; it may arrive later. */
  readonly within?: InputMaybe<Scalars['ID']['input']>;
  /** As in AddStepInput; what its type requires may come in another input. */
  readonly data?: InputMaybe<Scalars['JSON']['input']>;
  /** Whether it runs, ended or failed; RUNNING unless given. */
  readonly status?: InputMaybe<StepStatus>;
  /** Why it failed. */
  readonly error?: InputMaybe<StepErrorInput>;
  /** What it is called: 1,000 characters at most, as are the texts below. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** What it is, in a word of your choice. */
  readonly kind?: InputMaybe<Scalars['String']['input']>;
  /** When it started: ISO 8601 with an offset, or nanoseconds since 1970 as digits. Kept to the microsecond. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ended, likewise. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The provider of the model. */
  readonly provider?: InputMaybe<Scalars['String']['input']>;
  /** The model that was asked for. */
  readonly requestModel?: InputMaybe<Scalars['String']['input']>;
  /** The agent that did it. */
  readonly agentName?: InputMaybe<Scalars['String']['input']>;
  /** The id of the tool call, as the model gave it. */
  readonly toolCallId?: InputMaybe<Scalars['String']['input']>;
  /** Milliseconds from its start to the first token. */
  readonly firstTokenMs?: InputMaybe<Scalars['Float']['input']>;
  /** Why the model stopped. */
  readonly finishReason?: InputMaybe<Scalars['String']['input']>;
  /** What went in: any JSON. */
  readonly input?: InputMaybe<Scalars['JSON']['input']>;
  /** What came out: any JSON. */
  readonly output?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object of your choice. */
  readonly attributes?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object that describes what emitted it. */
  readonly resource?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object that describes the instrumentation that emitted it. */
  readonly scope?: InputMaybe<Scalars['JSON']['input']>;
  /** Tags of 1 to 200 characters, 100 at most. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its usage; where given, it takes precedence over that in `data`. */
  readonly usage?: InputMaybe<UsageInput>;
};

/** Why a step failed. */
export type StepErrorInput = {
  /** The kind of error, such as the name of its class. */
  readonly type?: InputMaybe<Scalars['String']['input']>;
  /** What it says. */
  readonly message?: InputMaybe<Scalars['String']['input']>;
  /** Where it happened. */
  readonly stack?: InputMaybe<Scalars['String']['input']>;
};

/** What a call of a model used. */
export type UsageInput = {
  /** Tokens sent, including those read from a cache. */
  readonly promptTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens received, including those of reasoning. */
  readonly completionTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens sent that the model read from its cache. */
  readonly cacheReadTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens sent that the model wrote to its cache. */
  readonly cacheWriteTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens received that the model reasoned with. */
  readonly reasoningTokens?: InputMaybe<Scalars['Long']['input']>;
  /** US dollars, 0 or more. */
  readonly cost?: InputMaybe<Scalars['Float']['input']>;
};

/** A new message. */
export type AddMessageInput = {
  /** 1 to 200 characters; a UUID is made unless given. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** The trace it belongs to. */
  readonly traceId: Scalars['ID']['input'];
  /** Its number in the trace, if it is free; the next one unless given. */
  readonly sequence?: InputMaybe<Scalars['Long']['input']>;
  /** The speaker: system, user, assistant, tool, or another word of 1 to 50 characters. */
  readonly role: Scalars['String']['input'];
  /** The content: a text, or any JSON value. */
  readonly content?: InputMaybe<Scalars['JSON']['input']>;
  /** The goal it counts for, of the same trace. */
  readonly goalId?: InputMaybe<Scalars['String']['input']>;
  /** The tool call it answers. */
  readonly toolCallId?: InputMaybe<Scalars['String']['input']>;
  /** The step that produced it, of the same trace. Usage is then recorded on the step: giving it here too is rejected. */
  readonly stepId?: InputMaybe<Scalars['ID']['input']>;
  /** Tokens sent, including those read from a cache. */
  readonly promptTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens received, including those of reasoning. */
  readonly completionTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens sent that the model read from its cache. */
  readonly cacheReadTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens sent that the model wrote to its cache. */
  readonly cacheWriteTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens received that the model reasoned with. */
  readonly reasoningTokens?: InputMaybe<Scalars['Long']['input']>;
  /** US dollars, 0 or more. */
  readonly cost?: InputMaybe<Scalars['Float']['input']>;
  /** How long it took, in milliseconds; from its start to its end unless given. */
  readonly durationMs?: InputMaybe<Scalars['Float']['input']>;
  /** When it started: ISO 8601 with an offset, or nanoseconds since 1970 as digits. Kept to the microsecond. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ended, likewise. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** A status of your choice. */
  readonly status?: InputMaybe<Scalars['String']['input']>;
  /** What went wrong. */
  readonly error?: InputMaybe<Scalars['String']['input']>;
};

/** Changes to a message: fields left out stay unchanged, null clears optional fields. Stats are updated. */
export type UpdateMessageInput = {
  /** The speaker. */
  readonly role?: InputMaybe<Scalars['String']['input']>;
  /** The content. */
  readonly content?: InputMaybe<Scalars['JSON']['input']>;
  /** Moves it to another goal of the trace; null: to none. */
  readonly goalId?: InputMaybe<Scalars['String']['input']>;
  /** The tool call it answers. */
  readonly toolCallId?: InputMaybe<Scalars['String']['input']>;
  /** Tokens sent, including those read from a cache. */
  readonly promptTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens received, including those of reasoning. */
  readonly completionTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens sent that the model read from its cache. */
  readonly cacheReadTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens sent that the model wrote to its cache. */
  readonly cacheWriteTokens?: InputMaybe<Scalars['Long']['input']>;
  /** Tokens received that the model reasoned with. */
  readonly reasoningTokens?: InputMaybe<Scalars['Long']['input']>;
  /** US dollars, 0 or more. */
  readonly cost?: InputMaybe<Scalars['Float']['input']>;
  /** How long it took, in milliseconds; from its start to its end unless given. */
  readonly durationMs?: InputMaybe<Scalars['Float']['input']>;
  /** When it started: ISO 8601 with an offset, or nanoseconds since 1970 as digits. Kept to the microsecond. */
  readonly startedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** When it ended, likewise. */
  readonly endedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** A status of your choice. */
  readonly status?: InputMaybe<Scalars['String']['input']>;
  /** What went wrong. */
  readonly error?: InputMaybe<Scalars['String']['input']>;
};

/** A new run event. */
export type RunEventInput = {
  /** The thread, 1 to 200 characters; created if there is none of that id. */
  readonly threadId: Scalars['ID']['input'];
  /** The run of the thread, 1 to 200 characters; created likewise. */
  readonly runId: Scalars['ID']['input'];
  /** What happened: 1 to 200 characters. */
  readonly eventType: Scalars['String']['input'];
  /** `message` for what a conversation shows; any other word of 1 to 200 characters for everything else. */
  readonly category: Scalars['String']['input'];
  /** A text, or any JSON value. */
  readonly content?: InputMaybe<Scalars['JSON']['input']>;
  /** A JSON object; `{}` unless given. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** An ISO 8601 time; the server's time unless given. */
  readonly createdAt?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry harmless: a second event with the same key in the thread's log generation returns the first. 1 to 200 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/**
 * A checkpoint to write. Each part of its payload is sent whole, and what is stored already is not stored again; or as what is new since
 * another checkpoint, its base, which costs only that. Both give the same checkpoint. Sending a part in both forms is BAD_USER_INPUT.
 */
export type CheckpointInput = {
  /** What identifies it, and what to note with it. */
  readonly metadata: CheckpointMetadataInput;
  /** A list of messages, any JSON values, 50,000 at most; `[]` unless given. */
  readonly messages?: InputMaybe<Scalars['JSON']['input']>;
  /** The messages, as those of a base with more behind them. */
  readonly messagesAfter?: InputMaybe<MessagesAfterInput>;
  /** A JSON object; `{}` unless given. */
  readonly state?: InputMaybe<Scalars['JSON']['input']>;
  /** The state, as that of a base with some keys changed. */
  readonly stateAfter?: InputMaybe<ObjectAfterInput>;
  /** A JSON object; `{}` unless given. */
  readonly toolsResult?: InputMaybe<Scalars['JSON']['input']>;
  /** The tool results, as those of a base with some keys changed. */
  readonly toolsResultAfter?: InputMaybe<ObjectAfterInput>;
  /** What runs next. */
  readonly nextNode?: InputMaybe<Scalars['String']['input']>;
  /** The step of a trace at which it is taken. */
  readonly stepId?: InputMaybe<Scalars['ID']['input']>;
};

/**
 * Messages given as those of another checkpoint, the base, with more behind them. NOT_FOUND naming the field if there is no such
 * checkpoint, for example because it was deleted: send the list whole then. CONFLICT if it has another number of messages, because it was
 * overwritten. The same request again returns what is stored, even if the base was deleted or overwritten meanwhile.
 */
export type MessagesAfterInput = {
  /** The base: in any thread, but not the checkpoint itself. */
  readonly checkpointId: Scalars['ID']['input'];
  /** How many messages the base has: its `messageCount`. */
  readonly messageCount: Scalars['Long']['input'];
  /** The list of messages that come behind those of the base; with these, 50,000 at most. */
  readonly append: Scalars['JSON']['input'];
};

/**
 * An object given as that of another checkpoint, the base, with some keys changed. It is rejected, and can be repeated, as
 * MessagesAfterInput. A key that is in both `set` and `remove` is BAD_USER_INPUT.
 */
export type ObjectAfterInput = {
  /** The base: in any thread, but not the checkpoint itself. */
  readonly checkpointId: Scalars['ID']['input'];
  /** How many messages the base has, if that is to be checked. */
  readonly messageCount?: InputMaybe<Scalars['Long']['input']>;
  /** A JSON object of the keys to set. A key that the base has keeps its place; the others come behind, in this order. */
  readonly set?: InputMaybe<Scalars['JSON']['input']>;
  /** The keys to remove; those that the base does not have are ignored. */
  readonly remove?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** What identifies a checkpoint, and what to note with it. */
export type CheckpointMetadataInput = {
  /** The thread, 1 to 200 characters; created if there is none of that id. */
  readonly threadId: Scalars['ID']['input'];
  /** 1 to 200 characters; a UUID is made unless given. */
  readonly checkpointId?: InputMaybe<Scalars['ID']['input']>;
  /** Its number in the thread, from 0. */
  readonly step: Scalars['Long']['input'];
  /** The checkpoint that it continues: in any thread, and it may be written later. */
  readonly parentCheckpointId?: InputMaybe<Scalars['ID']['input']>;
  /** An ISO 8601 time; the server's time unless given. */
  readonly createdAt?: InputMaybe<Scalars['String']['input']>;
  /** Tags, 100 at most. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** A short description. */
  readonly summary?: InputMaybe<Scalars['String']['input']>;
};

/** What `write` does when an operation is rejected. */
export type OnError =
  /** Nothing is written, and the error names the operation in `extensions.field`. */
  | 'ABORT'
  /** The others are written, and the rejected one returns its error. */
  | 'CONTINUE';

/** One operation of `write`: exactly one field. */
export type WriteOperation =
  /** As the mutation. */
  { readonly createTrace: CreateTraceInput; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace: UpdateTraceOperation; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree: SetGoalTreeOperation; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal: AddGoalOperation; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal: UpdateGoalOperation; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep: AddStepInput; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As `upsertSteps` with one step. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep: UpsertStepInput; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage: AddMessageInput; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage: UpdateMessageOperation; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent: AppendEventOperation; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent: RunEventInput; readonly putRunEventIfAbsent?: never; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent: RunEventInput; readonly putCheckpoint?: never; }
  |  /** As the mutation. */
  { readonly createTrace?: never; readonly updateTrace?: never; readonly setGoalTree?: never; readonly addGoal?: never; readonly updateGoal?: never; readonly addStep?: never; readonly upsertStep?: never; readonly addMessage?: never; readonly updateMessage?: never; readonly appendEvent?: never; readonly putRunEvent?: never; readonly putRunEventIfAbsent?: never; readonly putCheckpoint: CheckpointInput; };

/** The arguments of `updateTrace`. */
export type UpdateTraceOperation = {
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** What changes. */
  readonly input: UpdateTraceInput;
};

/** The arguments of `setGoalTree`. */
export type SetGoalTreeOperation = {
  /** The trace. */
  readonly traceId: Scalars['ID']['input'];
  /** Every goal of the new tree. */
  readonly goals: ReadonlyArray<GoalInput>;
};

/** The arguments of `addGoal`. */
export type AddGoalOperation = {
  /** The trace. */
  readonly traceId: Scalars['ID']['input'];
  /** The goal. */
  readonly input: GoalInput;
};

/** The arguments of `updateGoal`. */
export type UpdateGoalOperation = {
  /** The trace. */
  readonly traceId: Scalars['ID']['input'];
  /** The goal's short id. */
  readonly goalId: Scalars['String']['input'];
  /** What changes. */
  readonly input: UpdateGoalInput;
};

/** The arguments of `updateMessage`. */
export type UpdateMessageOperation = {
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** What changes. */
  readonly input: UpdateMessageInput;
};

/** The arguments of `appendEvent`. */
export type AppendEventOperation = {
  /** The trace. */
  readonly traceId: Scalars['ID']['input'];
  /** Your own type. */
  readonly type: Scalars['String']['input'];
  /** Any JSON object. */
  readonly payload?: InputMaybe<Scalars['JSON']['input']>;
  /** Makes a retry harmless. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What came of an operation of `write`: an error, or what it wrote. */
export type OperationResult = {
  readonly __typename?: 'OperationResult';
  /** Its place in `operations`, from 0. */
  readonly index: Scalars['Int']['output'];
  /** Why it was rejected; null if it was not. */
  readonly error: Maybe<OperationError>;
  /** The trace that was created or changed. */
  readonly trace: Maybe<Trace>;
  /** The goals of a new tree. */
  readonly goals: Maybe<ReadonlyArray<Goal>>;
  /** The goal that was added or changed. */
  readonly goal: Maybe<Goal>;
  /** The step that was added or changed. */
  readonly step: Maybe<Step>;
  /** The message that was added or changed. */
  readonly message: Maybe<Message>;
  /** The event that was appended. */
  readonly event: Maybe<CustomEvent>;
  /** The run event that was written, or that was there already. */
  readonly runEvent: Maybe<RunEvent>;
  /** The checkpoint that was written. */
  readonly checkpoint: Maybe<Checkpoint>;
};

/** Why an operation was rejected. */
export type OperationError = {
  readonly __typename?: 'OperationError';
  /** BAD_USER_INPUT, NOT_FOUND or CONFLICT. */
  readonly code: Scalars['String']['output'];
  /** What was expected and what was received. */
  readonly message: Scalars['String']['output'];
  /** The field, such as `operations[3].addMessage.goalId`. */
  readonly field: Maybe<Scalars['String']['output']>;
};

/** Queries. */
export type Query = {
  readonly __typename?: 'Query';
  /** One trace; null if there is none of that id. */
  readonly trace: Maybe<Trace>;
  /**
   * The project's traces, newest first: by `startedAt` or, if that is unknown, by `createdAt`. A trace whose steps turn out to have started
   * earlier moves down the list; one whose first step started after it was created keeps its place.
   */
  readonly traces: TraceConnection;
  /** One goal; null if there is none of that id in that trace. */
  readonly goal: Maybe<Goal>;
  /** One step; null if there is none of that id. */
  readonly step: Maybe<Step>;
  /** Several steps, each null if there is none of that id. */
  readonly steps: ReadonlyArray<Maybe<Step>>;
  /** One message; null if there is none of that id. */
  readonly message: Maybe<Message>;
  /** One thread; null if there is none of that id. */
  readonly thread: Maybe<Thread>;
  /**
   * The events of category `message` of a thread, by ascending `seq`. With `afterSeq` the first ones after it, with `beforeSeq` the
   * last ones before it; with both the first ones between them; with neither the newest. Empty for an unknown thread.
   */
  readonly threadMessages: ReadonlyArray<RunEvent>;
  /** The events of a run, by ascending `seq`, from the first on. Filters apply before the limit. */
  readonly runEvents: ReadonlyArray<RunEvent>;
  /** The events of category `message` of a run, by ascending `seq`; cursors as in `threadMessages`. */
  readonly runMessages: ReadonlyArray<RunEvent>;
  /** Runs of a thread, in the order of `runIds`, each once; those that do not exist are left out. */
  readonly runs: ReadonlyArray<Run>;
  /** How many events of category `message` a thread has. */
  readonly threadMessageCount: Scalars['Long']['output'];
  /** One checkpoint; null if there is none of that id. */
  readonly checkpoint: Maybe<Checkpoint>;
  /** The checkpoint of a thread with the highest step; of several, the last written. Null if there is none. */
  readonly latestCheckpoint: Maybe<Checkpoint>;
  /** The checkpoints of a thread, by descending step; of several with one step, the last written first. */
  readonly checkpoints: ReadonlyArray<Checkpoint>;
  /** The latest checkpoint of each thread, the thread written last first. */
  readonly checkpointThreads: ReadonlyArray<Checkpoint>;
  /** How a thread's checkpoints descend from one another, with branches in other threads; empty for an unknown thread. */
  readonly checkpointTree: CheckpointTree;
  /** The nearest common ancestor, which may be one of the two; null if there is none. NOT_FOUND if one of them does not exist. */
  readonly commonCheckpoint: Maybe<Checkpoint>;
  /** What differs between two checkpoints. NOT_FOUND if one of them does not exist. */
  readonly checkpointDiff: CheckpointDiff;
};


/** Queries. */
export type QueryTraceArgs = {
  id: Scalars['ID']['input'];
};


/** Queries. */
export type QueryTracesArgs = {
  filter: InputMaybe<TraceFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after: InputMaybe<Scalars['String']['input']>;
};


/** Queries. */
export type QueryGoalArgs = {
  traceId: Scalars['ID']['input'];
  goalId: Scalars['String']['input'];
};


/** Queries. */
export type QueryStepArgs = {
  id: Scalars['ID']['input'];
};


/** Queries. */
export type QueryStepsArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** Queries. */
export type QueryMessageArgs = {
  id: Scalars['ID']['input'];
};


/** Queries. */
export type QueryThreadArgs = {
  id: Scalars['ID']['input'];
};


/** Queries. */
export type QueryThreadMessagesArgs = {
  threadId: Scalars['ID']['input'];
  limit?: InputMaybe<Scalars['Int']['input']>;
  beforeSeq: InputMaybe<Scalars['Long']['input']>;
  afterSeq: InputMaybe<Scalars['Long']['input']>;
};


/** Queries. */
export type QueryRunEventsArgs = {
  threadId: Scalars['ID']['input'];
  runId: Scalars['ID']['input'];
  eventTypes: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  metadata: InputMaybe<Scalars['JSON']['input']>;
  limit?: InputMaybe<Scalars['Int']['input']>;
  afterSeq: InputMaybe<Scalars['Long']['input']>;
};


/** Queries. */
export type QueryRunMessagesArgs = {
  threadId: Scalars['ID']['input'];
  runId: Scalars['ID']['input'];
  limit: InputMaybe<Scalars['Int']['input']>;
  beforeSeq: InputMaybe<Scalars['Long']['input']>;
  afterSeq: InputMaybe<Scalars['Long']['input']>;
};


/** Queries. */
export type QueryRunsArgs = {
  threadId: Scalars['ID']['input'];
  runIds: ReadonlyArray<Scalars['ID']['input']>;
};


/** Queries. */
export type QueryThreadMessageCountArgs = {
  threadId: Scalars['ID']['input'];
};


/** Queries. */
export type QueryCheckpointArgs = {
  id: Scalars['ID']['input'];
};


/** Queries. */
export type QueryLatestCheckpointArgs = {
  threadId: Scalars['ID']['input'];
};


/** Queries. */
export type QueryCheckpointsArgs = {
  threadId: Scalars['ID']['input'];
  limit?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
};


/** Queries. */
export type QueryCheckpointThreadsArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
};


/** Queries. */
export type QueryCheckpointTreeArgs = {
  threadId: Scalars['ID']['input'];
};


/** Queries. */
export type QueryCommonCheckpointArgs = {
  a: Scalars['ID']['input'];
  b: Scalars['ID']['input'];
};


/** Queries. */
export type QueryCheckpointDiffArgs = {
  from: Scalars['ID']['input'];
  to: Scalars['ID']['input'];
};

/** Mutations. Each is acknowledged after its transaction is committed. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Applies operations of any kind in order, in one transaction, each as its own mutation would. A retry is harmless if the operations have
   * ids or idempotency keys.
   *
   * An operation that refers to something that a rejected one would have written is rejected too. With CONTINUE, everything else is
   * written, so that one bad operation never holds up a journal.
   */
  readonly write: ReadonlyArray<OperationResult>;
  /** Starts a trace. With a parent, `sub_trace_started` goes into the parent's log. */
  readonly createTrace: Trace;
  /** Changes a trace. Completing or failing a sub-trace puts `sub_trace_completed` into the parent's log. */
  readonly updateTrace: Trace;
  /**
   * Deletes a trace and everything in it: hidden from every reader at once, then deleted in batches. If the database becomes
   * unavailable in between, the server deletes the rest later.
   */
  readonly deleteTrace: DeletedCounts;
  /**
   * Replaces the goals of a trace: listed goals are added or updated, missing ones are deleted, and their messages stay without a
   * goal. Statuses are stored as given: there is no cascade.
   */
  readonly setGoalTree: GoalTree;
  /** Adds a goal, or updates the one of that id. */
  readonly addGoal: Goal;
  /** Changes a goal, and with it the stats above it when it moves, and the goals above it when it completes. */
  readonly updateGoal: Goal;
  /** Adds a step. */
  readonly addStep: Step;
  /** Adds steps, all or none, in this order. */
  readonly addSteps: ReadonlyArray<Step>;
  /** Adds steps, or merges what has become known of them, all or none, in this order. */
  readonly upsertSteps: ReadonlyArray<Step>;
  /** Adds a message. */
  readonly addMessage: Message;
  /** Adds messages, all or none, in this order. */
  readonly addMessages: ReadonlyArray<Message>;
  /** Changes a message and the stats that include it. */
  readonly updateMessage: Message;
  /** Appends an event of your own type to a trace's log. */
  readonly appendEvent: CustomEvent;
  /** Writes a run event. */
  readonly putRunEvent: RunEvent;
  /** Writes run events of one thread, all or none, in this order; runs may mix. */
  readonly putRunEvents: ReadonlyArray<RunEvent>;
  /**
   * Writes a run event unless the run already has one of the same type, and keeps the first if it has; reports which. Any event of
   * that type counts, whichever mutation wrote it and whatever its category and content. It must be in the thread's current log
   * generation. If several clients call it at once, for whichever servers, exactly one creates the event.
   *
   * It does not need an `idempotencyKey`: repeated, it returns the first event, and `created` is false. With a key, a repetition of the
   * call that created the event reports `created` as true again, and CONFLICT if its content differs. The key is looked up first: if
   * another event of the thread has it, that is a CONFLICT as in `putRunEvent`. A call that creates nothing does not use up its key.
   */
  readonly putRunEventIfAbsent: PutRunEventIfAbsentResult;
  /**
   * Deletes the run events of a thread and returns how many there were. They are hidden at once, and the next event begins a
   * new log generation, in which `seq` and idempotency keys start again. If the database becomes unavailable before all are
   * deleted, the server deletes the rest later.
   */
  readonly deleteThreadEvents: Scalars['Long']['output'];
  /**
   * Deletes the run events of a run and returns how many there were. In several transactions: if it fails, some events may be
   * left, and another call deletes them.
   */
  readonly deleteRunEvents: Scalars['Long']['output'];
  /**
   * Writes a checkpoint, or replaces the one of that id as a whole; writing the same again changes nothing. CONFLICT if the id is in
   * another thread; BAD_USER_INPUT if it would become its own ancestor. For parts given as what is new since a base, see
   * MessagesAfterInput and ObjectAfterInput.
   */
  readonly putCheckpoint: Checkpoint;
  /**
   * Starts a thread at step 0 with the content of a checkpoint, which becomes the parent. It takes the same time however large that
   * is. NOT_FOUND if the checkpoint does not exist; CONFLICT if the thread already has checkpoints. Repeated with the same
   * `checkpointId`, it returns what is stored, unless that was overwritten.
   */
  readonly forkCheckpoint: Checkpoint;
  /**
   * Deletes the checkpoints of a thread and returns how many there were. Branches in other threads stay complete. In several
   * transactions, the lowest steps first: if it fails, some may be left, and another call deletes them.
   */
  readonly deleteCheckpointThread: Scalars['Long']['output'];
  /**
   * Deletes the checkpoints of a thread with a smaller step and returns how many there were: 0 if none is below it. The others stay
   * complete. In several transactions, like `deleteCheckpointThread`.
   */
  readonly deleteCheckpointsBefore: Scalars['Long']['output'];
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationWriteArgs = {
  operations: ReadonlyArray<WriteOperation>;
  onError?: InputMaybe<OnError>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationCreateTraceArgs = {
  input: CreateTraceInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationUpdateTraceArgs = {
  id: Scalars['ID']['input'];
  input: UpdateTraceInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationDeleteTraceArgs = {
  id: Scalars['ID']['input'];
  includeSubTraces?: InputMaybe<Scalars['Boolean']['input']>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationSetGoalTreeArgs = {
  traceId: Scalars['ID']['input'];
  goals: ReadonlyArray<GoalInput>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationAddGoalArgs = {
  traceId: Scalars['ID']['input'];
  input: GoalInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationUpdateGoalArgs = {
  traceId: Scalars['ID']['input'];
  goalId: Scalars['String']['input'];
  input: UpdateGoalInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationAddStepArgs = {
  input: AddStepInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationAddStepsArgs = {
  inputs: ReadonlyArray<AddStepInput>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationUpsertStepsArgs = {
  inputs: ReadonlyArray<UpsertStepInput>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationAddMessageArgs = {
  input: AddMessageInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationAddMessagesArgs = {
  inputs: ReadonlyArray<AddMessageInput>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationUpdateMessageArgs = {
  id: Scalars['ID']['input'];
  input: UpdateMessageInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationAppendEventArgs = {
  traceId: Scalars['ID']['input'];
  type: Scalars['String']['input'];
  payload: InputMaybe<Scalars['JSON']['input']>;
  idempotencyKey: InputMaybe<Scalars['String']['input']>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationPutRunEventArgs = {
  input: RunEventInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationPutRunEventsArgs = {
  inputs: ReadonlyArray<RunEventInput>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationPutRunEventIfAbsentArgs = {
  input: RunEventInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationDeleteThreadEventsArgs = {
  threadId: Scalars['ID']['input'];
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationDeleteRunEventsArgs = {
  threadId: Scalars['ID']['input'];
  runId: Scalars['ID']['input'];
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationPutCheckpointArgs = {
  input: CheckpointInput;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationForkCheckpointArgs = {
  id: Scalars['ID']['input'];
  threadId: InputMaybe<Scalars['ID']['input']>;
  checkpointId: InputMaybe<Scalars['ID']['input']>;
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationDeleteCheckpointThreadArgs = {
  threadId: Scalars['ID']['input'];
};


/** Mutations. Each is acknowledged after its transaction is committed. */
export type MutationDeleteCheckpointsBeforeArgs = {
  threadId: Scalars['ID']['input'];
  beforeStep: Scalars['Long']['input'];
};

/** Subscriptions. A slow client reads the log at its own pace; nothing is lost, duplicated or reordered. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * A trace, live: its TraceSnapshot, then every event after `since`, exactly once, in order, for as long as you are
   * subscribed. NOT_FOUND if there is no such trace.
   */
  readonly traceEvents: TraceUpdate;
  /**
   * A list of traces, live: each matching trace, whenever it is created, changes, or leaves the list. Changes that come faster than
   * they are read are merged into one, with the newest state.
   *
   * The server knows the newest 500 traces that were in the list at the start. An older trace is reported when it changes (as UPDATED,
   * even if it enters the list by that change), but not if it leaves the list before.
   */
  readonly traceChanges: TraceChange;
  /**
   * The run events of a thread, live: every event after the one named, exactly once, in order, for as long as you are
   * subscribed. The thread need not exist yet. With neither `after` nor `afterSeq`, only new events.
   *
   * If the thread's events are deleted, RunEventsDeleted is emitted, then the next log generation from its beginning. To resume, give
   * `after`: only that identifies the generation.
   */
  readonly runEvents: RunEventUpdate;
};


/** Subscriptions. A slow client reads the log at its own pace; nothing is lost, duplicated or reordered. */
export type SubscriptionTraceEventsArgs = {
  traceId: Scalars['ID']['input'];
  since: InputMaybe<Scalars['Long']['input']>;
};


/** Subscriptions. A slow client reads the log at its own pace; nothing is lost, duplicated or reordered. */
export type SubscriptionTraceChangesArgs = {
  filter: InputMaybe<TraceFilter>;
};


/** Subscriptions. A slow client reads the log at its own pace; nothing is lost, duplicated or reordered. */
export type SubscriptionRunEventsArgs = {
  threadId: Scalars['ID']['input'];
  after: InputMaybe<Scalars['ID']['input']>;
  afterSeq: InputMaybe<Scalars['Long']['input']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  TraceUpdate:
    | ( Snapshot )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventSource )
    | ( EventGap )
    | ( TraceDeleted )
  ;
  RunEventUpdate:
    | ( RunEventRow )
    | ( EventGap )
    | ( RunEventsDeleted )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Long: ResolverTypeWrapper<Scalars['Long']['output']>;
  TraceMode: TraceMode;
  TraceStatus: TraceStatus;
  GoalStatus: GoalStatus;
  GoalType: GoalType;
  StepType: StepType;
  StepStatus: StepStatus;
  CostSource: CostSource;
  StepError: ResolverTypeWrapper<StepError>;
  TraceChangeKind: TraceChangeKind;
  CheckpointChangeKind: CheckpointChangeKind;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Stats: ResolverTypeWrapper<PublicStats>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Trace: ResolverTypeWrapper<TraceRow>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  TraceConnection: ResolverTypeWrapper<Omit<TraceConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['TraceEdge']>, nodes: ReadonlyArray<ResolversTypes['Trace']> }>;
  TraceEdge: ResolverTypeWrapper<Omit<TraceEdge, 'node'> & { node: ResolversTypes['Trace'] }>;
  GoalTree: ResolverTypeWrapper<GoalTreeSource>;
  Goal: ResolverTypeWrapper<GoalRow>;
  GoalConnection: ResolverTypeWrapper<Omit<GoalConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['GoalEdge']>, nodes: ReadonlyArray<ResolversTypes['Goal']> }>;
  GoalEdge: ResolverTypeWrapper<Omit<GoalEdge, 'node'> & { node: ResolversTypes['Goal'] }>;
  Step: ResolverTypeWrapper<StepSource>;
  StepConnection: ResolverTypeWrapper<Omit<StepConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['StepEdge']>, nodes: ReadonlyArray<ResolversTypes['Step']> }>;
  StepEdge: ResolverTypeWrapper<Omit<StepEdge, 'node'> & { node: ResolversTypes['Step'] }>;
  RelatedStepConnection: ResolverTypeWrapper<Omit<RelatedStepConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['RelatedStepEdge']>, nodes: ReadonlyArray<ResolversTypes['Step']> }>;
  RelatedStepEdge: ResolverTypeWrapper<Omit<RelatedStepEdge, 'node'> & { node: ResolversTypes['Step'] }>;
  Message: ResolverTypeWrapper<MessageRow>;
  MessageConnection: ResolverTypeWrapper<Omit<MessageConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['MessageEdge']>, nodes: ReadonlyArray<ResolversTypes['Message']> }>;
  MessageEdge: ResolverTypeWrapper<Omit<MessageEdge, 'node'> & { node: ResolversTypes['Message'] }>;
  TraceEvent: ResolverTypeWrapper<EventRow>;
  TraceEventConnection: ResolverTypeWrapper<Omit<TraceEventConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['TraceEventEdge']>, nodes: ReadonlyArray<ResolversTypes['TraceEvent']> }>;
  TraceEventEdge: ResolverTypeWrapper<Omit<TraceEventEdge, 'node'> & { node: ResolversTypes['TraceEvent'] }>;
  AffectedGoal: ResolverTypeWrapper<AffectedGoalSource>;
  GoalAdded: ResolverTypeWrapper<EventSource>;
  GoalUpdated: ResolverTypeWrapper<EventSource>;
  GoalTreeUpdated: ResolverTypeWrapper<EventSource>;
  MessageAdded: ResolverTypeWrapper<EventSource>;
  MessageUpdated: ResolverTypeWrapper<EventSource>;
  StepAdded: ResolverTypeWrapper<EventSource>;
  StepUpdated: ResolverTypeWrapper<EventSource>;
  SubTraceStarted: ResolverTypeWrapper<EventSource>;
  SubTraceCompleted: ResolverTypeWrapper<EventSource>;
  TraceStatusChanged: ResolverTypeWrapper<EventSource>;
  TraceCompleted: ResolverTypeWrapper<EventSource>;
  TraceUpdated: ResolverTypeWrapper<EventSource>;
  CustomEvent: ResolverTypeWrapper<EventSource>;
  TraceSnapshot: ResolverTypeWrapper<Snapshot>;
  EventGap: ResolverTypeWrapper<EventGap>;
  TraceDeleted: ResolverTypeWrapper<TraceDeleted>;
  TraceUpdate: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['TraceUpdate']>;
  TraceChange: ResolverTypeWrapper<ListChange>;
  Thread: ResolverTypeWrapper<ThreadRow>;
  Run: ResolverTypeWrapper<RunRow>;
  RunConnection: ResolverTypeWrapper<Omit<RunConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['RunEdge']>, nodes: ReadonlyArray<ResolversTypes['Run']> }>;
  RunEdge: ResolverTypeWrapper<Omit<RunEdge, 'node'> & { node: ResolversTypes['Run'] }>;
  RunEvent: ResolverTypeWrapper<RunEventRow>;
  PutRunEventIfAbsentResult: ResolverTypeWrapper<Omit<PutRunEventIfAbsentResult, 'event'> & { event: ResolversTypes['RunEvent'] }>;
  RunEventsDeleted: ResolverTypeWrapper<RunEventsDeleted>;
  RunEventUpdate: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RunEventUpdate']>;
  Checkpoint: ResolverTypeWrapper<CheckpointRow>;
  CheckpointMetadata: ResolverTypeWrapper<CheckpointMetadata>;
  CheckpointConnection: ResolverTypeWrapper<Omit<CheckpointConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['CheckpointEdge']>, nodes: ReadonlyArray<ResolversTypes['Checkpoint']> }>;
  CheckpointEdge: ResolverTypeWrapper<Omit<CheckpointEdge, 'node'> & { node: ResolversTypes['Checkpoint'] }>;
  CheckpointTree: ResolverTypeWrapper<Tree>;
  CheckpointTreeNode: ResolverTypeWrapper<TreeNode>;
  CheckpointDiff: ResolverTypeWrapper<Diff>;
  CheckpointChange: ResolverTypeWrapper<Change>;
  DeletedCounts: ResolverTypeWrapper<DeletedCounts>;
  TraceFilter: TraceFilter;
  CreateTraceInput: CreateTraceInput;
  UpdateTraceInput: UpdateTraceInput;
  GoalInput: GoalInput;
  UpdateGoalInput: UpdateGoalInput;
  AddStepInput: AddStepInput;
  UpsertStepInput: UpsertStepInput;
  StepErrorInput: StepErrorInput;
  UsageInput: UsageInput;
  AddMessageInput: AddMessageInput;
  UpdateMessageInput: UpdateMessageInput;
  RunEventInput: RunEventInput;
  CheckpointInput: CheckpointInput;
  MessagesAfterInput: MessagesAfterInput;
  ObjectAfterInput: ObjectAfterInput;
  CheckpointMetadataInput: CheckpointMetadataInput;
  OnError: OnError;
  WriteOperation: WriteOperation;
  UpdateTraceOperation: UpdateTraceOperation;
  SetGoalTreeOperation: SetGoalTreeOperation;
  AddGoalOperation: AddGoalOperation;
  UpdateGoalOperation: UpdateGoalOperation;
  UpdateMessageOperation: UpdateMessageOperation;
  AppendEventOperation: AppendEventOperation;
  OperationResult: ResolverTypeWrapper<Omit<OperationResult, 'trace' | 'goals' | 'goal' | 'step' | 'message' | 'event' | 'runEvent' | 'checkpoint'> & { trace?: Maybe<ResolversTypes['Trace']>, goals?: Maybe<ReadonlyArray<ResolversTypes['Goal']>>, goal?: Maybe<ResolversTypes['Goal']>, step?: Maybe<ResolversTypes['Step']>, message?: Maybe<ResolversTypes['Message']>, event?: Maybe<ResolversTypes['CustomEvent']>, runEvent?: Maybe<ResolversTypes['RunEvent']>, checkpoint?: Maybe<ResolversTypes['Checkpoint']> }>;
  OperationError: ResolverTypeWrapper<OperationError>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  Long: Scalars['Long']['output'];
  StepError: StepError;
  PageInfo: PageInfo;
  Stats: PublicStats;
  Float: Scalars['Float']['output'];
  Trace: TraceRow;
  ID: Scalars['ID']['output'];
  TraceConnection: Omit<TraceConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['TraceEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Trace']> };
  TraceEdge: Omit<TraceEdge, 'node'> & { node: ResolversParentTypes['Trace'] };
  GoalTree: GoalTreeSource;
  Goal: GoalRow;
  GoalConnection: Omit<GoalConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['GoalEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Goal']> };
  GoalEdge: Omit<GoalEdge, 'node'> & { node: ResolversParentTypes['Goal'] };
  Step: StepSource;
  StepConnection: Omit<StepConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['StepEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Step']> };
  StepEdge: Omit<StepEdge, 'node'> & { node: ResolversParentTypes['Step'] };
  RelatedStepConnection: Omit<RelatedStepConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['RelatedStepEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Step']> };
  RelatedStepEdge: Omit<RelatedStepEdge, 'node'> & { node: ResolversParentTypes['Step'] };
  Message: MessageRow;
  MessageConnection: Omit<MessageConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['MessageEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Message']> };
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  TraceEvent: EventRow;
  TraceEventConnection: Omit<TraceEventConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['TraceEventEdge']>, nodes: ReadonlyArray<ResolversParentTypes['TraceEvent']> };
  TraceEventEdge: Omit<TraceEventEdge, 'node'> & { node: ResolversParentTypes['TraceEvent'] };
  AffectedGoal: AffectedGoalSource;
  GoalAdded: EventSource;
  GoalUpdated: EventSource;
  GoalTreeUpdated: EventSource;
  MessageAdded: EventSource;
  MessageUpdated: EventSource;
  StepAdded: EventSource;
  StepUpdated: EventSource;
  SubTraceStarted: EventSource;
  SubTraceCompleted: EventSource;
  TraceStatusChanged: EventSource;
  TraceCompleted: EventSource;
  TraceUpdated: EventSource;
  CustomEvent: EventSource;
  TraceSnapshot: Snapshot;
  EventGap: EventGap;
  TraceDeleted: TraceDeleted;
  TraceUpdate: ResolversUnionTypes<ResolversParentTypes>['TraceUpdate'];
  TraceChange: ListChange;
  Thread: ThreadRow;
  Run: RunRow;
  RunConnection: Omit<RunConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['RunEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Run']> };
  RunEdge: Omit<RunEdge, 'node'> & { node: ResolversParentTypes['Run'] };
  RunEvent: RunEventRow;
  PutRunEventIfAbsentResult: Omit<PutRunEventIfAbsentResult, 'event'> & { event: ResolversParentTypes['RunEvent'] };
  RunEventsDeleted: RunEventsDeleted;
  RunEventUpdate: ResolversUnionTypes<ResolversParentTypes>['RunEventUpdate'];
  Checkpoint: CheckpointRow;
  CheckpointMetadata: CheckpointMetadata;
  CheckpointConnection: Omit<CheckpointConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['CheckpointEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Checkpoint']> };
  CheckpointEdge: Omit<CheckpointEdge, 'node'> & { node: ResolversParentTypes['Checkpoint'] };
  CheckpointTree: Tree;
  CheckpointTreeNode: TreeNode;
  CheckpointDiff: Diff;
  CheckpointChange: Change;
  DeletedCounts: DeletedCounts;
  TraceFilter: TraceFilter;
  CreateTraceInput: CreateTraceInput;
  UpdateTraceInput: UpdateTraceInput;
  GoalInput: GoalInput;
  UpdateGoalInput: UpdateGoalInput;
  AddStepInput: AddStepInput;
  UpsertStepInput: UpsertStepInput;
  StepErrorInput: StepErrorInput;
  UsageInput: UsageInput;
  AddMessageInput: AddMessageInput;
  UpdateMessageInput: UpdateMessageInput;
  RunEventInput: RunEventInput;
  CheckpointInput: CheckpointInput;
  MessagesAfterInput: MessagesAfterInput;
  ObjectAfterInput: ObjectAfterInput;
  CheckpointMetadataInput: CheckpointMetadataInput;
  WriteOperation: WriteOperation;
  UpdateTraceOperation: UpdateTraceOperation;
  SetGoalTreeOperation: SetGoalTreeOperation;
  AddGoalOperation: AddGoalOperation;
  UpdateGoalOperation: UpdateGoalOperation;
  UpdateMessageOperation: UpdateMessageOperation;
  AppendEventOperation: AppendEventOperation;
  OperationResult: Omit<OperationResult, 'trace' | 'goals' | 'goal' | 'step' | 'message' | 'event' | 'runEvent' | 'checkpoint'> & { trace?: Maybe<ResolversParentTypes['Trace']>, goals?: Maybe<ReadonlyArray<ResolversParentTypes['Goal']>>, goal?: Maybe<ResolversParentTypes['Goal']>, step?: Maybe<ResolversParentTypes['Step']>, message?: Maybe<ResolversParentTypes['Message']>, event?: Maybe<ResolversParentTypes['CustomEvent']>, runEvent?: Maybe<ResolversParentTypes['RunEvent']>, checkpoint?: Maybe<ResolversParentTypes['Checkpoint']> };
  OperationError: OperationError;
  Query: Record<PropertyKey, never>;
  Mutation: Record<PropertyKey, never>;
  Subscription: Record<PropertyKey, never>;
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type ListSizeDirectiveArgs = {
  assumed: Maybe<Scalars['Int']['input']>;
  most: Maybe<Scalars['Int']['input']>;
  inputs: Maybe<Scalars['String']['input']>;
  withinTree?: Maybe<Scalars['Boolean']['input']>;
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = Context, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface LongScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Long'], any> {
  name: 'Long';
}

export type TraceModeResolvers = EnumResolverSignature<{ CALL?: any, AGENT?: any }, ResolversTypes['TraceMode']>;

export type TraceStatusResolvers = EnumResolverSignature<{ RUNNING?: any, STOPPED?: any, COMPLETED?: any, FAILED?: any }, ResolversTypes['TraceStatus']>;

export type GoalStatusResolvers = EnumResolverSignature<{ PENDING?: any, IN_PROGRESS?: any, COMPLETED?: any, ABANDONED?: any }, ResolversTypes['GoalStatus']>;

export type GoalTypeResolvers = EnumResolverSignature<{ NORMAL?: any, AGENT_CALL?: any }, ResolversTypes['GoalType']>;

export type StepTypeResolvers = EnumResolverSignature<{ LLM_CALL?: any, TOOL_CALL?: any, TOOL_RESULT?: any, CONCLUSION?: any, FEEDBACK?: any, MEMORY_READ?: any, MEMORY_WRITE?: any, SPAN?: any }, ResolversTypes['StepType']>;

export type StepStatusResolvers = EnumResolverSignature<{ RUNNING?: any, OK?: any, ERROR?: any }, ResolversTypes['StepStatus']>;

export type CostSourceResolvers = EnumResolverSignature<{ GIVEN?: any, COMPUTED?: any }, ResolversTypes['CostSource']>;

export type StepErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepError'] = ResolversParentTypes['StepError']> = {
  type?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  stack?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CheckpointChangeKindResolvers = EnumResolverSignature<{ ADDED?: any, REMOVED?: any, CHANGED?: any }, ResolversTypes['CheckpointChangeKind']>;

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type StatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Stats'] = ResolversParentTypes['Stats']> = {
  messageCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  stepCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  errorCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  unpricedCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  completionTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  cacheReadTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  cacheWriteTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  reasoningTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  totalCost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  preview?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type TraceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Trace'] = ResolversParentTypes['Trace']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  mode?: Resolver<ResolversTypes['TraceMode'], ParentType, ContextType>;
  promptName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  task?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  agentType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TraceStatus'], ParentType, ContextType>;
  uid?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  context?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  summary?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  metadata?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  service?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  environment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  release?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  durationMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  totalMessages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  totalCost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  lastEventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  completedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  parentTraceId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['Trace']>, ParentType, ContextType>;
  parentGoal?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType>;
  threadId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  thread?: Resolver<Maybe<ResolversTypes['Thread']>, ParentType, ContextType>;
  subTraces?: Resolver<ResolversTypes['TraceConnection'], ParentType, ContextType, RequireFields<TraceSubTracesArgs, 'first'>>;
  stats?: Resolver<ResolversTypes['Stats'], ParentType, ContextType, RequireFields<TraceStatsArgs, 'includeSubTraces'>>;
  goalTree?: Resolver<Maybe<ResolversTypes['GoalTree']>, ParentType, ContextType>;
  goals?: Resolver<ResolversTypes['GoalConnection'], ParentType, ContextType, RequireFields<TraceGoalsArgs, 'first'>>;
  rootGoals?: Resolver<ReadonlyArray<ResolversTypes['Goal']>, ParentType, ContextType>;
  goal?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType, RequireFields<TraceGoalArgs, 'goalId'>>;
  steps?: Resolver<ResolversTypes['StepConnection'], ParentType, ContextType, RequireFields<TraceStepsArgs, 'first'>>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, RequireFields<TraceMessagesArgs, 'first'>>;
  events?: Resolver<ResolversTypes['TraceEventConnection'], ParentType, ContextType, RequireFields<TraceEventsArgs, 'since' | 'first'>>;
};

export type TraceConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceConnection'] = ResolversParentTypes['TraceConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TraceEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Trace']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TraceEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceEdge'] = ResolversParentTypes['TraceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Trace'], ParentType, ContextType>;
};

export type GoalTreeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GoalTree'] = ResolversParentTypes['GoalTree']> = {
  mission?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  goals?: Resolver<ReadonlyArray<ResolversTypes['Goal']>, ParentType, ContextType>;
  roots?: Resolver<ReadonlyArray<ResolversTypes['Goal']>, ParentType, ContextType>;
};

export type GoalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Goal'] = ResolversParentTypes['Goal']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  goalId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trace?: Resolver<ResolversTypes['Trace'], ParentType, ContextType>;
  parentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType>;
  children?: Resolver<ReadonlyArray<ResolversTypes['Goal']>, ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['GoalType'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['GoalStatus'], ParentType, ContextType>;
  summary?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  order?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  durationMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  selfStats?: Resolver<ResolversTypes['Stats'], ParentType, ContextType>;
  cumulativeStats?: Resolver<ResolversTypes['Stats'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, RequireFields<GoalMessagesArgs, 'first'>>;
  steps?: Resolver<ResolversTypes['StepConnection'], ParentType, ContextType, RequireFields<GoalStepsArgs, 'first'>>;
  subTraces?: Resolver<ResolversTypes['TraceConnection'], ParentType, ContextType, RequireFields<GoalSubTracesArgs, 'first'>>;
};

export type GoalConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GoalConnection'] = ResolversParentTypes['GoalConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GoalEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Goal']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type GoalEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GoalEdge'] = ResolversParentTypes['GoalEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Goal'], ParentType, ContextType>;
};

export type StepResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Step'] = ResolversParentTypes['Step']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trace?: Resolver<ResolversTypes['Trace'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['StepType'], ParentType, ContextType>;
  goalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  goal?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType>;
  data?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['StepStatus'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['StepError']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  provider?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  requestModel?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  agentName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  toolCallId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstTokenMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  finishReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  input?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  output?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  attributes?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  resource?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  scope?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  promptTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  completionTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  cacheReadTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  cacheWriteTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  reasoningTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  costSource?: Resolver<Maybe<ResolversTypes['CostSource']>, ParentType, ContextType>;
  toolName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  durationMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  isFinal?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  feedbackType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  llmStepId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  toolCallStepId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  targetStepId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  parentIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  missingParentIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  withinId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  within?: Resolver<Maybe<ResolversTypes['Step']>, ParentType, ContextType>;
  inner?: Resolver<ResolversTypes['StepConnection'], ParentType, ContextType, RequireFields<StepInnerArgs, 'first'>>;
  enclosing?: Resolver<ReadonlyArray<ResolversTypes['Step']>, ParentType, ContextType>;
  parents?: Resolver<ReadonlyArray<ResolversTypes['Step']>, ParentType, ContextType>;
  children?: Resolver<ResolversTypes['StepConnection'], ParentType, ContextType, RequireFields<StepChildrenArgs, 'first'>>;
  ancestors?: Resolver<ResolversTypes['RelatedStepConnection'], ParentType, ContextType, RequireFields<StepAncestorsArgs, 'first'>>;
  descendants?: Resolver<ResolversTypes['RelatedStepConnection'], ParentType, ContextType, RequireFields<StepDescendantsArgs, 'first'>>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, RequireFields<StepMessagesArgs, 'first'>>;
  nearestCheckpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
};

export type StepConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepConnection'] = ResolversParentTypes['StepConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['StepEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Step']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type StepEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepEdge'] = ResolversParentTypes['StepEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Step'], ParentType, ContextType>;
};

export type RelatedStepConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RelatedStepConnection'] = ResolversParentTypes['RelatedStepConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RelatedStepEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Step']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RelatedStepEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RelatedStepEdge'] = ResolversParentTypes['RelatedStepEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  depth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Step'], ParentType, ContextType>;
};

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trace?: Resolver<ResolversTypes['Trace'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  content?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  goalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  goal?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType>;
  toolCallId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  stepId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  step?: Resolver<Maybe<ResolversTypes['Step']>, ParentType, ContextType>;
  promptTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  completionTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  cacheReadTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  cacheWriteTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  reasoningTokens?: Resolver<Maybe<ResolversTypes['Long']>, ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  durationMs?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type MessageConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageConnection'] = ResolversParentTypes['MessageConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MessageEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageEdge'] = ResolversParentTypes['MessageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type TraceEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceEvent'] = ResolversParentTypes['TraceEvent']> = {
  __resolveType: TypeResolveFn<'GoalAdded' | 'GoalUpdated' | 'GoalTreeUpdated' | 'MessageAdded' | 'MessageUpdated' | 'StepAdded' | 'StepUpdated' | 'SubTraceStarted' | 'SubTraceCompleted' | 'TraceStatusChanged' | 'TraceCompleted' | 'TraceUpdated' | 'CustomEvent', ParentType, ContextType>;
};

export type TraceEventConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceEventConnection'] = ResolversParentTypes['TraceEventConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TraceEventEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['TraceEvent']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TraceEventEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceEventEdge'] = ResolversParentTypes['TraceEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['TraceEvent'], ParentType, ContextType>;
};

export type AffectedGoalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AffectedGoal'] = ResolversParentTypes['AffectedGoal']> = {
  goalId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['GoalStatus']>, ParentType, ContextType>;
  selfStats?: Resolver<Maybe<ResolversTypes['Stats']>, ParentType, ContextType>;
  cumulativeStats?: Resolver<Maybe<ResolversTypes['Stats']>, ParentType, ContextType>;
};

export type GoalAddedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GoalAdded'] = ResolversParentTypes['GoalAdded']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  goal?: Resolver<ResolversTypes['Goal'], ParentType, ContextType>;
  affectedGoals?: Resolver<ReadonlyArray<ResolversTypes['AffectedGoal']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GoalUpdatedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GoalUpdated'] = ResolversParentTypes['GoalUpdated']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  goalId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  patch?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  affectedGoals?: Resolver<ReadonlyArray<ResolversTypes['AffectedGoal']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GoalTreeUpdatedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GoalTreeUpdated'] = ResolversParentTypes['GoalTreeUpdated']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  goals?: Resolver<ReadonlyArray<ResolversTypes['Goal']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageAddedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageAdded'] = ResolversParentTypes['MessageAdded']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  affectedGoals?: Resolver<ReadonlyArray<ResolversTypes['AffectedGoal']>, ParentType, ContextType>;
  totals?: Resolver<Maybe<ResolversTypes['Stats']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageUpdatedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageUpdated'] = ResolversParentTypes['MessageUpdated']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  messageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  patch?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  affectedGoals?: Resolver<ReadonlyArray<ResolversTypes['AffectedGoal']>, ParentType, ContextType>;
  totals?: Resolver<Maybe<ResolversTypes['Stats']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StepAddedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepAdded'] = ResolversParentTypes['StepAdded']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Step'], ParentType, ContextType>;
  affectedGoals?: Resolver<ReadonlyArray<ResolversTypes['AffectedGoal']>, ParentType, ContextType>;
  totals?: Resolver<Maybe<ResolversTypes['Stats']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StepUpdatedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepUpdated'] = ResolversParentTypes['StepUpdated']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  stepId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  patch?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Step'], ParentType, ContextType>;
  affectedGoals?: Resolver<ReadonlyArray<ResolversTypes['AffectedGoal']>, ParentType, ContextType>;
  totals?: Resolver<Maybe<ResolversTypes['Stats']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubTraceStartedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SubTraceStarted'] = ResolversParentTypes['SubTraceStarted']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  subTraceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  subTrace?: Resolver<Maybe<ResolversTypes['Trace']>, ParentType, ContextType>;
  parentGoalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  agentType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  task?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubTraceCompletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SubTraceCompleted'] = ResolversParentTypes['SubTraceCompleted']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  subTraceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  subTrace?: Resolver<Maybe<ResolversTypes['Trace']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TraceStatus'], ParentType, ContextType>;
  summary?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  stats?: Resolver<ResolversTypes['Stats'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TraceStatusChangedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceStatusChanged'] = ResolversParentTypes['TraceStatusChanged']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TraceStatus'], ParentType, ContextType>;
  totalCost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  totalMessages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TraceCompletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceCompleted'] = ResolversParentTypes['TraceCompleted']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  totalMessages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TraceUpdatedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceUpdated'] = ResolversParentTypes['TraceUpdated']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  patch?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CustomEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CustomEvent'] = ResolversParentTypes['CustomEvent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  eventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TraceSnapshotResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceSnapshot'] = ResolversParentTypes['TraceSnapshot']> = {
  currentEventId?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  trace?: Resolver<ResolversTypes['Trace'], ParentType, ContextType>;
  goalTree?: Resolver<Maybe<ResolversTypes['GoalTree']>, ParentType, ContextType>;
  subTraces?: Resolver<ReadonlyArray<ResolversTypes['Trace']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EventGapResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EventGap'] = ResolversParentTypes['EventGap']> = {
  requested?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  earliest?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  latest?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TraceDeletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceDeleted'] = ResolversParentTypes['TraceDeleted']> = {
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TraceUpdateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceUpdate'] = ResolversParentTypes['TraceUpdate']> = {
  __resolveType: TypeResolveFn<'TraceSnapshot' | 'GoalAdded' | 'GoalUpdated' | 'GoalTreeUpdated' | 'MessageAdded' | 'MessageUpdated' | 'StepAdded' | 'StepUpdated' | 'SubTraceStarted' | 'SubTraceCompleted' | 'TraceStatusChanged' | 'TraceCompleted' | 'TraceUpdated' | 'CustomEvent' | 'EventGap' | 'TraceDeleted', ParentType, ContextType>;
};

export type TraceChangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TraceChange'] = ResolversParentTypes['TraceChange']> = {
  kind?: Resolver<ResolversTypes['TraceChangeKind'], ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  trace?: Resolver<Maybe<ResolversTypes['Trace']>, ParentType, ContextType>;
};

export type ThreadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Thread'] = ResolversParentTypes['Thread']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastSeq?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  latestCheckpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  traces?: Resolver<ResolversTypes['TraceConnection'], ParentType, ContextType, RequireFields<ThreadTracesArgs, 'first'>>;
  runs?: Resolver<ResolversTypes['RunConnection'], ParentType, ContextType, RequireFields<ThreadRunsArgs, 'first'>>;
};

export type RunResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Run'] = ResolversParentTypes['Run']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  runId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  threadId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastAssistantMessage?: Resolver<Maybe<ResolversTypes['RunEvent']>, ParentType, ContextType, RequireFields<RunLastAssistantMessageArgs, 'eventTypes' | 'includeMiddleware'>>;
};

export type RunConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RunConnection'] = ResolversParentTypes['RunConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RunEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Run']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RunEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RunEdge'] = ResolversParentTypes['RunEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Run'], ParentType, ContextType>;
};

export type RunEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RunEvent'] = ResolversParentTypes['RunEvent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  threadId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  runId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  eventType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  category?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  content?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  metadata?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PutRunEventIfAbsentResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PutRunEventIfAbsentResult'] = ResolversParentTypes['PutRunEventIfAbsentResult']> = {
  event?: Resolver<ResolversTypes['RunEvent'], ParentType, ContextType>;
  created?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type RunEventsDeletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RunEventsDeleted'] = ResolversParentTypes['RunEventsDeleted']> = {
  threadId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RunEventUpdateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RunEventUpdate'] = ResolversParentTypes['RunEventUpdate']> = {
  __resolveType: TypeResolveFn<'RunEvent' | 'EventGap' | 'RunEventsDeleted', ParentType, ContextType>;
};

export type CheckpointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Checkpoint'] = ResolversParentTypes['Checkpoint']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  metadata?: Resolver<ResolversTypes['CheckpointMetadata'], ParentType, ContextType>;
  messageCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  toolsResult?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  nextNode?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  writtenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
  step?: Resolver<Maybe<ResolversTypes['Step']>, ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['CheckpointConnection'], ParentType, ContextType, RequireFields<CheckpointLineageArgs, 'first'>>;
  children?: Resolver<ResolversTypes['CheckpointConnection'], ParentType, ContextType, RequireFields<CheckpointChildrenArgs, 'first'>>;
};

export type CheckpointMetadataResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointMetadata'] = ResolversParentTypes['CheckpointMetadata']> = {
  threadId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  checkpointId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  parentCheckpointId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  summary?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CheckpointConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointConnection'] = ResolversParentTypes['CheckpointConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['CheckpointEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type CheckpointEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointEdge'] = ResolversParentTypes['CheckpointEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType>;
};

export type CheckpointTreeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointTree'] = ResolversParentTypes['CheckpointTree']> = {
  threadId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['CheckpointTreeNode']>, ParentType, ContextType>;
  truncated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type CheckpointTreeNodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointTreeNode'] = ResolversParentTypes['CheckpointTreeNode']> = {
  checkpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType>;
  depth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CheckpointDiffResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointDiff'] = ResolversParentTypes['CheckpointDiff']> = {
  from?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType>;
  commonMessages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  fromMessages?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  toMessages?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['CheckpointChange']>, ParentType, ContextType>;
};

export type CheckpointChangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckpointChange'] = ResolversParentTypes['CheckpointChange']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['CheckpointChangeKind'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type DeletedCountsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeletedCounts'] = ResolversParentTypes['DeletedCounts']> = {
  traces?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  steps?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  goals?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
  events?: Resolver<ResolversTypes['Long'], ParentType, ContextType>;
};

export type OperationResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OperationResult'] = ResolversParentTypes['OperationResult']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['OperationError']>, ParentType, ContextType>;
  trace?: Resolver<Maybe<ResolversTypes['Trace']>, ParentType, ContextType>;
  goals?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Goal']>>, ParentType, ContextType>;
  goal?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType>;
  step?: Resolver<Maybe<ResolversTypes['Step']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  event?: Resolver<Maybe<ResolversTypes['CustomEvent']>, ParentType, ContextType>;
  runEvent?: Resolver<Maybe<ResolversTypes['RunEvent']>, ParentType, ContextType>;
  checkpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
};

export type OperationErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OperationError'] = ResolversParentTypes['OperationError']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  trace?: Resolver<Maybe<ResolversTypes['Trace']>, ParentType, ContextType, RequireFields<QueryTraceArgs, 'id'>>;
  traces?: Resolver<ResolversTypes['TraceConnection'], ParentType, ContextType, RequireFields<QueryTracesArgs, 'first'>>;
  goal?: Resolver<Maybe<ResolversTypes['Goal']>, ParentType, ContextType, RequireFields<QueryGoalArgs, 'traceId' | 'goalId'>>;
  step?: Resolver<Maybe<ResolversTypes['Step']>, ParentType, ContextType, RequireFields<QueryStepArgs, 'id'>>;
  steps?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Step']>>, ParentType, ContextType, RequireFields<QueryStepsArgs, 'ids'>>;
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<QueryMessageArgs, 'id'>>;
  thread?: Resolver<Maybe<ResolversTypes['Thread']>, ParentType, ContextType, RequireFields<QueryThreadArgs, 'id'>>;
  threadMessages?: Resolver<ReadonlyArray<ResolversTypes['RunEvent']>, ParentType, ContextType, RequireFields<QueryThreadMessagesArgs, 'threadId' | 'limit'>>;
  runEvents?: Resolver<ReadonlyArray<ResolversTypes['RunEvent']>, ParentType, ContextType, RequireFields<QueryRunEventsArgs, 'threadId' | 'runId' | 'limit'>>;
  runMessages?: Resolver<ReadonlyArray<ResolversTypes['RunEvent']>, ParentType, ContextType, RequireFields<QueryRunMessagesArgs, 'threadId' | 'runId'>>;
  runs?: Resolver<ReadonlyArray<ResolversTypes['Run']>, ParentType, ContextType, RequireFields<QueryRunsArgs, 'threadId' | 'runIds'>>;
  threadMessageCount?: Resolver<ResolversTypes['Long'], ParentType, ContextType, RequireFields<QueryThreadMessageCountArgs, 'threadId'>>;
  checkpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType, RequireFields<QueryCheckpointArgs, 'id'>>;
  latestCheckpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType, RequireFields<QueryLatestCheckpointArgs, 'threadId'>>;
  checkpoints?: Resolver<ReadonlyArray<ResolversTypes['Checkpoint']>, ParentType, ContextType, RequireFields<QueryCheckpointsArgs, 'threadId' | 'limit' | 'offset'>>;
  checkpointThreads?: Resolver<ReadonlyArray<ResolversTypes['Checkpoint']>, ParentType, ContextType, RequireFields<QueryCheckpointThreadsArgs, 'limit' | 'offset'>>;
  checkpointTree?: Resolver<ResolversTypes['CheckpointTree'], ParentType, ContextType, RequireFields<QueryCheckpointTreeArgs, 'threadId'>>;
  commonCheckpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType, RequireFields<QueryCommonCheckpointArgs, 'a' | 'b'>>;
  checkpointDiff?: Resolver<ResolversTypes['CheckpointDiff'], ParentType, ContextType, RequireFields<QueryCheckpointDiffArgs, 'from' | 'to'>>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  write?: Resolver<ReadonlyArray<ResolversTypes['OperationResult']>, ParentType, ContextType, RequireFields<MutationWriteArgs, 'operations' | 'onError'>>;
  createTrace?: Resolver<ResolversTypes['Trace'], ParentType, ContextType, RequireFields<MutationCreateTraceArgs, 'input'>>;
  updateTrace?: Resolver<ResolversTypes['Trace'], ParentType, ContextType, RequireFields<MutationUpdateTraceArgs, 'id' | 'input'>>;
  deleteTrace?: Resolver<ResolversTypes['DeletedCounts'], ParentType, ContextType, RequireFields<MutationDeleteTraceArgs, 'id' | 'includeSubTraces'>>;
  setGoalTree?: Resolver<ResolversTypes['GoalTree'], ParentType, ContextType, RequireFields<MutationSetGoalTreeArgs, 'traceId' | 'goals'>>;
  addGoal?: Resolver<ResolversTypes['Goal'], ParentType, ContextType, RequireFields<MutationAddGoalArgs, 'traceId' | 'input'>>;
  updateGoal?: Resolver<ResolversTypes['Goal'], ParentType, ContextType, RequireFields<MutationUpdateGoalArgs, 'traceId' | 'goalId' | 'input'>>;
  addStep?: Resolver<ResolversTypes['Step'], ParentType, ContextType, RequireFields<MutationAddStepArgs, 'input'>>;
  addSteps?: Resolver<ReadonlyArray<ResolversTypes['Step']>, ParentType, ContextType, RequireFields<MutationAddStepsArgs, 'inputs'>>;
  upsertSteps?: Resolver<ReadonlyArray<ResolversTypes['Step']>, ParentType, ContextType, RequireFields<MutationUpsertStepsArgs, 'inputs'>>;
  addMessage?: Resolver<ResolversTypes['Message'], ParentType, ContextType, RequireFields<MutationAddMessageArgs, 'input'>>;
  addMessages?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<MutationAddMessagesArgs, 'inputs'>>;
  updateMessage?: Resolver<ResolversTypes['Message'], ParentType, ContextType, RequireFields<MutationUpdateMessageArgs, 'id' | 'input'>>;
  appendEvent?: Resolver<ResolversTypes['CustomEvent'], ParentType, ContextType, RequireFields<MutationAppendEventArgs, 'traceId' | 'type'>>;
  putRunEvent?: Resolver<ResolversTypes['RunEvent'], ParentType, ContextType, RequireFields<MutationPutRunEventArgs, 'input'>>;
  putRunEvents?: Resolver<ReadonlyArray<ResolversTypes['RunEvent']>, ParentType, ContextType, RequireFields<MutationPutRunEventsArgs, 'inputs'>>;
  putRunEventIfAbsent?: Resolver<ResolversTypes['PutRunEventIfAbsentResult'], ParentType, ContextType, RequireFields<MutationPutRunEventIfAbsentArgs, 'input'>>;
  deleteThreadEvents?: Resolver<ResolversTypes['Long'], ParentType, ContextType, RequireFields<MutationDeleteThreadEventsArgs, 'threadId'>>;
  deleteRunEvents?: Resolver<ResolversTypes['Long'], ParentType, ContextType, RequireFields<MutationDeleteRunEventsArgs, 'threadId' | 'runId'>>;
  putCheckpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType, RequireFields<MutationPutCheckpointArgs, 'input'>>;
  forkCheckpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType, RequireFields<MutationForkCheckpointArgs, 'id'>>;
  deleteCheckpointThread?: Resolver<ResolversTypes['Long'], ParentType, ContextType, RequireFields<MutationDeleteCheckpointThreadArgs, 'threadId'>>;
  deleteCheckpointsBefore?: Resolver<ResolversTypes['Long'], ParentType, ContextType, RequireFields<MutationDeleteCheckpointsBeforeArgs, 'threadId' | 'beforeStep'>>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  traceEvents?: SubscriptionResolver<ResolversTypes['TraceUpdate'], "traceEvents", ParentType, ContextType, RequireFields<SubscriptionTraceEventsArgs, 'traceId'>>;
  traceChanges?: SubscriptionResolver<ResolversTypes['TraceChange'], "traceChanges", ParentType, ContextType, Partial<SubscriptionTraceChangesArgs>>;
  runEvents?: SubscriptionResolver<ResolversTypes['RunEventUpdate'], "runEvents", ParentType, ContextType, RequireFields<SubscriptionRunEventsArgs, 'threadId'>>;
};

export type Resolvers<ContextType = Context> = {
  DateTime?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  Long?: GraphQLScalarType;
  TraceMode?: TraceModeResolvers;
  TraceStatus?: TraceStatusResolvers;
  GoalStatus?: GoalStatusResolvers;
  GoalType?: GoalTypeResolvers;
  StepType?: StepTypeResolvers;
  StepStatus?: StepStatusResolvers;
  CostSource?: CostSourceResolvers;
  StepError?: StepErrorResolvers<ContextType>;
  CheckpointChangeKind?: CheckpointChangeKindResolvers;
  PageInfo?: PageInfoResolvers<ContextType>;
  Stats?: StatsResolvers<ContextType>;
  Trace?: TraceResolvers<ContextType>;
  TraceConnection?: TraceConnectionResolvers<ContextType>;
  TraceEdge?: TraceEdgeResolvers<ContextType>;
  GoalTree?: GoalTreeResolvers<ContextType>;
  Goal?: GoalResolvers<ContextType>;
  GoalConnection?: GoalConnectionResolvers<ContextType>;
  GoalEdge?: GoalEdgeResolvers<ContextType>;
  Step?: StepResolvers<ContextType>;
  StepConnection?: StepConnectionResolvers<ContextType>;
  StepEdge?: StepEdgeResolvers<ContextType>;
  RelatedStepConnection?: RelatedStepConnectionResolvers<ContextType>;
  RelatedStepEdge?: RelatedStepEdgeResolvers<ContextType>;
  Message?: MessageResolvers<ContextType>;
  MessageConnection?: MessageConnectionResolvers<ContextType>;
  MessageEdge?: MessageEdgeResolvers<ContextType>;
  TraceEvent?: TraceEventResolvers<ContextType>;
  TraceEventConnection?: TraceEventConnectionResolvers<ContextType>;
  TraceEventEdge?: TraceEventEdgeResolvers<ContextType>;
  AffectedGoal?: AffectedGoalResolvers<ContextType>;
  GoalAdded?: GoalAddedResolvers<ContextType>;
  GoalUpdated?: GoalUpdatedResolvers<ContextType>;
  GoalTreeUpdated?: GoalTreeUpdatedResolvers<ContextType>;
  MessageAdded?: MessageAddedResolvers<ContextType>;
  MessageUpdated?: MessageUpdatedResolvers<ContextType>;
  StepAdded?: StepAddedResolvers<ContextType>;
  StepUpdated?: StepUpdatedResolvers<ContextType>;
  SubTraceStarted?: SubTraceStartedResolvers<ContextType>;
  SubTraceCompleted?: SubTraceCompletedResolvers<ContextType>;
  TraceStatusChanged?: TraceStatusChangedResolvers<ContextType>;
  TraceCompleted?: TraceCompletedResolvers<ContextType>;
  TraceUpdated?: TraceUpdatedResolvers<ContextType>;
  CustomEvent?: CustomEventResolvers<ContextType>;
  TraceSnapshot?: TraceSnapshotResolvers<ContextType>;
  EventGap?: EventGapResolvers<ContextType>;
  TraceDeleted?: TraceDeletedResolvers<ContextType>;
  TraceUpdate?: TraceUpdateResolvers<ContextType>;
  TraceChange?: TraceChangeResolvers<ContextType>;
  Thread?: ThreadResolvers<ContextType>;
  Run?: RunResolvers<ContextType>;
  RunConnection?: RunConnectionResolvers<ContextType>;
  RunEdge?: RunEdgeResolvers<ContextType>;
  RunEvent?: RunEventResolvers<ContextType>;
  PutRunEventIfAbsentResult?: PutRunEventIfAbsentResultResolvers<ContextType>;
  RunEventsDeleted?: RunEventsDeletedResolvers<ContextType>;
  RunEventUpdate?: RunEventUpdateResolvers<ContextType>;
  Checkpoint?: CheckpointResolvers<ContextType>;
  CheckpointMetadata?: CheckpointMetadataResolvers<ContextType>;
  CheckpointConnection?: CheckpointConnectionResolvers<ContextType>;
  CheckpointEdge?: CheckpointEdgeResolvers<ContextType>;
  CheckpointTree?: CheckpointTreeResolvers<ContextType>;
  CheckpointTreeNode?: CheckpointTreeNodeResolvers<ContextType>;
  CheckpointDiff?: CheckpointDiffResolvers<ContextType>;
  CheckpointChange?: CheckpointChangeResolvers<ContextType>;
  DeletedCounts?: DeletedCountsResolvers<ContextType>;
  OperationResult?: OperationResultResolvers<ContextType>;
  OperationError?: OperationErrorResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
};
