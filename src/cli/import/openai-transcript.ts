import {
  ASSUMED_MS,
  below,
  dollarsAt,
  isObject,
  listAt,
  messageAt,
  NO_USAGE,
  spoken,
  textOf,
  tokensAt,
  unexpected,
  type AgentRun,
  type Answered,
  type FileMessage,
  type JsonObject,
  type Place,
  type ToolCall,
  type Times,
  type Turn,
  type Usage,
} from './agent-run.js';
import { checkJson, parseJson, without } from '../../base/json.js';

/** The names under which a run stores its messages; tau-bench uses `traj`. */
export const MESSAGE_LISTS = ['traj', 'messages', 'conversation'] as const;

/**
 * Reads a run stored as OpenAI chat messages: a list of them, or an object that contains the list and more.
 *
 * - The prompt of an answer is every message before it, unchanged from the file.
 * - A tool's answer belongs to the call with its `tool_call_id` in the newest answer that has one, because runs reuse ids;
 *   the older `function_call` and role `function` are matched by name.
 * - Usage is an answer's own (`usage`, `cost`). If no answer has any, the run's (`usage`, `cost`) is recorded on the
 *   last answer, whose data says so in `usage_covers`. tau-bench's `info.user_cost`, which is what its simulated user spent, is
 *   recorded on that user's last message.
 * - A run with a `reward` of 0 or less failed, as did one with `info.error`.
 *
 * Throws a TranscriptFault at the first invalid value.
 */
export function readOpenAiRun(source: unknown, place: Place): AgentRun {
  const holder = isObject(source) ? source : {};
  const listName = MESSAGE_LISTS.find((name) => holder[name] !== undefined);
  const listPlace = listName === undefined ? place : below(place, [listName], '');
  const messages = listAt(
    listName === undefined ? source : holder[listName],
    listPlace,
    'a list of messages',
  ).map((value, index) => messageAt(value, below(listPlace, [index], `message ${index + 1}`)));
  const first = messages.find(({ role }) => role === 'user');
  return {
    agentType: 'traj' in holder || ('task_id' in holder && 'reward' in holder) ? 'tau-bench' : 'openai-chat',
    source,
    task: textOf(first?.['content']),
    context: listName === undefined ? {} : without(holder, listName),
    turns: withRunUsage(readTurns(messages, listPlace, holder['model']), holder, place),
    submission: null,
    failure: failureOf(holder),
  };
}

function failureOf(holder: JsonObject): string | null {
  const info = isObject(holder['info']) ? holder['info'] : {};
  if (typeof info['error'] === 'string') {
    return info['error'];
  }
  const reward = holder['reward'];
  return typeof reward === 'number' && reward <= 0 ? `reward ${reward}` : null;
}

function readTurns(messages: readonly FileMessage[], listPlace: Place, runModel: unknown): Turn[] {
  const calls = new Map<string, { call: ToolCall; answered: boolean }[]>();
  const addCall = (key: string, call: ToolCall): void => {
    calls.set(key, [...(calls.get(key) ?? []), { call, answered: false }]);
  };
  let previousMs: number | null = null;
  return messages.map((message, index): Turn => {
    const place = below(listPlace, [index], `message ${index + 1}`);
    const atMs = timeOf(message);
    const elapsedMs = atMs === null || previousMs === null ? null : Math.max(0, atMs - previousMs);
    const times = atMs === null ? {} : { times: timesOf(previousMs ?? atMs, atMs) };
    previousMs = atMs ?? previousMs;
    const said = spoken(message);
    if (message.role === 'assistant') {
      const made = callsOf(message, place);
      made.forEach(({ key }) => calls.delete(key));
      made.forEach(({ key, call }) => addCall(key, call));
      const model = message['model'] ?? runModel;
      return {
        kind: 'answered',
        ...times,
        waitMs: elapsedMs ?? ASSUMED_MS.answer,
        message: said,
        prompt: messages.slice(0, index),
        usage: usageOf(message, place),
        calls: made.map(({ call }) => call),
        data: {
          ...(typeof model === 'string' ? { model } : {}),
          ...(made.length > 0 ? { tool_calls: message['tool_calls'] ?? [message['function_call']] } : {}),
        },
      };
    }
    if (message.role === 'tool' || message.role === 'function') {
      const named = calls.get(answeredKey(message, place)) ?? [];
      const asked = named.find(({ answered }) => !answered) ?? named.at(-1);
      if (asked === undefined) {
        const [name, what] =
          message.role === 'tool' ? (['tool_call_id', 'id'] as const) : (['name', 'name'] as const);
        throw unexpected(
          below(place, [name], ''),
          `${name} to be the ${what} of a call in an earlier message`,
          message[name],
        );
      }
      asked.answered = true;
      return {
        kind: 'returned',
        ...times,
        waitMs: elapsedMs ?? ASSUMED_MS.tool,
        call: asked.call,
        result: said.content,
        durationMs: null,
        message: said,
        data: {},
      };
    }
    return {
      kind: 'said',
      ...times,
      waitMs: elapsedMs ?? (index === 0 || message.role !== 'user' ? ASSUMED_MS.system : ASSUMED_MS.user),
      message: said,
      cost: null,
    };
  });
}

