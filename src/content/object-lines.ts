import { endOfString, membersOf } from '../base/object-members.js';
import { parseJson } from '../base/json.js';
import { chunkId } from './chunks.js';

// A JSON object as text that can be compared and changed without parsing its values. It has a line for each key, in order: the key
// as JSON, then either `:` and the value as JSON, or `@` and the id of the content that has the value. A change of an object is
// text in the same form, with a line that is a key alone for each key to remove. No JSON text has a line feed in it.

/** The lines of an object: what follows each key, by the key as JSON, in the order of the keys. */
export type Lines = ReadonlyMap<string, string>;

/** Shorter values cost less in their line than as a node of their own. */
const SHARED_LENGTH = 256;

/** An object as lines, and its long values by content id. */
export interface ObjectTexts {
  readonly text: string;
  readonly values: readonly (readonly [id: string, text: string])[];
}

/** An object as lines; its long values become content. */
export function textsOfObject(object: Readonly<Record<string, unknown>>): ObjectTexts {
  const values: [string, string][] = [];
  const lines = Object.keys(object).map((key) => {
    const value = JSON.stringify(object[key]);
    if (value.length < SHARED_LENGTH) {
      return `${JSON.stringify(key)}:${value}`;
    }
    const id = chunkId(value, null);
    values.push([id, value]);
    return `${JSON.stringify(key)}@${id}`;
  });
  return { text: lines.join('\n'), values };
}

/** The lines in a text. */
export function linesOf(text: string): Map<string, string> {
  const lines = new Map<string, string>();
  applyChange(lines, text);
  return lines;
}

/** The lines as text. */
export function textOfLines(lines: Lines): string {
  return [...lines].map(([key, rest]) => `${key}${rest}`).join('\n');
}

/** Changes lines: a key that is set keeps its place or comes last, and a key to remove that is not there is ignored. */
export function applyChange(lines: Map<string, string>, change: string): void {
  if (change === '') {
    return;
  }
  for (const line of change.split('\n')) {
    const end = endOfString(line, 0);
    if (end === line.length) {
      lines.delete(line);
    } else {
      lines.set(line.slice(0, end), line.slice(end));
    }
  }
}

/** The change that makes one object's lines of another's; empty if they are equal, including the order of their keys. */
export function changeBetween(from: string, to: string): string {
  return changeInPlace(from.split('\n'), to.split('\n')) ?? changeOfKeys(linesOf(from), linesOf(to));
}

/** The change if every key has kept its place, and new ones come last; otherwise undefined. */
function changeInPlace(from: readonly string[], to: readonly string[]): string | undefined {
  if (from.length > to.length) {
    return undefined;
  }
  const set: string[] = [];
  for (const [index, line] of to.entries()) {
    const old = from[index];
    if (old !== line) {
      if (old !== undefined && keyOfLine(old) !== keyOfLine(line)) {
        return undefined;
      }
      set.push(line);
    }
  }
  return set.join('\n');
}

function keyOfLine(line: string): string {
  return line.slice(0, endOfString(line, 0));
}

function changeOfKeys(from: Lines, to: Lines): string {
  const removed = [...from.keys()].filter((key) => !to.has(key));
  const set: string[] = [];
  const places = [...from.keys()].filter((key) => to.has(key)).values();
  let place = places.next();
  let isInPlace = true;
  for (const [key, rest] of to) {
    isInPlace &&= place.value === key;
    if (isInPlace) {
      place = places.next();
      if (from.get(key) !== rest) {
        set.push(`${key}${rest}`);
      }
      continue;
    }
    // A key that is set comes last, and so must all that follow it.
    if (from.has(key)) {
      removed.push(key);
    }
    set.push(`${key}${rest}`);
  }
  return [...removed, ...set].join('\n');
}

/** The ids of the content that lines name, each once. */
export function valueIdsOf(text: string): readonly string[] {
  if (!text.includes('"@')) {
    return [];
  }
  const ids = text.split('\n').flatMap((line) => {
    const end = endOfString(line, 0);
    return line[end] === '@' ? [line.slice(end + 1)] : [];
  });
  return [...new Set(ids)];
}

/** An object in one JSON text, with null for the values that are content; for those, a JSON list of pairs of key and content id. */
export interface InlineObject {
  readonly text: string;
  readonly ids: string | null;
}

/** An object's lines as one JSON text. */
export function inlineOf(text: string): InlineObject {
  if (valueIdsOf(text).length === 0) {
    return { text: `{${text.replaceAll('\n', ',')}}`, ids: null };
  }
  const ids: [string, string][] = [];
  const members = [...linesOf(text)].map(([key, rest]) => {
    if (rest.startsWith('@')) {
      ids.push([parseJson(key) as string, rest.slice(1)]);
      return `${key}:null`;
    }
    return `${key}${rest}`;
  });
  return { text: `{${members.join(',')}}`, ids: JSON.stringify(ids) };
}

/** The lines of an object in one JSON text. */
export function linesOfInline({ text, ids }: InlineObject): Map<string, string> {
  const lines = new Map(membersOf(text).map(([key, value]) => [key, `:${value}`]));
  for (const [key, id] of pairsOf(ids)) {
    lines.set(JSON.stringify(key), `@${id}`);
  }
  return lines;
}

/** The values of an object that are content: pairs of key and content id. */
export function pairsOf(ids: string | null): readonly (readonly [key: string, id: string])[] {
  return ids === null ? [] : (parseJson(ids) as [string, string][]);
}
