import type { IncomingMessage } from 'node:http';
import { StemmaError } from './errors.js';

/** How many times the limit is read and thrown away: a client still sending would not read the answer. */
const PATIENCE = 4;

/**
 * A request's body as text.
 *
 * Throws PAYLOAD_TOO_LARGE above `maxBytes` (the rest is read, up to a bound, and thrown away), BAD_USER_INPUT if it is not
 * UTF-8.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBytes) {
      chunks.push(chunk);
    } else if (sizeBytes > maxBytes * PATIENCE) {
      break;
    }
  }
  if (sizeBytes > maxBytes) {
    const got = Number(request.headers['content-length'] ?? sizeBytes);
    throw new StemmaError('PAYLOAD_TOO_LARGE', `expected a request of at most ${maxBytes} bytes, got ${got}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new StemmaError('BAD_USER_INPUT', 'expected a request in UTF-8, got bytes that are not', { cause });
  }
}
