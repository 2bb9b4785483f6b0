import { statement } from './cypher.js';
import type { Runner } from './database.js';
import type { CheckpointRow } from './graph.js';
import { paged, same, type After, type OwnedList, type OwnedPage, type Pages } from './owned-pages.js';

const children: OwnedList<string, string, CheckpointRow> = statement('checkpoints/children');

/** The checkpoints that go on from checkpoints, in any thread, in the order written. */
export function childrenOfCheckpoints(
  database: Runner,
  page: OwnedPage<string> & After<string>,
): Promise<Pages<CheckpointRow>> {
  return paged(children(database, page), same);
}
