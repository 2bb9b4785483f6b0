import { keyOf } from './batch.js';
import { statement } from './cypher.js';
import type { Database } from './database.js';
import { StemmaError } from './errors.js';
import { logBounds } from './events.js';
import { createFollower, type Follower, type Tail } from './follower.js';
import type { EventRow, TraceRow } from './graph.js';
import { FIRST_PAGE, nextLimit, readLogPart, type LogKey } from './log-part.js';
import { createPoll } from './poll.js';

/**
 * The ends of the logs that are being watched. The log in the database is the truth: a commit of this process, or the
 * regular look at all watched traces, only says that there is more to read. What is new is read once for all followers;
 * one that is behind the part kept here reads the log itself, a page at a time, when it asks for more.
 */
export interface Tails {
  /**
   * Follows the log of a trace, whose newest event is `latest` or a later one, from behind event `after`: each event
   * exactly once, in order. Reads nothing until asked, and waits while the database is away. A trace that is gone, also
   * one whose id another now has, is told as deleted.
   */
  follow(key: LogKey, from: { readonly after: number; readonly latest: number }): Promise<Follower>;
  /** Says that these traces have new events. */
  wake(committed: readonly TraceRow[]): void;
  /** Says that a trace is gone. */
  forget(key: Pick<LogKey, 'projectId' | 'traceId'>): void;
  /** How many traces are being watched. */
  readonly watched: number;
  /** Looks no more: followers wait in silence for their sockets to close, as an end would look like the log's. */
  close(): void;
}

const readHeads = statement<
  { readonly watched: readonly (LogKey & { readonly latest: number })[] },
  {
    readonly projectId: string;
    readonly traceId: string;
    readonly latest: number | null;
    readonly createdAt: string | null;
  }
>('traces/heads');

const MAX_TAIL_EVENTS = 500;
const MAX_TAIL_BYTES = 1_000_000;
/** After so many looks without anything new, a tail keeps no events. */
const QUIET_LOOKS = 10;

