import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from './ledger.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { SoakServer } from './server.js';
import type { Arrival, Subscription } from './subscription.js';
import { PATIENCE } from './timeouts.js';

/** What a watcher follows, how it subscribes, and how it checks what arrives. */
export interface Followed {
  readonly name: string;
  readonly owner: Owner;
  open(server: SoakServer): Subscription;
  /** Checks one arrival; `end`: the log is over. */
  take(data: any, problem: (what: string) => void): 'more' | 'end';
  /** The server completed the subscription; returns whether that was right. */
  completed(): 'end' | 'reconnect' | 'wrong';
  /** The current position. */
  position(): number;
  /** The position it must reach, as read from the API; undefined: that could not be read, or is over. */
  target(): Promise<number | 'deleted' | undefined>;
}

export interface Watcher {
  /** Follows until the log is over, or until it has reached its target once `isDone` says that nobody writes any more. */
  readonly ended: Promise<void>;
}

const LEAVE_AFTER_MS = 12_000;
const CHECK_EVERY_MS = 1_000;
/** How long a watcher may take to reach the end of a log that nobody writes to, with all servers up. */
const DRAIN_MS = 45_000 * PATIENCE;

/** Follows a log: disconnects at random moments, in both ways, and reconnects to any of the servers with the last id. */
export function startWatcher(run: Run, random: Random, followed: Followed, isDone: () => boolean): Watcher {
  const { report, disturbances, topology } = run;
  const { name, owner } = followed;
  const label = `${name} of ${owner.id}`;
  let over = false;
  let drainedBy: number | undefined;
  const isDeleted = (): boolean => owner.state === 'deleted' || owner.state === 'deleting';

  /** Whether the end of the log was reached, checked while nobody writes. */
  async function drained(): Promise<boolean> {
    if (!isDone() || owner.lock.sharers > 0) {
      return false;
    }
    drainedBy ??= performance.now() + DRAIN_MS;
    const target = await followed.target();
    if (target === 'deleted') {
      return true;
    }
    if (target !== undefined && followed.position() === target) {
      report.count('logs drained');
      return true;
    }
    const now = performance.now();
    if (now - disturbances.overlapMs(['A', 'B', 'neo4j', 'soak'], drainedBy - DRAIN_MS, now) > drainedBy) {
      report.find(
        'logs',
        `${label} is at ${followed.position()} after ${DRAIN_MS} ms without writes; the log ends at ${target ?? 'an unknown event'}`,
        owner.id,
      );
      return true;
    }
    return false;
  }

  async function connect(): Promise<void> {
    const server = random.pick(topology.servers) as SoakServer;
    const begun = performance.now();
    const subscription = followed.open(server);
    const left = { by: false };
    const timer = setTimeout(() => {
      left.by = true;
      subscription.leave(random.chance(0.3));
    }, random.next() * LEAVE_AFTER_MS);
    const checking = setInterval(() => {
      void drained().then((done) => {
        if (done) {
          over = true;
          left.by = true;
          subscription.leave(false);
        }
      });
    }, CHECK_EVERY_MS);
    try {
      for (;;) {
        const arrival = await subscription.next();
        if (arrival.kind === 'data') {
          report.count('events seen');
          if (
            followed.take(arrival.data, (what) => report.find('logs', `${label}: ${what}`, server.name)) ===
            'end'
          ) {
            over = true;
            return;
          }
          continue;
        }
        over ||= ending(arrival, server, begun, left.by);
        return;
      }
    } finally {
      clearTimeout(timer);
      clearInterval(checking);
      subscription.leave(false);
    }
  }

  /** What the end of a subscription means: true if the log is over. */
  function ending(
    arrival: Exclude<Arrival, { kind: 'data' }>,
    server: SoakServer,
    begun: number,
    left: boolean,
  ): boolean {
    const now = performance.now();
    const disturbed = disturbances.during([server.name], begun, now) !== undefined;
    switch (arrival.kind) {
      case 'complete': {
        const verdict = followed.completed();
        if (verdict === 'wrong' && !left && !disturbed) {
          report.find(
            'logs',
            `${label}: the server completed the subscription at ${followed.position()}`,
            server.name,
          );
        }
        return verdict === 'end';
      }
      case 'error':
        report.count(`subscriptions ended by ${arrival.code}`);
        if (arrival.code === 'NOT_FOUND') {
          if (!isDeleted()) {
            report.find('logs', `${label}: NOT_FOUND, although it is there`, server.name);
          }
          return true;
        }
        if (arrival.code !== 'UNAVAILABLE') {
          report.find(
            'answers',
            `${label} ended with ${arrival.code}: ${arrival.message.slice(0, 200)}`,
            server.name,
          );
        }
        return false;
      case 'closed':
        if (!left) {
          report.count(`sockets closed by ${arrival.code}`);
          if (!disturbed && ![1000, 1001, 1012, 1013].includes(arrival.code)) {
            report.find('answers', `${label} was closed with ${arrival.code} ${arrival.reason}`, server.name);
          }
        }
        return false;
    }
  }

  async function follow(): Promise<void> {
    while (!over) {
      await connect();
      report.count('reconnects');
      await delay(50 + random.next() * 500);
      over ||= await drained();
    }
  }
  return { ended: follow() };
}