function answeredKey(message: FileMessage, place: Place): string {
  const name = message.role === 'tool' ? 'tool_call_id' : 'name';
  const value = message[name];
  if (typeof value !== 'string') {
    throw unexpected(below(place, [name], ''), `${name} to be a string`, value);
  }
  return `${message.role} ${value}`;
}

function callsOf(message: FileMessage, place: Place): { readonly key: string; readonly call: ToolCall }[] {
  const legacy = message['function_call'];
  if (legacy != null && message['tool_calls'] == null) {
    const call = functionAt(legacy, below(place, ['function_call'], 'function_call'), null);
    return [{ key: `function ${call.name}`, call }];
  }
  const listed = message['tool_calls'];
  if (listed == null) {
    return [];
  }
  const list = listAt(listed, below(place, ['tool_calls'], ''), 'tool_calls to be a list');
  return list.map((value, index) => {
    const at = below(place, ['tool_calls', index], `tool call ${index + 1}`);
    if (!isObject(value)) {
      throw unexpected(at, 'an object with an id and a function', value);
    }
    const id = value['id'];
    if (typeof id !== 'string' || id === '') {
      throw unexpected(below(at, ['id'], ''), 'id to be a string', id);
    }
    return { key: `tool ${id}`, call: functionAt(value['function'], below(at, ['function'], ''), id) };
  });
}

function functionAt(value: unknown, place: Place, id: string | null): ToolCall {
  if (!isObject(value)) {
    throw unexpected(place, 'function to be an object with a name', value);
  }
  const name = value['name'];
  if (typeof name !== 'string' || name === '') {
    throw unexpected(below(place, ['name'], ''), 'name of the function to be a string', name);
  }
  return { id, name, arguments: parsedArguments(value['arguments']) };
}

/** The arguments parsed as JSON, or unchanged if that fails: models do not always write valid JSON. */
export function parsedArguments(given: unknown): unknown {
  if (typeof given !== 'string') {
    return given ?? null;
  }
  try {
    const parsed = parseJson(given);
    checkJson([[[[parsed]]]], 'arguments');
    return parsed;
  } catch {
    return given;
  }
}

function usageOf(holder: JsonObject, place: Place): Usage {
  const usage = holder['usage'] ?? {};
  if (!isObject(usage)) {
    throw unexpected(below(place, ['usage'], ''), 'usage to be an object', usage);
  }
  const cost =
    holder['cost'] == null
      ? dollarsAt(usage['cost'], below(place, ['usage', 'cost'], ''), 'usage.cost')
      : dollarsAt(holder['cost'], below(place, ['cost'], ''), 'cost');
  return {
    promptTokens: tokensAt(
      usage['prompt_tokens'],
      below(place, ['usage', 'prompt_tokens'], ''),
      'usage.prompt_tokens',
    ),
    completionTokens: tokensAt(
      usage['completion_tokens'],
      below(place, ['usage', 'completion_tokens'], ''),
      'usage.completion_tokens',
    ),
    cost,
  };
}

function isNone({ promptTokens, completionTokens, cost }: Usage): boolean {
  return promptTokens === null && completionTokens === null && cost === null;
}

function withRunUsage(turns: readonly Turn[], holder: JsonObject, place: Place): readonly Turn[] {
  const itself = turns.some((turn) => turn.kind === 'answered' && !isNone(turn.usage));
  const run = itself ? NO_USAGE : usageOf(holder, place);
  const lastAnswer = isNone(run) ? -1 : turns.findLastIndex(({ kind }) => kind === 'answered');
  const info = isObject(holder['info']) ? holder['info'] : {};
  const userCost = dollarsAt(info['user_cost'], below(place, ['info', 'user_cost'], ''), 'info.user_cost');
  const lastUser = turns.findLastIndex((turn) => turn.kind === 'said' && turn.message.role === 'user');
  return turns.map((turn, index) => {
    if (turn.kind === 'said' && index === lastUser) {
      return { ...turn, cost: userCost };
    }
    return turn.kind === 'answered' && index === lastAnswer ? coveringRun(turn, run) : turn;
  });
}

/** `turn` with the usage of its whole run; its data says so in `usage_covers`. */
export function coveringRun(turn: Answered, usage: Usage): Answered {
  return { ...turn, usage, data: { ...turn.data, usage_covers: 'run' } };
}

function timesOf(startedMs: number, endedMs: number): Times {
  return {
    startedAt: new Date(Math.min(startedMs, endedMs)).toISOString(),
    endedAt: new Date(endedMs).toISOString(),
  };
}

const TIMES = ['timestamp', 'created_at', 'created'] as const;

/** When a message was written, in milliseconds since 1970, from an ISO text or a number of seconds or milliseconds. */
function timeOf(message: JsonObject): number | null {
  const value = TIMES.map((name) => message[name]).find((time) => time != null);
  if (typeof value === 'number') {
    return value > 1e11 ? value : value * 1_000;
  }
  const parsed = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? null : parsed;
}
