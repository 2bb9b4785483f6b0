import { idsOf } from './checkpoints.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { StemmaError } from '../../base/errors.js';
import type { CheckpointPayload, CheckpointRow } from '../../model/rows.js';
import { JsonList, withParts, type JsonObject } from '../../base/json-parts.js';
import { JsonText } from '../../base/json-text.js';
import { shown, parseJson } from '../../base/json.js';
import { lockThreads } from '../../ingest/lock.js';
import { present } from './read-checkpoints.js';
import { readLists, readValues } from '../../content/read-chunks.js';

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

/** Adds the checkpoints that did not change during the read to `found`, and returns the ids of the others. */
async function readUnchanged(
  runner: Runner,
  { projectId, ids, parts }: Wanted,
  found: Map<string, WholeCheckpoint>,
): Promise<string[]> {
  const wholes = await readWholes(runner, { projectId, ids });
  const lastIds = parts.includes('messages')
    ? [...wholes.values()].flatMap(({ checkpoint }) => checkpoint.messagesId ?? [])
    : [];
  const valuesWanted = [...wholes.values()].flatMap(({ payload }) => [
    ...(parts.includes('state') ? idsOf(payload.stateIds) : []),
    ...(parts.includes('toolsResult') ? idsOf(payload.toolsResultIds) : []),
  ]);
  const [lists, values, later] = await Promise.all([
    readLists(runner, { projectId, lastIds }),
    readValues(runner, { projectId, ids: valuesWanted.map(([, id]) => id) }),
    readWholes(runner, { projectId, ids: [...wholes.keys()] }),
  ]);
  const changed: string[] = [];
  for (const [id, whole] of wholes) {
    const complete = withContent(whole, parts, lists, values);
    // Neo4j may return a node with only some of its property changes, so a row counts only if two reads return the same.
    if (complete === undefined || JSON.stringify(later.get(id)) !== JSON.stringify(whole)) {
      changed.push(id);
    } else {
      found.set(id, complete);
    }
  }
  return changed;
}

const NO_MESSAGES = new JsonList(0, 0, () => []);

/** Undefined if content is missing: it was released during the read. */
function withContent(
  { checkpoint, payload }: Whole,
  parts: readonly PayloadPart[],
  lists: ReadonlyMap<string, JsonList>,
  values: ReadonlyMap<string, JsonText>,
): WholeCheckpoint | undefined {
  const { messagesId } = checkpoint;
  const messages = messagesId === null ? NO_MESSAGES : lists.get(messagesId);
  const state = parts.includes('state') ? textOf(payload.state, payload.stateIds, values) : undefined;
  const toolsResult = parts.includes('toolsResult')
    ? textOf(payload.toolsResult, payload.toolsResultIds, values)
    : undefined;
  const whole: WholeCheckpoint = {
    checkpoint,
    messages: parts.includes('messages') ? messages : undefined,
    state,
    toolsResult,
  };
  return parts.every((part) => whole[part] !== undefined) &&
    (whole.messages === undefined || whole.messages.length === checkpoint.messageCount)
    ? whole
    : undefined;
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

/** The ids of the content that a checkpoint's state and tool results reference. */
export function valueIds({ payload: { stateIds, toolsResultIds } }: Whole): string[] {
  return [...idsOf(stateIds), ...idsOf(toolsResultIds)].map(([, id]) => id);
}

/** State or tool results as text, including the values stored as content; undefined if one of them is missing. */
export function textOf(
  text: string | null,
  ids: string | null,
  values: ReadonlyMap<string, JsonText>,
): JsonText | JsonObject | undefined {
  const parts = new Map<string, JsonText>();
  for (const [key, id] of idsOf(ids)) {
    const value = values.get(id);
    if (value === undefined) {
      return undefined;
    }
    parts.set(key, value);
  }
  if (text === null) {
    return undefined;
  }
  return parts.size === 0 ? new JsonText(text) : withParts(text, parts);
}

/**
 * State or tool results, including the values stored as content; undefined if one of them or the text is missing: Neo4j
 * returns a node without its properties while it is being deleted.
 */
export function objectOf(
  text: string | null,
  ids: string | null,
  values: ReadonlyMap<string, unknown>,
): object | undefined {
  if (text === null) {
    return undefined;
  }
  const object = parseJson(text) as Record<string, unknown>;
  for (const [key, id] of idsOf(ids)) {
    if (!values.has(id)) {
      return undefined;
    }
    object[key] = values.get(id);
  }
  return object;
}

/** The error for a checkpoint that changed in every read, even under its thread's lock. */
export function rewritten(id: string): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    `checkpoint ${shown(id)} was rewritten in every one of many reads; read it again`,
  );
}
