import { textsOfList, type ListTexts } from './chunks.js';
import { textsOfObject, type ObjectTexts } from './object-lines.js';
import { badInput } from '../base/errors.js';
import { shown } from '../base/json.js';
import { preparation } from '../base/prepared-json.js';

/** The most messages in a prompt or checkpoint: each is a node of its own. */
export const MAX_LIST = 50_000;

/** What was expected, and what was given instead. */
export interface Mismatch {
  readonly expected: string;
  readonly got: string;
}

/** The texts of the messages that continue a list. */
export interface AppendedTexts {
  readonly texts: readonly string[];
}

/** How a worker prepares a checkpoint's messages. */
export const prepareList = preparation('list', (value): ListTexts | Mismatch => {
  const list = listOf(value);
  return 'got' in list ? list : textsOfList(list);
});

/** How a worker prepares messages that continue a list. */
export const prepareAppended = preparation('appended', (value): AppendedTexts | Mismatch => {
  const list = listOf(value);
  return 'got' in list ? list : { texts: list.map((item) => JSON.stringify(item)) };
});

/** How a worker prepares a checkpoint's state or tool results, or keys of it that change. */
export const prepareObject = preparation('object', (value): ObjectTexts | Mismatch => {
  if (value != null && (typeof value !== 'object' || Array.isArray(value))) {
    return { expected: 'a JSON object', got: shown(value) };
  }
  return textsOfObject((value ?? {}) as Readonly<Record<string, unknown>>);
});

function listOf(value: unknown): readonly unknown[] | Mismatch {
  if (value != null && !Array.isArray(value)) {
    return { expected: 'a JSON list', got: shown(value) };
  }
  const values = (value ?? []) as readonly unknown[];
  return values.length > MAX_LIST
    ? { expected: `a list of at most ${MAX_LIST} messages`, got: String(values.length) }
    : values;
}

/** The texts of a JSON input that must be a list (`[]` if absent), or BAD_USER_INPUT naming `field`. */
export function listTextsOf(input: unknown, field: string): ListTexts {
  return matched(prepareList(input), field);
}

/** The texts of a JSON input that must be a list of messages to append, or BAD_USER_INPUT naming `field`. */
export function appendedTextsOf(input: unknown, field: string): readonly string[] {
  return matched(prepareAppended(input), field).texts;
}

/** The texts of a JSON input that must be an object (`{}` if absent), or BAD_USER_INPUT naming `field`. */
export function objectTextsOf(input: unknown, field: string): ObjectTexts {
  return matched(prepareObject(input), field);
}

function matched<Texts extends object>(prepared: Texts | Mismatch, field: string): Texts {
  if ('got' in prepared) {
    throw badInput(field, `expected ${prepared.expected}, got ${prepared.got}`);
  }
  return prepared;
}
