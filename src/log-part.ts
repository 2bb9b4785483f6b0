import type { Database, Runner } from './database.js';
import { logBounds, readEvents } from './events.js';
import type { EventRow } from './graph.js';
import { lockTraces } from './load.js';

/** A trace's log, by the trace and the moment it was created: a later trace of the same id has another. */
export interface LogKey {
  readonly projectId: string;
  readonly traceId: string;
  readonly createdAt: string;
}

/** What a log has after an event. */
export type LogPart =
  /** The next events, one or more, without a gap. */
  | { readonly kind: 'events'; readonly events: readonly EventRow[] }
  /** There is nothing more yet. */
  | { readonly kind: 'end' }
  /** The next events are gone; `earliest` is the next there is, or will be. */
  | { readonly kind: 'gap'; readonly earliest: number; readonly latest: number }
  /** The trace is gone. */
  | { readonly kind: 'deleted' };

interface Place {
  readonly after: number;
  readonly limit: number;
}

/**
 * Reads what follows event `after`, at most `limit` events.
 *
 * Neo4j lets a reader see a commit in parts: a trace's newest event id before the event, a later event before an earlier
 * one. So what looks like the lack of an event is looked at again under the trace's lock, behind every commit.
 */
export async function readLogPart(database: Database, key: LogKey, place: Place): Promise<LogPart> {
  const events = unbroken(await readEvents(database, { ...key, ...place }), place.after);
  return events.length > 0
    ? { kind: 'events', events }
    : await database.write((transaction) => readLocked(transaction, key, place));
}

async function readLocked(transaction: Runner, key: LogKey, place: Place): Promise<LogPart> {
  const [, bounds, page] = await Promise.all([
    lockTraces(transaction, { traces: [{ projectId: key.projectId, id: key.traceId }] }),
    logBounds(transaction, key),
    readEvents(transaction, { ...key, ...place }),
  ]);
  if (bounds?.createdAt !== key.createdAt) {
    return { kind: 'deleted' };
  }
  const events = unbroken(page, place.after);
  if (events.length > 0) {
    return { kind: 'events', events };
  }
  const earliest = page[0]?.eventId ?? bounds.latest + 1;
  return earliest > place.after + 1 ? { kind: 'gap', earliest, latest: bounds.latest } : { kind: 'end' };
}

/** The events that follow `after` one by one, up to the first that is missing. */
function unbroken(page: readonly EventRow[], after: number): readonly EventRow[] {
  const broken = page.findIndex(({ eventId }, index) => eventId !== after + 1 + index);
  return broken === -1 ? page : page.slice(0, broken);
}

/** The length of the first page, when the size of the events is not known. */
export const FIRST_PAGE = 20;
const MAX_PAGE = 500;
const PAGE_BYTES = 512 * 1024;

/** How long the next page may be, so that it holds about half a megabyte, going by the last. */
export function nextLimit(events: readonly EventRow[]): number {
  const sizeBytes = events.reduce((sum, { payload }) => sum + payload.length, 0);
  return Math.max(1, Math.min(MAX_PAGE, Math.floor((PAGE_BYTES * events.length) / Math.max(1, sizeBytes))));
}
