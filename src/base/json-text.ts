import { randomUUID } from 'node:crypto';
import { parseJson } from './json.js';

/** Marks the place of a text that `stringifyJson` inserts afterwards; no client can know it. */
const MARK = randomUUID();
const MARKS = new RegExp(`"${MARK}:(\\d+)"`, 'g');

/** The texts that the running `stringifyJson` has found; null outside of it. */
let met: string[] | null = null;

/**
 * A JSON value as text that is known to be valid. Payloads are passed in this form from the database to a response, and
 * from a large request to the database, without being parsed into objects on the way.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For code that does not handle texts: JSON.stringify writes the value itself. */
  toJSON(): unknown {
    if (met === null) {
      return parseJson(this.text);
    }
    met.push(this.text);
    return `${MARK}:${met.length - 1}`;
  }
}

/** JSON.stringify that copies each JsonText in `value` as it is, without parsing it. */
export function stringifyJson(value: unknown): string {
  if (value instanceof JsonText) {
    return value.text;
  }
  const outer = met;
  const texts: string[] = [];
  met = texts;
  try {
    const text = JSON.stringify(value);
    return texts.length === 0 ? text : text.replace(MARKS, (_, index: string) => texts[Number(index)] ?? '');
  } finally {
    met = outer;
  }
}
