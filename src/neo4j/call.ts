import { StemmaError } from '../base/errors.js';
import type { Pool } from './connections.js';
import type { RequestScope } from '../base/request-scope.js';

/** One call to the database: when it is stopped, everything it waits for rejects with `reason`. */
export interface Call {
  /** Set once it is stopped: the deadline passed, the client disconnected, or the database was closed. */
  readonly reason: Error | undefined;
  /** Milliseconds left, at least 1: for Neo4j, 0 means no timeout. */
  timeoutMs(): number;
  readonly countBytes: ((bytes: number) => void) | undefined;
  /** Settles like `promise`; rejects if the call is stopped or its pool is discarded first. */
  race<T>(promise: Promise<T>, pool?: Pool): Promise<T>;
  stop(error: Error): void;
  /** Removes the timer and the listener. Call this when the call is over. */
  end(): void;
}

/** Starts a call that may take at most `timeoutMs` (Infinity: no limit), and no longer than its request. */
export function beginCall(scope: RequestScope | undefined, timeoutMs: number): Call {
  const deadlineMs = performance.now() + timeoutMs;
  const waiting = new Set<(error: Error) => void>();
  let reason: Error | undefined;

  function stop(error: Error): void {
    reason ??= error;
    for (const reject of [...waiting]) {
      reject(reason);
    }
  }

  const stopByScope = (): void => stop(scope?.signal.reason as Error);
  scope?.signal.addEventListener('abort', stopByScope);
  const timer = timeoutMs === Infinity ? undefined : setTimeout(() => stop(tooSlow(timeoutMs)), timeoutMs);
  if (scope?.signal.aborted === true) {
    stopByScope();
  }

  return {
    get reason() {
      return reason;
    },
    timeoutMs: () =>
      Math.max(1, Math.ceil(Math.min(timeoutMs, scope?.remainingMs() ?? deadlineMs - performance.now()))),
    countBytes: scope && ((bytes) => scope.countBytes(bytes)),
    race<T>(promise: Promise<T>, pool?: Pool): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const done = (): void => {
          waiting.delete(fail);
          pool?.waiting.delete(fail);
        };
        const fail = (error: Error): void => {
          done();
          reject(error);
        };
        if (reason !== undefined) {
          promise.catch(() => undefined);
          reject(reason);
          return;
        }
        waiting.add(fail);
        pool?.waiting.add(fail);
        promise.then(
          (value) => {
            done();
            resolve(value);
          },
          (error: unknown) => fail(error as Error),
        );
      });
    },
    stop,
    end() {
      clearTimeout(timer);
      scope?.signal.removeEventListener('abort', stopByScope);
    },
  };
}

function tooSlow(timeoutMs: number): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    `the database did not answer within ${Math.round(timeoutMs / 100) / 10} s; it is safe to try again`,
  );
}
