import { statement } from '../neo4j/cypher.js';
import type { Runner } from '../neo4j/database.js';
import { logBounds, readEvents } from '../domain/events/events.js';
import type { EventRow, TraceRow } from '../model/rows.js';
import { lockTraces } from '../ingest/lock.js';
import type { LogHead, LogOwner, LogSource } from './log-source.js';

const readMoved = statement<{ readonly watched: readonly LogHead[] }, LogHead>('traces/heads');

/** The event logs of traces. A log's `life` is its trace's creation time. */
export const traceLog: LogSource<EventRow> = {
  read: (runner, { projectId, ownerId, life }, place) =>
    readEvents(runner, { projectId, traceId: ownerId, createdAt: life ?? '', ...place }),
  head: readHead,
  async lockedHead(transaction, owner) {
    const [, head] = await Promise.all([
      lockTraces(transaction, { traces: [{ projectId: owner.projectId, id: owner.ownerId }] }),
      readHead(transaction, owner),
    ]);
    return head;
  },
  movedHeads: (database, watched) => readMoved(database, { watched }),
  numberOf: ({ eventId }) => eventId,
  sizeOf: ({ payload }) => payload.length,
};

/** The head of a trace's log. */
export function headOfTrace({ projectId, id, lastEventId, createdAt }: TraceRow): LogHead {
  return { projectId, ownerId: id, life: createdAt, latest: lastEventId };
}

async function readHead(runner: Runner, { projectId, ownerId }: LogOwner): Promise<LogHead | undefined> {
  const bounds = await logBounds(runner, { projectId, traceId: ownerId });
  return bounds && { projectId, ownerId, life: bounds.createdAt, latest: bounds.latest };
}
