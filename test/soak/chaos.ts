import { setTimeout as delay } from 'node:timers/promises';
import type { Target } from './disturbances.js';
import { SHORT_MINUTES, type Part } from './options.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { SoakServer } from './server.js';
import { GRACE_MS, PATIENCE, TIMEOUTS } from './timeouts.js';
import { MAX_FREEZE_MS } from './writing.js';

/** What is done to a process, and when it is allowed. */
interface Act {
  readonly name: string;
  readonly parts: readonly Part[];
  /** Whether it ends a server, so that its memory starts afresh. */
  readonly ends: boolean;
  /** Whether it also ends the database, which takes long to come back. */
  readonly slow: boolean;
  readonly perform: (run: Run, random: Random, freezeMs: number) => Promise<void>;
}

/** How long a server may take to be ready again, and the database to be restarted, even on a busy machine. */
const RECOVERY_MS = 90_000 * PATIENCE;
/** How soon after a freeze a server that answered before must answer again. The issue asks for 2 s on an idle machine. */
const THAW_MS = 10_000 * PATIENCE;

const ACTS: readonly Act[] = [
  {
    name: 'SIGKILL of server B',
    parts: ['kills'],
    ends: true,
    slow: false,
    perform: (run, random) => end(run, random, run.topology.b, 'SIGKILL'),
  },
  {
    name: 'SIGSTOP of Neo4j',
    parts: ['freezes', 'neo4j'],
    ends: false,
    slow: false,
    perform: (run, _, ms) => freezeNeo4j(run, ms),
  },
  {
    name: 'SIGTERM of server B',
    parts: ['restarts'],
    ends: true,
    slow: false,
    perform: (run, random) => end(run, random, run.topology.b, 'SIGTERM'),
  },
  {
    name: 'SIGKILL of Neo4j',
    parts: ['kills', 'neo4j'],
    ends: false,
    slow: false,
    perform: (run) => killNeo4j(run),
  },
  {
    name: 'SIGSTOP of server B',
    parts: ['freezes'],
    ends: false,
    slow: false,
    perform: (run, _, ms) => freeze(run, run.topology.b, ms),
  },
  {
    name: 'SIGSTOP of server A',
    parts: ['freezes'],
    ends: false,
    slow: false,
    perform: (run, _, ms) => freeze(run, run.topology.a, ms),
  },
  {
    name: 'SIGKILL of server A',
    parts: ['kills', 'neo4j'],
    ends: true,
    slow: true,
    perform: (run, random) => end(run, random, run.topology.a, 'SIGKILL'),
  },
  {
    name: 'SIGTERM of server A',
    parts: ['restarts', 'neo4j'],
    ends: true,
    slow: true,
    perform: (run, random) => end(run, random, run.topology.a, 'SIGTERM'),
  },
  {
    name: 'SIGSTOP of Neo4j and SIGKILL of server B',
    parts: ['freezes', 'kills', 'neo4j'],
    ends: true,
    slow: false,
    perform: async (run, random, ms) => {
      await Promise.all([
        freezeNeo4j(run, ms),
        delay(ms / 2).then(() => end(run, random, run.topology.b, 'SIGKILL')),
      ]);
    },
  },
];

/** Disturbs the processes at random times, one act after the other, until the run ends; finishes the last one. */
export async function startChaos(run: Run): Promise<void> {
  const { minutes, without } = run.options;
  const random = run.random('chaos');
  const durationMs = minutes * 60_000;
  const everyMs = Math.min(40_000, Math.max(6_000, durationMs / 6));
  const allowed = ACTS.filter(
    (act) => !act.parts.some((part) => without.has(part)) && !(act.slow && minutes < SHORT_MINUTES),
  );
  const begun = performance.now();
  let deck: Act[] = [];
  let at = Math.min(3_000, durationMs / 8);
  while (allowed.length > 0) {
    // In the second half of a long run no server is ended, because its memory is judged over that time.
    const calm = minutes >= 10 && at > durationMs * 0.5;
    if (deck.length === 0) {
      deck = minutes < SHORT_MINUTES ? [...allowed] : shuffled(allowed, random);
    }
    const act = deck.shift() as Act;
    const freezeMs = random.int(1_000, Math.min(MAX_FREEZE_MS, Math.max(2_000, durationMs / 20)));
    if (calm && act.ends) {
      at += everyMs / ACTS.length;
      continue;
    }
    const waitMs = Math.max(1_000, at - (performance.now() - begun));
    await delay(waitMs, undefined, { signal: run.ending }).catch(() => undefined);
    await run.resumed();
    if (run.ending.aborted) {
      return;
    }
    run.report.line(
      `${act.name}${act.parts.includes('freezes') ? ` for ${(freezeMs / 1000).toFixed(1)} s` : ''}`,
    );
    run.report.count('disturbances');
    run.report.count(act.name);
    const from = performance.now();
    await act.perform(run, random, freezeMs);
    await backToNormal(run, act.name);
    run.report.most(
      `${act.name}: until all is ready, ms`,
      performance.now() - from - (act.parts.includes('freezes') ? freezeMs : 0),
    );
    at += everyMs * (0.5 + random.next());
  }
}

