import { keyOf } from '../model/keys.js';
import type { Database } from '../neo4j/database.js';
import { StemmaError } from '../base/errors.js';
import { createFollower, type Follower, type Tail } from './follower.js';
import { FIRST_PAGE, nextLimit, readLogPart } from './read-log.js';
import type { LogState, LogKey, LogOwner, LogSource } from './log-source.js';
import { createPoll } from './poll.js';

/**
 * The tails of the watched logs of one kind. The log in the database is authoritative: a commit of this process, or the regular
 * poll of all watched logs, only signals that there is more to read. New events are read once for all followers. A follower
 * that is behind the events kept here reads the log itself, one page at a time, when it is asked for more.
 */
export interface Tails<Row> {
  /**
   * Follows a log, whose newest event is `highWaterMark` or a later one, after event `after`: emits each event exactly once, in
   * order.
   * Reads nothing until asked, and waits while the database is unavailable. A deleted log, or one whose owner now has another
   * log, is reported as deleted. If the log has not begun (`generation` null, both numbers 0), follows the next one that begins.
   */
  follow(
    key: LogKey,
    from: { readonly after: number; readonly highWaterMark: number },
  ): Promise<Follower<Row>>;
  /** Reports the current states of these logs. */
  wake(states: readonly LogState[]): void;
  /** Reports that a log was deleted; without `generation`, whichever log of the owner is being watched. */
  forget(log: LogOwner & { readonly generation?: string }): void;
  /** How many logs are being watched. */
  readonly watched: number;
  /** Stops polling. Followers emit nothing until their sockets close: ending them would look like the end of the log. */
  close(): void;
}

const MAX_TAIL_EVENTS = 500;
const MAX_TAIL_BYTES = 1_000_000;
/** After this many polls without anything new, a tail discards its events. */
const QUIET_POLLS = 10;

