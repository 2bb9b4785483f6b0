import { setTimeout as delay } from 'node:timers/promises';
import { StemmaError } from '../base/errors.js';
import type { RequestScope } from '../base/request-scope.js';
import { beginCall, type Call } from './call.js';
import type { HealthProbe } from './health-probe.js';
import { failureKind, reasonOf, wasRolledBack } from './neo4j-errors.js';
import type { Outage } from './outage.js';

/** What kind of transaction it is. */
export interface Kind {
  readonly writes: boolean;
  /** Whether it may be retried after a commit whose result is unknown or after a conflict: then it reads before it writes. */
  readonly repeatable: boolean;
}

export const WRITE: Kind = { writes: true, repeatable: true };
export const READ: Kind = { writes: false, repeatable: true };
export const WRITING_STATEMENT: Kind = { writes: true, repeatable: false };

/** The limits of a call. */
export interface Bounds {
  readonly scope?: RequestScope;
  /** Its deadline, by performance.now(). */
  readonly deadlineMs?: number;
}

/** The results of a transaction's attempts so far. */
export interface Progress {
  /** The message that commits has been sent in this attempt. */
  sent: boolean;
  /** The answer to a commit was lost, in this attempt or an earlier one. */
  uncertain: boolean;
  failures: number;
  conflicts: number;
  exhausted: number;
}

/** The most attempts for a transaction that conflicts with others. */
const MOST_CONFLICTS = 10;
const MOST_EXHAUSTED = 2;
/** Writes wait this long for a database that is late and may only be slow; after that they are rejected at once. */
const WRITES_WAIT_MS = 3_000;

/** Runs transactions again until they succeed, fail for good, or their call is stopped. */
export interface Retry {
  /** `runOnce` runs the transaction once. Rejects with UNAVAILABLE and `written` if the database caused the failure. */
  repeat<T>(bounds: Bounds, kind: Kind, runOnce: (call: Call, progress: Progress) => Promise<T>): Promise<T>;
  /** Stops every call with this error. */
  stopAll(error: Error): void;
}

/** `timeoutMs`: how long a call without a request and without a deadline may take. */
export function createRetry(
  outage: Outage,
  probe: HealthProbe,
  { timeoutMs }: { readonly timeoutMs: number },
): Retry {
  const calls = new Set<Call>();

  /** Waits for the end of an outage; a write waits only while the outage may be short. */
  async function untilAvailable(call: Call, writes: boolean, scope: RequestScope | undefined): Promise<void> {
    while (outage.current !== undefined) {
      const { reason, certain, sinceMs } = outage.current;
      const waitMs = writes ? sinceMs + WRITES_WAIT_MS - performance.now() : undefined;
      if (waitMs !== undefined && (certain || waitMs <= 0)) {
        throw unavailable(reason);
      }
      let forget: (() => void) | undefined;
      let timer: NodeJS.Timeout | undefined;
      if (scope !== undefined) {
        scope.databaseAway = reason;
      }
      try {
        await call.race(
          new Promise<void>((resolve) => {
            forget = outage.onceOver(resolve);
            // A write polls, because the outage may have become certain.
            timer = waitMs === undefined ? undefined : setTimeout(resolve, Math.min(waitMs, 100));
          }),
        );
      } finally {
        forget?.();
        clearTimeout(timer);
      }
    }
    if (scope !== undefined) {
      scope.databaseAway = undefined;
    }
  }

  async function repeat<T>(
    { scope, deadlineMs }: Bounds,
    kind: Kind,
    runOnce: (call: Call, progress: Progress) => Promise<T>,
  ): Promise<T> {
    const leftMs = deadlineMs === undefined ? timeoutMs : Math.max(1, deadlineMs - performance.now());
    const call = beginCall(scope, scope === undefined ? leftMs : Infinity);
    const progress: Progress = { sent: false, uncertain: false, failures: 0, conflicts: 0, exhausted: 0 };
    calls.add(call);
    try {
      for (;;) {
        try {
          progress.sent = false;
          await untilAvailable(call, kind.writes, scope);
          return await runOnce(call, progress);
        } catch (error) {
          progress.uncertain ||= kind.writes && progress.sent && !wasRolledBack(error);
          await beforeNextTry(call, error, kind, progress);
        }
      }
    } catch (error) {
      throw answered(error, progress);
    } finally {
      calls.delete(call);
      call.end();
    }
  }

  /** Waits until it is time for the next attempt; throws if there must be none. */
  async function beforeNextTry(
    call: Call,
    error: unknown,
    { repeatable }: Kind,
    progress: Progress,
  ): Promise<void> {
    if (call.reason !== undefined || error instanceof StemmaError) {
      throw error;
    }
    const kind = failureKind(error);
    if (kind === 'away' || kind === 'broken' || kind === 'doubtful') {
      await call.race(probe.suspect());
    }
    progress.failures += 1;
    progress.conflicts += kind === 'conflict' ? 1 : 0;
    progress.exhausted += kind === 'exhausted' ? 1 : 0;
    const again =
      kind === 'busy' ||
      kind === 'away' ||
      (kind === 'conflict' && repeatable && progress.conflicts < MOST_CONFLICTS) ||
      (kind === 'exhausted' && progress.exhausted < MOST_EXHAUSTED);
    if (!again || (progress.uncertain && !repeatable)) {
      throw error;
    }
    // Jittered backoff, so that conflicting transactions do not retry in lockstep.
    await call.race(delay(Math.random() * Math.min(200, 2 ** progress.failures)));
  }

  /** The error to answer with: UNAVAILABLE with `written` if the database caused it. */
  function answered(error: unknown, { uncertain }: Progress): unknown {
    const kind = failureKind(error);
    const isOurs = error instanceof StemmaError && error.code === 'UNAVAILABLE';
    const isDatabase = ['busy', 'exhausted', 'timeout', 'away', 'broken'].includes(kind);
    if (!isOurs && !isDatabase && (kind !== 'doubtful' || outage.current === undefined)) {
      return error;
    }
    if (outage.current !== undefined) {
      outage.countFailure();
    }
    if (uncertain) {
      return lostAnswer(error);
    }
    return isOurs ? error : unavailable(reasonOf(error), error);
  }

  return {
    repeat,
    stopAll: (error) => calls.forEach((call) => call.stop(error)),
  };
}

export function unavailable(reason: string, cause?: unknown): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    `the database is not available (${reason}); nothing was written, it is safe to try again`,
    cause === undefined ? {} : { cause },
  );
}

function lostAnswer(cause: unknown): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    'the database did not say whether it committed the write; with an id or an idempotency key it is safe to try again',
    { written: 'UNKNOWN', cause },
  );
}
