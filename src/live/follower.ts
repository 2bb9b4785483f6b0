import type { Database } from '../neo4j/database.js';
import { endable } from './endable.js';
import { StemmaError } from '../base/errors.js';
import { FIRST_PAGE, nextLimit, readLogPart } from './read-log.js';
import type { LogOwner, LogSource } from './log-source.js';

/** What a follower of a log is given. */
export type Followed<Row> =
  | { readonly kind: 'event'; readonly event: Row }
  /** Events `requested` + 1 to `earliest` - 1 are gone. */
  | { readonly kind: 'gap'; readonly requested: number; readonly earliest: number; readonly latest: number }
  /** The log was deleted; nothing comes after. */
  | { readonly kind: 'deleted' };

/** A log, followed: end it with `return`, which also ends a wait. Ask for one thing at a time. */
export type Follower<Row> = AsyncIterableIterator<Followed<Row>, undefined>;

/** The end of a log that is being watched. */
export interface Tail<Row> {
  readonly owner: LogOwner;
  /** Null until the log begins. */
  life: string | null;
  /** The newest event known to be. */
  latest: number;
  /** The newest event that the shared reading has passed. */
  readUpTo: number;
  /** The newest events up to `readUpTo`, without gaps: what followers find here they need not read. */
  events: Row[];
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
export function createFollower<Row>(
  database: Database,
  source: LogSource<Row>,
  tail: Tail<Row>,
  {
    after,
    onDeleted,
    onEnd,
  }: { readonly after: number; readonly onDeleted: () => void; readonly onEnd: () => void },
): Follower<Row> {
  let cursor = after;
  /** What was read and not yet given, the next one last. */
  let page: Row[] = [];
  let pageLatest = 0;
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

  /** What comes next, if it is at hand. */
  function atHand(): Followed<Row> | undefined {
    const [first] = tail.events;
    const tailStart = first === undefined ? Infinity : source.numberOf(first);
    const event = page.at(-1) ?? tail.events[cursor + 1 - tailStart];
    if (event === undefined) {
      return undefined;
    }
    const number = source.numberOf(event);
    if (number > cursor + 1) {
      return gapUpTo(number - 1, pageLatest);
    }
    page.pop();
    cursor = number;
    return { kind: 'event', event };
  }

  function gapUpTo(last: number, latest: number): Followed<Row> {
    const requested = cursor;
    cursor = last;
    return { kind: 'gap', requested, earliest: last + 1, latest };
  }

  /** Undefined when it was ended. */
  async function read(): Promise<Followed<Row> | undefined> {
    while (!ended) {
      const next = atHand();
      if (next !== undefined) {
        return next;
      }
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

  async function readPage(): Promise<Followed<Row> | undefined> {
    try {
      const key = { ...tail.owner, life: tail.life };
      const part = await readLogPart(database, source, key, { after: cursor, limit });
      switch (part.kind) {
        case 'events':
          page = part.events.toReversed();
          pageLatest = part.latest;
          limit = nextLimit(source, page);
          return undefined;
        case 'gap':
          return gapUpTo(part.latest, part.latest);
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

  return endable<Followed<Row>>({
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
