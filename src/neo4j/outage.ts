import type { Logger } from 'pino';

/** Where the outage's lines go. */
export type OutageLog = Pick<Logger, 'warn'>;

/** Whether the database is available, as far as is known, and the log's few lines about it. */
export interface Outage {
  /** Undefined while the database is available. */
  readonly current:
    { readonly reason: string; readonly certain: boolean; readonly sinceMs: number } | undefined;
  /**
   * The database is not available. `certain`: it says so itself, or refuses connections; otherwise it is late with an
   * answer. While an outage lasts, this only makes it certain.
   */
  begin(reason: string, certain: boolean): void;
  end(): void;
  /** Counts a statement or transaction that failed because of the outage. */
  countFailure(): void;
  /** Calls `listener` when the outage ends; the function returned forgets it. */
  onceOver(listener: () => void): () => void;
  log: OutageLog | undefined;
}

/** An outage that goes on is logged again this often, with how much has failed. */
const COUNT_EVERY_MS = 30_000;

/** Begins without an outage. Logs one line when one begins, one when it ends, and a count in between. */
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
