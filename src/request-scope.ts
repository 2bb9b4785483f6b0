import { ClientLeftError, StemmaError } from './errors.js';

/**
 * What bounds one request: its deadline, whether its client is still there, and what it may read. Everything that works
 * for the request stops when `signal` is aborted.
 */
export interface RequestScope {
  /** Aborted when the deadline passes (its reason is the UNAVAILABLE to answer with) or the client leaves. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline; 0 after it. */
  remainingMs(): number;
  /** Counts bytes read from the database for the response; throws where that is more than it may read. */
  countBytes(bytes: number): void;
  /** To be called when the request is answered: frees its timer. */
  end(): void;
}

/** Begins a request's scope; `onLeave` subscribes to the client's departure, if that can be noticed. */
export function createRequestScope({
  timeoutMs,
  maxBytes,
  onLeave,
}: {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly onLeave?: (leave: () => void) => void;
}): RequestScope {
  const controller = new AbortController();
  const deadlineMs = performance.now() + timeoutMs;
  const timer = setTimeout(() => {
    controller.abort(
      new StemmaError('UNAVAILABLE', `the request took longer than ${timeoutMs / 1000} s, and was stopped`),
    );
  }, timeoutMs);
  timer.unref();
  onLeave?.(() => {
    clearTimeout(timer);
    controller.abort(new ClientLeftError());
  });
  let readBytes = 0;
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, deadlineMs - performance.now()),
    countBytes(bytes) {
      readBytes += bytes;
      if (readBytes > maxBytes) {
        throw new StemmaError(
          'BAD_USER_INPUT',
          `expected a query that reads at most ${maxBytes} bytes, got one that reads more; ask for shorter pages`,
        );
      }
    },
    end: () => clearTimeout(timer),
  };
}