export function createTails(
  database: Database,
  { pollMs = 100, onError }: { readonly pollMs?: number; readonly onError: (error: unknown) => void },
): Tails {
  const tails = new Map<string, Tail>();
  let closed = false;
  const poll = createPoll({ everyMs: pollMs, wanted: () => tails.size > 0 && !closed, look });

  function remove(tail: Tail): void {
    if (tails.get(idOf(tail.key)) === tail) {
      tails.delete(idOf(tail.key));
    }
    if (tails.size === 0) {
      poll.stop();
    }
  }

  function drop(tail: Tail): void {
    tail.deleted = true;
    remove(tail);
    wakeFollowers(tail);
  }

  /** Reads what is new, once for all followers, and wakes them. `doubted`: even if nothing is said to be new. */
  async function advance(tail: Tail, { doubted = false } = {}): Promise<void> {
    if (tail.reading) {
      return;
    }
    tail.reading = true;
    let unavailable = false;
    try {
      for (
        let again = doubted;
        (again || tail.readUpTo < tail.latest) && tail.followers.size > 0 && !tail.deleted;
        again = false
      ) {
        const part = await readLogPart(database, tail.key, { after: tail.readUpTo, limit: tail.limit });
        if (part.kind === 'events') {
          keep(tail, part.events);
          wakeFollowers(tail);
        } else if (part.kind === 'gap') {
          // Each follower finds it, and tells it, by itself.
          tail.events = [];
          tail.sizeBytes = 0;
          tail.readUpTo = part.earliest - 1;
          tail.latest = Math.max(tail.latest, part.latest);
        } else {
          if (part.kind === 'deleted') {
            drop(tail);
          } else {
            tail.latest = tail.readUpTo;
          }
        }
      }
    } catch (error) {
      onError(error);
      unavailable = isUnavailable(error);
      tail.stalled = true;
    } finally {
      tail.reading = false;
      // Those still waiting read for themselves.
      if (!unavailable) {
        wakeFollowers(tail);
      }
    }
  }

  /** One look at all watched traces, for what other processes wrote. */
  async function look(): Promise<void> {
    const asked = new Map(tails);
    const watched = [...asked.values()].map(({ key, latest }) => ({ ...key, latest }));
    try {
      const heads = await readHeads(database, { watched });
      for (const head of heads) {
        const tail = asked.get(idOf(head));
        if (tail === undefined || tail.deleted) {
          continue;
        }
        if (head.createdAt !== tail.key.createdAt) {
          void advance(tail, { doubted: true });
        } else if (head.latest !== null && head.latest > tail.latest) {
          tail.latest = head.latest;
          tail.quietLooks = 0;
          void advance(tail);
        }
      }
      asked.forEach(tidy);
    } catch (error) {
      onError(error);
    }
  }

  /** After a look that the database answered. */
  function tidy(tail: Tail): void {
    tail.quietLooks += 1;
    if (tail.stalled) {
      tail.stalled = false;
      void advance(tail);
      wakeFollowers(tail);
    } else if (tail.quietLooks > QUIET_LOOKS && !tail.reading) {
      tail.events = [];
      tail.sizeBytes = 0;
    }
  }

  function attach(tail: Tail, after: number): Follower {
    return createFollower(database, tail, {
      after,
      onDeleted: () => drop(tail),
      onEnd() {
        if (tail.followers.size === 0) {
          remove(tail);
        }
      },
    });
  }

  return {
    // Between finding a tail and attaching to it nothing is awaited: its last follower might leave meanwhile.
    async follow({ projectId, traceId, createdAt }, { after, latest }) {
      const key = { projectId, traceId, createdAt };
      for (;;) {
        const known = tails.get(idOf(key));
        if (known?.key.createdAt === createdAt) {
          return attach(known, after);
        }
        if (known !== undefined) {
          // Of another trace of this id, an earlier or a later one.
          const bounds = await logBounds(database, key);
          if (bounds?.createdAt !== createdAt) {
            return attach(newTail(key, { latest, deleted: true }), after);
          }
          if (tails.get(idOf(key)) === known) {
            drop(known);
          }
          continue;
        }
        const tail = newTail(key, { latest, deleted: false });
        tails.set(idOf(key), tail);
        poll.start();
        return attach(tail, after);
      }
    },
    wake(committed) {
      for (const { projectId, id, lastEventId, createdAt } of committed) {
        const tail = tails.get(idOf({ projectId, traceId: id }));
        if (tail !== undefined && tail.key.createdAt === createdAt && lastEventId > tail.latest) {
          tail.latest = lastEventId;
          tail.quietLooks = 0;
          void advance(tail);
        }
      }
    },
    forget(key) {
      const tail = tails.get(idOf(key));
      if (tail !== undefined) {
        drop(tail);
      }
    },
    get watched() {
      return tails.size;
    },
    close() {
      closed = true;
      poll.stop();
    },
  };
}

function idOf({ projectId, traceId }: { readonly projectId: string; readonly traceId: string }): string {
  return keyOf(projectId, traceId);
}

function newTail(key: LogKey, { latest, deleted }: Pick<Tail, 'latest' | 'deleted'>): Tail {
  return {
    key,
    latest,
    readUpTo: latest,
    events: [],
    sizeBytes: 0,
    limit: FIRST_PAGE,
    reading: false,
    deleted,
    stalled: false,
    quietLooks: 0,
    followers: new Set(),
  };
}

function wakeFollowers(tail: Tail): void {
  for (const wake of [...tail.followers]) {
    wake();
  }
}

/** Adds what was read after `readUpTo`, and lets go of the oldest: the newest event is always kept, however large. */
function keep(tail: Tail, events: readonly EventRow[]): void {
  const newest = events.at(-1)?.eventId ?? tail.readUpTo;
  tail.readUpTo = newest;
  tail.latest = Math.max(tail.latest, newest);
  tail.limit = nextLimit(events);
  tail.events.push(...events);
  tail.sizeBytes += events.reduce((sum, { payload }) => sum + payload.length, 0);
  let over = 0;
  while (
    over < tail.events.length - 1 &&
    (tail.events.length - over > MAX_TAIL_EVENTS || tail.sizeBytes > MAX_TAIL_BYTES)
  ) {
    tail.sizeBytes -= tail.events[over]?.payload.length ?? 0;
    over += 1;
  }
  tail.events.splice(0, over);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StemmaError && error.code === 'UNAVAILABLE';
}
