import type { Logger } from 'pino';

/** Receives the log lines about outages. */
export type OutageLog = Pick<Logger, 'warn'>;

/** Tracks whether the database is available, as far as is known, and logs outages. */
export interface Outage {
  /** Undefined while the database is available. */
  readonly current:
    { readonly reason: string; readonly certain: boolean; readonly sinceMs: number } | undefined;
  /**
   * Records that the database is unavailable. `certain`: it says so itself, or refuses connections; otherwise its answer
   * is late. During an outage, a further call can make it certain but not uncertain again.
   */
  begin(reason: string, certain: boolean): void;
  end(): void;
  /** Counts a statement or transaction that failed because of the outage. */
  countFailure(): void;
  /** Calls `listener` when the outage ends; the returned function removes it. */
  onceOver(listener: () => void): () => void;
  log: OutageLog | undefined;
}

/** A continuing outage is logged again this often, with the number of failures. */
const COUNT_EVERY_MS = 30_000;

/** Starts without an outage. Logs a line when one begins, a line when it ends, and a count in between. */
export function createOutage({ countEveryMs = COUNT_EVERY_MS } = {}): Outage {
  let current: { reason: string; certain: boolean; readonly sinceMs: number } | undefined;
  let failures = 0;
  let loggedAtMs = 0;
  const waiting = new Set<() => void>();

  function seconds(sinceMs: number): number {
    return Math.round((performance.now() - sinceMs) / 100) / 10;
  }

  const outage: Outage = {
    log: undefined,
    get current() {
      return current;
    },
    begin(reason, certain) {
      if (current === undefined) {
        current = { reason, certain, sinceMs: performance.now() };
        failures = 0;
        loggedAtMs = current.sinceMs;
        outage.log?.warn({ reason }, 'the database is unavailable');
        return;
      }
      current.certain ||= certain;
      current.reason = reason;
      if (performance.now() - loggedAtMs >= countEveryMs) {
        loggedAtMs = performance.now();
        const lasted = { seconds: seconds(current.sinceMs), failures, reason };
        outage.log?.warn(lasted, 'the database is still unavailable');
      }
    },
    end() {
      if (current !== undefined) {
        outage.log?.warn({ seconds: seconds(current.sinceMs), failures }, 'the database is available again');
        current = undefined;
        const listeners = [...waiting];
        waiting.clear();
        listeners.forEach((listener) => listener());
      }
    },
    countFailure() {
      failures += 1;
    },
    onceOver(listener) {
      waiting.add(listener);
      return () => waiting.delete(listener);
    },
  };
  return outage;
}
