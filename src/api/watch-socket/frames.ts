import { EVENT_TYPES } from '../../domain/events/events.js';
import { publicGoal } from '../../domain/goals/goal-rules.js';
import type { EventRow, TraceRow } from '../../model/rows.js';
import { parseJson } from '../../base/json.js';
import type { Snapshot } from '../../domain/traces/snapshot.js';
import type { TracePayloads } from '../../domain/traces/read-traces.js';

/** The first frame of the watch socket: the trace's current state. */
export function connectedFrame(
  { trace, goals, subTraces, currentEventId }: Snapshot,
  /** What may be large of the sub-traces, by id. */
  payloads: ReadonlyMap<string, TracePayloads>,
): object {
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
    sub_traces: Object.fromEntries(subTraces.map((sub) => [sub.id, traceOf(sub, payloads.get(sub.id))])),
  };
}

/** An event as a JSON frame of the watch socket, the same whether live or replayed. */
export function eventFrame(event: EventRow): string {
  const common = { event: event.type, event_id: event.eventId, ts: event.at };
  if (!(EVENT_TYPES as readonly string[]).includes(event.type)) {
    return customFrame(common, event.payload);
  }
  const payload = snakeCase(parseJson(event.payload), event.type) as Record<string, unknown>;
  return JSON.stringify({ ...common, ...inDocumentShape(event, payload) });
}

/** The head's keys and the payload's other keys, joined as text because an object would sort keys that look like numbers. */
function customFrame(common: object, payload: string): string {
  const own = parseJson(payload) as Record<string, unknown>;
  const others = Object.keys(own).filter((key) => !Object.hasOwn(common, key));
  const members = others.map((key) => `,${JSON.stringify(key)}:${JSON.stringify(own[key])}`);
  return `${JSON.stringify(common).slice(0, -1)}${members.join('')}}`;
}

/** The frame's fields as document 003 defines them for this type; our own types keep their payload's fields. */
function inDocumentShape(
  { type, traceId }: EventRow,
  payload: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'goal_added': {
      // `affected_goals` (not in the document): goals that became completed with this one. A front end would miss that.
      const { affected_goals: affected, ...rest } = payload;
      return (affected as readonly unknown[]).length === 0 ? rest : payload;
    }
    case 'sub_trace_started': {
      const { parent_trace_id: _watched, ...rest } = payload;
      return rest;
    }
    case 'sub_trace_completed':
      return { ...payload, summary: payload['summary'] ?? '' };
    case 'trace_status_changed':
    case 'trace_completed':
    case 'trace_updated':
      return { trace_id: traceId, ...payload };
    default:
      return payload;
  }
}

function traceOf(trace: TraceRow, payloads: TracePayloads | undefined): object {
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
    context: parseJson(payloads?.context ?? '{}'),
    total_steps: trace.stepCount,
    total_messages: trace.messageCount,
    total_tokens: trace.totalTokens,
    total_cost: trace.totalCost,
    last_event_id: trace.lastEventId,
    created_at: trace.createdAt,
    completed_at: trace.completedAt,
  };
}

/** The documents' names for keys that they call something else. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  goal: { goalId: 'id' },
  message: { id: 'message_id' },
  step: { id: 'step_id', type: 'step_type' },
};

/** Fields that hold the client's own JSON, whose keys stay unchanged. */
const OWN_JSON = new Set([
  'content',
  'data',
  'context',
  'metadata',
  'input',
  'output',
  'attributes',
  'resource',
  'scope',
]);

/** `value` with its keys in snake_case; `name` is the key that holds it. */
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
