import { StemmaError } from '../../base/errors.js';
import { parseJson } from '../../base/json.js';

/** Deeper JSON is rejected in any case, and parsing millions of levels takes a gigabyte. */
const MAX_DEPTH = 1_000;
/** Each list or object takes about fifty bytes of memory, while its text may take two. */
const MAX_NESTED = 1_000_000;
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

/** Rejects JSON that would take many times its size in memory, before it is parsed. Throws BAD_USER_INPUT. */
export function checkNesting(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [depth, nested] = [0, 0];
  for (let index = 0; index < buffer.length; index += 1) {
    const byte = buffer[index];
    if (byte === QUOTE) {
      index = endOfString(buffer, index);
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      nested += 1;
      if (depth > MAX_DEPTH) {
        throw new StemmaError('BAD_USER_INPUT', 'expected JSON nested at most 500 deep, got more');
      }
      if (nested > MAX_NESTED) {
        throw new StemmaError(
          'BAD_USER_INPUT',
          `expected a request of at most ${MAX_NESTED} JSON lists and objects, got more`,
        );
      }
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth -= 1;
    }
  }
}

/** The index of the quote that closes the string whose opening quote is at `start`. Searching for it is faster than looking at each byte. */
function endOfString(buffer: Buffer, start: number): number {
  for (let quote = buffer.indexOf(QUOTE, start + 1); quote !== -1; quote = buffer.indexOf(QUOTE, quote + 1)) {
    let escapes = 0;
    while (buffer[quote - 1 - escapes] === BACKSLASH) {
      escapes += 1;
    }
    if (escapes % 2 === 0) {
      return quote;
    }
  }
  return buffer.length;
}

/** Parses a request's JSON. Throws BAD_USER_INPUT if the bytes are not UTF-8 or not JSON. */
export function parseBody(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StemmaError('BAD_USER_INPUT', 'expected a request in UTF-8, got bytes that are not', { cause });
  }
  return text === '' ? undefined : parseJson(text);
}
