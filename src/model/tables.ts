import { always, declare, nullable, type ChangeKind } from './declare.js';
import { events, goals, messages, steps, traces } from './trace-tables.js';

/**
 * Every kind of row, declared once. From these declarations come the types of the rows (`rows.ts`), the columns that statements
 * return (`statement.ts`), the check that a row is complete, what a unit of work can hold, and what the fast path writes.
 */

/** A thread exists for as long as anything belongs to it: run events, checkpoints, traces. */
const threads = declare({
  label: 'Thread',
  key: ['projectId', 'id'],
  cached: false,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    createdAt: always<string>(),
    /** When something was last written in it. */
    updatedAt: always<string>(),
    /** The log generation of its run events: begins with the first event and ends when all are deleted; null in between. */
    generation: nullable<string>(),
    /** The last `seq` assigned in the generation. */
    lastSeq: always<number>(),
    /** How many run events the generation has. */
    eventCount: always<number>(),
    /** How many checkpoints were written in it: orders those of one step. */
    lastWrite: always<number>(),
    /** Orders threads by when their checkpoints were last written; null if it has none. */
    checkpointKey: nullable<string>(),
  },
  writers: { added: 'threads/create', changed: 'threads/update', removed: null },
});

const runEvents = declare({
  label: 'RunEvent',
  key: ['projectId', 'threadId', 'generation', 'seq'],
  cached: false,
  columns: {
    projectId: always<string>(),
    threadId: always<string>(),
    /** The thread's log generation, in which `seq` counts from 1. */
    generation: always<string>(),
    seq: always<number>(),
    runId: always<string>(),
    eventType: always<string>(),
    category: always<string>(),
    /** The content if it is a text; null if it is any other JSON value. */
    content: nullable<string>(),
    /** The content as JSON if it is not a text; null if it is a text. */
    contentJson: nullable<string>(),
    /** A JSON object as text. */
    metadata: always<string>(),
    /** As the client gave it. */
    createdAt: always<string>(),
    /** Makes retries harmless, including the driver's own. */
    key: always<string>(),
    /** A digest of what the client sent with an idempotency key, to detect different content; null without a key. */
    digest: nullable<string>(),
  },
  writers: { added: 'run-events/create', changed: null, removed: null },
});

const checkpoints = declare({
  label: 'Checkpoint',
  key: ['projectId', 'id'],
  cached: false,
  columns: {
    projectId: always<string>(),
    id: always<string>(),
    threadId: always<string>(),
    step: always<number>(),
    /** As given: it may name a checkpoint that was deleted or does not exist yet. */
    parentId: nullable<string>(),
    /** As the client gave it. */
    createdAt: always<string>(),
    tags: always<readonly string[]>(),
    summary: always<string>(),
    nextNode: always<string>(),
    messageCount: always<number>(),
    /** The content id of the last of its messages; null if it has none. */
    messagesId: nullable<string>(),
    /** A digest of the request, if that gave what is new since another checkpoint. */
    requestDigest: nullable<string>(),
    /** Counts the checkpoints written in the thread: orders those of one step. */
    write: always<number>(),
    writtenAt: always<string>(),
    /** `writtenAt` with a suffix that makes it unique: orders children and threads. */
    sortKey: always<string>('listKey'),
    /** A digest of all that it holds, as the client gives it: detects that the same is written again. */
    digest: always<string>(),
  },
  writers: { added: 'checkpoints/write', changed: 'checkpoints/replace', removed: null },
});

/** An owner's reference to a chunk of content: an edge. Those of steps are written by `content/reference-step-messages`. */
const references = declare({
  label: 'Content',
  key: ['owner', 'projectId', 'ownerId', 'owning', 'key'],
  cached: false,
  columns: {},
  writers: { added: 'checkpoints/write', changed: null, removed: null },
});

export const TABLES = {
  traces,
  goals,
  steps,
  messages,
  events,
  threads,
  runEvents,
  checkpoints,
  references,
} as const;

export type TableName = keyof typeof TABLES;

/** The kinds of row that the row cache holds. */
export type CachedTable = {
  [Name in TableName]: (typeof TABLES)[Name]['cached'] extends true ? Name : never;
}[TableName];

/** A kind of row, and what happened to some rows of that kind. */
export type Change = `${TableName} ${ChangeKind}`;

/** The kinds of change that some statement writes, with the name of the statement. */
export const WRITERS: ReadonlyMap<Change, string> = new Map(
  (Object.keys(TABLES) as TableName[]).flatMap((table) =>
    (Object.entries(TABLES[table].writers) as [ChangeKind, string | null][]).flatMap(([kind, name]) =>
      name === null ? [] : [[`${table} ${kind}`, name] as const],
    ),
  ),
);
