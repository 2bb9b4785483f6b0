import type { Database } from './database.js';
import { endable } from './endable.js';
import { StemmaError } from './errors.js';
import type { EventRow } from './graph.js';
import { FIRST_PAGE, nextLimit, readLogPart, type LogKey } from './log-part.js';

/** What a follower of a trace's log is given. */
export type Followed =
  | { readonly kind: 'event'; readonly event: EventRow }
  /** Events `requested` + 1 to `earliest` - 1 are gone. */
  | { readonly kind: 'gap'; readonly requested: number; readonly earliest: number; readonly latest: number }
  /** The trace was deleted; nothing comes after. */
  | { readonly kind: 'deleted' };

/** A trace's log, followed: end it with `return`, which also ends a wait. Ask for one thing at a time. */
export type Follower = AsyncIterableIterator<Followed, undefined>;

/** The end of a log that is being watched. */
export interface Tail {
  readonly key: LogKey;
  /** The newest event known to be. */
  latest: number;
  /** The newest event that the shared reading has passed. */
  readUpTo: number;
  /** The newest events up to `readUpTo`, without gaps: what followers find here they need not read. */
  events: EventRow[];
  sizeBytes: number;
  /** How many events the shared reading takes at a time. */
  limit: number;
  reading: boolean;
  deleted: boolean;
  /** The database was away when something was to be read. */
  stalled: boolean;
  /** How often in a row a look found nothing new. */
  quietLooks: number;
  /** Wakes each follower. */
  readonly followers: Set<() => void>;
}

/**
 * Follows from behind event `after`. Between two questions it holds a page of events at most, and none once it keeps up:
 * then it takes each from the tail.
 *
 * Written by hand rather than as an async generator: a generator waiting on a quiet log does not hear `return`, and a
 * client that left would never be let go.
 */
export function createFollower(
  database: Database,
  tail: Tail,
  {
    after,
    onDeleted,
    onEnd,
  }: { readonly after: number; readonly onDeleted: () => void; readonly onEnd: () => void },
): Follower {
  let cursor = after;
  let page: readonly EventRow[] = [];
  let limit = FIRST_PAGE;
  let ended = false;
  let stopWaiting: () => void = () => undefined;
  const wake = (): void => stopWaiting();
  tail.followers.add(wake);

  function end(): void {
    if (!ended) {
      ended = true;
      page = [];
      tail.followers.delete(wake);
      stopWaiting();
      onEnd();
    }
  }

  function untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      stopWaiting = resolve;
    });
  }

  /** The event after the cursor, if it is at hand. */
  function atHand(): EventRow | undefined {
    const pageStart = page[0]?.eventId ?? Infinity;
    const tailStart = tail.events[0]?.eventId ?? Infinity;
    return page[cursor + 1 - pageStart] ?? tail.events[cursor + 1 - tailStart];
  }

  /** Undefined when it was ended. */
  async function read(): Promise<Followed | undefined> {
    while (!ended) {
      const event = atHand();
      if (event !== undefined) {
        cursor = event.eventId;
        return { kind: 'event', event };
      }
      page = [];
      if (tail.deleted) {
        return { kind: 'deleted' };
      }
      // Where the shared reading is about to bring it, or there is nothing to bring, this waits.
      if (cursor >= tail.latest || (tail.reading && cursor >= tail.readUpTo)) {
        await untilWoken();
        continue;
      }
      const gap = await readPage();
      if (gap !== undefined) {
        return gap;
      }
    }
    return undefined;
  }

  async function readPage(): Promise<Followed | undefined> {
    try {
      const part = await readLogPart(database, tail.key, { after: cursor, limit });
      switch (part.kind) {
        case 'events':
          page = part.events;
          limit = nextLimit(page);
          return undefined;
        case 'gap': {
          const gap = { ...part, requested: cursor };
          cursor = part.earliest - 1;
          return gap;
        }
        case 'deleted':
          onDeleted();
          return undefined;
        case 'end':
          tail.latest = Math.min(tail.latest, cursor);
          return undefined;
      }
    } catch (error) {
      if (!(error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
        throw error;
      }
      // The log is still there when the database is back; a later look wakes this up.
      tail.stalled = true;
      if (!ended) {
        await untilWoken();
      }
      return undefined;
    }
  }

  return endable<Followed>({
    async next() {
      const followed = await read();
      if (followed?.kind === 'deleted') {
        end();
        return followed;
      }
      // `return` may have come while this waited.
      return ended ? undefined : followed;
    },
    end,
  });
}
