import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { backToNormal, startChaos } from './chaos.js';
import { checkGraph } from './checks.js';
import { createClient } from './client.js';
import { createDisturbances } from './disturbances.js';
import { startHostile } from './hostile.js';
import { processesWith } from './leftovers.js';
import { startListWatcher } from './list-watcher.js';
import { judgeMemory, sampleMemory, type MemorySample } from './memory.js';
import { readOptions, SHORT_MINUTES, USAGE, type Options } from './options.js';
import { randomOf } from './random.js';
import { startReaders } from './reads.js';
import { CHECKS, createReport, type Check } from './report.js';
import type { Run } from './run.js';
import { sabotage } from './sabotage.js';
import { PATIENCE, TIMEOUTS } from './timeouts.js';
import { prepareTopology } from './topology.js';
import { startWatchers } from './watchers.js';
import { startWriters, warmUp } from './writers.js';
import { createWriting } from './writing.js';

// npm run soak: everything at once, from one seed, and then the checks. Exits with 1 if a check fails, with 130 if it was
// interrupted and left nothing behind, and with 2 if its options are wrong.

const PROGRESS_MS = 10_000;
/** How long the last writes may take to be acknowledged, once everything is up again. */
const LAST_WRITES_MS = 60_000 * PATIENCE;

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}

const report = createReport(console.log);
const disturbances = createDisturbances();
const unjudged = new Map<Check, string>();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupted.abort());
}
const interruption = new Promise<'interrupted'>((resolve) => {
  interrupted.signal.addEventListener('abort', () => resolve('interrupted'));
});

const topology = await prepareTopology({ isShort: options.minutes < SHORT_MINUTES, disturbances, report });
const client = createClient({ disturbances, report });
let samples: MemorySample[] = [];
const replay = `npm run soak -- --minutes ${options.minutes} --seed ${options.seed} --rate ${options.rate}${options.without.size === 0 ? '' : ` --without ${[...options.without].join(',')}`}`;

let how: 'ended' | 'interrupted' | Error;
try {
  report.line(`seed ${options.seed}, ${options.minutes} minutes; to run it again: ${replay}`);
  report.line(`everything is kept in ${topology.folder} until the end`);
  how = await Promise.race([soak().then(() => 'ended' as const), interruption]);
} catch (error) {
  how = error as Error;
}
if (how === 'interrupted') {
  report.line('interrupted: stopping everything');
} else if (how instanceof Error) {
  report.line(`the soak itself failed: ${how.stack ?? how.message}`);
}
if (how !== 'ended') {
  report.mute();
}
await stop();
if (how !== 'ended') {
  for (const check of Object.keys(CHECKS).filter((name) => name !== 'processes')) {
    unjudged.set(check as Check, 'not judged: the soak did not reach its end');
  }
}
const failed = report.close({
  seed: options.seed,
  replay,
  unjudged,
  out: how === 'ended' ? options.out : undefined,
  figures: { minutes: options.minutes, memory: samples },
});
process.exit(failed > 0 || how instanceof Error ? 1 : how === 'interrupted' ? 130 : 0);

async function soak(): Promise<void> {
  await topology.start(interrupted.signal);
  const ending = new AbortController();
  // Each pause of each actor listens to it.
  setMaxListeners(0, ending.signal);
  let paused: Promise<void> | undefined;
  const run: Run = {
    options,
    report,
    disturbances,
    topology,
    client,
    writing: createWriting({ client, servers: topology.servers, report }),
    ledger: { traces: [], runThreads: [], checkpointThreads: [], forksIssued: 0 },
    random: (name) => randomOf(options.seed, name),
    ending: ending.signal,
    resumed: async () => {
      await paused;
    },
  };
  const progress = setInterval(() => report.progress(), PROGRESS_MS);
  const { without } = options;
  await warmUp(run);
  const writers = startWriters(run);
  const watchers = without.has('watchers') ? undefined : await startWatchers(run);
  const lists = without.has('watchers')
    ? []
    : ['list 1', 'list 2'].map((name) => startListWatcher(run, run.random(name)));
  const others = [
    ...(without.has('reads') ? [] : startReaders(run)),
    ...(without.has('hostile') ? [] : startHostile(run)),
    startChaos(run),
  ];
  const sampling = sampleMemory({
    topology,
    disturbances,
    ending: ending.signal,
    pause() {
      let resume: () => void = () => undefined;
      paused = new Promise((resolve) => (resume = resolve));
      return resume;
    },
  });
  // An error in an actor is a bug in the soak, which then ends.
  const failing = Promise.all([...writers, ...others]);
  await Promise.race([delay(options.minutes * 60_000), failing]);

  report.line('ending: the last writes, then the watchers, then the checks');
  ending.abort();
  await Promise.all(others);
  await backToNormal(run, 'the last disturbance');
  const timer = setTimeout(() => run.writing.giveUp(), LAST_WRITES_MS);
  await Promise.all(writers);
  clearTimeout(timer);
  samples = await sampling;
  await Promise.all(lists.map((list) => list.drained()));
  await watchers?.drained();
  await settle(run);
  report.progress();
  await sabotage(run);
  await checkGraph(run);
  const why = judgeMemory(samples, report);
  if (why !== undefined) {
    unjudged.set('memory', why);
  }
  for (const server of topology.servers) {
    report.count(`log of server ${server.name}, KB`, Math.round(server.logBytes / 1024));
  }
  clearInterval(progress);
}

/** Waits until no request whose connection was lost can still be executed. */
async function settle(run: Run): Promise<void> {
  const owners = [...run.ledger.traces, ...run.ledger.runThreads, ...run.ledger.checkpointThreads];
  // All processes are running by now, so only the deadline counts.
  const last = Math.max(0, ...owners.map(({ settledAt }) => settledAt));
  const waitMs = Math.min(TIMEOUTS.requestMs, Math.max(0, last - performance.now()));
  if (waitMs > 0) {
    report.line(`waiting ${(waitMs / 1000).toFixed(1)} s for requests without an answer`);
    await delay(waitMs);
  }
}

/** Stops every process, and checks that neither a process nor the folder is left. */
async function stop(): Promise<void> {
  disturbances.close();
  client.close();
  await topology.stop();
  for (const { pid, command } of processesWith(topology.marker)) {
    report.find('processes', `process ${pid} is left: ${command}`, String(pid));
    process.kill(pid, 'SIGKILL');
  }
  topology.removeFolder();
}
