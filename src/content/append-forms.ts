import { badInput } from '../base/errors.js';
import { shown } from '../base/json.js';
import { checkId } from '../model/ids.js';
import { chainAfter, type Chunk, type ListEnd } from './chunks.js';
import { appendedTextsOf, MAX_LIST, objectTextsOf } from './content-input.js';
import { linesOf, type ObjectTexts } from './object-lines.js';

// Payloads that are given as what is new since a stored one, their base: the server does not read the base's messages.

/** The base of an append form, and where the form is in the request. */
export interface Base {
  readonly baseId: string;
  /** How many messages the client takes the base to have; null if it does not say. */
  readonly messageCount: number | null;
  /** The name of the form in errors. */
  readonly field: string;
}

/** A list that continues the base's. */
export interface ListAfter extends Base {
  readonly messageCount: number;
  readonly texts: readonly string[];
}

/** An object that is the base's with some keys set and others removed. */
export interface ObjectAfter extends Base {
  /** In the form of `object-lines.ts`. */
  readonly change: string;
  readonly values: ObjectTexts['values'];
}

/** The append form of a list, or BAD_USER_INPUT naming what is wrong with it. */
export function listAfterOf(
  {
    baseId,
    messageCount,
    append,
  }: { readonly baseId: string; readonly messageCount: number; readonly append: unknown },
  { field, baseField }: { readonly field: string; readonly baseField: string },
): ListAfter {
  return {
    baseId: checkId(baseId, `${field}.${baseField}`),
    messageCount: checkCount(messageCount, field),
    field,
    texts: appendedTextsOf(append, `${field}.append`),
  };
}

/** How many keys may be removed at once. */
const MAX_REMOVED = 50_000;

/** The append form of an object, or BAD_USER_INPUT naming what is wrong with it. */
export function objectAfterOf(
  {
    baseId,
    messageCount,
    set,
    remove,
  }: {
    readonly baseId: string;
    readonly messageCount: number | null | undefined;
    readonly set: unknown;
    readonly remove: readonly string[] | null | undefined;
  },
  { field, baseField }: { readonly field: string; readonly baseField: string },
): ObjectAfter {
  const { text, values } = objectTextsOf(set, `${field}.set`);
  const keys = remove ?? [];
  if (keys.length > MAX_REMOVED) {
    throw badInput(`${field}.remove`, `expected at most ${MAX_REMOVED} keys, got ${keys.length}`);
  }
  const removed = [...new Set(keys.map((key) => JSON.stringify(key)))];
  if (removed.length > 0 && text !== '') {
    const lines = linesOf(text);
    const both = removed.find((key) => lines.has(key));
    if (both !== undefined) {
      throw badInput(`${field}.remove`, `expected keys that \`set\` does not have, got ${both}`);
    }
  }
  return {
    baseId: checkId(baseId, `${field}.${baseField}`),
    messageCount: messageCount == null ? null : checkCount(messageCount, field),
    field,
    change: [...removed, ...(text === '' ? [] : [text])].join('\n'),
    values,
  };
}

function checkCount(count: number, field: string): number {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw badInput(`${field}.messageCount`, `expected a whole number from 0, got ${shown(count)}`);
  }
  return count;
}

/** A list that continues a stored one: its new chunks, and its end. Throws BAD_USER_INPUT if it would be too long. */
export function continued(
  projectId: string,
  end: ListEnd,
  { texts, field }: Pick<ListAfter, 'texts' | 'field'>,
): { readonly chunks: readonly Chunk[]; readonly end: ListEnd } {
  const length = end.length + texts.length;
  if (length > MAX_LIST) {
    throw badInput(`${field}.append`, `expected a list of at most ${MAX_LIST} messages, got ${length}`);
  }
  const chunks = chainAfter(projectId, end, texts);
  return { chunks, end: { lastId: chunks.at(-1)?.id ?? end.lastId, length } };
}
