import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { cypherText } from '../../src/neo4j/cypher.js';
import { checkCheckpointThread, checkRunThread } from './check-threads.js';
import { checkTrace, leftOf } from './check-traces.js';
import type { TraceOwner } from './ledger.js';
import type { Run } from './run.js';

const AT_ONCE = 3;
/** An interrupted deletion is finished by the next server that starts. */
const FINISH_MS = 30_000;

/** Compares the graph with the ledger, and recounts every invariant. Nobody writes any more. */
export async function checkGraph(run: Run): Promise<void> {
  const { traces, runThreads, checkpointThreads } = run.ledger;
  const there = traces.filter(({ state }) => state === 'there');
  await each(there, (trace) => checkTrace(run, trace));
  await each(
    traces.filter(({ state }) => state === 'deleted'),
    (trace) => checkDeleted(run, trace),
  );
  await each(runThreads, (thread) => checkRunThread(run, thread));
  await each(
    checkpointThreads.filter(({ state }) => state === 'there'),
    (thread) => checkCheckpointThread(run, thread),
  );
  await recount(run, {
    traceId: there.map(({ id }) => id),
    threadId: [...runThreads, ...checkpointThreads].map(({ id }) => id),
  });
}

async function checkDeleted(run: Run, trace: TraceOwner): Promise<void> {
  const end = performance.now() + FINISH_MS;
  let left = await leftOf(run, trace);
  // A trace that clients can read is not being deleted.
  while (left.length > 0 && !left.some((what) => what.endsWith(' Trace')) && performance.now() < end) {
    await delay(1_000);
    left = await leftOf(run, trace);
  }
  if (left.length > 0) {
    run.report.find('deleted', `the trace was deleted; there is ${left.join(', ')}`, trace.id);
  }
  run.report.count('deleted traces checked');
}

/** Runs every cypher/analysis/check-*.cypher: for each trace or thread if it takes one, otherwise once. */
async function recount(
  run: Run,
  ids: Readonly<Record<'traceId' | 'threadId', readonly string[]>>,
): Promise<void> {
  const folder = new URL('../../../cypher/analysis/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.startsWith('check-') && name.endsWith('.cypher'));
  for (const name of names) {
    const text = cypherText(`analysis/${name.replace('.cypher', '')}`);
    const parameter = (['traceId', 'threadId'] as const).find((one) => text.includes(`$${one}`));
    await each(parameter === undefined ? ['all'] : ids[parameter], async (id) => {
      const rows = await run.topology.database.run<object>(
        { name: 'soak', text },
        { projectId: 'default', ...(parameter === undefined ? {} : { [parameter]: id }) },
      );
      run.report.count('invariants recounted');
      rows
        .slice(0, 5)
        .forEach((row) => run.report.find('invariants', `${name}: ${JSON.stringify(row).slice(0, 300)}`, id));
    });
  }
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
