import { chunkId, valueChunk, type Chunk } from './chunks.js';
import {
  applyChange,
  changeBetween,
  inlineOf,
  linesOf,
  linesOfInline,
  textOfLines,
  valueIdsOf,
  type InlineObject,
  type ObjectTexts,
} from './object-lines.js';

// How an object is stored. A small one is one JSON text on its owner, beside the ids of its long values. A larger one is a chain of
// chunks: first the whole object, then changes. Its owner references the last, so that an object that differs little from a stored
// one costs only the difference. The whole object is stored again before its changes take more room than itself, or are too many: so
// reading is bounded, and on average a change costs at most twice its size, and a part of the whole.

/** An object with longer lines, or with more long values, is stored as chunks. */
const SMALL_LENGTH = 1_000;
const SMALL_VALUES = 8;
/** How many changes may follow a whole object. */
export const MOST_CHANGES = 200;

/** What is known about a stored object, by its last chunk. */
export interface ObjectEnd extends Pick<Chunk, 'id' | 'position'> {
  readonly room: number;
  /** The lines of the whole object, if they are known. */
  readonly text: string | undefined;
}

/** An object as its owner refers to it: in one text, with the ids of its long values, or by the id of its last chunk. */
export interface ObjectForm {
  readonly text: string | null;
  readonly ids: string | null;
  readonly id: string | null;
}

/** An object to be stored. */
export interface PlacedObject {
  readonly form: ObjectForm;
  /** Its last chunk, if that is new. */
  readonly chunk: Chunk | null;
  /** Long values that may be new; others that it names are stored. */
  readonly values: readonly Chunk[];
  /** Its end, if it is stored as chunks. */
  readonly end: ObjectEnd | null;
}

interface Given {
  readonly projectId: string;
  readonly values: ObjectTexts['values'];
}

/** Whether an object with these lines is stored in one text. */
export function isSmall(text: string): boolean {
  return text.length <= SMALL_LENGTH && valueIdsOf(text).length <= SMALL_VALUES;
}

/** Places a whole object: if it is large, as a change of the stored object `like`, if that is known and the change is small. */
export function placeWhole(given: Given, text: string, like?: ObjectEnd): PlacedObject {
  if (isSmall(text)) {
    return { form: { ...inlineOf(text), id: null }, chunk: null, values: valuesIn(given, text), end: null };
  }
  if (like?.text !== undefined) {
    const change = changeBetween(like.text, text);
    if (hasRoom(like, change)) {
      return placeOnto(given, like, change, text);
    }
  }
  const chunk: Chunk = {
    projectId: given.projectId,
    id: chunkId(text, null),
    text,
    afterId: null,
    position: 1,
    room: text.length,
    valueIds: valueIdsOf(text),
  };
  return placed(given, chunk, text);
}

/** Places a change of an object whose end is known. The whole object is not needed unless the change has no room. */
export function placeChange(given: Given, end: ObjectEnd, change: string): PlacedObject {
  if (end.text !== undefined && !hasRoom(end, change)) {
    const lines = linesOf(end.text);
    applyChange(lines, change);
    return placeWhole(given, textOfLines(lines));
  }
  return placeOnto(given, end, change, undefined);
}

/** Places a change of an object in one text. */
export function placeInlineChange(given: Given, inline: InlineObject, change: string): PlacedObject {
  const lines = linesOfInline(inline);
  applyChange(lines, change);
  return placeWhole(given, textOfLines(lines));
}

function hasRoom({ position, room }: ObjectEnd, change: string): boolean {
  return change === '' || (position <= MOST_CHANGES && change.length <= room);
}

function placeOnto(given: Given, end: ObjectEnd, change: string, whole: string | undefined): PlacedObject {
  if (change === '') {
    return { form: { text: null, ids: null, id: end.id }, chunk: null, values: [], end };
  }
  const chunk: Chunk = {
    projectId: given.projectId,
    id: chunkId(change, end.id),
    text: change,
    afterId: end.id,
    position: end.position + 1,
    room: end.room - change.length,
    valueIds: valueIdsOf(change),
  };
  return placed(given, chunk, whole);
}

function placed(given: Given, chunk: Chunk, text: string | undefined): PlacedObject {
  const { id, position, room = 0 } = chunk;
  return {
    form: { text: null, ids: null, id },
    chunk,
    values: valuesIn(given, chunk.text),
    end: { id, position, room, text },
  };
}

/** Those of the given values that the text names, as chunks. */
function valuesIn({ projectId, values }: Given, text: string): Chunk[] {
  if (values.length === 0) {
    return [];
  }
  const named = new Set(valueIdsOf(text));
  const chunks = new Map(
    values.flatMap(([id, value]) => (named.has(id) ? [[id, valueChunk(projectId, id, value)] as const] : [])),
  );
  return [...chunks.values()];
}

/**
 * The lines of a stored object, from the texts of its chunks by position; undefined if one is missing: it was released during
 * the read.
 */
export function textOfChunks(texts: ReadonlyMap<number, string>): string | undefined {
  const [first, ...changes] = Array.from({ length: texts.size }, (_, index) => texts.get(index + 1));
  if (first === undefined || changes.length === 0) {
    return first;
  }
  const lines = linesOf(first);
  for (const change of changes) {
    if (change === undefined) {
      return undefined;
    }
    applyChange(lines, change);
  }
  return textOfLines(lines);
}
