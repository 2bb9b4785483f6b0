import { keyOf, type ThreadKey } from '../model/keys.js';
import type { Held, Piece } from '../content/pieces.js';
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

/** What a row was when the transaction read it (null: not there), and what it is to become (null: gone). */
interface Entry<Row> {
  readonly before: Row | null;
  readonly after: Row | null;
}

type Undo = () => void;

/** A kind of rows, and what became of some of them. */
export type Change =
  `${'traces' | 'threads' | 'goals' | 'messages' | 'steps' | 'events' | 'runEvents' | 'checkpoints' | 'held'} ${'added' | 'changed' | 'removed'}`;

/** The rows of one label that a transaction has read, and what its writes made of them. */
export class Table<Row> {
  readonly #entries = new Map<string, Entry<Row>>();
  readonly #journal: Undo[];

  constructor(journal: Undo[]) {
    this.#journal = journal;
  }

  /** Takes in a row as the database has it. */
  load(key: string, row: Row): void {
    this.#entries.set(key, { before: row, after: row });
  }

  get(key: string): Row | undefined {
    return this.#entries.get(key)?.after ?? undefined;
  }

  /** Adds the row, or puts it in place of the one of that key; null takes it away. */
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

  /** The rows as they now are. */
  *rows(): Generator<Row> {
    for (const { after } of this.#entries.values()) {
      if (after !== null) {
        yield after;
      }
    }
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
 * The work of one transaction: what it has read under its traces' locks, changed in memory by the rules of the domain,
 * then written by a few statements. A write that breaks a rule throws, and `attempt` takes back what it had changed, so it
 * fails alone.
 */
export class Batch {
  /** The time of every change in it: one clock reading, in commit order within a process. */
  readonly now: string;
  readonly #journal: Undo[] = [];
  readonly traces = new Table<TraceRow>(this.#journal);
  readonly threads = new Table<ThreadRow>(this.#journal);
  readonly messages = new Table<MessageRow>(this.#journal);
  readonly steps = new Table<StepRow>(this.#journal);
  /** Lists and values to be stored as content, if they are held, by their last piece. */
  readonly chains = new Table<readonly Piece[]>(this.#journal);
  /** Who is to hold what of the content. */
  readonly held = new Table<Held>(this.#journal);
  /** How much of each chain is stored already, in pieces, by its last one. */
  knownContent: ReadonlyMap<string, number> = new Map();
  readonly checkpoints = new Table<CheckpointRow>(this.#journal);
  readonly events = new Table<EventRow>(this.#journal);
  /** Sequences that clients asked for and that were taken, by label, trace and number. */
  readonly takenSequences = new Set<string>();
  /** Custom events that exist already, by trace and idempotency key. */
  readonly eventsByKey = new Table<EventRow>(this.#journal);
  readonly runEvents = new Table<RunEventRow>(this.#journal);
  /** Run events that exist already, by thread and idempotency key. */
  readonly runEventsByKey = new Table<RunEventRow>(this.#journal);
  /** Traces whose deletion is still being cleared away. */
  readonly deleting = new Set<string>();
  /** The newest message of a goal other than one, by goal and the other's id. */
  readonly newest = new Map<string, Preview>();
  #writes = 0;
  readonly #goals = new Map<string, Table<GoalRow>>();

  constructor(now: string) {
    this.now = now;
  }

  /** Runs one write, and no other meanwhile. If it throws, the batch is as it was before. */
  async attempt<T>(write: () => T | Promise<T>): Promise<T> {
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

  /** Changes a thread, which begins with this if it is not there. */
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

  /** Tells what was written first in this batch, as a text that sorts. */
  nextWrite(): string {
    this.#writes += 1;
    return String(this.#writes).padStart(5, '0');
  }

  /** Has an owner hold a piece of content: one that is stored, or the last of a chain to be stored with it. */
  hold(held: Held, chain?: readonly Piece[]): void {
    const { projectId, owner, ownerId, owning, key, contentId } = held;
    if (chain !== undefined) {
      this.chains.put(keyOf(projectId, contentId), chain);
    }
    this.held.put(keyOf(owner, projectId, ownerId, owning, key ?? ''), held);
  }

  /** Takes back what this batch has an owner hold. */
  letGo({ projectId, owner, ownerId }: Pick<Held, 'projectId' | 'owner' | 'ownerId'>): void {
    for (const held of [...this.held.rows()]) {
      if (held.projectId === projectId && held.owner === owner && held.ownerId === ownerId) {
        this.held.put(keyOf(owner, projectId, ownerId, held.owning, held.key ?? ''), null);
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
    const { traces, threads, messages, steps, events, runEvents, checkpoints, held } = this;
    const tables = { traces, threads, messages, steps, events, runEvents, checkpoints, held };
    const all: (readonly [keyof typeof tables | 'goals', Table<unknown>])[] = [
      ...(Object.entries(tables) as [keyof typeof tables, Table<unknown>][]),
      ...[...this.#goals.values()].map((table) => ['goals', table] as const),
    ];
    return new Set(
      all.flatMap(([name, table]) =>
        (['added', 'changed', 'removed'] as const)
          .filter((what) => table[what]().length > 0)
          .map((what) => `${name} ${what}` as const),
      ),
    );
  }

  /** Appends to the trace's log; ids count from 1 without gaps. */
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
