import { objectText } from '../base/object-text.js';
import { hash } from 'node:crypto';

/** A part of a payload, kept once however many owners have it: a message after those before it, or a value by itself. */
export interface Piece {
  readonly projectId: string;
  /** Of `text` and `afterId`: equal for equal lists up to here. */
  readonly id: string;
  /** The value as JSON. */
  readonly text: string;
  /** The piece before it; null for the first of a list, and for a value by itself. */
  readonly afterId: string | null;
  /** Its place in the list, from 1. */
  readonly position: number;
}

/** A list as the ids and texts of its pieces. */
export interface ListTexts {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

/** A list as JSON texts, with the ids that they have as pieces. */
export function textsOfList(values: readonly unknown[]): ListTexts {
  const texts = values.map((value) => JSON.stringify(value));
  let afterId: string | null = null;
  return { texts, ids: texts.map((text) => (afterId = pieceId(text, afterId))) };
}

/** A list as pieces, each after the one before it. */
export function chainOf(projectId: string, { ids, texts }: ListTexts): readonly Piece[] {
  return ids.map((id, index) => ({
    projectId,
    id,
    text: texts[index] as string,
    afterId: ids[index - 1] ?? null,
    position: index + 1,
  }));
}

/** 128 bits. A line feed stands in neither an id nor a JSON text that was not indented. */
function pieceId(text: string, afterId: string | null): string {
  return hash('sha256', `${afterId ?? ''}\n${text}`, 'base64url').slice(0, 22);
}

/** Shorter values cost less where they are than as a node of their own. */
const SHARED_LENGTH = 256;

/** An object some of whose values are pieces. */
export interface Divided {
  /** The object as JSON, null in place of the values that are pieces: it keeps the order of the keys. */
  readonly text: string;
  readonly pieces: ReadonlyMap<string, Piece>;
}

/** An object as JSON texts: as a whole with null for its long values, and each of these with its key and its id as a piece. */
export interface ObjectTexts {
  readonly text: string;
  readonly values: readonly (readonly [key: string, id: string, text: string])[];
}

/** Divides an object by its keys: long values become pieces. */
export function textsOfObject(object: Readonly<Record<string, unknown>>): ObjectTexts {
  const values: [string, string, string][] = [];
  const text = objectText(object, (key) => {
    const value = JSON.stringify(object[key]);
    if (value.length < SHARED_LENGTH) {
      return value;
    }
    values.push([key, pieceId(value, null), value]);
    return 'null';
  });
  return { text, values };
}

/** A divided object with its values as pieces of a project. */
export function divide(projectId: string, { text, values }: ObjectTexts): Divided {
  const pieces = values.map(
    ([key, id, value]) => [key, { projectId, id, text: value, afterId: null, position: 1 }] as const,
  );
  return { text, pieces: new Map(pieces) };
}

/** How an owner has its pieces: the relationships of these types lead from it to them. */
export type Owning = 'MESSAGES' | 'STATE' | 'TOOLS_RESULT';

/** An owner's hold on a piece, which stays for as long as anyone holds it or one after it. */
export interface Held {
  readonly projectId: string;
  readonly owner: 'Step' | 'Checkpoint';
  readonly ownerId: string;
  readonly owning: Owning;
  /** Which value it is; null for the last piece of a list. */
  readonly key: string | null;
  readonly contentId: string;
}
