import { statement } from './cypher.js';
import type { Runner } from './database.js';
import { parseJson } from './json.js';

const readChains = statement<
  { projectId: string; lastIds: readonly string[] },
  { id: string; afterId: string | null; position: number; text: string | null }
>('content/read-chains');
const readPieces = statement<
  { projectId: string; ids: readonly string[] },
  { id: string; text: string | null }
>('content/read');

/**
 * Lists of content by the id of their last piece. One of which a piece is gone is missing: its owner let go of it while it
 * was read. Lists may have parts in common: each is read once.
 */
export async function readLists(
  database: Runner,
  { projectId, lastIds }: { readonly projectId: string; readonly lastIds: readonly string[] },
): Promise<Map<string, readonly unknown[]>> {
  const lists = new Map<string, readonly unknown[]>();
  if (lastIds.length === 0) {
    return lists;
  }
  const rows = await readChains(database, { projectId, lastIds: [...new Set(lastIds)] });
  const pieces = new Map(valuesOf(rows).map((piece) => [piece.id, piece]));
  for (const lastId of new Set(lastIds)) {
    const last = pieces.get(lastId);
    const values: unknown[] = [];
    for (let piece = last; piece !== undefined; piece = pieces.get(piece.afterId ?? '')) {
      values.push(piece.value);
    }
    if (values.length === last?.position) {
      lists.set(lastId, values.reverse());
    }
  }
  return lists;
}

/** Values of content by id; one that is gone is missing. */
export async function readValues(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, unknown>> {
  if (ids.length === 0) {
    return new Map();
  }
  const rows = await readPieces(database, { projectId, ids: [...new Set(ids)] });
  return new Map(valuesOf(rows).map(({ id, value }) => [id, value]));
}

/** Pieces with their values; without those that are seen as they go: Neo4j then shows them without their text. */
function valuesOf<Row extends { readonly text: string | null }>(
  rows: readonly Row[],
): (Row & { readonly value: unknown })[] {
  return rows.flatMap((row) => (row.text === null ? [] : [{ ...row, value: parseJson(row.text) }]));
}
