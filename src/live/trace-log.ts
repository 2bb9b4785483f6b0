import { statement } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import { logBounds, readEvents } from '../domain/events/events.js';
import type { EventRow, TraceRow } from '../model/rows.js';
import { lockTraces } from '../ingest/lock.js';
import type { LogState, LogOwner, LogSource } from './log-source.js';

const readChanged = statement<{ readonly watched: readonly LogState[] }, LogState>('traces/log-states');

/** The event logs of traces. A log's generation is its trace's creation time. */
export const traceLog: LogSource<EventRow> = {
  read: (runner, { projectId, ownerId, generation }, place) =>
    readEvents(runner, { projectId, traceId: ownerId, createdAt: generation ?? '', ...place }),
  state: readState,
  async lockedState(transaction, owner) {
    const [, state] = await Promise.all([
      lockTraces(transaction, { traces: [{ projectId: owner.projectId, id: owner.ownerId }] }),
      readState(transaction, owner),
    ]);
    return state;
  },
  changedStates: (database, watched) => readChanged(database, { watched }),
  numberOf: ({ eventId }) => eventId,
  sizeOf: ({ payload }) => payload.length,
};

/** The state of a trace's log. */
export function logStateOfTrace({ projectId, id, lastEventId, createdAt }: TraceRow): LogState {
  return { projectId, ownerId: id, generation: createdAt, highWaterMark: lastEventId };
}

async function readState(runner: Runner, { projectId, ownerId }: LogOwner): Promise<LogState | undefined> {
  const bounds = await logBounds(runner, { projectId, traceId: ownerId });
  return bounds && { projectId, ownerId, generation: bounds.createdAt, highWaterMark: bounds.latest };
}
