import { statement } from '../model/statement.js';
import type { Database } from '../neo4j/database.js';
import { listTraces, NEWEST, type TraceFilter } from '../domain/traces/list-traces.js';
import { createPoll } from './poll.js';
import { createTraceList, MAX_CACHED, type ListFollower, type TraceList } from './live-list.js';
import { readTraces } from '../domain/traces/read-traces.js';

/**
 * The watched lists of traces. One query per project detects changes: after each commit of this process, and in regular polls
 * for commits of other processes. A trace that changes faster than its follower reads is emitted once, in its newest state.
 * Each list caches its newest 500 traces and those emitted since; the removal of an older trace is not reported.
 */
export interface ListChanges {
  follow(list: { readonly projectId: string; readonly filter: TraceFilter }): Promise<ListFollower>;
  /** Reports that traces of these projects changed. */
  wake(projectIds: Iterable<string>): void;
  /** How many projects are being watched. */
  readonly watched: number;
  /** Stops polling. Followers emit nothing more and wait for their sockets to close. */
  close(): void;
}

/** The watched lists of one project. */
interface Watch {
  readonly projectId: string;
  /** The versions of recently changed traces, by id. */
  seen: Map<string, string>;
  /** When the last poll and the last far-reaching poll began, by this process's monotonic clock. */
  polledAt: number;
  polledFarAt: number;
  polledForMissingAt: number;
  polling: boolean;
  again: boolean;
  /** By filter. */
  readonly lists: Map<string, WatchedList>;
  /** Resolves once the versions of earlier changes are loaded. */
  begun: Promise<void>;
}

interface WatchedList {
  readonly list: TraceList;
  /** Resolves once the list's newest traces are loaded. */
  readonly begun: Promise<void>;
}

const readChanged = statement<
  { readonly projectId: string; readonly withinMs: number },
  { readonly id: string; readonly lastEventId: number; readonly createdAt: string }
>(
  'traces/changed',
  (trace: { readonly lastEventId: number | null; readonly createdAt: string | null }) =>
    trace.lastEventId !== null && trace.createdAt !== null,
);
const readMissing = statement<
  { readonly projectId: string; readonly ids: readonly string[] },
  { readonly id: string }
>('traces/read-missing');

/** A change is timestamped before its commit. Every poll reaches back by the usual delay, one poll a second by the longest. */
const USUAL_COMMIT_MS = 1_000;
const LATE_COMMIT_MS = 10_000;
const FAR_POLL_MS = 1_000;
/** Commits that follow each other faster than this share one poll. */
const PAUSE_MS = 20;
const ROWS_AT_A_TIME = 1_000;

