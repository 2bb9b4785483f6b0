import { keyOf, type ThreadKey } from '../model/keys.js';
import type { ContentReference, Chunk } from '../content/chunks.js';
import type { ObjectEnd } from '../content/object-chunks.js';
import { ObjectTextCache } from '../content/object-texts.js';
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
import { versionOf } from '../model/event-versions.js';
import { keyOfRow } from '../model/declare.js';
import { TABLES, type Change, type TableName } from '../model/tables.js';
import { Table, type Undo } from './table.js';
import { stringifyJson } from '../base/json-text.js';
import type { Preview } from '../model/stats.js';

/** The rows of each kind that a unit of work can hold. */
export interface RowTypes {
  readonly traces: TraceRow;
  readonly goals: GoalRow;
  readonly steps: StepRow;
  readonly messages: MessageRow;
  readonly events: EventRow;
  readonly threads: ThreadRow;
  readonly runEvents: RunEventRow;
  readonly checkpoints: CheckpointRow;
  readonly references: ContentReference;
}

/** The steps of a trace that await one of its steps. */
interface Waiting {
  readonly projectId: string;
  readonly traceId: string;
  /** The id that has not arrived. */
  readonly id: string;
  readonly stepIds: readonly string[];
}

/** A list or value to be stored as content, under the id of its last chunk. */
interface Chain {
  readonly projectId: string;
  readonly contentId: string;
  readonly chunks: readonly Chunk[];
}

/**
 * The unit of work of one transaction: the rows that it read under its traces' locks, changed in memory by the rules of the
 * domain, then written by a few statements. If a rule throws, `savepoint` rolls back its changes and only that write fails.
 */
export class UnitOfWork {
  /** The time of every change in it: one clock reading, in commit order within a process. */
  readonly now: string;
  readonly #journal: Undo[] = [];
  readonly #tables: (readonly [TableName, Table<unknown>])[] = [];
  readonly traces = this.#table('traces');
  readonly threads = this.#table('threads');
  readonly messages = this.#table('messages');
  readonly steps = this.#table('steps');
  readonly checkpoints = this.#table('checkpoints');
  readonly events = this.#table('events');
  readonly runEvents = this.#table('runEvents');
  /** The references from owners to content that are to be stored. */
  readonly references = this.#table('references');
  /** Lists and values to be stored as content, if they are referenced, by their last chunk. */
  readonly chains = new Table<Chain>(this.#journal, ({ projectId, contentId }) =>
    keyOf(projectId, contentId),
  );
  /** How many chunks of each chain are known to be stored, by its last chunk. */
  readonly storedLengths = new Map<string, number>();
  /** What is known about objects that are stored as chunks, by the last one. */
  readonly objects = new Map<string, ObjectEnd>();
  /** The lines of large objects that this process handled last. */
  readonly objectTexts: ObjectTextCache;
  /** The last chunk of the stored object that one of a checkpoint may be like, by the checkpoint and the kind of object. */
  readonly likeObjects = new Map<string, string>();
  /** The nodes of the checkpoints that were read, by key. */
  readonly checkpointNodes = new Map<string, string>();
  /** Checkpoints from which others take content, by key: they must still exist when these are written. */
  readonly bases = new Map<string, CheckpointRow>();
  /** The keys of checkpoints that stored ones name as their parent. */
  readonly awaited = new Set<string>();
  /** The keys of steps that exist. */
  readonly foundSteps = new Set<string>();
  /** For ids of steps that have not arrived: the steps that await them. */
  readonly waiting = new Table<Waiting>(this.#journal, ({ projectId, traceId, id }) =>
    keyOf(projectId, traceId, id),
  );
  /** What steps that are not in the unit name, by project and id: for finding cycles. */
  readonly ancestry = new Map<string, Pick<StepRow, 'parentIds' | 'within' | 'awaits'>>();
  /** Requested sequences that are taken, by label, trace and number. */
  readonly takenSequences = new Set<string>();
  /** Custom events that exist already, by trace and idempotency key. */
  readonly eventsByKey = new Table<EventRow>(this.#journal, ({ projectId, traceId, key }) =>
    keyOf(projectId, traceId, key ?? ''),
  );
  /** Run events that exist already, by thread and idempotency key. */
  readonly runEventsByKey = new Table<RunEventRow>(this.#journal, ({ projectId, threadId, key }) =>
    keyOf(projectId, threadId, key),
  );
  /** The first run event of each type in a run, as far as it was read or written here. */
  readonly firstRunEvents = new Table<RunEventRow>(
    this.#journal,
    ({ projectId, threadId, runId, eventType }) => keyOf(projectId, threadId, runId, eventType),
  );
  /** Deleted traces whose contents are still being removed. */
  readonly deleting = new Set<string>();
  /** The newest message of a goal except a given one, by the goal and the id of that message. */
  readonly newest = new Map<string, Preview>();
  #writes = 0;
  readonly #goals = new Map<string, Table<GoalRow>>();

