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
  type FileMessage,
  type JsonObject,
  type Place,
  type ToolCall,
  type Turn,
  type Usage,
} from './agent-run.js';
import { coveringRun, parsedArguments } from './openai-transcript.js';

/**
 * Reads a SWE-agent `.traj` file, old or new.
 *
 * - `trajectory` says what the agent did: each entry is an answer of the model, a tool call (if it has an action) and its
 *   observation. `history` says what was said: its entries are the messages. The two are matched by the answers.
 * - The tool and its arguments are those of the answer's one tool call. Older files have none: there the tool is the first
 *   word of the action, and its argument the whole action.
 * - The prompt is the entry's own: `query`, or `messages` up to the answer. Older files have none: there it is the history
 *   before the answer, though the model may have been shown less.
 * - The last observation of an older file is not in its history: it becomes a result without a message.
 * - `info.model_stats` has tokens and cost of the whole run: they are recorded on the last answer, whose data says so in
 *   `usage_covers`.
 * - A run whose `exit_status` does not begin with "submitted" failed.
 *
 * Throws a TranscriptFault at the first invalid value.
 */
export function readSweAgentRun(source: JsonObject, place: Place): AgentRun {
  const historyPlace = below(place, ['history'], '');
  const history = listAt(source['history'] ?? [], historyPlace, 'history to be a list').map((entry, index) =>
    messageAt(entry, below(historyPlace, [index], `history entry ${index + 1}`)),
  );
  const trajectoryPlace = below(place, ['trajectory'], '');
  const entries = listAt(source['trajectory'], trajectoryPlace, 'trajectory to be a list').map(
    (entry, index) => entryAt(entry, below(trajectoryPlace, [index], `trajectory entry ${index + 1}`)),
  );
  const info = isObject(source['info']) ? source['info'] : {};
  const submission = typeof info['submission'] === 'string' ? info['submission'] : null;
  const exitStatus = info['exit_status'] ?? null;
  const submitted = typeof exitStatus === 'string' && exitStatus.startsWith('submitted');
  return {
    agentType: 'swe-agent',
    source,
    task: taskOf(history),
    context: {
      ...(source['environment'] === undefined ? {} : { environment: source['environment'] }),
      ...(source['instance_id'] === undefined ? {} : { instance_id: source['instance_id'] }),
      exit_status: exitStatus,
      ...(info['model_stats'] === undefined ? {} : { model_stats: info['model_stats'] }),
    },
    turns: withStats(readTurns(history, entries), info['model_stats'], below(place, ['info'], '')),
    submission: submission === '' ? null : submission,
    failure: submitted ? null : `exit status: ${typeof exitStatus === 'string' ? exitStatus : 'none'}`,
  };
}

interface Entry {
  readonly action: string;
  readonly observation: unknown;
  readonly response: string;
  readonly thought: unknown;
  readonly state: unknown;
  readonly durationMs: number | null;
  /** The prompt, and what may follow it; null where the file has none. */
  readonly prompt: readonly unknown[] | null;
}

function entryAt(value: unknown, place: Place): Entry {
  if (!isObject(value)) {
    throw unexpected(place, 'an object with action, observation and response', value);
  }
  const text = (name: string): string => {
    const given = value[name] ?? '';
    if (typeof given !== 'string') {
      throw unexpected(below(place, [name], ''), `${name} to be a string`, given);
    }
    return given;
  };
  const seconds = value['execution_time'] ?? null;
  if (seconds !== null && (typeof seconds !== 'number' || seconds < 0)) {
    throw unexpected(below(place, ['execution_time'], ''), 'execution_time to be seconds from 0', seconds);
  }
  const list = (name: string): readonly unknown[] | null =>
    value[name] == null ? null : listAt(value[name], below(place, [name], ''), `${name} to be a list`);
  const response = text('response');
  const messages = list('messages');
  return {
    action: text('action'),
    observation: value['observation'] ?? null,
    response,
    thought: value['thought'],
    state: value['state'],
    durationMs: seconds === null ? null : Math.round(seconds * 1e6) / 1e3,
    prompt: list('query') ?? (messages === null ? null : upToAnswer(messages, response)),
  };
}

/** `messages` without the answer and what follows it, if they include the answer. */
function upToAnswer(messages: readonly unknown[], response: string): readonly unknown[] {
  const answer = messages.findLastIndex((message) => isObject(message) && message['role'] === 'assistant');
  const found = messages[answer];
  return isObject(found) && found['content'] === response ? messages.slice(0, answer) : messages;
}

