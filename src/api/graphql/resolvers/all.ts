import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.js';
import type { MutationResolvers, Resolvers } from '../generated/schema.js';
import { DateTime, JSONValue, Long } from '../scalars.js';
import { Checkpoint, checkpointMutations, checkpointQueries } from './checkpoint.js';
import * as event from './event.js';
import { AffectedGoal, Goal, goalMutations, goalQueries, GoalTree } from './goal.js';
import { Message, messageMutations, messageQueries } from './message.js';
import { Run, runQueries } from './run.js';
import * as runEvent from './run-event.js';
import { Step, stepMutations, stepQueries } from './step.js';
import { Thread, threadQueries } from './thread.js';
import { writeMutations } from './write.js';
import { Trace, traceMutations, traceQueries, traceSubscriptions } from './trace.js';

/** The enums: the API's names for the values that the graph stores in the documents' spelling. */
const enums = {
  TraceMode: { CALL: 'call', AGENT: 'agent' },
  TraceStatus: { RUNNING: 'running', STOPPED: 'stopped', COMPLETED: 'completed', FAILED: 'failed' },
  GoalStatus: {
    PENDING: 'pending',
    IN_PROGRESS: 'in_progress',
    COMPLETED: 'completed',
    ABANDONED: 'abandoned',
  },
  GoalType: { NORMAL: 'normal', AGENT_CALL: 'agent_call' },
  StepType: {
    LLM_CALL: 'llm_call',
    TOOL_CALL: 'tool_call',
    TOOL_RESULT: 'tool_result',
    CONCLUSION: 'conclusion',
    FEEDBACK: 'feedback',
    MEMORY_READ: 'memory_read',
    MEMORY_WRITE: 'memory_write',
    SPAN: 'span',
  },
  StepStatus: { RUNNING: 'running', OK: 'ok', ERROR: 'error' },
  CostSource: { GIVEN: 'given', COMPUTED: 'computed' },
  CheckpointChangeKind: { ADDED: 'added', REMOVED: 'removed', CHANGED: 'changed' },
} as const;

const mutations: MutationResolvers = {
  ...traceMutations,
  ...goalMutations,
  ...stepMutations,
  ...messageMutations,
  ...event.eventMutations,
  ...runEvent.runEventMutations,
  ...checkpointMutations,
  ...writeMutations,
};

type Mutate = (source: object, args: object, context: Context, info: GraphQLResolveInfo) => unknown;

/** Every resolver, by type. */
export const resolvers = {
  DateTime,
  JSON: JSONValue,
  Long,
  ...enums,
  Query: {
    ...traceQueries,
    ...goalQueries,
    ...stepQueries,
    ...messageQueries,
    ...runEvent.runEventQueries,
    ...runQueries,
    ...checkpointQueries,
    ...threadQueries,
  },
  // The mutations of a request run one after another: each may change what was read for an earlier one.
  Mutation: Object.fromEntries(
    Object.entries(mutations as Record<string, Mutate>).map(([name, mutate]): [string, Mutate] => [
      name,
      (source, args, context, info) => {
        context.renew();
        return mutate(source, args, context, info);
      },
    ]),
  ),
  Subscription: { ...event.eventSubscriptions, ...traceSubscriptions, ...runEvent.runEventSubscriptions },
  Trace,
  Goal,
  GoalTree,
  AffectedGoal,
  Step,
  Message,
  Thread,
  Checkpoint,
  Run,
  RunEvent: runEvent.RunEvent,
  RunEventUpdate: runEvent.RunEventUpdate,
  TraceEvent: event.TraceEvent,
  TraceUpdate: event.TraceUpdate,
  TraceSnapshot: event.TraceSnapshot,
  GoalAdded: event.GoalAdded,
  GoalUpdated: event.GoalUpdated,
  GoalTreeUpdated: event.GoalTreeUpdated,
  MessageAdded: event.MessageAdded,
  MessageUpdated: event.MessageUpdated,
  StepAdded: event.StepAdded,
  StepUpdated: event.StepUpdated,
  SubTraceStarted: event.SubTraceStarted,
  SubTraceCompleted: event.SubTraceCompleted,
  TraceStatusChanged: event.TraceStatusChanged,
  TraceCompleted: event.TraceCompleted,
  TraceUpdated: event.TraceUpdated,
  CustomEvent: event.CustomEvent,
} as unknown as Resolvers;