  constructor(now: string, objectTexts = new ObjectTextCache()) {
    this.now = now;
    this.objectTexts = objectTexts;
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

  /** Notes that a step awaits one that has not arrived. */
  awaitStep(missing: Omit<Waiting, 'stepIds'>, stepId: string): void {
    const others = this.waiting.get(keyOf(missing.projectId, missing.traceId, missing.id))?.stepIds ?? [];
    if (!others.includes(stepId)) {
      this.waiting.put({ ...missing, stepIds: [...others, stepId] });
    }
  }

  /** Notes what a step of the graph awaits. */
  loadWaiting({ projectId, traceId, id, awaits }: StepRow): void {
    for (const missing of awaits ?? []) {
      const others = this.waiting.get(keyOf(projectId, traceId, missing))?.stepIds ?? [];
      if (!others.includes(id)) {
        this.waiting.load({ projectId, traceId, id: missing, stepIds: [...others, id] });
      }
    }
  }

  /** Whether a step was in the graph before, so that others may depend on it. */
  hasDescendants({ projectId, id }: StepRow): boolean {
    return this.steps.isLoaded(keyOf(projectId, id));
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
    this.traces.put(changed);
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
    this.threads.put(changed);
    return changed;
  }

  /** The number of the next write in this unit of work, as a text that sorts in that order. */
  nextWrite(): string {
    this.#writes += 1;
    return String(this.#writes).padStart(5, '0');
  }

  /** Makes an owner reference a chunk of content: a stored one, or the last of a chain to be stored with it. */
  reference(reference: ContentReference, chain?: readonly Chunk[]): void {
    this.references.put(reference);
    if (chain !== undefined) {
      this.addChain(chain);
    }
  }

  /** Has a chain stored, if an owner references it or another chunk needs it. */
  addChain(chunks: readonly Chunk[]): void {
    const last = chunks.at(-1);
    if (last !== undefined) {
      this.chains.put({ projectId: last.projectId, contentId: last.id, chunks });
    }
  }

  /** Removes the references that this unit of work has added to an owner. */
  releaseReferences({
    projectId,
    owner,
    ownerId,
  }: Pick<ContentReference, 'projectId' | 'owner' | 'ownerId'>): void {
    for (const reference of [...this.references.rows()]) {
      if (reference.projectId === projectId && reference.owner === owner && reference.ownerId === ownerId) {
        this.references.remove(reference);
      }
    }
  }

  /** The goals of a trace that were read; their keys are their short ids. */
  goals(projectId: string, traceId: string): Table<GoalRow> {
    const key = keyOf(projectId, traceId);
    let table = this.#goals.get(key);
    if (table === undefined) {
      table = this.#add('goals', new Table<GoalRow>(this.#journal, ({ goalId }) => goalId));
      this.#goals.set(key, table);
    }
    return table;
  }

  goalTables(): Iterable<Table<GoalRow>> {
    return this.#goals.values();
  }

  /** Every kind of change that must be written. */
  changes(): ReadonlySet<Change> {
    return new Set(
      this.#tables.flatMap(([name, table]) => [...table.kinds()].map((kind) => `${name} ${kind}` as const)),
    );
  }

  #table<Name extends TableName>(name: Name): Table<RowTypes[Name]> {
    const table = new Table<RowTypes[Name]>(this.#journal, (row) => keyOfRow(TABLES[name], row));
    return this.#add(name, table);
  }

  #add<Row>(name: TableName, table: Table<Row>): Table<Row> {
    this.#tables.push([name, table as Table<unknown>]);
    return table;
  }

  /** The number of the next entry of a trace's log; they count from 1 without gaps. */
  nextEventId(projectId: string, traceId: string): number {
    const trace = this.trace(projectId, traceId);
    return this.changeTrace(trace, { lastEventId: trace.lastEventId + 1 }).lastEventId;
  }

  /** Appends an event to the trace's log, as a node of its own. */
  append(
    projectId: string,
    traceId: string,
    type: string,
    payload: object,
    key: string | null = null,
  ): EventRow {
    const eventId = this.nextEventId(projectId, traceId);
    const event = {
      projectId,
      traceId,
      eventId,
      type,
      at: this.now,
      payload: stringifyJson(payload),
      ...versionOf(type),
      key,
    };
    this.events.put(event);
    if (key !== null) {
      this.eventsByKey.put(event);
    }
    return event;
  }
}
