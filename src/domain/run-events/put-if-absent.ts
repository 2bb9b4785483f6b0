import { randomUUID } from 'node:crypto';
import type { Ingest } from '../../ingest/write.js';
import { keyOf } from '../../model/keys.js';
import type { RunEventRow } from '../../model/rows.js';
import { draft, insertEvent, sizeOf, type NewRunEvent } from './run-events.js';

/** The first run event of a type in a run, and whether the write created it. */
export interface PutIfAbsent {
  readonly event: RunEventRow;
  readonly created: boolean;
}

/**
 * Writes a run event unless its run already has one of its type in the thread's log generation; then returns the first of those. The
 * thread's lock makes that exact for any number of servers.
 *
 * An event with the same idempotency key is what an earlier attempt of this write created: it is returned as created, or CONFLICT
 * is thrown if its content differs. That also covers a transaction that runs again after the answer to its commit was lost.
 */
export async function putRunEventIfAbsent(
  ingest: Ingest,
  { projectId, input }: { readonly projectId: string; readonly input: NewRunEvent },
): Promise<PutIfAbsent> {
  const event = draft(projectId, input, 'input');
  // Generated before the transaction, so that a transaction that runs twice starts the same generation.
  const generation = randomUUID();
  const { threadId, runId, eventType, key } = event;
  return await ingest.submit({
    threads: [{ projectId, id: threadId }],
    needs: {
      runEventKeys: [{ projectId, threadId, key }],
      runEventTypes: [{ projectId, threadId, runId, eventType }],
    },
    cost: 1,
    sizeBytes: sizeOf(event),
    apply(unit) {
      const repeated = unit.runEventsByKey.get(keyOf(projectId, threadId, key));
      const first = unit.firstRunEvents.get(keyOf(projectId, threadId, runId, eventType));
      return repeated === undefined && first !== undefined
        ? { event: first, created: false }
        : { event: insertEvent(unit, event, { generation, field: 'input' }), created: true };
    },
  });
}
