import type { ThreadKey } from '../../model/keys.js';
import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import type { ThreadRow } from '../../model/rows.js';

/** Removes the threads that nothing belongs to any more. */
export const removeEmptyThreads = statement<{ readonly threads: readonly ThreadKey[] }, never>(
  'threads/remove-empty',
);

const readThreadRows = statement<{ threads: readonly ThreadKey[] }, { thread: ThreadRow }>('threads/read');

/** The existing threads with these ids, in no particular order. */
export async function readThreads(
  runner: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<ThreadRow[]> {
  const threads = ids.map((id) => ({ projectId, id }));
  const rows = await readThreadRows(runner, { threads });
  // While Neo4j deletes a node, a reader may see it without some of its properties.
  return rows.map(({ thread }) => thread).filter((thread: Partial<ThreadRow>) => thread.lastWrite != null);
}
