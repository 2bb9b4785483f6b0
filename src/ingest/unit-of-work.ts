import { keyOf, type ThreadKey } from '../model/keys.js';
import type { ContentReference, Chunk } from '../content/chunks.js';
import { notFound } from '../base/errors.js';
import type {
  CheckpointRow,
  EventRow,
  GoalRow,
  MessageRow,
  RunEventRow,
  StepRow,
  ThreadRow,
  TraceRow,
} from '../model/rows.js';
import { stringifyJson } from '../base/json-text.js';
import type { Preview } from '../model/stats.js';

/** A row as the transaction read it (null: missing), and as its writes leave it (null: deleted). */
interface Entry<Row> {
  readonly before: Row | null;
  readonly after: Row | null;
}

type Undo = () => void;

/** A kind of row, and what happened to some rows of that kind. */
export type Change =
  `${'traces' | 'threads' | 'goals' | 'messages' | 'steps' | 'events' | 'runEvents' | 'checkpoints' | 'references'} ${'added' | 'changed' | 'removed'}`;

/** The rows of one label that a transaction has read, with the changes of its writes. */
export class Table<Row> {
  readonly #entries = new Map<string, Entry<Row>>();
  readonly #journal: Undo[];

  constructor(journal: Undo[]) {
    this.#journal = journal;
  }

  /** Loads a row as it is in the database. */
  load(key: string, row: Row): void {
    this.#entries.set(key, { before: row, after: row });
  }

  get(key: string): Row | undefined {
    return this.#entries.get(key)?.after ?? undefined;
  }

