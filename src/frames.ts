import { EVENT_TYPES } from './events.js';
import { publicGoal } from './goals.js';
import type { EventRow, TraceRow } from './graph.js';
import { parseJson } from './json.js';
import type { Snapshot } from './snapshot.js';

/** The first frame of the watch socket: the trace as it stands. */
export function connectedFrame({ trace, goals, subTraces, currentEventId }: Snapshot): object {
  return {
    event: 'connected',
    trace_id: trace.id,
    current_event_id: currentEventId,
    trace_status: trace.status,
    is_running: trace.status === 'running',
    goal_tree:
      goals.length === 0
        ? null
        : { mission: trace.task, goals: goals.map((goal) => snakeCase(publicGoal(goal), 'goal')) },
    sub_traces: Object.fromEntries(subTraces.map((sub) => [sub.id, traceOf(sub)])),
  };
}

/** An event as the watch socket sends it, the same live and replayed. */
export function eventFrame(event: EventRow): object {
  const head = { event: event.type, event_id: event.eventId, ts: event.at };
  const payload = parseJson(event.payload) as Record<string, unknown>;
  if (!(EVENT_TYPES as readonly string[]).includes(event.type)) {
    return { ...payload, ...head };
  }
  const about = event.type.startsWith('trace_') ? { trace_id: event.traceId } : {};
  return { ...head, ...about, ...(snakeCase(payload, event.type) as object) };
}

function traceOf(trace: TraceRow): object {
  const { id, mode, promptName, task, agentType, status, uid, parentTraceId, parentGoalId } = trace;
  return {
    trace_id: id,
    mode,
    prompt_name: promptName,
    task,
    agent_type: agentType,
    parent_trace_id: parentTraceId ?? trace.formerParentId,
    parent_goal_id: parentGoalId,
    status,
    uid,
    total_steps: trace.totalSteps,
    total_messages: trace.messageCount,
    total_tokens: trace.totalTokens,
    total_cost: trace.totalCost,
    last_event_id: trace.lastEventId,
    created_at: trace.createdAt,
    completed_at: trace.completedAt,
  };
}

/** The documents' own names where they are not the same words. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  goal: { goalId: 'id' },
  message: { id: 'message_id' },
  step: { id: 'step_id', type: 'step_type' },
};

/** Values that are the client's own JSON: their keys stay as they came. */
const OWN_JSON = new Set(['content', 'data', 'context']);

/** `value` with its keys in snake_case; `name` is the key it stands under. */
function snakeCase(value: unknown, name: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => snakeCase(item, name === 'goals' ? 'goal' : name));
  }
  if (typeof value !== 'object' || value === null || OWN_JSON.has(name)) {
    return value;
  }
  const renamed = RENAMED[name] ?? {};
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      renamed[key] ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(item, key),
    ]),
  );
}
