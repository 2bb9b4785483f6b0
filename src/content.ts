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

/** A list as pieces, each after the one before it. */
export function chainOf(projectId: string, values: readonly unknown[]): readonly Piece[] {
  let afterId: string | null = null;
  return values.map((value, index) => {
    const piece = pieceOf(projectId, JSON.stringify(value), { afterId, position: index + 1 });
    afterId = piece.id;
    return piece;
  });
}

function pieceOf(
  projectId: string,
  text: string,
  { afterId, position }: Pick<Piece, 'afterId' | 'position'>,
): Piece {
  // 128 bits. A line feed stands in neither an id nor a JSON text that was not indented.
  const id = hash('sha256', `${afterId ?? ''}\n${text}`, 'base64url').slice(0, 22);
  return { projectId, id, text, afterId, position };
}

/** Shorter values cost less where they are than as a node of their own. */
const SHARED_LENGTH = 256;

/** An object some of whose values are pieces. */
export interface Divided {
  /** The object as JSON, null in place of the values that are pieces: it keeps the order of the keys. */
  readonly text: string;
  readonly pieces: ReadonlyMap<string, Piece>;
}

/** Divides an object by its keys: long values become pieces. */
export function divide(projectId: string, object: Readonly<Record<string, unknown>>): Divided {
  const pieces = new Map<string, Piece>();
  const text = objectText(object, (key) => {
    const value = JSON.stringify(object[key]);
    if (value.length < SHARED_LENGTH) {
      return value;
    }
    pieces.set(key, pieceOf(projectId, value, { afterId: null, position: 1 }));
    return 'null';
  });
  return { text, pieces };
}

/** An object as JSON, its keys in their order, with the text that is given for each key. */
export function objectText(object: object, textAt: (key: string) => string): string {
  const entries = Object.keys(object).map((key) => `${JSON.stringify(key)}:${textAt(key)}`);
  return `{${entries.join(',')}}`;
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
