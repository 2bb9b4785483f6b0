/** About 16 MB at most: a character takes one or two bytes. */
const MAX_CHARACTERS = 8_000_000;
const MAX_TEXTS = 100;

/**
 * The lines of the large objects that this process handled last, by the id of their last chunk. The id is a hash of all of the object, so
 * an entry is right whatever happens in the database, and for every project.
 */
export class ObjectTextCache {
  /** In order of use, the oldest first. */
  readonly #texts = new Map<string, string>();
  #characters = 0;

  get(id: string): string | undefined {
    const text = this.#texts.get(id);
    if (text !== undefined) {
      this.#texts.delete(id);
      this.#texts.set(id, text);
    }
    return text;
  }

  set(id: string, text: string): void {
    if (text.length > MAX_CHARACTERS / 4) {
      return;
    }
    this.#delete(id);
    this.#texts.set(id, text);
    this.#characters += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#characters <= MAX_CHARACTERS && this.#texts.size <= MAX_TEXTS) {
        break;
      }
      this.#delete(oldest);
    }
  }

  /** What it holds now. */
  entries(): ReadonlyMap<string, string> {
    return new Map(this.#texts);
  }

  #delete(id: string): void {
    this.#characters -= this.#texts.get(id)?.length ?? 0;
    this.#texts.delete(id);
  }
}
