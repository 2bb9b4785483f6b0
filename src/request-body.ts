import type { IncomingMessage } from 'node:http';
import { StemmaError } from './errors.js';

/**
 * A request's body as text.
 *
 * Throws PAYLOAD_TOO_LARGE above `maxBytes` (what comes after that is not read), BAD_USER_INPUT if it is not UTF-8.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLarge = (got: string): StemmaError =>
    new StemmaError('PAYLOAD_TOO_LARGE', `expected a request of at most ${maxBytes} bytes, got ${got}`);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) {
    throw tooLarge(`${announced}`);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw tooLarge('more');
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new StemmaError('BAD_USER_INPUT', 'expected a request in UTF-8, got bytes that are not', { cause });
  }
}
