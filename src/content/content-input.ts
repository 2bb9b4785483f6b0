import { textsOfList, textsOfObject, type ListTexts, type ObjectTexts } from './pieces.js';
import { badInput } from '../base/errors.js';
import { shown } from '../base/json.js';
import { preparation } from '../base/prepared-json.js';

/** The most messages of a prompt or a checkpoint: each is a node of its own. */
export const MAX_LIST = 50_000;

/** What was expected, and got instead. */
export interface Mismatch {
  readonly expected: string;
  readonly got: string;
}

/** What a worker makes of a checkpoint's messages. */
export const prepareList = preparation('list', (value): ListTexts | Mismatch => {
  if (value != null && !Array.isArray(value)) {
    return { expected: 'a JSON list', got: shown(value) };
  }
  const values = (value ?? []) as readonly unknown[];
  return values.length > MAX_LIST
    ? { expected: `a list of at most ${MAX_LIST} messages`, got: String(values.length) }
    : textsOfList(values);
});

/** What a worker makes of a checkpoint's state or tool results. */
export const prepareObject = preparation('object', (value): ObjectTexts | Mismatch => {
  if (value != null && (typeof value !== 'object' || Array.isArray(value))) {
    return { expected: 'a JSON object', got: shown(value) };
  }
  return textsOfObject((value ?? {}) as Readonly<Record<string, unknown>>);
});

/** A JSON input that must be a list (`[]` where there is none) as texts, or BAD_USER_INPUT naming `field`. */
export function listTextsOf(input: unknown, field: string): ListTexts {
  return matched(prepareList(input), field);
}

/** A JSON input that must be an object (`{}` where there is none) as texts, or BAD_USER_INPUT naming `field`. */
export function objectTextsOf(input: unknown, field: string): ObjectTexts {
  return matched(prepareObject(input), field);
}

function matched<Texts extends object>(prepared: Texts | Mismatch, field: string): Texts {
  if ('got' in prepared) {
    throw badInput(field, `expected ${prepared.expected}, got ${prepared.got}`);
  }
  return prepared;
}
