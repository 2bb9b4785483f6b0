import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StemmaError } from './errors.js';

/** Takes the rest of a request's work, to be done after its error was answered. `finish` must be safe to call again. */
export type FinishLater = (finish: () => Promise<unknown>) => void;

/** What the error says about the rest. */
export const FINISHED_LATER = 'the server does the rest once the database is back';

/** Work that requests of this server left unfinished: it is tried in the background until it succeeds. */
export interface UnfinishedWork {
  readonly add: FinishLater;
  /** Leaves the rest undone. */
  close(): void;
}

/** The pause before another attempt; doubled after errors other than UNAVAILABLE, which another attempt may not cure. */
const PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 60_000;

export function createUnfinishedWork(log: Pick<Logger, 'info' | 'warn'>): UnfinishedWork {
  const closing = new AbortController();

  async function finished(finish: () => Promise<unknown>): Promise<void> {
    for (let pauseMs = PAUSE_MS; ;) {
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false });
      try {
        await finish();
        log.info('finished a deletion that was cut short');
        return;
      } catch (error) {
        if (!(error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
          log.warn({ err: error }, 'a deletion that was cut short could not be finished yet');
          pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS);
        }
      }
    }
  }

  return {
    add(finish) {
      // Rejects only when it is closed.
      finished(finish).catch(() => undefined);
    },
    close: () => closing.abort(),
  };
}
