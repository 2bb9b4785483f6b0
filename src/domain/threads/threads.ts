import type { ThreadKey } from '../../model/keys.js';
import { statement } from '../../neo4j/cypher.js';
import type { Runner } from '../../neo4j/database.js';
import type { ThreadRow } from '../../model/rows.js';

/** Removes those of the threads to which nothing belongs any more. */
export const removeEmptyThreads = statement<{ readonly threads: readonly ThreadKey[] }, never>(
  'threads/remove-empty',
);

const readThreadRows = statement<{ threads: readonly ThreadKey[] }, { thread: ThreadRow }>('threads/read');

/** The threads of these ids that exist, in no order. */
export async function readThreads(
  runner: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<ThreadRow[]> {
  const threads = ids.map((id) => ({ projectId, id }));
  const rows = await readThreadRows(runner, { threads });
  // Neo4j lets a reader see a node as it goes, without some of its properties.
  return rows.map(({ thread }) => thread).filter((thread: Partial<ThreadRow>) => thread.lastWrite != null);
}
