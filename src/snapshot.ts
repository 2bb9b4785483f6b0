import { keyOf } from './batch.js';
import { statement } from './cypher.js';
import type { Database, Runner } from './database.js';
import { notFound } from './errors.js';
import { logBounds } from './events.js';
import { readTrees } from './goal-lists.js';
import type { GoalRow, TraceRow } from './graph.js';
import { lists } from './lists.js';
import type { LogKey } from './tails.js';
import { readTraces } from './traces.js';

/** A trace at one moment between two events. */
export interface Snapshot {
  /** The newest event that is part of it. */
  readonly currentEventId: number;
  readonly trace: TraceRow;
  /** Parents before children; empty without goals. */
  readonly goals: readonly GoalRow[];
  /** Oldest first, 1,000 at most. */
  readonly subTraces: readonly TraceRow[];
}

const MAX_SUB_TRACES = 1_000;
const HURRIED_TRIES = 3;

const lockTraces = statement<{ readonly traces: readonly { projectId: string; id: string }[] }, never>(
  'traces/lock',
);

/**
 * Reads a trace with its goals and sub-traces as of one event. Every change of a trace moves its newest event on, so a
 * reading during which that stayed is whole; where writes leave no such pause, the trace is locked for one reading.
 *
 * Throws NOT_FOUND if there is no such trace.
 */
export async function readSnapshot(database: Database, key: LogKey): Promise<Snapshot> {
  for (let tries = 0; tries < HURRIED_TRIES; tries += 1) {
    const before = await logBounds(database, key);
    const snapshot = await readParts(database, key);
    const after = await logBounds(database, key);
    if (
      keyOf(before?.latest ?? '', before?.createdAt ?? '') ===
      keyOf(after?.latest ?? '', after?.createdAt ?? '')
    ) {
      return snapshot;
    }
  }
  return await database.write(async (transaction) => {
    await lockTraces(transaction, { traces: [{ projectId: key.projectId, id: key.traceId }] });
    return await readParts(transaction, key);
  });
}

async function readParts(runner: Runner, { projectId, traceId }: LogKey): Promise<Snapshot> {
  const [[trace], trees, subTraces] = await Promise.all([
    readTraces(runner, { projectId, ids: [traceId] }),
    readTrees(runner, { projectId, ids: [traceId] }),
    lists.subTracesOfTraces(runner, { projectId, owners: [traceId], after: '', limit: MAX_SUB_TRACES }),
  ]);
  if (trace === undefined) {
    throw notFound('trace', traceId);
  }
  return {
    currentEventId: trace.lastEventId,
    trace,
    goals: trees.get(traceId) ?? [],
    subTraces: subTraces.get(traceId) ?? [],
  };
}
