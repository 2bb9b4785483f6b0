import { keyOf } from './batch.js';
import { statement } from './cypher.js';
import type { Database } from './database.js';
import { notFound } from './errors.js';
import { logBounds, readEvents } from './events.js';
import type { EventRow } from './graph.js';
import type { Committed } from './ingest.js';

/** What a follower of a trace's log is given. */
export type Followed =
  | { readonly kind: 'event'; readonly event: EventRow }
  /** Events `requested` + 1 to `earliest` - 1 are gone. */
  | { readonly kind: 'gap'; readonly requested: number; readonly earliest: number; readonly latest: number }
  /** The trace was deleted; nothing comes after. */
  | { readonly kind: 'deleted' };

/** A trace's log, followed: end it with `return`, which also ends a wait. */
export type Follower = AsyncIterableIterator<Followed, undefined>;

/**
 * The ends of the logs that are being watched. The log in the database is the truth: a commit of this process, or the
 * regular look at all watched traces, only says that there is more to read. What is new is read once for all followers;
 * one that is behind the part kept here reads the log itself, a page at a time, when it asks for more.
 */
export interface Tails {
  /**
   * Follows the log of a trace from behind event `after`: each event exactly once, in order. Reads nothing until asked.
   *
   * Throws NOT_FOUND if there is no such trace.
   */
  follow(key: LogKey, after: number): Promise<Follower>;
  /** Says that these traces have new events. */
  wake(committed: readonly Committed[]): void;
  /** Says that a trace is gone. */
  forget(key: LogKey): void;
  /** How many traces are being watched. */
  readonly watched: number;
  /** Ends all followers. */
  close(): void;
}

export interface LogKey {
  readonly projectId: string;
  readonly traceId: string;
}

interface Tail extends LogKey {
  /** Tells the trace from a later one of the same id. */
  readonly createdAt: string;
  /** The newest event known. */
  latest: number;
  /** The newest events, without gaps, up to `latest` or a little less. */
  events: EventRow[];
  sizeBytes: number;
  reading: boolean;
  deleted: boolean;
  readonly followers: Set<() => void>;
}

const readHeads = statement<
  { readonly watched: readonly (LogKey & { readonly latest: number; readonly createdAt: string })[] },
  LogKey & { latest: number | null; createdAt: string | null }
>('traces/heads');

const PAGE = 200;
const MAX_TAIL_EVENTS = 500;
const MAX_TAIL_BYTES = 1_000_000;

export function createTails(
  database: Database,
  { pollMs = 100, onError }: { readonly pollMs?: number; readonly onError: (error: unknown) => void },
): Tails {
  const tails = new Map<string, Tail>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function wakeFollowers(tail: Tail): void {
    for (const wake of [...tail.followers]) {
      wake();
    }
  }

  function drop(tail: Tail): void {
    tail.deleted = true;
    tails.delete(keyOf(tail.projectId, tail.traceId));
    wakeFollowers(tail);
  }

  /** Reads what is new, once for all followers, then wakes them. */
  async function advance(tail: Tail, latest: number): Promise<void> {
    const readUpTo = tail.events.at(-1)?.eventId ?? tail.latest;
    tail.latest = Math.max(tail.latest, latest);
    if (tail.reading || tail.latest === readUpTo) {
      return;
    }
    tail.reading = true;
    try {
      for (let after = readUpTo; after < tail.latest && !tail.deleted;) {
        const page = await readEvents(database, { ...logKey(tail), after, limit: PAGE });
        const last = page.at(-1);
        if (last === undefined) {
          break;
        }
        keep(tail, page);
        tail.latest = Math.max(tail.latest, last.eventId);
        after = last.eventId;
        wakeFollowers(tail);
      }
    } catch (error) {
      onError(error);
    } finally {
      tail.reading = false;
      // Those still waiting read for themselves.
      wakeFollowers(tail);
    }
  }

  function keep(tail: Tail, page: readonly EventRow[]): void {
    const follows = tail.events.at(-1)?.eventId === (page[0]?.eventId ?? 0) - 1;
    if (!follows) {
      tail.events = [];
      tail.sizeBytes = 0;
    }
    tail.events.push(...page);
    tail.sizeBytes += page.reduce((sum, { payload }) => sum + payload.length, 0);
    let drop = 0;
    while (tail.events.length - drop > MAX_TAIL_EVENTS || tail.sizeBytes > MAX_TAIL_BYTES) {
      tail.sizeBytes -= tail.events[drop]?.payload.length ?? tail.sizeBytes;
      drop += 1;
    }
    tail.events.splice(0, drop);
  }

  function schedule(): void {
    if (timer === undefined && tails.size > 0 && !closed) {
      timer = setTimeout(() => {
        void poll().finally(() => {
          timer = undefined;
          schedule();
        });
      }, pollMs);
    }
  }

  /** One look at all watched traces, for what other processes wrote. */
  async function poll(): Promise<void> {
    const known = [...tails.values()].map(({ projectId, traceId, latest, createdAt }) => ({
      projectId,
      traceId,
      latest,
      createdAt,
    }));
    if (known.length === 0) {
      return;
    }
    try {
      for (const { projectId, traceId, latest, createdAt } of await readHeads(database, { watched: known })) {
        const tail = tails.get(keyOf(projectId, traceId));
        if (tail === undefined) {
          continue;
        }
        if (latest === null || createdAt !== tail.createdAt) {
          drop(tail);
        } else if (latest > tail.latest) {
          void advance(tail, latest);
        }
      }
    } catch (error) {
      onError(error);
    }
  }

  async function open(key: LogKey): Promise<Tail> {
    const id = keyOf(key.projectId, key.traceId);
    const known = tails.get(id);
    if (known !== undefined) {
      return known;
    }
    const bounds = await logBounds(database, key);
    if (bounds === undefined) {
      throw notFound('trace', key.traceId);
    }
    const meanwhile = tails.get(id);
    if (meanwhile !== undefined) {
      return meanwhile;
    }
    const tail: Tail = {
      ...key,
      createdAt: bounds.createdAt,
      latest: bounds.latest,
      events: [],
      sizeBytes: 0,
      reading: false,
      deleted: false,
      followers: new Set(),
    };
    tails.set(id, tail);
    schedule();
    return tail;
  }

  return {
    async follow(key, after) {
      const tail = await open({ projectId: key.projectId, traceId: key.traceId });
      return createFollower(database, tail, {
        after,
        onEnd: () => {
          if (tail.followers.size === 0 && !tail.deleted) {
            tails.delete(keyOf(tail.projectId, tail.traceId));
          }
          if (tails.size === 0) {
            clearTimeout(timer);
            timer = undefined;
          }
        },
      });
    },
    wake(committed) {
      for (const { projectId, id, lastEventId } of committed) {
        const tail = tails.get(keyOf(projectId, id));
        if (tail !== undefined && lastEventId > tail.latest) {
          void advance(tail, lastEventId);
        }
      }
    },
    forget({ projectId, traceId }) {
      const tail = tails.get(keyOf(projectId, traceId));
      if (tail !== undefined) {
        drop(tail);
      }
    },
    get watched() {
      return tails.size;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const tail of [...tails.values()]) {
        drop(tail);
      }
    },
  };
}

