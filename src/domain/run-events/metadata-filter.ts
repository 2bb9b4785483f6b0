import { parseTree, type Node } from 'jsonc-parser';
import { objectTextOf } from '../../base/prepared-json.js';

/** Which metadata to find: a JSON object whose entries it must all have. */
export interface MetadataFilter {
  /**
   * Texts that the metadata contains if it matches, unless it has a backslash: an escape may spell any character. The database looks
   * for them, and leaves only the rest to `matches`.
   */
  readonly texts: readonly string[];
  /** Whether metadata, given as JSON text, has every entry with an equal value. */
  readonly matches: (metadata: string) => boolean;
}

/** The filter for a JSON input; undefined if there is none or it is empty. Throws BAD_USER_INPUT if it is not an object. */
export function metadataFilterOf(input: unknown, field: string): MetadataFilter | undefined {
  const wanted = entriesOf(objectTextOf(input, field));
  if (wanted.size === 0) {
    return undefined;
  }
  return {
    texts: [...wanted].flatMap(([key, value]) => [
      JSON.stringify(key),
      // Of the other values, the same one can be written in several ways.
      ...(/^["tfn]/.test(value) ? [value] : []),
    ]),
    matches: (metadata) => {
      const entries = entriesOf(metadata);
      return [...wanted].every(([key, value]) => entries.get(key) === value);
    },
  };
}

/** The entries of a JSON object, with canonical texts of their values. */
function entriesOf(text: string): Map<string, string> {
  return canonicalEntries(parseTree(text), text);
}

/** If a key is repeated, its last value counts. */
function canonicalEntries(object: Node | undefined, text: string): Map<string, string> {
  return new Map(
    (object?.children ?? []).map(({ children: [key, value] = [] }) => [
      key?.value as string,
      canonical(value, text),
    ]),
  );
}

/** A JSON value as a text that is the same for equal values, whatever the order of keys and the spelling of numbers. */
function canonical(node: Node | undefined, text: string): string {
  switch (node?.type) {
    case 'object': {
      const entries = [...canonicalEntries(node, text)].sort(([a], [b]) => (a < b ? -1 : 1));
      return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
    }
    case 'array':
      return `[${(node.children ?? []).map((item) => canonical(item, text)).join(',')}]`;
    case 'number':
      return decimal(text.slice(node.offset, node.offset + node.length));
    default:
      return JSON.stringify(node?.value ?? null);
  }
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number as its sign, its digits without zeros around them, and a power of ten: the same for equal decimal values. */
function decimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] = NUMBER.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  // The power of ten may be beyond every number of JavaScript.
  const exponent = BigInt(power) + BigInt(digits.length - significant.length - fraction.length);
  return significant === '' ? '0' : `${sign}${significant}e${exponent}`;
}
