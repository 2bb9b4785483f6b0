import { statement } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import { JsonList, JsonObject } from '../base/json-parts.js';
import { JsonText } from '../base/json-text.js';
import { parseJson } from '../base/json.js';
import { applyChange, textOfLines, inlineOf, type Lines } from './object-lines.js';

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

/** Lists and objects of content, each by the id of its last chunk. */
export interface Chains {
  readonly lists: ReadonlyMap<string, JsonList>;
  readonly objects: ReadonlyMap<string, Lines>;
}

/** The lists by the id of their last chunk: see `readChainsOf`. */
export async function readLists(
  database: Runner,
  { projectId, lastIds }: { readonly projectId: string; readonly lastIds: readonly string[] },
): Promise<ReadonlyMap<string, JsonList>> {
  return (await readChainsOf(database, { projectId, lists: lastIds, objects: [] })).lists;
}

/**
 * Lists and objects by the id of their last chunk. One with a missing chunk is left out: its owner released it during the
 * read. They may share parts: each part is read once, and kept once for all lists.
 */
export async function readChainsOf(
  database: Runner,
  {
    projectId,
    lists,
    objects,
  }: {
    readonly projectId: string;
    readonly lists: readonly string[];
    readonly objects: readonly string[];
  },
): Promise<Chains> {
  const lastIds = [...new Set([...lists, ...objects])];
  const links = new Map<string, Link>();
  if (lastIds.length > 0) {
    for (const { id, text, afterId, position } of await readChains(database, { projectId, lastIds })) {
      if (text !== null) {
        links.set(id, { text, afterId, position });
      }
    }
  }
  return { lists: listsOf(links, lists), objects: objectsOf(links, objects) };
}

function listsOf(links: ReadonlyMap<string, Link>, lastIds: readonly string[]): Map<string, JsonList> {
  const lists = new Map<string, JsonList>();
  const lengths = lengthsOf(links);
  for (const lastId of new Set(lastIds)) {
    const length = lengths(lastId);
    if (length !== undefined) {
      lists.set(lastId, new JsonList(length, links.get(lastId)?.position ?? 0, () => textsOf(links, lastId)));
    }
  }
  return lists;
}

/** Objects that are changes of the same one are made from the nearest that is made already, the shortest chains first. */
function objectsOf(links: ReadonlyMap<string, Link>, lastIds: readonly string[]): Map<string, Lines> {
  const objects = new Map<string, Lines>();
  const positionOf = (id: string): number => links.get(id)?.position ?? 0;
  for (const lastId of [...new Set(lastIds)].sort((a, b) => positionOf(a) - positionOf(b))) {
    const changes: string[] = [];
    let id: string | null = lastId;
    while (id !== null && !objects.has(id)) {
      const link: Link | undefined = links.get(id);
      if (link === undefined || (link.afterId === null && link.position !== 1)) {
        break;
      }
      changes.push(link.text);
      id = link.afterId;
    }
    if (id === null || objects.has(id)) {
      const lines = new Map(id === null ? [] : objects.get(id));
      changes.reverse().forEach((change) => applyChange(lines, change));
      objects.set(lastId, lines);
    }
  }
  return objects;
}

/** The ids of the content that has an object's long values. */
export function longValuesOf(lines: Lines): string[] {
  return [...lines.values()].flatMap((rest) => (rest.startsWith('@') ? [rest.slice(1)] : []));
}

/** An object with the values stored as content, by id; undefined if one of them is missing. */
export function objectOfLines(
  lines: Lines,
  values: ReadonlyMap<string, JsonText>,
): JsonText | JsonObject | undefined {
  const isLong = longValuesOf(lines);
  if (isLong.length === 0) {
    return new JsonText(inlineOf(textOfLines(lines)).text);
  }
  if (!isLong.every((id) => values.has(id))) {
    return undefined;
  }
  return new JsonObject(
    new Map(
      [...lines].map(([key, rest]) => [
        parseJson(key) as string,
        rest.startsWith('@') ? values.get(rest.slice(1)) : new JsonText(rest.slice(1)),
      ]),
    ),
  );
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
