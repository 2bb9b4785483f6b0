import { setTimeout as delay } from 'node:timers/promises';
import { endable } from './endable.js';
import { badInput, StemmaError } from '../base/errors.js';
import type { Followed, Follower } from './follower.js';
import type { RunEventRow } from '../model/rows.js';
import type { LogHead } from './log-source.js';
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
 * Follows a thread's run events, whose log is now `head`, through all its log generations. 'deleted' reports that one has
 * ended; the events of the next follow, from its first. Generations that began and ended unnoticed are skipped.
 *
 * Throws BAD_USER_INPUT if `start` names an event that cannot exist.
 */
export async function followThread(
  tails: Tails<RunEventRow>,
  head: LogHead,
  start: ThreadStart,
): Promise<AsyncIterableIterator<Followed<RunEventRow>, undefined>> {
  const { projectId, ownerId, latest } = head;
  const after = placeIn(head, start);
  const next = { projectId, ownerId, life: null, latest: 0 };
  let follower: Follower<RunEventRow> | undefined =
    after === 'ended' ? undefined : await tails.follow(head, { after, latest });
  let endedUntold = after === 'ended';
  let log: LogHead = head;
  const stopped = new AbortController();
  const isStopped = (): boolean => stopped.signal.aborted;

  /** Follows `log` from its beginning; undefined if stopped meanwhile. */
  async function followNext(): Promise<Follower<RunEventRow> | undefined> {
    while (!isStopped()) {
      try {
        const following = await tails.follow(log, { after: 0, latest: log.latest });
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
      if (endedUntold) {
        endedUntold = false;
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
function placeIn({ ownerId, life, latest }: LogHead, { after, afterSeq }: ThreadStart): number | 'ended' {
  if (after == null) {
    return checkSeq(afterSeq ?? latest, latest, 'afterSeq');
  }
  if (afterSeq != null) {
    throw badInput('afterSeq', 'expected only one of after and afterSeq, got both');
  }
  const { threadId, generation, seq } = parseRunEventId(after, 'after');
  if (threadId !== ownerId) {
    throw badInput('after', `expected an event of thread ${shown(ownerId)}, got one of ${shown(threadId)}`);
  }
  return generation === life ? checkSeq(seq, latest, 'after') : 'ended';
}

function checkSeq(seq: number, latest: number, field: string): number {
  if (seq > latest) {
    throw badInput(field, `expected at most ${latest}, the newest event's, got ${seq}`);
  }
  return seq;
}
