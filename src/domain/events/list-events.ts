import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import { upgraded } from '../../model/event-versions.js';
import type { EventRow } from '../../model/rows.js';
import { paged, type After, type OwnedList, type OwnedPage, type Pages } from '../../model/owned-pages.js';

const ofTraces: OwnedList<string, number, EventRow> = statement('events/by-traces');

/** The events of traces, oldest first. */
export function eventsOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<EventRow>> {
  return paged(ofTraces(database, page), upgraded);
}
