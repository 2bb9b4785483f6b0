import { statement } from './cypher.js';
import type { Database } from './database.js';
import type { TraceRow } from './graph.js';
import { listTraces, NEWEST, type TraceFilter } from './lists.js';

/** A change in a watched list of traces; `trace` is its newest state, null when it left the list. */
export interface ListChange {
  readonly kind: 'CREATED' | 'UPDATED' | 'DELETED';
  readonly traceId: string;
  readonly trace: TraceRow | null;
}

export type ListFollower = AsyncIterableIterator<ListChange, undefined>;

/**
 * The lists of traces that are being watched. Changes are noticed by one query a project, at each commit of this process
 * and at regular looks for those of others; a trace that changes faster than its follower reads is told once, as it then is.
 */
export interface ListChanges {
  follow(list: { readonly projectId: string; readonly filter: TraceFilter }): Promise<ListFollower>;
  /** Says that traces of these projects changed. */
  wake(projectIds: Iterable<string>): void;
  readonly watched: number;
  close(): void;
}

interface Watch {
  readonly projectId: string;
  /** Versions of the traces changed lately, by id. */
  seen: Map<string, string>;
  sinceMs: number;
  looking: boolean;
  again: boolean;
  readonly followers: Set<Listener>;
}

interface Listener {
  /** The newest of the traces it was told of, or could know from a query at its start. */
  readonly known: Set<string>;
  changed(trace: TraceRow): void;
  gone(id: string): void;
  close(): void;
}

const readClock = statement<object, { nowMs: number }>('traces/clock');
const readChanged = statement<
  { readonly projectId: string; readonly sinceMs: number },
  { changedAtMs: number; trace: TraceRow }
>('traces/changed');
const readMissing = statement<
  { readonly projectId: string; readonly ids: readonly string[] },
  { id: string }
>('traces/read-missing');

/** A change is stamped before its commit: looks go this far back, so that none is missed by committing late. */
const LATE_COMMIT_MS = 10_000;
const MAX_KNOWN = 500;

export function createListChanges(
  database: Database,
  { pollMs = 100, onError }: { readonly pollMs?: number; readonly onError: (error: unknown) => void },
): ListChanges {
  const watches = new Map<string, Watch>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function look(watch: Watch): Promise<void> {
    if (watch.looking) {
      watch.again = true;
      return;
    }
    watch.looking = true;
    try {
      do {
        watch.again = false;
        const rows = await readChanged(database, {
          projectId: watch.projectId,
          sinceMs: watch.sinceMs - LATE_COMMIT_MS,
        });
        const seen = new Map<string, string>();
        for (const { changedAtMs, trace } of rows) {
          const version = `${changedAtMs} ${trace.lastEventId} ${trace.createdAt}`;
          seen.set(trace.id, version);
          watch.sinceMs = Math.max(watch.sinceMs, changedAtMs);
          if (watch.seen.get(trace.id) !== version) {
            watch.followers.forEach((follower) => follower.changed(trace));
          }
        }
        watch.seen = seen;
        const ids = [...new Set([...watch.followers].flatMap(({ known }) => [...known]))];
        const missing =
          ids.length === 0 ? [] : await readMissing(database, { projectId: watch.projectId, ids });
        for (const { id } of missing) {
          watch.followers.forEach((follower) => follower.gone(id));
        }
      } while (watch.again as boolean);
    } catch (error) {
      onError(error);
    } finally {
      watch.looking = false;
    }
  }

  function schedule(): void {
    if (timer === undefined && watches.size > 0 && !closed) {
      timer = setTimeout(() => {
        void Promise.all([...watches.values()].map(look)).finally(() => {
          timer = undefined;
          schedule();
        });
      }, pollMs);
    }
  }

  async function open(projectId: string): Promise<Watch> {
    const [clock] = await readClock(database, {});
    const sinceMs = clock?.nowMs ?? Date.now();
    const recent = await readChanged(database, { projectId, sinceMs: sinceMs - LATE_COMMIT_MS });
    const known = watches.get(projectId);
    if (known !== undefined) {
      return known;
    }
    const watch: Watch = {
      projectId,
      seen: new Map(
        recent.map(({ changedAtMs, trace }) => [
          trace.id,
          `${changedAtMs} ${trace.lastEventId} ${trace.createdAt}`,
        ]),
      ),
      sinceMs,
      looking: false,
      again: false,
      followers: new Set(),
    };
    watches.set(projectId, watch);
    schedule();
    return watch;
  }

  return {
    async follow({ projectId, filter }) {
      const watch = watches.get(projectId) ?? (await open(projectId));
      const newest = await listTraces(database, { projectId, ...filter, before: NEWEST, limit: MAX_KNOWN });
      const { listener, follower } = createListFollower(
        filter,
        new Set(newest.map(({ id }) => id).reverse()),
        () => {
          watch.followers.delete(listener);
          if (watch.followers.size === 0) {
            watches.delete(projectId);
          }
          if (watches.size === 0) {
            clearTimeout(timer);
            timer = undefined;
          }
        },
      );
      watch.followers.add(listener);
      // It may have been let go while the list was read.
      watches.set(projectId, watch);
      schedule();
      return follower;
    },
    wake(projectIds) {
      for (const projectId of new Set(projectIds)) {
        const watch = watches.get(projectId);
        if (watch !== undefined) {
          void look(watch);
        }
      }
    },
    get watched() {
      return watches.size;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const follower of [...watches.values()].flatMap(({ followers }) => [...followers])) {
        follower.close();
      }
    },
  };
}

function createListFollower(
  filter: TraceFilter,
  known: Set<string>,
  onEnd: () => void,
): { readonly listener: Listener; readonly follower: ListFollower } {
  /** What is to be told, by id: the newest state of each, in the order of the first change. */
  const pending = new Map<string, ListChange>();
  let ended = false;
  let stopWaiting: () => void = () => undefined;

  function tell(change: ListChange): void {
    const earlier = pending.get(change.traceId);
    const kind = earlier?.kind === 'CREATED' && change.kind === 'UPDATED' ? 'CREATED' : change.kind;
    pending.set(change.traceId, { ...change, kind });
    stopWaiting();
  }

  function end(): { readonly done: true; readonly value: undefined } {
    if (!ended) {
      ended = true;
      stopWaiting();
      onEnd();
    }
    return { done: true, value: undefined };
  }

  const listener: Listener = {
    known,
    changed(trace) {
      const { id } = trace;
      const matches = (Object.keys(filter) as (keyof TraceFilter)[]).every(
        (name) => filter[name] === null || filter[name] === trace[name],
      );
      if (!matches) {
        listener.gone(id);
        return;
      }
      tell({ kind: known.has(id) ? 'UPDATED' : 'CREATED', traceId: id, trace });
      known.delete(id);
      known.add(id);
      if (known.size > MAX_KNOWN) {
        known.delete(known.keys().next().value ?? '');
      }
    },
    gone(id) {
      if (known.delete(id)) {
        tell({ kind: 'DELETED', traceId: id, trace: null });
      }
    },
    close: end,
  };

  const follower: ListFollower = {
    async next() {
      for (;;) {
        const first = pending.entries().next().value;
        if (ended) {
          return { done: true, value: undefined };
        }
        if (first !== undefined) {
          pending.delete(first[0]);
          return { done: false, value: first[1] };
        }
        await new Promise<void>((resolve) => {
          stopWaiting = resolve;
        });
      }
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
  return { listener, follower };
}
