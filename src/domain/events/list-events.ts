import { statement } from '../../neo4j/cypher.js';
import type { Runner } from '../../neo4j/database.js';
import type { EventRow } from '../../model/rows.js';
import {
  paged,
  same,
  type After,
  type OwnedList,
  type OwnedPage,
  type Pages,
} from '../../model/owned-pages.js';
import { isWholeEvent } from '../../model/whole-rows.js';

const ofTraces: OwnedList<string, number, EventRow> = statement('events/by-traces', isWholeEvent);

/** The events of traces, oldest first. */
export function eventsOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<EventRow>> {
  return paged(ofTraces(database, page), same);
}
