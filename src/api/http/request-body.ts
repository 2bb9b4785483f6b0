import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteBudget } from './byte-budget.js';
import { ClientLeftError, StemmaError } from '../../base/errors.js';
import type { Limits } from '../../base/limits.js';

/** How much is read and discarded, as a multiple of the largest body, so that a client that is still sending reads the answer. */
const PATIENCE = 4;
/** How long that may take. */
const PATIENCE_MS = 10_000;
/** The minimum speed of a body, averaged over all of it. */
const MIN_BYTES_PER_MS = 64;
/** How much of the budget a chunked body takes at a time. */
const CHUNK_BYTES = 64 * 1024;

/** The limits for a request body's bytes. */
export interface BodyLimits {
  readonly limits: Pick<Limits, 'maxRequestBytes' | 'bodyTimeoutMs'>;
  /** Shared by all bodies that are being received or answered. */
  readonly budget: ByteBudget;
}

/** A request's body. */
export interface Body {
  readonly bytes: Buffer;
  /** Returns its bytes to the budget now rather than when the response is closed, as for one that stays open. */
  release(): void;
}

/**
 * Receives a request's body. Its bytes count in the budget until they are released or the response is closed.
 *
 * Throws PAYLOAD_TOO_LARGE if the body is above the limit and UNAVAILABLE if it does not fit in the budget now: before reading
 * anything if the length is declared, otherwise while reading. Throws BAD_USER_INPUT if the client pauses for longer than
 * `bodyTimeoutMs` or sends too slowly. In all cases the connection cannot be used again: see `rejectBody`.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { limits: { maxRequestBytes, bodyTimeoutMs }, budget }: BodyLimits,
): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? Number.NaN);
  let takenBytes = 0;
  const release = (): void => {
    budget.give(takenBytes);
    takenBytes = 0;
  };
  response.once('close', release);
  const take = (bytes: number): void => {
    if (!budget.take(bytes, takenBytes + bytes)) {
      throw new StemmaError(
        'UNAVAILABLE',
        `all requests being received or answered may hold ${budget.maxBytes} bytes together, and hold ${budget.usedBytes}; try again a little later`,
      );
    }
    takenBytes += bytes;
  };
  if (declared > maxRequestBytes) {
    throw tooLarge(maxRequestBytes, declared);
  }
  if (!Number.isNaN(declared)) {
    take(declared);
  }
  if (/100-continue/i.test(request.headers.expect ?? '')) {
    response.writeContinue();
  }
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const endMs = performance.now() + bodyTimeoutMs + (declared || maxRequestBytes) / MIN_BYTES_PER_MS;
    const timedOut = (): void => {
      fail(
        new StemmaError(
          'BAD_USER_INPUT',
          `expected the request's body without a pause of ${bodyTimeoutMs / 1000} s and at ${MIN_BYTES_PER_MS} bytes/ms at least, got ${sizeBytes} bytes of it`,
        ),
      );
    };
    const timer = setTimeout(timedOut, bodyTimeoutMs);
    const stop = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      timer.refresh();
      sizeBytes += chunk.length;
      if (sizeBytes > maxRequestBytes) {
        fail(tooLarge(maxRequestBytes, sizeBytes));
        return;
      }
      if (performance.now() > endMs) {
        timedOut();
        return;
      }
      try {
        while (sizeBytes > takenBytes) {
          take(CHUNK_BYTES);
        }
      } catch (error) {
        fail(error as Error);
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => {
      stop();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    };
    const onClose = (): void => fail(new ClientLeftError());
    request.on('data', onData).once('end', onEnd).once('error', onClose).once('close', onClose);
  });
  return { bytes, release };
}

function tooLarge(maxBytes: number, got: number): StemmaError {
  return new StemmaError('PAYLOAD_TOO_LARGE', `expected a request of at most ${maxBytes} bytes, got ${got}`);
}

/**
 * Call this when answering a request whose body was not read to its end. The answer says that the connection closes. What the
 * client still sends is read and discarded, up to a bound, because many clients read the answer only after that; then the
 * connection is destroyed.
 */
export function rejectBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxRequestBytes: number,
): void {
  if (request.complete) {
    return;
  }
  if (!response.headersSent) {
    response.setHeader('connection', 'close');
  }
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  // Node calls this once the answer is sent. Destroying the connection then would reset it, and a client that is still sending
  // would lose the answer.
  socket.destroySoon = () => void socket.end();
  let leftBytes = maxRequestBytes * PATIENCE;
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.once('close', () => clearTimeout(timer));
  request.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    leftBytes -= chunk.length;
    if (leftBytes < 0) {
      socket.destroy();
    }
  });
  request.once('end', () => {
    clearTimeout(timer);
    destroySoon();
  });
}
