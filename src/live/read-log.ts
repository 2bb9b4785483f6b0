import type { Database, Runner } from '../neo4j/database.js';
import type { LogKey, LogPlace, LogSource } from './log-source.js';

/** What a log has after an event. */
export type LogPart<Row> =
  /** The next events, one or more. `highWaterMark` is the newest number assigned, as far as this read knows. */
  | { readonly kind: 'events'; readonly events: readonly Row[]; readonly highWaterMark: number }
  /** There is nothing more yet. */
  | { readonly kind: 'end' }
  /** All events up to `highWaterMark` were deleted. */
  | { readonly kind: 'gap'; readonly highWaterMark: number }
  /** The log was deleted. */
  | { readonly kind: 'deleted' };

/**
 * Reads the events after event `after`, at most `limit` of them. Missing numbers, before the first event or between two, are
 * those of deleted events.
 *
 * Neo4j can show a reader part of a commit: a log's newest number before the event, or a later event before an earlier one. An
 * apparent gap is therefore re-read under the owner's lock, after all commits.
 */
export async function readLogPart<Row>(
  database: Database,
  source: LogSource<Row>,
  key: LogKey,
  place: LogPlace,
): Promise<LogPart<Row>> {
  if (key.generation === null) {
    return { kind: 'end' };
  }
  const events = unbroken(source, await source.read(database, key, place), place.after);
  const last = events.at(-1);
  return last === undefined
    ? await database.readLocked('read a log', (transaction) => readLocked(transaction, source, key, place))
    : { kind: 'events', events, highWaterMark: source.numberOf(last) };
}

async function readLocked<Row>(
  transaction: Runner,
  source: LogSource<Row>,
  key: LogKey,
  place: LogPlace,
): Promise<LogPart<Row>> {
  const [state, events] = await Promise.all([
    source.lockedState(transaction, key),
    source.read(transaction, key, place),
  ]);
  if (state?.generation !== key.generation) {
    return { kind: 'deleted' };
  }
  const { highWaterMark } = state;
  if (events.length > 0) {
    return { kind: 'events', events, highWaterMark };
  }
  return highWaterMark > place.after ? { kind: 'gap', highWaterMark } : { kind: 'end' };
}

/** The events that follow `after` consecutively, up to the first missing number. */
function unbroken<Row>(source: LogSource<Row>, events: readonly Row[], after: number): readonly Row[] {
  const broken = events.findIndex((event, index) => source.numberOf(event) !== after + 1 + index);
  return broken === -1 ? events : events.slice(0, broken);
}

/** The length of the first page, when the size of the events is still unknown. */
export const FIRST_PAGE = 20;
const MAX_PAGE = 500;
const PAGE_BYTES = 512 * 1024;

/** The length of the next page, chosen from the last page's size so that it holds about half a megabyte. */
export function nextLimit<Row>(source: LogSource<Row>, events: readonly Row[]): number {
  const sizeBytes = events.reduce((sum, event) => sum + source.sizeOf(event), 0);
  return Math.max(1, Math.min(MAX_PAGE, Math.floor((PAGE_BYTES * events.length) / Math.max(1, sizeBytes))));
}
