import { setTimeout as delay } from 'node:timers/promises';
import { endable } from './endable.js';
import { badInput, StemmaError } from '../base/errors.js';
import type { Followed, Follower } from './follower.js';
import type { RunEventRow } from '../model/rows.js';
import type { LogState } from './log-source.js';
import { parseRunEventId } from '../domain/run-events/run-event-ids.js';
import { shown } from '../base/json.js';
import type { Tails } from './log-tails.js';

/** Where a subscription to run events starts. If neither is given, it emits only new events. */
export interface ThreadStart {
  /** A run event's id: starts after it, or with the next log generation if the event's own has ended. */
  readonly after?: string | null | undefined;
  /** A position in the current log generation. */
  readonly afterSeq?: number | null | undefined;
}

const RETRY_MS = 200;

/**
 * Follows a thread's run events, whose log is now in `state`, through all its log generations. 'deleted' reports that one has
 * ended; the events of the next follow, from its first. Generations that began and ended unnoticed are skipped.
 *
 * Throws BAD_USER_INPUT if `start` names an event that cannot exist.
 */
export async function followThread(
  tails: Tails<RunEventRow>,
  state: LogState,
  start: ThreadStart,
): Promise<AsyncIterableIterator<Followed<RunEventRow>, undefined>> {
  const { projectId, ownerId, highWaterMark } = state;
  const after = placeIn(state, start);
  const next = { projectId, ownerId, generation: null, highWaterMark: 0 };
  let follower: Follower<RunEventRow> | undefined =
    after === 'ended' ? undefined : await tails.follow(state, { after, highWaterMark });
  let endedUnreported = after === 'ended';
  let log: LogState = state;
  const stopped = new AbortController();
  const isStopped = (): boolean => stopped.signal.aborted;

  /** Follows `log` from its beginning; undefined if stopped meanwhile. */
  async function followNext(): Promise<Follower<RunEventRow> | undefined> {
    while (!isStopped()) {
      try {
        const following = await tails.follow(log, { after: 0, highWaterMark: log.highWaterMark });
        if (!isStopped()) {
          return following;
        }
        await following.return?.();
      } catch (error) {
        if (!(error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
          throw error;
        }
        await delay(RETRY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  return endable<Followed<RunEventRow>>({
    async next() {
      if (endedUnreported) {
        endedUnreported = false;
        return { kind: 'deleted' };
      }
      follower ??= await followNext();
      const { value } = (await follower?.next()) ?? {};
      if (value?.kind === 'deleted') {
        follower = undefined;
        log = next;
      }
      return value;
    },
    async end() {
      stopped.abort();
      await follower?.return?.();
    },
  });
}

/** The `seq` to start after; 'ended' if `start` names an event of a log generation that has ended. */
function placeIn(
  { ownerId, generation, highWaterMark }: LogState,
  { after, afterSeq }: ThreadStart,
): number | 'ended' {
  if (after == null) {
    return checkSeq(afterSeq ?? highWaterMark, highWaterMark, 'afterSeq');
  }
  if (afterSeq != null) {
    throw badInput('afterSeq', 'expected only one of after and afterSeq, got both');
  }
  const position = parseRunEventId(after, 'after');
  if (position.threadId !== ownerId) {
    throw badInput(
      'after',
      `expected an event of thread ${shown(ownerId)}, got one of ${shown(position.threadId)}`,
    );
  }
  return position.generation === generation ? checkSeq(position.seq, highWaterMark, 'after') : 'ended';
}

function checkSeq(seq: number, highWaterMark: number, field: string): number {
  if (seq > highWaterMark) {
    throw badInput(field, `expected at most ${highWaterMark}, the newest event's, got ${seq}`);
  }
  return seq;
}
