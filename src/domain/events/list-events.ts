import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import { eventOfNode, isWholeLogNode, type LogNode } from '../../model/fact-events.js';
import type { EventRow } from '../../model/rows.js';
import { paged, type After, type OwnedList, type OwnedPage, type Pages } from '../../model/owned-pages.js';

const ofTraces: OwnedList<string, number, LogNode> = statement('events/by-traces', isWholeLogNode);

/** The events of traces, oldest first. */
export function eventsOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<EventRow>> {
  return paged(ofTraces(database, page), eventOfNode);
}
