import { endable } from './endable.js';
import type { TraceRow } from '../model/rows.js';
import type { TraceFilter } from '../domain/traces/list-traces.js';

/** A change in a watched list of traces. `trace` is the trace's newest state, or null if it is no longer in the list. */
export interface ListChange {
  readonly kind: 'CREATED' | 'UPDATED' | 'DELETED';
  readonly traceId: string;
  readonly trace: TraceRow | null;
}

export type ListFollower = AsyncIterableIterator<ListChange, undefined>;

/** The cached part of a list: the traces of a project that match a filter, and the list's followers. */
export interface TraceList {
  /** Loads the newest matching traces, then processes the changes that were passed to `changed` before. */
  begin(newest: readonly TraceRow[]): void;
  /** Processes the current state of a trace, whether it matches or not. */
  changed(trace: TraceRow): void;
  /** Removes a trace that was deleted. */
  deleted(id: string): void;
  /** The cached ids of matching traces: the newest, and all that were emitted. */
  cached(): Iterable<string>;
  follow(onEnd: () => void): ListFollower;
  readonly followers: number;
}

/** How many of the newest traces are cached at the start, and kept when the cache has grown too large. */
export const MAX_CACHED = 500;

export function createTraceList(filter: TraceFilter): TraceList {
  /** List keys by id: every match whose key is above `floor`, and some older ones. */
  let cached = new Map<string, string>();
  let floor = '';
  let waiting: TraceRow[] | undefined = [];
  const followers = new Set<(change: ListChange) => void>();

  const tell = (change: ListChange): void => followers.forEach((follower) => follower(change));

  function forgetOldest(): void {
    if (cached.size > 2 * MAX_CACHED) {
      const newest = [...cached].sort(([, a], [, b]) => (a < b ? 1 : -1)).slice(0, MAX_CACHED);
      cached = new Map(newest);
      floor = newest.at(-1)?.[1] ?? floor;
    }
  }

  const list: TraceList = {
    begin(newest) {
      cached = new Map(newest.map(({ id, sortKey }) => [id, sortKey]));
      floor = newest.length < MAX_CACHED ? '' : (newest.at(-1)?.sortKey ?? '');
      const early = waiting ?? [];
      waiting = undefined;
      early.forEach((trace) => list.changed(trace));
    },
    changed(trace) {
      if (waiting !== undefined) {
        waiting.push(trace);
        return;
      }
      const matches = (Object.keys(filter) as (keyof TraceFilter)[]).every(
        (name) => filter[name] === null || filter[name] === trace[name],
      );
      if (!matches) {
        list.deleted(trace.id);
        return;
      }
      // A trace older than the cached range may already have been in the list, so it is reported as UPDATED.
      const entered = !cached.has(trace.id) && trace.sortKey > floor;
      cached.set(trace.id, trace.sortKey);
      forgetOldest();
      tell({ kind: entered ? 'CREATED' : 'UPDATED', traceId: trace.id, trace });
    },
    deleted(id) {
      if (cached.delete(id)) {
        tell({ kind: 'DELETED', traceId: id, trace: null });
      }
    },
    cached: () => cached.keys(),
    follow(onEnd) {
      const follower = createListFollower(() => {
        followers.delete(follower.tell);
        onEnd();
      });
      followers.add(follower.tell);
      return follower.changes;
    },
    get followers() {
      return followers.size;
    },
  };
  return list;
}

function createListFollower(onEnd: () => void): {
  readonly tell: (change: ListChange) => void;
  readonly changes: ListFollower;
} {
  /** Changes to emit, by trace id: the newest state of each, in order of their first change. */
  const pending = new Map<string, ListChange>();
  let ended = false;
  let stopWaiting: () => void = () => undefined;

  function end(): void {
    if (!ended) {
      ended = true;
      pending.clear();
      stopWaiting();
      onEnd();
    }
  }

  return {
    tell(change) {
      const earlier = pending.get(change.traceId);
      const both = earlier === undefined ? change.kind : together(earlier.kind, change.kind);
      if (both === null) {
        pending.delete(change.traceId);
      } else {
        pending.set(change.traceId, { ...change, kind: both });
      }
      stopWaiting();
    },
    changes: endable<ListChange>({
      async next() {
        while (!ended) {
          const [id, change] = pending.entries().next().value ?? [];
          if (id !== undefined && change !== undefined) {
            pending.delete(id);
            return change;
          }
          await new Promise<void>((resolve) => {
            stopWaiting = resolve;
          });
        }
        return undefined;
      },
      end,
    }),
  };
}

type Kind = ListChange['kind'];

/** Merges two changes of a trace into one; null if they cancel out for the follower. */
function together(earlier: Kind, later: Kind): Kind | null {
  if (earlier === 'CREATED') {
    return later === 'DELETED' ? null : 'CREATED';
  }
  return earlier === 'DELETED' && later === 'CREATED' ? 'UPDATED' : later;
}