  /** Adds the row, or replaces the one with that key; null deletes it. */
  put(key: string, after: Row | null): void {
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
  kinds(): ReadonlySet<'added' | 'changed' | 'removed'> {
    const kinds = new Set<'added' | 'changed' | 'removed'>();
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

  changed(): { before: Row; after: Row }[] {
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

/**
 * The unit of work of one transaction: the rows that it read under its traces' locks, changed in memory by the rules of the
 * domain, then written by a few statements. If a rule throws, `savepoint` rolls back its changes and only that write fails.
 */
export class UnitOfWork {
  /** The time of every change in it: one clock reading, in commit order within a process. */
  readonly now: string;
  readonly #journal: Undo[] = [];
  readonly traces = new Table<TraceRow>(this.#journal);
  readonly threads = new Table<ThreadRow>(this.#journal);
  readonly messages = new Table<MessageRow>(this.#journal);
  readonly steps = new Table<StepRow>(this.#journal);
  /** Lists and values to be stored as content, if they are referenced, by their last chunk. */
  readonly chains = new Table<readonly Chunk[]>(this.#journal);
  /** The references from owners to content that are to be stored. */
  readonly references = new Table<ContentReference>(this.#journal);
  /** How many chunks of each chain are stored already, by its last chunk. */
  storedLengths: ReadonlyMap<string, number> = new Map();
  readonly checkpoints = new Table<CheckpointRow>(this.#journal);
  readonly events = new Table<EventRow>(this.#journal);
  /** Requested sequences that are taken, by label, trace and number. */
  readonly takenSequences = new Set<string>();
  /** Custom events that exist already, by trace and idempotency key. */
  readonly eventsByKey = new Table<EventRow>(this.#journal);
  readonly runEvents = new Table<RunEventRow>(this.#journal);
  /** Run events that exist already, by thread and idempotency key. */
  readonly runEventsByKey = new Table<RunEventRow>(this.#journal);
  /** Deleted traces whose contents are still being removed. */
  readonly deleting = new Set<string>();
  /** The newest message of a goal except a given one, by the goal and the id of that message. */
  readonly newest = new Map<string, Preview>();
  #writes = 0;
  readonly #goals = new Map<string, Table<GoalRow>>();

  constructor(now: string) {
    this.now = now;
  }

  /** Runs one write, and no other meanwhile, from a savepoint: if it throws, its changes are rolled back. */
  async savepoint<T>(write: () => T | Promise<T>): Promise<T> {
    const mark = this.#journal.length;
    try {
      return await write();
    } catch (error) {
      while (this.#journal.length > mark) {
        this.#journal.pop()?.();
      }
      throw error;
    }
  }

  /** Marks a sequence as taken. */
  takeSequence(key: string): void {
    if (!this.takenSequences.has(key)) {
      this.takenSequences.add(key);
      this.#journal.push(() => this.takenSequences.delete(key));
    }
  }

  /** The trace, or NOT_FOUND. */
  trace(projectId: string, id: string): TraceRow {
    const trace = this.traces.get(keyOf(projectId, id));
    if (trace === undefined) {
      throw notFound('trace', id);
    }
    return trace;
  }

  changeTrace(trace: TraceRow, changes: Partial<TraceRow>): TraceRow {
    const changed = { ...this.trace(trace.projectId, trace.id), ...changes };
    this.traces.put(keyOf(trace.projectId, trace.id), changed);
    return changed;
  }

  /** Changes a thread, and creates it if it does not exist. */
  changeThread({ projectId, id }: ThreadKey, changes: Partial<ThreadRow> = {}): ThreadRow {
    const thread = this.threads.get(keyOf(projectId, id)) ?? {
      projectId,
      id,
      createdAt: this.now,
      updatedAt: this.now,
      generation: null,
      lastSeq: 0,
      eventCount: 0,
      lastWrite: 0,
      checkpointKey: null,
    };
    const changed = { ...thread, updatedAt: this.now, ...changes };
    this.threads.put(keyOf(projectId, id), changed);
    return changed;
  }

  /** The number of the next write in this unit of work, as a text that sorts in that order. */
  nextWrite(): string {
    this.#writes += 1;
    return String(this.#writes).padStart(5, '0');
  }

  /** Makes an owner reference a chunk of content: a stored one, or the last of a chain to be stored with it. */
  reference(reference: ContentReference, chain?: readonly Chunk[]): void {
    const { projectId, owner, ownerId, owning, key, contentId } = reference;
    if (chain !== undefined) {
      this.chains.put(keyOf(projectId, contentId), chain);
    }
    this.references.put(keyOf(owner, projectId, ownerId, owning, key ?? ''), reference);
  }

  /** Removes the references that this unit of work has added to an owner. */
  releaseReferences({
    projectId,
    owner,
    ownerId,
  }: Pick<ContentReference, 'projectId' | 'owner' | 'ownerId'>): void {
    for (const reference of [...this.references.rows()]) {
      if (reference.projectId === projectId && reference.owner === owner && reference.ownerId === ownerId) {
        this.references.put(keyOf(owner, projectId, ownerId, reference.owning, reference.key ?? ''), null);
      }
    }
  }

  /** The goals of a trace that were read, by short id. */
  goals(projectId: string, traceId: string): Table<GoalRow> {
    const key = keyOf(projectId, traceId);
    let table = this.#goals.get(key);
    if (table === undefined) {
      table = new Table<GoalRow>(this.#journal);
      this.#goals.set(key, table);
    }
    return table;
  }

  goalTables(): Iterable<Table<GoalRow>> {
    return this.#goals.values();
  }

  /** Every kind of change that must be written. */
  changes(): ReadonlySet<Change> {
    const { traces, threads, messages, steps, events, runEvents, checkpoints, references } = this;
    const tables = { traces, threads, messages, steps, events, runEvents, checkpoints, references };
    const all: (readonly [keyof typeof tables | 'goals', Table<unknown>])[] = [
      ...(Object.entries(tables) as [keyof typeof tables, Table<unknown>][]),
      ...[...this.#goals.values()].map((table) => ['goals', table] as const),
    ];
    return new Set(
      all.flatMap(([name, table]) => [...table.kinds()].map((kind) => `${name} ${kind}` as const)),
    );
  }

  /** Appends an event to the trace's log; event ids count from 1 without gaps. */
  append(
    projectId: string,
    traceId: string,
    type: string,
    payload: object,
    key: string | null = null,
  ): EventRow {
    const trace = this.trace(projectId, traceId);
    const eventId = trace.lastEventId + 1;
    const event = { projectId, traceId, eventId, type, at: this.now, payload: stringifyJson(payload), key };
    this.changeTrace(trace, { lastEventId: eventId });
    this.events.put(keyOf(projectId, traceId, eventId), event);
    if (key !== null) {
      this.eventsByKey.put(keyOf(projectId, traceId, key), event);
    }
    return event;
  }
}
