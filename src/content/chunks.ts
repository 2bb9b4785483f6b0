import { objectText } from '../base/object-text.js';
import { hash } from 'node:crypto';

/** A part of a payload, stored once however many owners reference it: a message in a list, or a single value. */
export interface Chunk {
  readonly projectId: string;
  /** A hash of `text` and `afterId`: equal for lists that are equal up to this chunk. */
  readonly id: string;
  /** The value as JSON. */
  readonly text: string;
  /** The chunk before it; null for the first of a list and for a single value. */
  readonly afterId: string | null;
  /** Its position in the list, from 1. */
  readonly position: number;
}

/** A list as the ids and texts of its chunks. */
export interface ListTexts {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
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

/** 128 bits. The line feed is a safe separator: neither ids nor unindented JSON texts contain one. */
function chunkId(text: string, afterId: string | null): string {
  return hash('sha256', `${afterId ?? ''}\n${text}`, 'base64url').slice(0, 22);
}

/** Shorter values cost less inline than as a node of their own. */
const SHARED_LENGTH = 256;

/** An object with some of its values as chunks. */
export interface Divided {
  /** The object as JSON, with null in place of the values that are chunks, so that the order of the keys is kept. */
  readonly text: string;
  readonly chunks: ReadonlyMap<string, Chunk>;
}

/** An object as JSON texts: the whole with null for its long values, and each of these with its key and its id as a chunk. */
export interface ObjectTexts {
  readonly text: string;
  readonly values: readonly (readonly [key: string, id: string, text: string])[];
}

/** Divides an object by its keys: long values become chunks. */
export function textsOfObject(object: Readonly<Record<string, unknown>>): ObjectTexts {
  const values: [string, string, string][] = [];
  const text = objectText(object, (key) => {
    const value = JSON.stringify(object[key]);
    if (value.length < SHARED_LENGTH) {
      return value;
    }
    values.push([key, chunkId(value, null), value]);
    return 'null';
  });
  return { text, values };
}

/** A divided object with its values as chunks of a project. */
export function divide(projectId: string, { text, values }: ObjectTexts): Divided {
  const chunks = values.map(
    ([key, id, value]) => [key, { projectId, id, text: value, afterId: null, position: 1 }] as const,
  );
  return { text, chunks: new Map(chunks) };
}

/** How an owner references its chunks: the type of the relationships that lead from it to them. */
export type Owning = 'MESSAGES' | 'STATE' | 'TOOLS_RESULT';

/** An owner's reference to a chunk, which is kept for as long as an owner references it or a later chunk. */
export interface ContentReference {
  readonly projectId: string;
  readonly owner: 'Step' | 'Checkpoint';
  readonly ownerId: string;
  readonly owning: Owning;
  /** The key of the value; null for the last chunk of a list. */
  readonly key: string | null;
  readonly contentId: string;
}
