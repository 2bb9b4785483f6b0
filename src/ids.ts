import { createHash, randomUUID } from 'node:crypto';
import { badInput } from './errors.js';
import { shown } from './json.js';

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

/** Checks an id that may be absent. */
export function checkOptionalId(id: string | null | undefined, field: string): string | null {
  return id == null ? null : checkId(id, field);
}

/** Equal for equal JSON values, different otherwise: 128 bits of SHA-256, in base64url. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
