import { checkPosition } from '../../model/positions.js';
import { isComplete, statement, whole } from '../../model/statement.js';
import { TABLES } from '../../model/tables.js';
import type { Database } from '../../neo4j/database.js';
import type { RunEventRow } from '../../model/rows.js';
import { checkId } from '../../model/ids.js';
import { checkLimit } from '../threads/list-limit.js';
import { metadataFilterOf, type MetadataFilter } from './metadata-filter.js';

/** The bounds of a list of messages: after `afterSeq` and before `beforeSeq`, where given. */
export interface SeqRange {
  /** Unless given: 50 for a thread, all for a run. */
  readonly limit?: number | null | undefined;
  readonly beforeSeq?: number | null | undefined;
  readonly afterSeq?: number | null | undefined;
}

interface ThreadId {
  readonly projectId: string;
  readonly threadId: string;
}

type Limited = ThreadId & { readonly limit: number };
type After = Limited & { readonly after: number; readonly before: number };
type Before = Limited & { readonly before: number };
type OfRun = { readonly runId: string };
/** What a statement returns for an event. */
export interface RunEventRead {
  readonly event: RunEventRow;
}

const readMessagesAfter = statement<After, RunEventRead>('run-events/messages-after');
const readMessagesBefore = statement<Before, RunEventRead>('run-events/messages-before');
const readRunMessagesAfter = statement<After & OfRun, RunEventRead>('run-events/run-messages-after');
const readRunMessagesBefore = statement<Before & OfRun, RunEventRead>('run-events/run-messages-before');
type RunPage = Limited & OfRun & { readonly after: number; readonly types: readonly string[] | null };
const readByRun = statement<RunPage, RunEventRead>('run-events/by-run');
interface MetadataRead {
  readonly generation: string;
  readonly seq: number;
  readonly metadata: string;
}
const readMetadata = statement<
  RunPage & { readonly generation: string | null; readonly texts: readonly string[] },
  MetadataRead
>('run-events/metadata-page', isComplete);
const readBySeqs = statement<
  ThreadId & { readonly generation: string; readonly seqs: readonly number[] },
  RunEventRead
>('run-events/read-by-seqs');
const countMessages = statement<ThreadId, { readonly messages: number }>('run-events/count-messages');

const MESSAGES = 50;
const EVENTS = 500;
const ALL = 2 ** 31 - 1;
/** The shortest and the longest page of metadata that a filter reads. */
const METADATA = { least: 200, most: 2_000 };
/** Greater than every `seq`. */
const END = Number.MAX_SAFE_INTEGER;

const isWhole = whole(TABLES.runEvents);

/**
 * The events that were read, without those being deleted: Neo4j lets a reader see a node that is being deleted without some
 * of its properties.
 */
export function eventsOf(rows: readonly RunEventRead[]): RunEventRow[] {
  return rows
    .map(({ event }) => event)
    .filter((event) => isWhole(event) && (event.content ?? event.contentJson) != null);
}

/**
 * The messages of a thread, or of one of its runs, in a range: the first `limit` of them if `afterSeq` is given, else the
 * last. Oldest first.
 */
export async function listMessages(
  database: Database,
  {
    projectId,
    threadId,
    runId,
    limit,
    beforeSeq,
    afterSeq,
  }: ThreadId & SeqRange & { readonly runId?: string },
): Promise<RunEventRow[]> {
  const page = {
    projectId,
    threadId: checkId(threadId, 'threadId'),
    limit: limit == null ? (runId === undefined ? MESSAGES : ALL) : checkLimit(limit),
    before: Math.min(checkPosition(beforeSeq, 'beforeSeq') ?? END, END),
  };
  const run = runId === undefined ? undefined : { ...page, runId: checkId(runId, 'runId') };
  if (afterSeq != null) {
    const after = Math.min(checkPosition(afterSeq, 'afterSeq') ?? 0, END);
    const rows = await (run === undefined
      ? readMessagesAfter(database, { ...page, after })
      : readRunMessagesAfter(database, { ...run, after }));
    return eventsOf(rows);
  }
  const rows = await (run === undefined
    ? readMessagesBefore(database, page)
    : readRunMessagesBefore(database, run));
  return eventsOf(rows).reverse();
}

/** The first `limit` events of a run after `afterSeq`, oldest first; only those of the types and with the metadata given, if given. */
export async function listRunEvents(
  database: Database,
  {
    projectId,
    threadId,
    runId,
    eventTypes,
    metadata,
    limit,
    afterSeq,
  }: ThreadId & {
    readonly runId: string;
    readonly eventTypes?: readonly string[] | null | undefined;
    /** A JSON object: see `MetadataFilter`. */
    readonly metadata?: unknown;
    /** 500 unless given. */
    readonly limit?: number | null | undefined;
    readonly afterSeq?: number | null | undefined;
  },
): Promise<RunEventRow[]> {
  const page = {
    projectId,
    threadId: checkId(threadId, 'threadId'),
    runId: checkId(runId, 'runId'),
    types: eventTypes ?? null,
    limit: checkLimit(limit ?? EVENTS),
    after: Math.min(checkPosition(afterSeq, 'afterSeq') ?? 0, END),
  };
  const filter = metadataFilterOf(metadata, 'metadata');
  return filter === undefined
    ? eventsOf(await readByRun(database, page))
    : await listByMetadata(database, page, filter);
}

/** Reads metadata in pages until enough of it matches, then the events that it belongs to. */
async function listByMetadata(
  database: Database,
  { limit, ...page }: RunPage,
  { texts, matches }: MetadataFilter,
): Promise<RunEventRow[]> {
  const seqs: number[] = [];
  let generation: string | null = null;
  for (let { after } = page; seqs.length < limit;) {
    const length = Math.min(Math.max(limit - seqs.length, METADATA.least), METADATA.most);
    const rows: MetadataRead[] = await readMetadata(database, {
      ...{ ...page, after, generation, texts },
      limit: length,
    });
    seqs.push(...rows.filter(({ metadata }) => matches(metadata)).map(({ seq }) => seq));
    const last = rows.at(-1);
    if (last === undefined || rows.length < length) {
      generation = last?.generation ?? generation;
      break;
    }
    ({ generation, seq: after } = last);
  }
  if (generation === null || seqs.length === 0) {
    return [];
  }
  const { projectId, threadId } = page;
  const found = await readBySeqs(database, { projectId, threadId, generation, seqs: seqs.slice(0, limit) });
  return eventsOf(found).sort((a, b) => a.seq - b.seq);
}

/** How many messages a thread has. */
export async function countThreadMessages(
  database: Database,
  { projectId, threadId }: ThreadId,
): Promise<number> {
  const [row] = await countMessages(database, { projectId, threadId: checkId(threadId, 'threadId') });
  return row?.messages ?? 0;
}
