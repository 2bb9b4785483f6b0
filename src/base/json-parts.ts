import { parseJson } from './json.js';
import { JsonText } from './json-text.js';

/** A JSON list as the texts of its items. They are put together when it is written: many lists may share them. */
export class JsonList {
  /** How long its items are together. */
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

  /** For what does not know of texts: JSON.stringify writes the values themselves. */
  toJSON(): unknown {
    return this.texts().map((text) => parseJson(text));
  }
}

/** A JSON object as its members in their order; each is a value, a JsonText or a JsonList. */
export class JsonObject {
  readonly sizeBytes: number;
  readonly members: ReadonlyMap<string, unknown>;

  constructor(members: ReadonlyMap<string, unknown>) {
    this.members = members;
    this.sizeBytes = [...members].reduce((sum, [key, value]) => sum + key.length + sizeOf(value), 0);
  }

  /** As in JsonList. */
  toJSON(): unknown {
    const texts = [...this.members].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return parseJson(`{${texts.join(',')}}`);
  }
}

/** The object of `text` with parts of it put in the place of what the text has there. */
export function withParts(text: string, parts: ReadonlyMap<string, JsonText | JsonList>): JsonObject {
  const object = parseJson(text) as Readonly<Record<string, unknown>>;
  return new JsonObject(new Map(Object.keys(object).map((key) => [key, parts.get(key) ?? object[key]])));
}

/** About how many bytes a value of the API's `JSON` has: the length of what is kept as text; other values count as nothing. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (value instanceof JsonText) {
    return value.text.length;
  }
  return value instanceof JsonList || value instanceof JsonObject ? value.sizeBytes : 0;
}