function logKey({ projectId, traceId }: LogKey): LogKey {
  return { projectId, traceId };
}

/**
 * Written by hand rather than as an async generator: a generator waiting on a quiet log does not hear `return`, and a
 * client that left would never be let go.
 */
function createFollower(
  database: Database,
  tail: Tail,
  { after, onEnd }: { readonly after: number; readonly onEnd: () => void },
): Follower {
  let cursor = after;
  let page: readonly EventRow[] = [];
  let next = 0;
  let ended = false;
  let stopWaiting: () => void = () => undefined;
  const wake = (): void => stopWaiting();
  tail.followers.add(wake);

  function end(): { readonly done: true; readonly value: undefined } {
    if (!ended) {
      ended = true;
      tail.followers.delete(wake);
      stopWaiting();
      onEnd();
    }
    return { done: true, value: undefined };
  }

  function fromTail(): readonly EventRow[] {
    const first = tail.events[0]?.eventId;
    return first === undefined || first > cursor + 1 ? [] : tail.events.slice(cursor + 1 - first);
  }

  async function read(): Promise<Followed> {
    for (;;) {
      const event = page[next];
      if (event !== undefined) {
        next += 1;
        cursor = event.eventId;
        return { kind: 'event', event };
      }
      if (tail.deleted || ended) {
        return { kind: 'deleted' };
      }
      if (cursor >= tail.latest) {
        await new Promise<void>((resolve) => {
          stopWaiting = resolve;
        });
        continue;
      }
      page = fromTail();
      next = 0;
      if (page.length > 0) {
        continue;
      }
      if (tail.reading && tail.events.at(-1)?.eventId === cursor) {
        // The shared reading is about to bring it.
        await new Promise<void>((resolve) => {
          stopWaiting = resolve;
        });
        continue;
      }
      page = await readEvents(database, { ...logKey(tail), after: cursor, limit: PAGE });
      const first = page[0]?.eventId;
      if (first === undefined) {
        // Nothing where the trace says there is something: it is gone, or that part of its log is.
        const bounds = await logBounds(database, logKey(tail));
        if (bounds?.createdAt !== tail.createdAt) {
          return { kind: 'deleted' };
        }
        const gap = {
          kind: 'gap',
          requested: cursor,
          earliest: bounds.latest + 1,
          latest: bounds.latest,
        } as const;
        cursor = bounds.latest;
        return gap;
      }
      if (first > cursor + 1) {
        const gap = { kind: 'gap', requested: cursor, earliest: first, latest: tail.latest } as const;
        cursor = first - 1;
        return gap;
      }
    }
  }

  return {
    async next() {
      if (ended) {
        return { done: true, value: undefined };
      }
      const followed = await read();
      // `return` or the end of the server may have come while this waited.
      if (ended as boolean) {
        return { done: true, value: undefined };
      }
      if (followed.kind === 'deleted') {
        end();
      }
      return { done: false, value: followed };
    },
    return: () => Promise.resolve(end()),
    throw(error: unknown) {
      end();
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
