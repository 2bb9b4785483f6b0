import { statement } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import { JsonList } from '../base/json-parts.js';
import { JsonText } from '../base/json-text.js';

const readChains = statement<
  { projectId: string; lastIds: readonly string[] },
  { id: string; afterId: string | null; position: number; text: string | null }
>('content/read-chains');
const readChunks = statement<
  { projectId: string; ids: readonly string[] },
  { id: string; text: string | null }
>('content/read');

interface Link {
  readonly text: string;
  readonly afterId: string | null;
  readonly position: number;
}

/**
 * Lists of content by the id of their last chunk. A list with a missing chunk is left out: its owner released it during the
 * read. Lists may share parts: each part is read once and kept once.
 */
export async function readLists(
  database: Runner,
  { projectId, lastIds }: { readonly projectId: string; readonly lastIds: readonly string[] },
): Promise<Map<string, JsonList>> {
  const lists = new Map<string, JsonList>();
  if (lastIds.length === 0) {
    return lists;
  }
  const rows = await readChains(database, { projectId, lastIds: [...new Set(lastIds)] });
  const links = new Map<string, Link>();
  for (const { id, text, afterId, position } of rows) {
    if (text !== null) {
      links.set(id, { text, afterId, position });
    }
  }
  const lengths = lengthsOf(links);
  for (const lastId of new Set(lastIds)) {
    const length = lengths(lastId);
    if (length !== undefined) {
      lists.set(lastId, new JsonList(length, links.get(lastId)?.position ?? 0, () => textsOf(links, lastId)));
    }
  }
  return lists;
}

/** The length of a list by the id of its last chunk; undefined if a chunk is missing. Each chunk is counted once. */
function lengthsOf(links: ReadonlyMap<string, Link>): (lastId: string) => number | undefined {
  const measured = new Map<string, number>();
  return (lastId) => {
    const counted: string[] = [];
    let id: string | null = lastId;
    while (id !== null && !measured.has(id)) {
      const link: Link | undefined = links.get(id);
      if (link === undefined || (link.afterId === null && link.position !== 1)) {
        return undefined;
      }
      counted.push(id);
      id = link.afterId;
    }
    let length = id === null ? 0 : (measured.get(id) ?? 0);
    for (const each of counted.reverse()) {
      length += 1 + (links.get(each)?.text.length ?? 0);
      measured.set(each, length);
    }
    return length;
  };
}

function textsOf(links: ReadonlyMap<string, Link>, lastId: string): string[] {
  const texts: string[] = [];
  for (let link = links.get(lastId); link !== undefined; link = links.get(link.afterId ?? '')) {
    texts.push(link.text);
  }
  return texts.reverse();
}

/** Values of content by id; missing ones are left out. */
export async function readValues(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, JsonText>> {
  if (ids.length === 0) {
    return new Map();
  }
  const rows = await readChunks(database, { projectId, ids: [...new Set(ids)] });
  // Neo4j returns a chunk that is being deleted without its text.
  return new Map(rows.flatMap(({ id, text }) => (text === null ? [] : [[id, new JsonText(text)] as const])));
}
