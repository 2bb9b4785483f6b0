import { statement } from './cypher.js';
import type { Runner } from './database.js';
import type { EventRow } from './graph.js';
import { paged, same, type After, type OwnedList, type OwnedPage, type Pages } from './owned-pages.js';

const ofTraces: OwnedList<string, number, EventRow> = statement('events/by-traces');

/** The events of traces, oldest first. */
export function eventsOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<EventRow>> {
  return paged(ofTraces(database, page), same);
}
