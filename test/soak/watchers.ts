import { setTimeout as delay } from 'node:timers/promises';
import { followRuns, resumesById } from './followed-runs.js';
import { followTrace, followTraceBySocket } from './followed-trace.js';
import { openOwners, type Owner } from './ledger.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import { startWatcher, type Followed } from './watcher.js';

const BY_SUBSCRIPTION = 10;
const BY_SOCKET = 4;
const BY_THREAD = 5;

/** The watchers of a soak. */
export interface Watchers {
  /** Resolves when each watcher is at the end of its log, or has reported why not. Call it when nobody writes any more. */
  drained(): Promise<void>;
}

/** Starts watchers of every kind: each follows a log to its end, and then the next one. */
export async function startWatchers(run: Run): Promise<Watchers> {
  let draining = false;
  const byId = await resumesById(run);

  /** Follows one owner after another. */
  async function watch<O extends Owner>(
    name: string,
    owners: () => O[],
    open: (owner: O) => Followed,
  ): Promise<void> {
    const random: Random = run.random(name);
    while (!draining && !run.ending.aborted) {
      const owner = random.pick(openOwners(owners()));
      if (owner === undefined) {
        await delay(200);
        continue;
      }
      run.report.count('logs followed');
      await startWatcher(run, random, open(owner), () => draining || owner.retired).ended;
    }
  }

  const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  const { traces, runThreads } = run.ledger;
  const all = [
    ...times(BY_SUBSCRIPTION).map((index) =>
      watch(
        `subscription ${index}`,
        () => traces,
        (trace) => followTrace(run, trace),
      ),
    ),
    ...times(BY_SOCKET).map((index) =>
      watch(
        `socket ${index}`,
        () => traces.filter(({ large }) => !large),
        (trace) => followTraceBySocket(run, trace),
      ),
    ),
    ...times(BY_THREAD).map((index) =>
      watch(
        `thread ${index}`,
        () => runThreads,
        (thread) => followRuns(run, thread, byId),
      ),
    ),
  ];
  return {
    async drained() {
      draining = true;
      await Promise.all(all);
    },
  };
}
