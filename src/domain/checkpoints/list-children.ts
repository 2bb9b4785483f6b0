import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import type { CheckpointRow } from '../../model/rows.js';
import {
  paged,
  same,
  type After,
  type OwnedList,
  type OwnedPage,
  type Pages,
} from '../../model/owned-pages.js';

const children: OwnedList<string, string, CheckpointRow> = statement('checkpoints/children');

/** The children of checkpoints, in any thread, in the order written. */
export function childrenOfCheckpoints(
  database: Runner,
  page: OwnedPage<string> & After<string>,
): Promise<Pages<CheckpointRow>> {
  return paged(children(database, page), same);
}
