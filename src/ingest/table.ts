import type { ChangeKind } from '../model/declare.js';

/** A row as the transaction read it (null: missing), and as its writes leave it (null: deleted). */
interface Entry<Row> {
  readonly before: Row | null;
  readonly after: Row | null;
}

export interface Changed<Row> {
  readonly before: Row;
  readonly after: Row;
}

/** Undoes a change. A journal of these rolls back to a savepoint. */
export type Undo = () => void;

/** The rows of one kind that a transaction has read, with the changes of its writes. */
export class Table<Row> {
  readonly #entries = new Map<string, Entry<Row>>();
  readonly #journal: Undo[];

  readonly #keyOf: (row: Row) => string;

  /** `keyOf` gives the key under which a row is found. */
  constructor(journal: Undo[], keyOf: (row: Row) => string) {
    this.#journal = journal;
    this.#keyOf = keyOf;
  }

  /** Loads a row as it is in the database. */
  load(row: Row): void {
    this.#entries.set(this.#keyOf(row), { before: row, after: row });
  }

  /** Whether the row was read, rather than added. */
  isLoaded(key: string): boolean {
    return this.#entries.get(key)?.before != null;
  }

  isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get(key: string): Row | undefined {
    return this.#entries.get(key)?.after ?? undefined;
  }

  /** Adds the row, or replaces the one with its key. */
  put(row: Row): void {
    this.#set(this.#keyOf(row), row);
  }

  /** Removes a row with the key of this one. */
  remove(row: Row): void {
    this.#set(this.#keyOf(row), null);
  }

  #set(key: string, after: Row | null): void {
    const entry = this.#entries.get(key);
    this.#journal.push(() => {
      if (entry === undefined) {
        this.#entries.delete(key);
      } else {
        this.#entries.set(key, entry);
      }
    });
    this.#entries.set(key, { before: entry?.before ?? null, after });
  }

  /** The rows in their current state. */
  *rows(): Generator<Row> {
    for (const { after } of this.#entries.values()) {
      if (after !== null) {
        yield after;
      }
    }
  }

  /** What became of some of the rows, in one pass: every write asks for it. */
  kinds(): ReadonlySet<ChangeKind> {
    const kinds = new Set<ChangeKind>();
    for (const { before, after } of this.#entries.values()) {
      if (before !== after) {
        kinds.add(before === null ? 'added' : after === null ? 'removed' : 'changed');
      }
    }
    return kinds;
  }

  added(): Row[] {
    return [...this.#entries.values()].flatMap(({ before, after }) =>
      before === null && after !== null ? [after] : [],
    );
  }

  changed(): Changed<Row>[] {
    return [...this.#entries.values()].flatMap(({ before, after }) =>
      before !== null && after !== null && before !== after ? [{ before, after }] : [],
    );
  }

  removed(): Row[] {
    return [...this.#entries.values()].flatMap(({ before, after }) =>
      before !== null && after === null ? [before] : [],
    );
  }
}
