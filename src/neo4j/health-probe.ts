import type { Driver } from 'neo4j-driver';
import { openDriver, type DatabaseSettings } from './connections.js';
import { cypherText } from './cypher.js';
import { failureKind, reasonOf } from './neo4j-errors.js';

/** Checks periodically whether the database commits. */
export interface HealthProbe {
  /** Starts probing, and resolves after the first probe; each call needs its own `stop`. */
  start(): Promise<void>;
  stop(): void;
  /** Probes at once, because something failed, and resolves after that probe; has no effect unless started. */
  suspect(): Promise<void>;
  close(): Promise<void>;
}

export interface ProbeOptions {
  readonly onUp: () => void;
  /**
   * `certain`: the database refused or failed; otherwise it did not answer in time. `broken`: it answers, but cannot write (see
   * FailureKind).
   */
  readonly onDown: (reason: string, how: { readonly certain: boolean; readonly broken: boolean }) => void;
}

const text = cypherText('health/probe');
/** Belongs to no project. All servers write this one node. */
const NODE = { projectId: '', id: 'server' };

/** A database that stops answering is noticed after EVERY_MS + TIMEOUT_MS at the latest, which is less than 2 s. */
const EVERY_MS = 500;
const TIMEOUT_MS = 1_200;
/** A late probe may run for this long: a database that has just started may take a while for its first commit. */
const LINGER_MS = 10_000;
const AFTER_FAILURE_MS = 200;

class LateError extends Error {
  override readonly name = 'LateError';
}

/** Commits a write of one property on its own connection: one that is in use may be waiting for something else. */
export function createHealthProbe(settings: DatabaseSettings, { onUp, onDown }: ProbeOptions): HealthProbe {
  let driver: Driver | undefined;
  let upAtMs = 0;
  let started = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  /** Discards the connection, after a delay if a probe still runs on it; the next probe opens a new one. */
  function disconnect(lateProbe?: Promise<void>): void {
    const discarded = driver;
    driver = undefined;
    const close = (): void => void discarded?.close().catch(() => undefined);
    if (lateProbe === undefined) {
      close();
      return;
    }
    const timer = setTimeout(close, LINGER_MS).unref();
    lateProbe
      .then(() => started > 0 && up())
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer);
        close();
      });
  }

  function up(): void {
    upAtMs = performance.now();
    onUp();
  }

  async function commit(): Promise<void> {
    driver ??= openDriver(settings, { maxConnections: 1, connectionTimeoutMs: LINGER_MS });
    const session = driver.session(settings.database === undefined ? {} : { database: settings.database });
    try {
      await session.run(text, NODE, { timeout: LINGER_MS });
    } finally {
      session.close().catch(() => undefined);
    }
  }

  async function commitInTime(): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    let isLate = false;
    const committed = commit().catch(async (error: unknown) => {
      if (failureKind(error) !== 'away' || isLate) {
        throw error;
      }
      // The connection may have been closed when Neo4j restarted: retry on a new one.
      disconnect();
      await commit();
    });
    const tooLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        // If this process was busy, an answer may be waiting to be read: read it first.
        setImmediate(() => {
          isLate = true;
          reject(new LateError(`no commit within ${TIMEOUT_MS / 1000} s`));
        });
      }, TIMEOUT_MS);
    });
    committed.catch(() => undefined);
    tooLate.catch(() => undefined);
    try {
      await Promise.race([committed, tooLate]);
    } catch (error) {
      disconnect(error instanceof LateError ? committed : undefined);
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  async function probe(): Promise<void> {
    const beganMs = performance.now();
    let waitMs = EVERY_MS;
    try {
      await commitInTime();
      up();
    } catch (error) {
      if (['busy', 'conflict'].includes(failureKind(error))) {
        // It was rolled back in favour of another server's probe: the database works.
        up();
      } else if (error instanceof LateError && upAtMs > beganMs) {
        // An earlier probe committed in the meantime: the outage is over, and the next probe will not be late.
        waitMs = 0;
      } else {
        waitMs = AFTER_FAILURE_MS;
        if (started > 0) {
          onDown(reasonOf(error), {
            certain: !(error instanceof LateError),
            broken: failureKind(error) === 'broken',
          });
        }
      }
    }
    running = undefined;
    if (started > 0) {
      timer = setTimeout(() => void now(), waitMs).unref();
    }
  }

  function now(): Promise<void> {
    clearTimeout(timer);
    running ??= probe();
    return running;
  }

  return {
    start() {
      started += 1;
      return now();
    },
    stop() {
      started -= 1;
      if (started === 0) {
        clearTimeout(timer);
      }
    },
    suspect() {
      if (started === 0) {
        return Promise.resolve();
      }
      if (running === undefined) {
        return now();
      }
      // The running probe may have succeeded just before the failure, so another one is needed.
      next ??= running.then(() => {
        next = undefined;
        return now();
      });
      return next;
    },
    async close() {
      started = 0;
      clearTimeout(timer);
      await driver?.close();
    },
  };
}
