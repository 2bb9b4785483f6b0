import { keyOf } from '../../model/keys.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { notFound } from '../../base/errors.js';
import { readTrees } from '../goals/read-goals.js';
import type { GoalRow, TraceRow } from '../../model/rows.js';
import { subTracesOfTraces } from './list-traces.js';
import { lockTraces } from '../../ingest/lock.js';
import { readTraces } from './read-traces.js';

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

interface TraceId {
  readonly projectId: string;
  readonly traceId: string;
}

interface Reading {
  begun: boolean;
  readonly snapshot: Promise<Snapshot>;
}

const MAX_SUB_TRACES = 1_000;

const readings = new WeakMap<Database, Map<string, Reading>>();

/**
 * Reads a trace with its goals and sub-traces as of one event: under the trace's lock, because Neo4j could otherwise show a
 * reader half of a commit. Writes wait for the lock, so callers that arrive during a read share the next one: a thousand
 * clients that connect at once cost two reads.
 *
 * Throws NOT_FOUND if there is no such trace.
 */
export function readSnapshot(view: Database, { projectId, traceId }: TraceId): Promise<Snapshot> {
  const database = view.unscoped;
  const ofDatabase = readings.get(database) ?? new Map<string, Reading>();
  readings.set(database, ofDatabase);
  const id = keyOf(projectId, traceId);
  const last = ofDatabase.get(id);
  if (last?.begun === false) {
    return view.bounded(last.snapshot);
  }
  const read = async (): Promise<Snapshot> => {
    await last?.snapshot.catch(() => undefined);
    reading.begun = true;
    try {
      return await database.readLocked('read a snapshot', (transaction) =>
        readLocked(transaction, { projectId, traceId }),
      );
    } finally {
      if (ofDatabase.get(id) === reading) {
        ofDatabase.delete(id);
      }
    }
  };
  const reading: Reading = { begun: false, snapshot: read() };
  ofDatabase.set(id, reading);
  return view.bounded(reading.snapshot);
}

async function readLocked(transaction: Runner, { projectId, traceId }: TraceId): Promise<Snapshot> {
  const [, [trace], trees, subTraces] = await Promise.all([
    lockTraces(transaction, { traces: [{ projectId, id: traceId }] }),
    readTraces(transaction, { projectId, ids: [traceId] }),
    readTrees(transaction, { projectId, ids: [traceId] }),
    subTracesOfTraces(transaction, {
      projectId,
      owners: [traceId],
      after: '',
      limit: MAX_SUB_TRACES,
    }),
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
