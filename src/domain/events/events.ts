import { keyOf } from '../../model/keys.js';
import { randomUUID } from 'node:crypto';
import { eventOfNode, isWholeLogNode, type LogNode } from '../../model/fact-events.js';
import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import { badInput, StemmaError } from '../../base/errors.js';
import type { EventRow } from '../../model/rows.js';
import { checkId, idOr } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { JsonText } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { objectTextOf } from '../../base/prepared-json.js';

/** The types of events that Stemma writes itself, together with the change they report. */
export const EVENT_TYPES = [
  'goal_added',
  'goal_updated',
  'goal_tree_updated',
  'message_added',
  'message_updated',
  'step_added',
  'step_updated',
  'sub_trace_started',
  'sub_trace_completed',
  'trace_status_changed',
  'trace_completed',
  'trace_updated',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

const MAX_TYPE_LENGTH = 100;

/**
 * Appends an event of the client's own type. If the trace already has an event with the same idempotency key, returns that
 * event if type and payload are equal, and throws CONFLICT otherwise. Throws NOT_FOUND if the trace does not exist.
 */
export async function appendEvent(
  ingest: Ingest,
  {
    projectId,
    traceId,
    type,
    payload,
    idempotencyKey,
  }: {
    readonly projectId: string;
    readonly traceId: string;
    readonly type: string;
    readonly payload: unknown;
    readonly idempotencyKey: string | null | undefined;
  },
): Promise<EventRow> {
  if (type === '' || [...type].length > MAX_TYPE_LENGTH || /\p{Cc}/u.test(type)) {
    throw badInput(
      'type',
      `expected 1 to ${MAX_TYPE_LENGTH} characters, none of them a control character, got ${shown(type)}`,
    );
  }
  if ((EVENT_TYPES as readonly string[]).includes(type)) {
    throw badInput('type', `expected a type of your own, got ${shown(type)}, which the server writes itself`);
  }
  const content = new JsonText(objectTextOf(payload, 'payload'));
  // Generated before the transaction, so that a transaction that runs twice still appends once.
  const key =
    idempotencyKey == null ? `auto:${randomUUID()}` : `key:${idOr(idempotencyKey, 'idempotencyKey')}`;
  return await ingest.submit({
    traces: [{ projectId, id: checkId(traceId, 'traceId') }],
    needs: { newEventKeys: [{ projectId, traceId, key }] },
    appends: true,
    cost: 1,
    sizeBytes: content.text.length,
    apply(unit) {
      unit.trace(projectId, traceId);
      const existing = unit.eventsByKey.get(keyOf(projectId, traceId, key));
      if (existing === undefined) {
        return unit.append(projectId, traceId, type, content, key);
      }
      if (existing.type !== type || existing.payload !== content.text) {
        throw new StemmaError(
          'CONFLICT',
          `the event with idempotencyKey ${shown(idempotencyKey)} has different content`,
          {
            field: 'idempotencyKey',
          },
        );
      }
      return existing;
    },
  });
}

interface PageKey {
  readonly projectId: string;
  readonly traceId: string;
  /** When the trace was created: a later trace with the same id has other events. */
  readonly createdAt: string;
  readonly after: number;
  readonly limit: number;
}

const readPage = statement<PageKey, LogNode>('events/page', isWholeLogNode);
const readBounds = statement<
  { readonly projectId: string; readonly traceId: string },
  { earliest: number | null; latest: number; createdAt: string }
>('events/bounds');

/** The events of a trace after `after`, oldest first, at most `limit`. */
export async function readEvents(
  runner: Runner,
  { projectId, traceId, createdAt, after, limit }: PageKey,
): Promise<EventRow[]> {
  const rows = await readPage(runner, { projectId, traceId, createdAt, after, limit });
  return rows.map(eventOfNode);
}

/**
 * The oldest event that a trace's log still has (null: none) and the newest it ever had, with the trace's creation time,
 * which distinguishes it from a later trace with the same id. Undefined if there is no such trace.
 */
export async function logBounds(
  runner: Runner,
  key: { readonly projectId: string; readonly traceId: string },
): Promise<{ earliest: number | null; latest: number; createdAt: string } | undefined> {
  return (await readBounds(runner, key))[0];
}
