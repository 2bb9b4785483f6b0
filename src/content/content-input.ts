import { textsOfList, textsOfObject, type ListTexts, type ObjectTexts } from './chunks.js';
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

/** How a worker prepares a checkpoint's messages. */
export const prepareList = preparation('list', (value): ListTexts | Mismatch => {
  if (value != null && !Array.isArray(value)) {
    return { expected: 'a JSON list', got: shown(value) };
  }
  const values = (value ?? []) as readonly unknown[];
  return values.length > MAX_LIST
    ? { expected: `a list of at most ${MAX_LIST} messages`, got: String(values.length) }
    : textsOfList(values);
});

/** How a worker prepares a checkpoint's state or tool results. */
export const prepareObject = preparation('object', (value): ObjectTexts | Mismatch => {
  if (value != null && (typeof value !== 'object' || Array.isArray(value))) {
    return { expected: 'a JSON object', got: shown(value) };
  }
  return textsOfObject((value ?? {}) as Readonly<Record<string, unknown>>);
});

/** The texts of a JSON input that must be a list (`[]` if absent), or BAD_USER_INPUT naming `field`. */
export function listTextsOf(input: unknown, field: string): ListTexts {
  return matched(prepareList(input), field);
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
