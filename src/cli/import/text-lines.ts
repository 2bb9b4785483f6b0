import { createReadStream } from 'node:fs';
import { StemmaError } from '../../base/errors.js';

/** A JSON text in a file, and the line it starts on. */
export interface Part {
  readonly text: string;
  readonly firstLine: number;
}

/** The longest text that JavaScript can hold, in bytes: 512 MB. */
export const MAX_TEXT_BYTES = 512 * 1024 * 1024;

const LINE_END = 0x0a;

/**
 * The lines of a file that are not blank, one at a time, so that only the longest line has to fit in memory.
 *
 * Throws BAD_USER_INPUT for a line that is not UTF-8 or is longer than 512 MB.
 */
export async function* linesOf(file: string): AsyncGenerator<Part> {
  let line = 1;
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    let begin = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, begin)) {
      yield* notBlank(file, [...chunks, chunk.subarray(begin, end)], line);
      chunks = [];
      sizeBytes = 0;
      line += 1;
      begin = end + 1;
    }
    chunks.push(chunk.subarray(begin));
    sizeBytes += chunk.length - begin;
    if (sizeBytes > MAX_TEXT_BYTES) {
      throw tooLong(`${file}:${line}`, `a line of more than ${MAX_TEXT_BYTES} bytes`);
    }
  }
  yield* notBlank(file, chunks, line);
}

function* notBlank(file: string, chunks: readonly Buffer[], firstLine: number): Generator<Part> {
  const text = decoded(`${file}:${firstLine}`, Buffer.concat(chunks));
  if (text.trim() !== '') {
    yield { text, firstLine };
  }
}

/** Decodes UTF-8, dropping a byte order mark. Throws BAD_USER_INPUT with a message that begins with `where` for other bytes. */
export function decoded(where: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StemmaError('BAD_USER_INPUT', `${where}: expected text in UTF-8, got bytes that are not`, {
      cause,
    });
  }
}

/** The error for a text that is too long to be read at once. */
export function tooLong(where: string, got: string): StemmaError {
  return new StemmaError(
    'BAD_USER_INPUT',
    `${where}: expected JSON of at most ${MAX_TEXT_BYTES} bytes, or JSON Lines with one run a line, got ${got}`,
  );
}
