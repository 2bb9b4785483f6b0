import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { StemmaError } from '../../base/errors.js';
import type { CheckpointPayload, CheckpointRow } from '../../model/rows.js';
import { JsonList, type JsonObject } from '../../base/json-parts.js';
import { JsonText } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { lockThreads } from '../../ingest/lock.js';
import { present } from './read-checkpoints.js';
import { linesOfInline, pairsOf, type Lines } from '../../content/object-lines.js';
import { longValuesOf, objectOfLines, readChainsOf, readValues } from '../../content/read-chunks.js';
import { formOf, type ObjectOwning } from './write-checkpoint.js';

/** A checkpoint's row, with the part of its payload that the row stores; the rest is content, referenced by id. */
export interface Whole {
  readonly checkpoint: CheckpointRow;
  readonly payload: CheckpointPayload;
}

/** The parts of a checkpoint's payload that can be read separately. */
export type PayloadPart = 'messages' | 'state' | 'toolsResult';

/** A checkpoint as of one moment: its row, and the parts that were asked for. */
export interface WholeCheckpoint {
  readonly checkpoint: CheckpointRow;
  readonly messages: JsonList | undefined;
  readonly state: JsonText | JsonObject | undefined;
  readonly toolsResult: JsonText | JsonObject | undefined;
}

interface Wanted {
  readonly projectId: string;
  readonly ids: readonly string[];
  readonly parts: readonly PayloadPart[];
}

const readWhole = statement<{ keys: readonly { projectId: string; id: string }[] }, Whole>(
  'checkpoints/read-whole',
);

/** After this many reads in which a checkpoint changed, it is read under its thread's lock. */
const MOST_UNLOCKED_READS = 3;
const MOST_LOCKED_READS = 10;

