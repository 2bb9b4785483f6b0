import { endable } from './endable.js';
import type { TraceRow } from '../model/rows.js';
import type { TraceFilter } from '../domain/traces/list-traces.js';

/** A change in a watched list of traces; `trace` is its newest state, null when it left the list. */
export interface ListChange {
  readonly kind: 'CREATED' | 'UPDATED' | 'DELETED';
  readonly traceId: string;
  readonly trace: TraceRow | null;
}

export type ListFollower = AsyncIterableIterator<ListChange, undefined>;

/** The traces of a project that match a filter, as far as they are known, and those who follow them. */
export interface TraceList {
  /** Takes in the newest of the traces that match; what `changed` told before is told now. */
  begin(newest: readonly TraceRow[]): void;
  /** A trace as it now is, matching or not. */
  changed(trace: TraceRow): void;
  /** A trace that is no more. */
  gone(id: string): void;
  /** The ids of those that match: the newest, and all that were told of. */
  known(): Iterable<string>;
  follow(onEnd: () => void): ListFollower;
  readonly followers: number;
}

/** How many of the newest are known from the start, and kept when there are too many. */
export const MAX_KNOWN = 500;

export function createTraceList(filter: TraceFilter): TraceList {
  /** List keys by id: every match that is listed after `floor`, and some that are older. */
  let known = new Map<string, string>();
  let floor = '';
  let waiting: TraceRow[] | undefined = [];
  const followers = new Set<(change: ListChange) => void>();

  const tell = (change: ListChange): void => followers.forEach((follower) => follower(change));

  function forgetOldest(): void {
    if (known.size > 2 * MAX_KNOWN) {
      const newest = [...known].sort(([, a], [, b]) => (a < b ? 1 : -1)).slice(0, MAX_KNOWN);
      known = new Map(newest);
      floor = newest.at(-1)?.[1] ?? floor;
    }
  }

  const list: TraceList = {
    begin(newest) {
      known = new Map(newest.map(({ id, listKey }) => [id, listKey]));
      floor = newest.length < MAX_KNOWN ? '' : (newest.at(-1)?.listKey ?? '');
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
        list.gone(trace.id);
        return;
      }
      // Of one older than what is known, only that it changed is certain.
      const entered = !known.has(trace.id) && trace.listKey > floor;
      known.set(trace.id, trace.listKey);
      forgetOldest();
      tell({ kind: entered ? 'CREATED' : 'UPDATED', traceId: trace.id, trace });
    },
    gone(id) {
      if (known.delete(id)) {
        tell({ kind: 'DELETED', traceId: id, trace: null });
      }
    },
    known: () => known.keys(),
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
  /** What is to be told, by id: the newest state of each, in the order of the first change. */
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

/** Two changes of a trace told as one; null: nothing that its reader would know of. */
function together(earlier: Kind, later: Kind): Kind | null {
  if (earlier === 'CREATED') {
    return later === 'DELETED' ? null : 'CREATED';
  }
  return earlier === 'DELETED' && later === 'CREATED' ? 'UPDATED' : later;
}
