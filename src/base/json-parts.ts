import { parseJson } from './json.js';
import { JsonText } from './json-text.js';

/** A JSON list as the texts of its items. These are joined only when it is written, because many lists may share them. */
export class JsonList {
  /** The total length of its items. */
  readonly sizeBytes: number;
  readonly length: number;
  readonly #texts: () => readonly string[];

  constructor(sizeBytes: number, length: number, texts: () => readonly string[]) {
    this.sizeBytes = sizeBytes;
    this.length = length;
    this.#texts = texts;
  }

  /** The texts of its items, in order. */
  texts(): readonly string[] {
    return this.#texts();
  }

  /** For code that does not handle texts: JSON.stringify writes the values themselves. */
  toJSON(): unknown {
    return this.texts().map((text) => parseJson(text));
  }
}

/** A JSON object as its members, in order; each is a value, a JsonText or a JsonList. */
export class JsonObject {
  readonly sizeBytes: number;
  readonly members: ReadonlyMap<string, unknown>;

  constructor(members: ReadonlyMap<string, unknown>) {
    this.members = members;
    this.sizeBytes = [...members].reduce((sum, [key, value]) => sum + key.length + sizeOf(value), 0);
  }

  /** See JsonList. */
  toJSON(): unknown {
    const texts = [...this.members].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return parseJson(`{${texts.join(',')}}`);
  }
}

/** The object that `text` contains, with the members named in `parts` replaced. */
export function withParts(text: string, parts: ReadonlyMap<string, JsonText | JsonList>): JsonObject {
  const object = parseJson(text) as Readonly<Record<string, unknown>>;
  return new JsonObject(new Map(Object.keys(object).map((key) => [key, parts.get(key) ?? object[key]])));
}

/** The approximate size of a value of the API's `JSON`, in bytes: the length of what is kept as text; other values count as 0. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (value instanceof JsonText) {
    return value.text.length;
  }
  return value instanceof JsonList || value instanceof JsonObject ? value.sizeBytes : 0;
}
