import { idsOf } from './checkpoints.js';
import { putAt } from './content.js';
import { statement } from './cypher.js';
import type { Runner } from './database.js';
import { StemmaError } from './errors.js';
import type { CheckpointPayload, CheckpointRow } from './graph.js';
import { parseJson } from './json.js';
import { readLists, readValues } from './read-content.js';

interface Ids {
  readonly projectId: string;
  readonly ids: readonly string[];
}

interface Whole {
  readonly checkpoint: CheckpointRow;
  readonly payload: CheckpointPayload;
}

const readWhole = statement<{ keys: readonly { projectId: string; id: string }[] }, Whole>(
  'checkpoints/read-whole',
);

const MOST_LOOKS = 5;

/**
 * Reads checkpoints and what `read` makes of them, by id. Content never changes but may go while it is read, when a
 * checkpoint is written anew or deleted: then `read` gives undefined, and all are looked at again.
 */
export async function readStable<T>(
  database: Runner,
  { projectId, ids }: Ids,
  read: (rows: readonly Whole[]) => Promise<(row: Whole) => T | undefined>,
): Promise<Map<string, T>> {
  for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
    const rows = await readWhole(database, { keys: ids.map((id) => ({ projectId, id })) });
    const valueOf = await read(rows);
    const values = rows.map((row) => [row.checkpoint.id, valueOf(row)] as const);
    if (values.every(([, value]) => value !== undefined)) {
      return new Map(values as [string, T][]);
    }
  }
  throw new StemmaError(
    'UNAVAILABLE',
    'the checkpoint is being written again and again; try again a little later',
  );
}

/** The messages of checkpoints, by id. */
export function readMessages(
  database: Runner,
  { projectId, ids }: Ids,
): Promise<Map<string, readonly unknown[]>> {
  return readStable(database, { projectId, ids }, async (rows) => {
    const lastIds = rows.flatMap(({ checkpoint }) => checkpoint.messagesId ?? []);
    const lists = await readLists(database, { projectId, lastIds });
    return ({ checkpoint: { messagesId } }) => (messagesId === null ? [] : lists.get(messagesId));
  });
}

export interface Values {
  readonly state: object;
  readonly toolsResult: object;
}

/** The state and tool results of checkpoints, by id. */
export function readPayloads(database: Runner, { projectId, ids }: Ids): Promise<Map<string, Values>> {
  return readStable(database, { projectId, ids }, async (rows) => {
    const contentIds = rows.flatMap(({ payload }) =>
      [...idsOf(payload.stateIds), ...idsOf(payload.toolsResultIds)].map(([, id]) => id),
    );
    const values = await readValues(database, { projectId, ids: contentIds });
    return ({ payload }) => {
      const state = wholeObject(payload.state, payload.stateIds, values);
      const toolsResult = wholeObject(payload.toolsResult, payload.toolsResultIds, values);
      return state === undefined || toolsResult === undefined ? undefined : { state, toolsResult };
    };
  });
}

function wholeObject(
  text: string,
  ids: string | null,
  values: ReadonlyMap<string, unknown>,
): object | undefined {
  const object = parseJson(text) as object;
  for (const [key, id] of idsOf(ids)) {
    if (!values.has(id)) {
      return undefined;
    }
    putAt(object, key, values.get(id));
  }
  return object;
}