export function createListChanges(
  database: Database,
  { pollMs = 100, onError }: { readonly pollMs?: number; readonly onError: (error: unknown) => void },
): ListChanges {
  const watches = new Map<string, Watch>();
  let closed = false;
  const poll = createPoll({
    everyMs: pollMs,
    wanted: () => watches.size > 0 && !closed,
    poll: async () => {
      await Promise.all([...watches.values()].map(pollWatch));
    },
  });

  /** Polls for changes, and once more if it was woken meanwhile. Never rejects. */
  async function pollWatch(watch: Watch): Promise<void> {
    watch.again = watch.polling;
    if (watch.polling) {
      return;
    }
    watch.polling = true;
    try {
      await watch.begun;
      for (;;) {
        await pollForChanges(watch);
        await pollForMissing(watch);
        if (!watch.again || watch.lists.size === 0 || closed) {
          break;
        }
        watch.again = false;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } catch (error) {
      onError(error);
    } finally {
      watch.polling = false;
    }
  }

  async function pollForChanges(watch: Watch): Promise<void> {
    const { projectId } = watch;
    const now = performance.now();
    const far = now - watch.polledFarAt > FAR_POLL_MS;
    const withinMs = far
      ? LATE_COMMIT_MS + (now - watch.polledFarAt)
      : USUAL_COMMIT_MS + (now - watch.polledAt);
    const versions = await readChanged(database, { projectId, withinMs: Math.ceil(withinMs) });
    const ids = versions
      .filter((version) => watch.seen.get(version.id) !== versionOf(version))
      .map(({ id }) => id);
    const seen = far ? new Map(versions.map((version) => [version.id, versionOf(version)])) : watch.seen;
    for (let start = 0; start < ids.length; start += ROWS_AT_A_TIME) {
      const rows = await readTraces(database, { projectId, ids: ids.slice(start, start + ROWS_AT_A_TIME) });
      for (const trace of rows) {
        seen.set(trace.id, versionOf(trace));
        watch.seen.set(trace.id, versionOf(trace));
        watch.lists.forEach(({ list }) => list.changed(trace));
      }
    }
    watch.seen = seen;
    watch.polledAt = now;
    watch.polledFarAt = far ? now : watch.polledFarAt;
  }

  async function pollForMissing(watch: Watch): Promise<void> {
    const now = performance.now();
    if (now - watch.polledForMissingAt < pollMs) {
      return;
    }
    const ids = [...new Set([...watch.lists.values()].flatMap(({ list }) => [...list.cached()]))];
    const missing = ids.length === 0 ? [] : await readMissing(database, { projectId: watch.projectId, ids });
    for (const { id } of missing) {
      watch.lists.forEach(({ list }) => list.deleted(id));
    }
    watch.polledForMissingAt = now;
  }

  function open(projectId: string): Watch {
    const now = performance.now();
    const watch: Watch = {
      projectId,
      seen: new Map(),
      polledAt: now,
      polledFarAt: now,
      polledForMissingAt: now,
      polling: false,
      again: false,
      lists: new Map(),
      begun: Promise.resolve(),
    };
    watch.begun = readChanged(database, { projectId, withinMs: LATE_COMMIT_MS }).then((versions) => {
      watch.seen = new Map(versions.map((version) => [version.id, versionOf(version)]));
    });
    watches.set(projectId, watch);
    return watch;
  }

  function openList({ projectId, lists, begun }: Watch, name: string, filter: TraceFilter): WatchedList {
    const list = createTraceList(filter);
    const page = { projectId, ...filter, before: NEWEST, limit: MAX_CACHED };
    const opened = {
      list,
      begun: begun.then(() => listTraces(database, page)).then((newest) => list.begin(newest)),
    };
    lists.set(name, opened);
    return opened;
  }

  return {
    async follow({ projectId, filter }) {
      // Await nothing before the follower is attached: when other followers end, they may remove this watch or list.
      const watch = watches.get(projectId) ?? open(projectId);
      const name = JSON.stringify([filter.mode, filter.agentType, filter.uid, filter.status]);
      const opened = watch.lists.get(name) ?? openList(watch, name, filter);
      const follower = opened.list.follow(() => {
        if (opened.list.followers === 0 && watch.lists.get(name) === opened) {
          watch.lists.delete(name);
        }
        if (watch.lists.size === 0 && watches.get(projectId) === watch) {
          watches.delete(projectId);
        }
        if (watches.size === 0) {
          poll.stop();
        }
      });
      try {
        await opened.begun;
      } catch (error) {
        await follower.return?.();
        throw error;
      }
      poll.start();
      return follower;
    },
    wake(projectIds) {
      for (const projectId of new Set(projectIds)) {
        const watch = watches.get(projectId);
        if (watch !== undefined && !closed) {
          void pollWatch(watch);
        }
      }
    },
    get watched() {
      return watches.size;
    },
    close() {
      closed = true;
      poll.stop();
    },
  };
}

function versionOf({
  lastEventId,
  createdAt,
}: {
  readonly lastEventId: number;
  readonly createdAt: string;
}): string {
  return `${lastEventId} ${createdAt}`;
}
