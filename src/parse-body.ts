import { StemmaError } from './errors.js';
import { parseJson } from './json.js';

/** A request's JSON from its bytes. Throws BAD_USER_INPUT where they are not UTF-8 or not JSON. */
export function parseBody(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StemmaError('BAD_USER_INPUT', 'expected a request in UTF-8, got bytes that are not', { cause });
  }
  return text === '' ? undefined : parseJson(text);
}
