import { hash, randomUUID } from 'node:crypto';
import { badInput } from '../base/errors.js';
import { stringifyJson } from '../base/json-text.js';
import { shown } from '../base/json.js';

const MAX_LENGTH = 200;

/** The id given, checked (1 to 200 characters, no control characters), or a new UUID. */
export function idOr(given: string | null | undefined, field: string): string {
  return given == null ? randomUUID() : checkId(given, field);
}

/** `id`, or BAD_USER_INPUT naming `field`. */
export function checkId(id: string, field: string): string {
  if (id === '' || id.length > MAX_LENGTH * 2 || [...id].length > MAX_LENGTH || /\p{Cc}/u.test(id)) {
    throw badInput(
      field,
      `expected 1 to ${MAX_LENGTH} characters, none of them a control character, got ${shown(id)}`,
    );
  }
  return id;
}

/** Checks an optional id. */
export function checkOptionalId(id: string | null | undefined, field: string): string | null {
  return id == null ? null : checkId(id, field);
}

/** The most characters in an indexed text: with the rest of its key, Neo4j indexes about 8,000 bytes. */
export const MAX_INDEXED_LENGTH = 1_000;

/** Checks an optional text that lists are filtered by. */
export function checkIndexed(text: string | null | undefined, field: string): string | null {
  if (text != null && [...text].length > MAX_INDEXED_LENGTH) {
    throw badInput(field, `expected at most ${MAX_INDEXED_LENGTH} characters, got ${[...text].length}`);
  }
  return text ?? null;
}

const MAX_TAGS = 100;

/** A set of tags, sorted; null without any. */
export function checkTags(
  tags: readonly string[] | null | undefined,
  field: string,
): readonly string[] | null {
  if (tags == null || tags.length === 0) {
    return null;
  }
  if (tags.length > MAX_TAGS) {
    throw badInput(field, `expected at most ${MAX_TAGS} tags, got ${tags.length}`);
  }
  return [...new Set(tags.map((tag, index) => checkId(tag, `${field}[${index}]`)))].sort();
}

/** A digest that is equal for equal JSON values, different otherwise: 128 bits of SHA-256, in base64url. */
export function digestOf(value: unknown): string {
  return digestOfText(stringifyJson(value));
}

/** The digest of a JSON value, given as text. */
export function digestOfText(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
