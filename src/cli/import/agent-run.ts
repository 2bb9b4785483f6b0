import { StemmaError } from '../../base/errors.js';
import { shown } from '../../base/json.js';

/** One run of an agent, whichever format told it. */
export interface AgentRun {
  /** Which kind of agent ran. */
  readonly agentType: 'openai-chat' | 'tau-bench' | 'swe-agent';
  /** The run as the file has it: the id of its trace is made of this. */
  readonly source: unknown;
  /** What the agent was asked to do, however long. */
  readonly task: string | null;
  /** What the file says of the run beside its messages. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What happened, in order. */
  readonly turns: readonly Turn[];
  /** What the run came to where no message says it: a patch that was submitted. */
  readonly submission: string | null;
  /** Why the run counts as failed; null if it does not. */
  readonly failure: string | null;
}

/** One thing that happened in a run. `waitMs` is the time since the one before, as the file has it or as assumed. */
export type Turn = Said | Answered | Returned;

/** Somebody other than the model and its tools speaks: the system, the user. */
export interface Said {
  readonly kind: 'said';
  readonly waitMs: number;
  readonly message: ChatMessage;
  /** US dollars, where the speaker is a model too. */
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
  /** More for the data of its step, under the names of an `llm_call`: `model`, `tool_calls`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A tool answers a call. */
export interface Returned {
  readonly kind: 'returned';
  readonly waitMs: number;
  /** The call it answers: the very object of the `Answered` that made it. */
  readonly call: ToolCall;
  readonly result: unknown;
  readonly durationMs: number | null;
  /** How the result was told to the model; null if it never was. */
  readonly message: ChatMessage | null;
  /** More for the data of its step. */
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

/** What is assumed of the time between two turns where the file has no times. */
export const ASSUMED_MS = { system: 0, user: 2_000, answer: 3_000, tool: 1_000 } as const;

/** Where in a file something stands: the way there in the JSON, and the same in words ("run 3, message 12"). */
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

/** A transcript that is JSON, but not what a transcript should be. */
export class TranscriptFault extends StemmaError {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super('BAD_USER_INPUT', place.words === '' ? message : `${place.words}: ${message}`);
    this.place = place;
  }
}

/** The fault of finding `got` at `place`, where something else was expected. */
export function unexpected(place: Place, expected: string, got: unknown): TranscriptFault {
  return new TranscriptFault(place, `expected ${expected}, got ${shown(got)}`);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of JSON values, or the fault that it is none. */
export function listAt(value: unknown, place: Place, what: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw unexpected(place, what, value);
  }
  return value;
}

/** A number of tokens that the API takes, null if the file has none; `name` is what a fault calls it. */
export function tokensAt(value: unknown, place: Place, name: string): number | null {
  if (value != null && !(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1e12)) {
    throw unexpected(place, `${name} to be a whole number from 0 to 10^12`, value);
  }
  return (value ?? null) as number | null;
}

/** An amount of US dollars that the API takes, null if the file has none. */
export function dollarsAt(value: unknown, place: Place, name: string): number | null {
  if (value != null && !(typeof value === 'number' && value >= 0 && value <= 1e6)) {
    throw unexpected(place, `${name} to be a number from 0 to 10^6`, value);
  }
  return value ?? null;
}

/** A text in a message's content: the text itself, or the text parts of a list; null if there is none. */
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

/** What a message says is under one of these names. */
const PAYLOADS = ['content', 'tool_calls', 'function_call', 'refusal', 'audio'] as const;

/** A message, or the fault that it is none, or that it says nothing under a name that is known. */
export function messageAt(value: unknown, place: Place): FileMessage {
  if (!isObject(value)) {
    throw unexpected(place, 'a message (an object with a role)', value);
  }
  const { role } = value;
  if (typeof role !== 'string' || role === '' || role.length > 50) {
    throw unexpected(below(place, ['role'], ''), 'role to be a text of 1 to 50 characters', role);
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

/** Role and content of a message; null for a content that is not there. A refusal and audio become parts of it. */
export function spoken({ role, content, refusal, audio }: FileMessage): ChatMessage {
  const parts = [
    ...(refusal == null ? [] : [{ type: 'refusal', refusal }]),
    ...(audio == null ? [] : [{ type: 'audio', audio }]),
  ];
  return { role, content: content ?? (parts.length === 0 ? null : parts) };
}