/** Waits until both servers are ready; reports and restarts those that do not come back by themselves. */
export async function backToNormal(run: Run, after: string): Promise<boolean> {
  const { servers } = run.topology;
  const back = await Promise.all(
    servers.map((server) => (server.pid === undefined ? Promise.resolve(false) : server.ready(RECOVERY_MS))),
  );
  for (const [index, server] of servers.entries()) {
    if (back[index] === true) {
      continue;
    }
    const undo = run.disturbances.begin(server.name, 'started anew');
    if (server.pid !== undefined) {
      run.report.find(
        'recovery',
        `server ${server.name} was not ready ${RECOVERY_MS} ms after ${after}: ${server.tail()}`,
        server.name,
      );
      await server.end('SIGKILL', 1_000);
    }
    const up = await server.up(RECOVERY_MS);
    undo();
    if (!up) {
      run.report.find(
        'recovery',
        `server ${server.name} cannot be started after ${after}: ${server.tail()}`,
        server.name,
      );
      return false;
    }
  }
  return true;
}

async function end(
  run: Run,
  random: Random,
  server: SoakServer,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<void> {
  const { a, b } = run.topology;
  const undo = disturb(run, server === a ? ['A', 'neo4j'] : ['B'], signal);
  const { code, ms, forced } = await server.end(signal, TIMEOUTS.stopMs + GRACE_MS);
  if (signal === 'SIGTERM') {
    run.report.most(`exit of server ${server.name} after SIGTERM, ms`, ms);
    if (forced || code !== 0) {
      const how = forced ? `had not ended ${ms.toFixed(0)} ms` : `ended with code ${code}`;
      run.report.find(
        'recovery',
        `server ${server.name} ${how} after SIGTERM: ${server.tail()}`,
        server.name,
      );
    }
  }
  await delay(random.int(0, 1_500));
  if (!(await server.up(RECOVERY_MS))) {
    run.report.find(
      'recovery',
      `server ${server.name} was not ready ${RECOVERY_MS} ms after its start: ${server.tail()}`,
      server.name,
    );
  }
  if (server === a) {
    await b.ready(RECOVERY_MS);
  }
  undo();
}

async function freeze(run: Run, server: SoakServer, freezeMs: number): Promise<void> {
  const undo = disturb(run, [server.name], 'SIGSTOP');
  server.signal('SIGSTOP');
  await delay(freezeMs);
  server.signal('SIGCONT');
  await expectReady(run, [server], 'SIGSTOP');
  undo();
}

async function freezeNeo4j(run: Run, freezeMs: number): Promise<void> {
  const pid = run.topology.neo4jPid();
  const undo = disturb(run, ['neo4j'], 'SIGSTOP');
  signal(pid, 'SIGSTOP');
  await delay(freezeMs);
  signal(pid, 'SIGCONT');
  const running = run.topology.servers.filter(({ readySince }) => readySince !== undefined);
  await expectReady(run, running, 'SIGSTOP of Neo4j');
  undo();
}

/** Kills the database: server A must start it again by itself. */
async function killNeo4j(run: Run): Promise<void> {
  const undo = disturb(run, ['neo4j'], 'SIGKILL');
  const before = run.topology.neo4jPid();
  signal(before, 'SIGKILL');
  // Only another process counts: the servers may not have noticed yet that this one has ended.
  const end = performance.now() + RECOVERY_MS;
  while (
    performance.now() < end &&
    (run.topology.neo4jPid() ?? before) === before &&
    run.topology.a.pid !== undefined
  ) {
    await delay(100);
  }
  await backToNormal(run, 'SIGKILL of Neo4j');
  undo();
}

async function expectReady(run: Run, servers: readonly SoakServer[], after: string): Promise<void> {
  const from = performance.now();
  for (const server of servers) {
    const { pid } = server;
    if (!(await server.ready(THAW_MS)) && server.pid === pid) {
      run.report.find(
        'recovery',
        `server ${server.name} was not ready ${THAW_MS} ms after the end of ${after}`,
        server.name,
      );
    }
  }
  run.report.most(`ready after the end of ${after}, ms`, performance.now() - from);
}

function disturb(run: Run, targets: readonly Target[], kind: string): () => void {
  const ends = targets.map((target) => run.disturbances.begin(target, kind));
  return () => ends.forEach((undo) => undo());
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) {
      process.kill(pid, name);
    }
  } catch (error) {
    // ESRCH: it has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
