import { hash } from 'node:crypto';

/** A part of a payload, stored once however many owners reference it: a message in a list, a single value, or an object. */
export interface Chunk {
  readonly projectId: string;
  /** A hash of `text` and `afterId`: equal for lists that are equal up to this chunk. */
  readonly id: string;
  /** The value as JSON; of an object, lines (see `object-lines.ts`). */
  readonly text: string;
  /** The chunk before it; null for the first of a list and for a single value. */
  readonly afterId: string | null;
  /** Its position in the list, from 1. */
  readonly position: number;
  /** Of an object's chunk: how many more characters of changes may follow it (see `object-chunks.ts`). */
  readonly room?: number;
  /** Of an object's chunk: the ids of the long values that its lines name, each once. */
  readonly valueIds?: readonly string[];
}

/** A list as the ids and texts of its chunks. */
export interface ListTexts {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

/** The end of a stored list: the id of its last chunk, null if it is empty, and its length. */
export interface ListEnd {
  readonly lastId: string | null;
  readonly length: number;
}

/** A list as JSON texts, with their ids as chunks. */
export function textsOfList(values: readonly unknown[]): ListTexts {
  const texts = values.map((value) => JSON.stringify(value));
  let afterId: string | null = null;
  return { texts, ids: texts.map((text) => (afterId = chunkId(text, afterId))) };
}

/** A list as chunks, each after the one before it. */
export function chainOf(projectId: string, { ids, texts }: ListTexts): readonly Chunk[] {
  return ids.map((id, index) => ({
    projectId,
    id,
    text: texts[index] as string,
    afterId: ids[index - 1] ?? null,
    position: index + 1,
  }));
}

/** The chunks that continue a stored list with these texts: equal to those of the whole list from there on. */
export function chainAfter(
  projectId: string,
  { lastId, length }: ListEnd,
  texts: readonly string[],
): readonly Chunk[] {
  let afterId = lastId;
  return texts.map((text, index) => {
    const chunk = { projectId, id: chunkId(text, afterId), text, afterId, position: length + index + 1 };
    afterId = chunk.id;
    return chunk;
  });
}

/** A single value as a chunk. */
export function valueChunk(projectId: string, id: string, text: string): Chunk {
  return { projectId, id, text, afterId: null, position: 1 };
}

/** 128 bits. The line feed is a safe separator: neither ids nor unindented JSON texts contain one. */
export function chunkId(text: string, afterId: string | null): string {
  return hash('sha256', `${afterId ?? ''}\n${text}`, 'base64url').slice(0, 22);
}

/** How an owner references its chunks: the type of the relationships that lead from it to them. */
export type Owning = 'MESSAGES' | 'STATE' | 'TOOLS_RESULT';

/** An owner's reference to a chunk, which is kept for as long as an owner references it or a later chunk. */
export interface ContentReference {
  readonly projectId: string;
  readonly owner: 'Step' | 'Checkpoint';
  readonly ownerId: string;
  readonly owning: Owning;
  /** The key of the value; null for the last chunk of a list or an object. */
  readonly key: string | null;
  readonly contentId: string;
}