function readTurns(history: readonly FileMessage[], entries: readonly Entry[]): Turn[] {
  const turns: Turn[] = [];
  let next = 0;
  const speakUntil = (end: number): void => {
    for (; next < end; next += 1) {
      const entry = history[next];
      if (entry !== undefined) {
        turns.push({ kind: 'said', waitMs: ASSUMED_MS.system, message: spoken(entry), cost: null });
      }
    }
  };
  for (const entry of entries) {
    const place = history.findIndex((candidate, index) => index >= next && answers(candidate, entry));
    speakUntil(place === -1 ? beforeAnswer(history, next) : place);
    const recorded = place === -1 ? undefined : history[place];
    const call = callOf(recorded, entry);
    turns.push({
      kind: 'answered',
      waitMs: ASSUMED_MS.answer,
      message: recorded === undefined ? { role: 'assistant', content: entry.response } : spoken(recorded),
      prompt: entry.prompt ?? history.slice(0, next),
      usage: NO_USAGE,
      calls: call === null ? [] : [call],
      data: {
        ...(Array.isArray(recorded?.['tool_calls']) ? { tool_calls: recorded['tool_calls'] as unknown } : {}),
        ...(entry.thought === undefined || entry.thought === entry.response
          ? {}
          : { thought: entry.thought }),
      },
    });
    if (recorded !== undefined) {
      next += 1;
    }
    if (call !== null) {
      const observed = recorded === undefined ? undefined : history[next];
      const observation = observed !== undefined && observed.role !== 'assistant' ? spoken(observed) : null;
      turns.push({
        kind: 'returned',
        waitMs: entry.durationMs ?? ASSUMED_MS.tool,
        call,
        result: entry.observation,
        durationMs: entry.durationMs,
        message: observation,
        data: entry.state === undefined ? {} : { state: entry.state },
      });
      if (observation !== null) {
        next += 1;
      }
    }
  }
  speakUntil(history.length);
  return turns;
}

/** Whether a history entry is the answer that a trajectory entry describes. */
function answers(candidate: FileMessage, { response, action }: Entry): boolean {
  if (candidate.role !== 'assistant' || candidate['is_demo'] === true) {
    return false;
  }
  const { content, thought } = candidate;
  return (
    content === response ||
    thought === response ||
    textOf(content) === response ||
    (action !== '' && candidate['action'] === action)
  );
}

/** The index of the next answer of the model in the history, or the history's length if there is none. */
function beforeAnswer(history: readonly FileMessage[], from: number): number {
  const answer = history.findIndex(
    (entry, index) => index >= from && entry.role === 'assistant' && entry['is_demo'] !== true,
  );
  return answer === -1 ? history.length : answer;
}

function callOf(recorded: FileMessage | undefined, { action }: Entry): ToolCall | null {
  const listed = recorded?.['tool_calls'];
  const [only, ...others] = Array.isArray(listed) ? (listed as readonly unknown[]) : [];
  if (isObject(only) && others.length === 0 && isObject(only['function'])) {
    const { id, function: called } = only;
    const name = called['name'];
    if (typeof name === 'string' && name !== '') {
      return {
        id: typeof id === 'string' ? id : null,
        name,
        arguments: parsedArguments(called['arguments']),
      };
    }
  }
  const [word = ''] = action.trim().split(/\s/);
  return word === '' ? null : { id: null, name: word, arguments: { command: action } };
}

function withStats(turns: readonly Turn[], stats: unknown, place: Place): readonly Turn[] {
  if (!isObject(stats)) {
    return turns;
  }
  const at = (name: string): readonly [unknown, Place, string] => [
    stats[name],
    below(place, ['model_stats', name], ''),
    `info.model_stats.${name}`,
  ];
  const usage: Usage = {
    promptTokens: tokensAt(...at('tokens_sent')),
    completionTokens: tokensAt(...at('tokens_received')),
    cost: dollarsAt(...at('instance_cost')),
  };
  const last = turns.findLastIndex(({ kind }) => kind === 'answered');
  const hasUsage = Object.values(usage).some((value) => value !== null && value > 0);
  return turns.map((turn, index) =>
    hasUsage && turn.kind === 'answered' && index === last ? coveringRun(turn, usage) : turn,
  );
}

/** The text, without its introduction. */
function taskOf(history: readonly FileMessage[]): string | null {
  const asked = history.find((entry) => entry.role === 'user' && entry['is_demo'] !== true);
  const text = textOf(asked?.['content']);
  return text === null ? null : text.slice(/\bISSUE:\s*/.exec(text)?.index ?? 0).replace(/^ISSUE:\s*/, '');
}