/** The rows of the existing checkpoints with these ids, by id. */
export async function readWholes(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, Whole>> {
  const rows = await readWhole(database, { keys: ids.map((id) => ({ projectId, id })) });
  return new Map(present(rows).map((row) => [row.checkpoint.id, row]));
}

/**
 * The existing checkpoints with these ids, by id, each as of one moment. A checkpoint that is rewritten while it is read is
 * read again, finally by itself under its thread's lock; a deleted one is missing.
 */
export async function readWholeCheckpoints(
  database: Database,
  { projectId, ids, parts }: Wanted,
): Promise<Map<string, WholeCheckpoint>> {
  const found = new Map<string, WholeCheckpoint>();
  let left: readonly string[] = [...new Set(ids)];
  for (let reads = 1; left.length > 0 && reads <= MOST_UNLOCKED_READS; reads += 1) {
    left = await readUnchanged(database, { projectId, ids: left, parts }, found);
  }
  for (const id of left) {
    await readInLock(database, { projectId, ids: [id], parts }, found);
  }
  return found;
}

/** The part of a payload that is an object of this kind. */
const OBJECTS = { state: 'STATE', toolsResult: 'TOOLS_RESULT' } as const satisfies Partial<
  Record<PayloadPart, ObjectOwning>
>;
const OBJECT_PARTS = ['state', 'toolsResult'] as const;

/** Adds the checkpoints that did not change during the read to `found`, and returns the ids of the others. */
async function readUnchanged(
  runner: Runner,
  { projectId, ids, parts }: Wanted,
  found: Map<string, WholeCheckpoint>,
): Promise<string[]> {
  const wholes = await readWholes(runner, { projectId, ids });
  const wanted = OBJECT_PARTS.filter((part) => parts.includes(part)).map((part) => OBJECTS[part]);
  const lists = parts.includes('messages')
    ? [...wholes.values()].flatMap(({ checkpoint }) => checkpoint.messagesId ?? [])
    : [];
  const ends = [...wholes.values()].flatMap((whole) =>
    wanted.flatMap((owning) => formOf(whole.payload, owning).id ?? []),
  );
  const inline = [...wholes.values()].flatMap(({ payload }) =>
    wanted.flatMap((owning) => pairsOf(formOf(payload, owning).ids).map(([, id]) => id)),
  );
  const [chains, values, later] = await Promise.all([
    readChainsOf(runner, { projectId, lists, objects: ends }),
    readValues(runner, { projectId, ids: inline }),
    readWholes(runner, { projectId, ids: [...wholes.keys()] }),
  ]);
  const others = await readValues(runner, {
    projectId,
    ids: [...chains.objects.values()].flatMap(longValuesOf).filter((id) => !values.has(id)),
  });
  const content = { ...chains, values: new Map([...values, ...others]) };
  const changed: string[] = [];
  for (const [id, whole] of wholes) {
    const complete = withContent(whole, parts, content);
    // Neo4j may return a node with only some of its property changes, so a row counts only if two reads return the same.
    if (complete === undefined || JSON.stringify(later.get(id)) !== JSON.stringify(whole)) {
      changed.push(id);
    } else {
      found.set(id, complete);
    }
  }
  return changed;
}

/** The content that checkpoints reference, as far as it was found. */
export interface Content {
  readonly lists: ReadonlyMap<string, JsonList>;
  readonly objects: ReadonlyMap<string, Lines>;
  readonly values: ReadonlyMap<string, JsonText>;
}

const NO_MESSAGES = new JsonList(0, 0, () => []);

/** Undefined if content is missing: it was released during the read. */
function withContent(
  whole: Whole,
  parts: readonly PayloadPart[],
  content: Content,
): WholeCheckpoint | undefined {
  const { checkpoint } = whole;
  const { messagesId } = checkpoint;
  const messages = messagesId === null ? NO_MESSAGES : content.lists.get(messagesId);
  const objectAt = (part: 'state' | 'toolsResult'): JsonText | JsonObject | undefined =>
    parts.includes(part) ? objectIn(whole, OBJECTS[part], content) : undefined;
  const complete: WholeCheckpoint = {
    checkpoint,
    messages: parts.includes('messages') ? messages : undefined,
    state: objectAt('state'),
    toolsResult: objectAt('toolsResult'),
  };
  return parts.every((part) => complete[part] !== undefined) &&
    (complete.messages === undefined || complete.messages.length === checkpoint.messageCount)
    ? complete
    : undefined;
}

/** One of a checkpoint's objects; undefined if content is missing, or the text: Neo4j reads a node so while it is being deleted. */
export function objectIn(
  { payload }: Whole,
  owning: ObjectOwning,
  { objects, values }: Pick<Content, 'objects' | 'values'>,
): JsonText | JsonObject | undefined {
  const { text, ids, id } = formOf(payload, owning);
  if (id !== null) {
    const lines = objects.get(id);
    return lines && objectOfLines(lines, values);
  }
  if (text === null || ids === null) {
    return text === null ? undefined : new JsonText(text);
  }
  return objectOfLines(linesOfInline({ text, ids }), values);
}

/** Reads one checkpoint while no writer can change it. Retries if its thread is deleted and recreated meanwhile. */
async function readInLock(
  database: Database,
  wanted: Wanted,
  found: Map<string, WholeCheckpoint>,
): Promise<void> {
  const { projectId, ids } = wanted;
  for (let reads = 1; reads <= MOST_LOCKED_READS; reads += 1) {
    const changed = await database.readLocked('read a checkpoint', async (transaction) => {
      const threads = [...(await readWholes(transaction, { projectId, ids })).values()].map(
        ({ checkpoint }) => ({ projectId, id: checkpoint.threadId }),
      );
      await lockThreads(transaction, { threads });
      return await readUnchanged(transaction, wanted, found);
    });
    if (changed.length === 0) {
      return;
    }
  }
  throw rewritten(ids[0] ?? '');
}

/** The error for a checkpoint that changed in every read, even under its thread's lock. */
export function rewritten(id: string): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    `checkpoint ${shown(id)} was rewritten in every one of many reads; read it again`,
  );
}
