import { newCheckpointThread, newRunThread, openOwners } from './ledger.js';
import { repeat } from './pace.js';
import type { Run } from './run.js';
import { writeCheckpoint, writeLargeRunEvent, writeRunEvents } from './thread-writes.js';
import { addLargeMessage, createTrace, writeToTrace } from './trace-writes.js';
import { deleteSomething } from './deletions.js';

const WRITERS = 16;
const OPEN_TRACES = 12;
const OPEN_RUN_THREADS = 6;
const OPEN_CHECKPOINT_THREADS = 6;
const LARGE_EVERY_MS = 6_000;
const DELETION_EVERY_MS = 2_500;
/** A large trace takes this many writes; then the next one begins, and this one is deleted sooner or later. */
const LARGE_WRITES = 8;

const WARM_UP_MS = 60_000;
const WARM_UP_WRITES = 60;

/**
 * Sends writes of every kind, one at a time: Neo4j plans each statement on first use, which takes seconds and is not what a
 * soak tests. Their times are not judged.
 */
export async function warmUp(run: Run): Promise<void> {
  const random = run.random('warm-up');
  const ends = run.topology.servers.map(({ name }) => run.disturbances.begin(name, 'warm-up'));
  const end = performance.now() + WARM_UP_MS;
  for (let writes = 0; writes < WARM_UP_WRITES && performance.now() < end; writes += 1) {
    openThreads(run);
    const kind = random.weighted({ trace: 6, runs: 2, checkpoint: 2, deletion: 1 });
    if (openOwners(run.ledger.traces).length < 4) {
      await createTrace(run, random);
    } else if (kind === 'deletion') {
      await deleteSomething(run, random);
    } else {
      await { trace: writeToTrace, runs: writeRunEvents, checkpoint: writeCheckpoint }[kind](run, random);
    }
  }
  ends.forEach((undo) => undo());
  run.report.line('warmed up');
}

/** Starts all writers and deleters; each promise ends with the run. */
export function startWriters(run: Run): Promise<void>[] {
  const { rate, without } = run.options;
  const writers = Array.from({ length: WRITERS }, (_, index) => {
    const random = run.random(`writer ${index}`);
    return repeat(run, random, (WRITERS * 1_000) / rate, async () => {
      const kind = random.weighted({ trace: 55, runs: 25, checkpoint: 12 });
      if (openOwners(run.ledger.traces).length < OPEN_TRACES && random.chance(0.2)) {
        await createTrace(run, random);
      } else if (kind === 'trace') {
        await writeToTrace(run, random);
      } else {
        openThreads(run);
        await (kind === 'runs' ? writeRunEvents(run, random) : writeCheckpoint(run, random));
      }
    });
  });
  const deleting = run.random('deletions');
  const large = run.random('large');
  return [
    ...writers,
    ...(without.has('deletions')
      ? []
      : [repeat(run, deleting, DELETION_EVERY_MS, () => deleteSomething(run, deleting))]),
    ...(without.has('large') ? [] : [repeat(run, large, LARGE_EVERY_MS, () => writeLarge(run, large))]),
  ];
}

/** Threads begin with their first write: a new one is only a name. */
function openThreads({ ledger: { runThreads, checkpointThreads } }: Run): void {
  for (let open = openOwners(runThreads).length; open < OPEN_RUN_THREADS; open += 1) {
    runThreads.push({ ...newRunThread(`runs-${runThreads.length + 1}`), state: 'there' });
  }
  for (let open = openOwners(checkpointThreads).length; open < OPEN_CHECKPOINT_THREADS; open += 1) {
    checkpointThreads.push({
      ...newCheckpointThread(`thread-${checkpointThreads.length + 1}`),
      state: 'there',
    });
  }
}

async function writeLarge(run: Run, random: ReturnType<Run['random']>): Promise<void> {
  if (random.chance(0.3)) {
    await writeLargeRunEvent(run, random);
    return;
  }
  const trace = openOwners(run.ledger.traces).find(({ large, writes }) => large && writes <= LARGE_WRITES);
  const release = trace?.lock.share();
  if (trace === undefined || release === undefined) {
    await createTrace(run, random, true);
    return;
  }
  await addLargeMessage(run, random, trace);
  trace.retired = trace.writes > LARGE_WRITES;
  release();
}
