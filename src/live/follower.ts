import type { Database } from '../neo4j/database.js';
import { endable } from './endable.js';
import { StemmaError } from '../base/errors.js';
import { FIRST_PAGE, nextLimit, readLogPart } from './read-log.js';
import type { LogOwner, LogSource } from './log-source.js';

/** What a follower of a log receives. */
export type Followed<Row> =
  | { readonly kind: 'event'; readonly event: Row }
  /** Events `requested` + 1 to `earliest` - 1 were deleted. */
  | {
      readonly kind: 'gap';
      readonly requested: number;
      readonly earliest: number;
      readonly highWaterMark: number;
    }
  /** The log was deleted; nothing follows. */
  | { readonly kind: 'deleted' };

/** An iterator over a log. `return` ends it, even during a wait. Call `next` only after the previous call has settled. */
export type Follower<Row> = AsyncIterableIterator<Followed<Row>, undefined>;

/** The tail of a watched log. */
export interface Tail<Row> {
  readonly owner: LogOwner;
  /** Null until the log begins. */
  generation: string | null;
  /** The newest event known to exist. */
  highWaterMark: number;
  /** The newest event that the shared read has reached. */
  readUpTo: number;
  /** The newest events up to `readUpTo`, without gaps. Followers take these from here instead of reading them. */
  events: Row[];
  sizeBytes: number;
  /** How many events the shared read fetches at a time. */
  limit: number;
  reading: boolean;
  deleted: boolean;
  /** A read failed, usually because the database was unavailable. */
  stalled: boolean;
  /** How many polls in a row found nothing new. */
  quietPolls: number;
  /** A wake function for each follower. */
  readonly followers: Set<() => void>;
}

/**
 * Follows the log after event `after`. Between calls to `next` it holds at most one page of events, and none once it has caught
 * up: it then takes each event from the tail.
 *
 * This is not an async generator: a generator waiting on a quiet log does not react to `return`, so a disconnected client would
 * never be released.
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
  /** Events that were read but not yet emitted, the next one last. */
  let page: Row[] = [];
  let pageHighWaterMark = 0;
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

  /** The next item, if it is in memory. */
  function atHand(): Followed<Row> | undefined {
    const [first] = tail.events;
    const tailStart = first === undefined ? Infinity : source.numberOf(first);
    const event = page.at(-1) ?? tail.events[cursor + 1 - tailStart];
    if (event === undefined) {
      return undefined;
    }
    const number = source.numberOf(event);
    if (number > cursor + 1) {
      return gapUpTo(number - 1, pageHighWaterMark);
    }
    page.pop();
    cursor = number;
    return { kind: 'event', event };
  }

  function gapUpTo(last: number, highWaterMark: number): Followed<Row> {
    const requested = cursor;
    cursor = last;
    return { kind: 'gap', requested, earliest: last + 1, highWaterMark };
  }

  /** Returns undefined once the follower has ended. */
  async function read(): Promise<Followed<Row> | undefined> {
    while (!ended) {
      const next = atHand();
      if (next !== undefined) {
        return next;
      }
      if (tail.deleted) {
        return { kind: 'deleted' };
      }
      // Wait if there is nothing new or the shared read is about to deliver it.
      if (cursor >= tail.highWaterMark || (tail.reading && cursor >= tail.readUpTo)) {
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
      const key = { ...tail.owner, generation: tail.generation };
      const part = await readLogPart(database, source, key, { after: cursor, limit });
      switch (part.kind) {
        case 'events':
          page = part.events.toReversed();
          pageHighWaterMark = part.highWaterMark;
          limit = nextLimit(source, page);
          return undefined;
        case 'gap':
          return gapUpTo(part.highWaterMark, part.highWaterMark);
        case 'deleted':
          onDeleted();
          return undefined;
        case 'end':
          tail.highWaterMark = Math.min(tail.highWaterMark, cursor);
          return undefined;
      }
    } catch (error) {
      if (!(error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
        throw error;
      }
      // The log still exists when the database is back; a later poll wakes this follower.
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
      // `return` may have been called during the wait.
      return ended ? undefined : followed;
    },
    end,
  });
}