export function createTails<Row>(
  database: Database,
  source: LogSource<Row>,
  { pollMs = 100, onError }: { readonly pollMs?: number; readonly onError: (error: unknown) => void },
): Tails<Row> {
  const tails = new Map<string, Tail<Row>>();
  let closed = false;
  const poll = createPoll({ everyMs: pollMs, wanted: () => tails.size > 0 && !closed, poll: pollTails });

  function remove(tail: Tail<Row>): void {
    if (tails.get(idOf(tail.owner)) === tail) {
      tails.delete(idOf(tail.owner));
    }
    if (tails.size === 0) {
      poll.stop();
    }
  }

  function drop(tail: Tail<Row>): void {
    tail.deleted = true;
    remove(tail);
    wakeFollowers(tail);
  }

  /** Reads new events, once for all followers, and wakes them. `doubted`: reads even if nothing new was reported. */
  async function advance(tail: Tail<Row>, { doubted = false } = {}): Promise<void> {
    if (tail.reading) {
      return;
    }
    tail.reading = true;
    let unavailable = false;
    try {
      for (
        let again = doubted;
        (again || tail.readUpTo < tail.highWaterMark) && tail.followers.size > 0 && !tail.deleted;
        again = false
      ) {
        const key = { ...tail.owner, generation: tail.generation };
        const part = await readLogPart(database, source, key, { after: tail.readUpTo, limit: tail.limit });
        if (part.kind === 'events') {
          keep(source, tail, part.events);
          wakeFollowers(tail);
        } else if (part.kind === 'gap') {
          // Each follower finds and reports the gap itself.
          empty(tail);
          tail.readUpTo = part.highWaterMark;
          tail.highWaterMark = Math.max(tail.highWaterMark, part.highWaterMark);
        } else if (part.kind === 'deleted') {
          drop(tail);
        } else {
          tail.highWaterMark = tail.readUpTo;
        }
      }
    } catch (error) {
      onError(error);
      unavailable = isUnavailable(error);
      tail.stalled = true;
    } finally {
      tail.reading = false;
      // Followers that are still waiting read for themselves.
      if (!unavailable) {
        wakeFollowers(tail);
      }
    }
  }

  /** Polls all watched logs once for what other processes wrote. */
  async function pollTails(): Promise<void> {
    const asked = new Map(tails);
    const watched = [...asked.values()].map(({ owner, generation, highWaterMark }) => ({
      ...owner,
      generation,
      highWaterMark,
    }));
    try {
      for (const state of await source.changedStates(database, watched)) {
        hear(asked.get(idOf(state)), state);
      }
      asked.forEach(tidy);
    } catch (error) {
      onError(error);
    }
  }

  function hear(tail: Tail<Row> | undefined, { generation, highWaterMark }: LogState): void {
    if (tail === undefined || tail.deleted) {
      return;
    }
    tail.generation ??= generation;
    if (generation !== tail.generation) {
      void advance(tail, { doubted: true });
    } else if (highWaterMark > tail.highWaterMark) {
      tail.highWaterMark = highWaterMark;
      tail.quietPolls = 0;
      void advance(tail);
    }
  }

  /** Called after each poll that the database answered. */
  function tidy(tail: Tail<Row>): void {
    tail.quietPolls += 1;
    if (tail.stalled) {
      tail.stalled = false;
      void advance(tail);
      wakeFollowers(tail);
    } else if (tail.quietPolls > QUIET_POLLS && !tail.reading) {
      empty(tail);
    }
  }

  function attach(tail: Tail<Row>, after: number): Follower<Row> {
    return createFollower(database, source, tail, {
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
    // Await nothing between finding a tail and attaching to it: its last follower might end meanwhile.
    async follow({ projectId, ownerId, generation: given }, { after, highWaterMark }) {
      const owner = { projectId, ownerId };
      let generation = given;
      for (;;) {
        const watchedTail = tails.get(idOf(owner));
        if (watchedTail === undefined) {
          const tail = newTail<Row>({ ...owner, generation, highWaterMark }, { deleted: false });
          tails.set(idOf(owner), tail);
          poll.start();
          return attach(tail, after);
        }
        watchedTail.generation ??= generation;
        if (watchedTail.generation === generation) {
          return attach(watchedTail, after);
        }
        // One of the two logs has ended, or the log has begun meanwhile.
        const now = (await source.state(database, owner))?.generation ?? null;
        generation ??= now;
        if (generation !== now) {
          return attach(newTail<Row>({ ...owner, generation, highWaterMark }, { deleted: true }), after);
        }
        if (tails.get(idOf(owner)) === watchedTail && watchedTail.generation !== now) {
          drop(watchedTail);
        }
      }
    },
    wake(states) {
      for (const state of states) {
        hear(tails.get(idOf(state)), state);
      }
    },
    forget({ generation, ...owner }) {
      const tail = tails.get(idOf(owner));
      if (tail !== undefined && (generation === undefined || generation === tail.generation)) {
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

function idOf({ projectId, ownerId }: LogOwner): string {
  return keyOf(projectId, ownerId);
}

function newTail<Row>(
  { projectId, ownerId, generation, highWaterMark }: LogState,
  { deleted }: { readonly deleted: boolean },
): Tail<Row> {
  return {
    owner: { projectId, ownerId },
    generation,
    highWaterMark,
    readUpTo: highWaterMark,
    events: [],
    sizeBytes: 0,
    limit: FIRST_PAGE,
    reading: false,
    deleted,
    stalled: false,
    quietPolls: 0,
    followers: new Set(),
  };
}

function wakeFollowers(tail: Tail<unknown>): void {
  for (const wake of [...tail.followers]) {
    wake();
  }
}

/** Adds events that were read after `readUpTo` and discards the oldest. The newest event is always kept, however large. */
function keep<Row>(source: LogSource<Row>, tail: Tail<Row>, events: readonly Row[]): void {
  for (const event of events) {
    const number = source.numberOf(event);
    if (number > tail.readUpTo + 1) {
      empty(tail);
    }
    tail.events.push(event);
    tail.sizeBytes += source.sizeOf(event);
    tail.readUpTo = number;
  }
  tail.highWaterMark = Math.max(tail.highWaterMark, tail.readUpTo);
  tail.limit = nextLimit(source, events);
  let over = 0;
  while (
    over < tail.events.length - 1 &&
    (tail.events.length - over > MAX_TAIL_EVENTS || tail.sizeBytes > MAX_TAIL_BYTES)
  ) {
    const oldest = tail.events[over];
    tail.sizeBytes -= oldest === undefined ? 0 : source.sizeOf(oldest);
    over += 1;
  }
  tail.events.splice(0, over);
}

function empty(tail: Tail<unknown>): void {
  tail.events = [];
  tail.sizeBytes = 0;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StemmaError && error.code === 'UNAVAILABLE';
}
