import type { Database } from '../neo4j/database.js';
import { endable } from './endable.js';
import { StemmaError } from '../base/errors.js';
import { FIRST_PAGE, nextLimit, readLogPart, type LogPart } from './read-log.js';
import type { LogOwner, LogSource } from './log-source.js';

/** What a follower of a log receives. */
export type Followed<Row> =
  | { readonly kind: 'event'; readonly event: Row }
  /** Events `requested` + 1 to `earliest` - 1 were deleted. */
  | {
      readonly kind: 'gap';
      readonly requested: number;
      readonly earliest: number;
      readonly latest: number;
    }
  /** The log was deleted; nothing follows. */
  | { readonly kind: 'deleted' };

/** An iterator over a log. `return` ends it, even during a wait. Call `next` only after the previous call has settled. */
export interface Follower<Row> extends AsyncIterableIterator<Followed<Row>, undefined> {
  readonly state: FollowerState;
}

/** What decides a follower's state. */
export interface FollowerView {
  readonly ended: boolean;
  /** Its last read failed because the database was unavailable, and nothing has woken it since. */
  readonly stalled: boolean;
  /** The last event that it emitted or reported as deleted. */
  readonly cursor: number;
  /** The number of the next event in memory: in its own page, or in the tail. */
  readonly atHand: number | undefined;
  readonly deleted: boolean;
  readonly highWaterMark: number;
  /** Up to where the shared read has read, and whether it is reading. */
  readonly readUpTo: number;
  readonly reading: boolean;
}

/**
 * A follower's states, in the order in which they are tested: it is in the first whose condition holds. In each, `next` does what
 * the comment says.
 */
export const STATES = {
  /** Returns undefined. Only `return`, or a deleted log that was reported, leads here; nothing leads out. */
  ended: ({ ended }) => ended,
  /** Emits the event. */
  event: ({ atHand, cursor }) => atHand !== undefined && atHand <= cursor + 1,
  /** Reports the events before it as deleted. */
  gap: ({ atHand }) => atHand !== undefined,
  /** Reports the deletion and ends. */
  deleted: ({ deleted }) => deleted,
  /** Waits until it is woken: the next poll that the database answers wakes it. */
  stalled: ({ stalled }) => stalled,
  /** Waits until it is woken: there is nothing new. */
  'caught up': ({ cursor, highWaterMark }) => cursor >= highWaterMark,
  /** Waits until it is woken: the shared read is about to deliver the next event. */
  'shared read': ({ reading, cursor, readUpTo }) => reading && cursor >= readUpTo,
  /** Reads a page of its own; see AFTER_READ for what follows. */
  behind: () => true,
} satisfies Record<string, (view: FollowerView) => boolean>;

export type FollowerState = keyof typeof STATES;

/** The state after a read, by its result, if nothing else happens. */
export const AFTER_READ = {
  events: 'event',
  /** The gap is reported first. */
  gap: 'caught up',
  deleted: 'deleted',
  end: 'caught up',
  unavailable: 'stalled',
} satisfies Record<LogPart<unknown>['kind'] | 'unavailable', FollowerState>;

const IN_ORDER = Object.entries(STATES) as [FollowerState, (view: FollowerView) => boolean][];

export function stateOf(view: FollowerView): FollowerState {
  return IN_ORDER.find(([, applies]) => applies(view))?.[0] ?? 'behind';
}

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
  let stalled = false;
  let stopWaiting: () => void = () => undefined;
  const wake = (): void => {
    stalled = false;
    stopWaiting();
  };
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

  function atHand(): Row | undefined {
    const [first] = tail.events;
    const tailStart = first === undefined ? Infinity : source.numberOf(first);
    return page.at(-1) ?? tail.events[cursor + 1 - tailStart];
  }

  function state(): FollowerState {
    const next = atHand();
    const { deleted, highWaterMark, readUpTo, reading } = tail;
    return stateOf({
      ended,
      stalled,
      cursor,
      atHand: next && source.numberOf(next),
      deleted,
      highWaterMark,
      readUpTo,
      reading,
    });
  }

  function gapUpTo(last: number, latest: number): Followed<Row> {
    const requested = cursor;
    cursor = last;
    return { kind: 'gap', requested, earliest: last + 1, latest };
  }

  /** Returns undefined once the follower has ended. */
  async function next(): Promise<Followed<Row> | undefined> {
    for (;;) {
      switch (state()) {
        case 'ended':
          return undefined;
        case 'event': {
          const event = atHand() as Row;
          page.pop();
          cursor = source.numberOf(event);
          return { kind: 'event', event };
        }
        case 'gap':
          return gapUpTo(source.numberOf(atHand() as Row) - 1, pageHighWaterMark);
        case 'deleted':
          end();
          return { kind: 'deleted' };
        case 'stalled':
        case 'caught up':
        case 'shared read':
          await new Promise<void>((resolve) => {
            stopWaiting = resolve;
          });
          break;
        case 'behind': {
          const gap = await readPage();
          if (gap !== undefined && !ended) {
            return gap;
          }
        }
      }
    }
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
      stalled = true;
      return undefined;
    }
  }

  const follower = endable<Followed<Row>>({ next, end });
  return {
    ...follower,
    [Symbol.asyncIterator]() {
      return this;
    },
    get state() {
      return state();
    },
  };
}
