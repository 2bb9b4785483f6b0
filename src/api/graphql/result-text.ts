import { JsonList, JsonObject } from '../../base/json-parts.js';
import { JsonText } from '../../base/json-text.js';

/** The approximate length of the chunks in which a result is written, in characters. */
const PIECE_LENGTH = 64 * 1024;
/** How many values are written before `next` returns what it has. */
const VALUES_AT_A_TIME = 1_000;

/** A list or object that is partly written. */
interface Open {
  readonly close: ']' | '}';
  /** Null for a list. */
  readonly keys: readonly string[] | null;
  readonly values: readonly unknown[];
  index: number;
  isEmpty: boolean;
}

/** A result as JSON, chunk by chunk. */
export interface ResultText {
  /** The next chunk, which may be empty; undefined after the last. Takes a few milliseconds at most. */
  next(): string | undefined;
  /** The path of keys to the value that was written last. */
  path(): (string | number)[];
}

/**
 * Writes what JSON.stringify would write, but copies JSON texts in the result as they are. A text or list of texts is only
 * assembled when it is written.
 */
export function resultText(result: unknown): ResultText {
  const open: Open[] = [];
  let chunk = '';
  /** A text longer than a chunk; the part from `from` on is still to be written. */
  const long = { text: '', from: 0 };
  let isBegun = false;

  const write = (value: unknown): void => {
    if (typeof value === 'string') {
      put(JSON.stringify(value));
    } else if (value === undefined || typeof value === 'function') {
      chunk += 'null';
    } else if (typeof value !== 'object' || value === null) {
      chunk += JSON.stringify(value);
    } else if (value instanceof JsonText) {
      put(value.text);
    } else if (value instanceof JsonList) {
      const values = value.texts().map((text) => new JsonText(text));
      openWith('[', { close: ']', keys: null, values });
    } else if (value instanceof JsonObject) {
      openWith('{', { close: '}', keys: [...value.members.keys()], values: [...value.members.values()] });
    } else if (Array.isArray(value)) {
      openWith('[', { close: ']', keys: null, values: value });
    } else if ('toJSON' in value && typeof value.toJSON === 'function') {
      write((value.toJSON as () => unknown)());
    } else {
      const keys = Object.keys(value);
      const values = keys.map((key) => (value as Record<string, unknown>)[key]);
      openWith('{', { close: '}', keys, values });
    }
  };

  const openWith = (text: '[' | '{', { close, keys, values }: Omit<Open, 'index' | 'isEmpty'>): void => {
    chunk += text;
    open.push({ close, keys, values, index: 0, isEmpty: true });
  };

  const put = (text: string): void => {
    if (text.length <= PIECE_LENGTH) {
      chunk += text;
    } else {
      long.text = text;
      long.from = 0;
    }
  };

  const writeMember = (top: Open): void => {
    const { keys, values, index } = top;
    if (index >= values.length) {
      chunk += top.close;
      open.pop();
      return;
    }
    top.index += 1;
    const value = values[index];
    if (keys !== null && (value === undefined || typeof value === 'function')) {
      return;
    }
    const comma = top.isEmpty ? '' : ',';
    top.isEmpty = false;
    chunk += keys === null ? comma : `${comma}${JSON.stringify(keys[index])}:`;
    write(value);
  };

  const hasLong = (): boolean => long.text !== '';

  return {
    next() {
      if (hasLong()) {
        const { text, from } = long;
        long.from = endOfChunk(text, from);
        if (long.from >= text.length) {
          long.text = '';
        }
        return text.slice(from, long.from);
      }
      if (!isBegun) {
        isBegun = true;
        write(result);
      }
      for (
        let values = 0;
        values < VALUES_AT_A_TIME && chunk.length < PIECE_LENGTH && !hasLong();
        values += 1
      ) {
        const top = open.at(-1);
        if (top === undefined) {
          break;
        }
        writeMember(top);
      }
      if (chunk === '' && !hasLong() && open.length === 0) {
        return undefined;
      }
      const part = chunk;
      chunk = '';
      return part;
    },
    path: () =>
      open.map(({ keys, index }) => (keys === null ? Math.max(0, index - 1) : (keys[index - 1] ?? ''))),
  };
}

/** The end of a chunk that begins at `from`; it never splits a surrogate pair. */
function endOfChunk(text: string, from: number): number {
  const to = Math.min(from + PIECE_LENGTH, text.length);
  const code = text.charCodeAt(to - 1);
  return to < text.length && code >= 0xd800 && code <= 0xdbff ? to - 1 : to;
}
