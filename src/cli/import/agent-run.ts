import { StemmaError } from '../../base/errors.js';
import { shown } from '../../base/json.js';

/** One run of an agent, whatever its file format. */
export interface AgentRun {
  /** Which kind of agent ran. */
  readonly agentType: 'openai-chat' | 'tau-bench' | 'swe-agent';
  /** The run as it is in the file; the id of its trace is derived from it. */
  readonly source: unknown;
  /** What the agent was asked to do, at full length. */
  readonly task: string | null;
  /** What the file says about the run besides its messages. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What happened, in order. */
  readonly turns: readonly Turn[];
  /** The result of the run, if no message contains it: a submitted patch. */
  readonly submission: string | null;
  /** Why the run counts as failed; null if it does not. */
  readonly failure: string | null;
}

/**
 * One thing that happened in a run. `waitMs` is the time since the previous one, from the file or assumed; `times` are those of the file.
 */
export type Turn = (Said | Answered | Returned) & { readonly times?: Times };

/** When something started and ended, as ISO 8601. */
export interface Times {
  readonly startedAt: string;
  readonly endedAt: string;
}

/** A message from someone other than the model and its tools: the system or the user. */
export interface Said {
  readonly kind: 'said';
  readonly waitMs: number;
  readonly message: ChatMessage;
  /** US dollars, if the speaker is also a model. */
  readonly cost: number | null;
}

/** The model answers a prompt. */
export interface Answered {
  readonly kind: 'answered';
  readonly waitMs: number;
  readonly message: ChatMessage;
  readonly prompt: readonly unknown[];
  readonly usage: Usage;
  readonly calls: readonly ToolCall[];
  /** Additional data for its step, named as in an `llm_call`: `model`, `tool_calls`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A tool answers a call. */
export interface Returned {
  readonly kind: 'returned';
  readonly waitMs: number;
  /** The call it answers: the same object as in the `Answered` that made it. */
  readonly call: ToolCall;
  readonly result: unknown;
  readonly durationMs: number | null;
  /** The message that gave the result to the model; null if there was none. */
  readonly message: ChatMessage | null;
  /** Additional data for its step. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ToolCall {
  readonly id: string | null;
  readonly name: string;
  readonly arguments: unknown;
}

export interface ChatMessage {
  readonly role: string;
  readonly content: unknown;
}

/** Tokens and US dollars; what a file does not say is null. */
export interface Usage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cost: number | null;
}

export const NO_USAGE: Usage = { promptTokens: null, completionTokens: null, cost: null };

/** The assumed time between two turns if the file has no times. */
export const ASSUMED_MS = { system: 0, user: 2_000, answer: 3_000, tool: 1_000 } as const;

/** A place in a file: its path in the JSON, and the same in words ("run 3, message 12"). */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly words: string;
}

/** A place below another. */
export function below(place: Place, key: readonly (string | number)[], words: string): Place {
  return {
    path: [...place.path, ...key],
    words: place.words === '' ? words : words === '' ? place.words : `${place.words}, ${words}`,
  };
}

/** The error for a transcript that is JSON, but not a valid transcript. */
export class TranscriptFault extends StemmaError {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super('BAD_USER_INPUT', place.words === '' ? message : `${place.words}: ${message}`);
    this.place = place;
  }
}

/** The fault that `place` has `got` instead of what was expected. */
export function unexpected(place: Place, expected: string, got: unknown): TranscriptFault {
  return new TranscriptFault(place, `expected ${expected}, got ${shown(got)}`);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of JSON values. Throws a TranscriptFault if it is not a list. */
export function listAt(value: unknown, place: Place, what: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw unexpected(place, what, value);
  }
  return value;
}

/** A token count that the API accepts, null if the file has none; `name` is what a fault calls it. */
export function tokensAt(value: unknown, place: Place, name: string): number | null {
  if (value != null && !(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1e12)) {
    throw unexpected(place, `${name} to be a whole number from 0 to 10^12`, value);
  }
  return (value ?? null) as number | null;
}

/** An amount of US dollars that the API accepts, null if the file has none. */
export function dollarsAt(value: unknown, place: Place, name: string): number | null {
  if (value != null && !(typeof value === 'number' && value >= 0 && value <= 1e6)) {
    throw unexpected(place, `${name} to be a number from 0 to 10^6`, value);
  }
  return value ?? null;
}

/** The text in a message's content: the text itself, or the text parts of a list; null if there is none. */
export function textOf(content: unknown): string | null {
  if (typeof content === 'string') {
    return content === '' ? null : content;
  }
  if (!Array.isArray(content)) {
    return null;
  }
  const texts = content.flatMap((part: unknown) =>
    isObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  );
  return texts.length === 0 ? null : texts.join('\n');
}

/** A message as its file has it. */
export type FileMessage = JsonObject & { readonly role: string };

/** A message has its payload under one of these names. */
const PAYLOADS = ['content', 'tool_calls', 'function_call', 'refusal', 'audio'] as const;

/** A message. Throws a TranscriptFault if it is not one, or has no payload under a known name. */
export function messageAt(value: unknown, place: Place): FileMessage {
  if (!isObject(value)) {
    throw unexpected(place, 'a message (an object with a role)', value);
  }
  const { role } = value;
  if (typeof role !== 'string' || role === '' || role.length > 50) {
    throw unexpected(below(place, ['role'], ''), 'role to be a string of 1 to 50 characters', role);
  }
  const hasParts =
    'parts' in value && PAYLOADS.every((name) => [undefined, null, ''].includes(value[name] as never));
  if (hasParts || !PAYLOADS.some((name) => name in value)) {
    const names = Object.keys(value).slice(0, 8).join(', ');
    throw new TranscriptFault(
      place,
      `expected ${PAYLOADS.slice(0, -1).join(', ')} or audio, got a message with ${names}`,
    );
  }
  return value as FileMessage;
}

/**
 * Role and content of a message. A refusal and audio become parts of the content, after a text or the parts that it has; without any
 * of them, it is null.
 */
export function spoken({ role, content, refusal, audio }: FileMessage): ChatMessage {
  const parts = [
    ...(refusal == null ? [] : [{ type: 'refusal', refusal }]),
    ...(audio == null ? [] : [{ type: 'audio', audio }]),
  ];
  if (parts.length === 0) {
    return { role, content: content ?? null };
  }
  const own = typeof content === 'string' && content !== '' ? { type: 'text', text: content } : content;
  const before: readonly unknown[] = own == null || own === '' ? [] : Array.isArray(own) ? own : [own];
  return { role, content: [...before, ...parts] };
}
