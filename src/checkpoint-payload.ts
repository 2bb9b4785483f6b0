import { idsOf } from './checkpoints.js';
import { statement } from './cypher.js';
import type { Runner } from './database.js';
import { StemmaError } from './errors.js';
import type { CheckpointPayload, CheckpointRow } from './graph.js';
import { withParts, type JsonObject } from './json-parts.js';
import { JsonText } from './json-text.js';
import { shown, parseJson } from './json.js';

/** A checkpoint with what it holds, as far as it is not content. */
export interface Whole {
  readonly checkpoint: CheckpointRow;
  readonly payload: CheckpointPayload;
}

const readWhole = statement<{ keys: readonly { projectId: string; id: string }[] }, Whole>(
  'checkpoints/read-whole',
);

/** The checkpoints of these ids that exist, each whole, by id. */
export async function readWholes(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, Whole>> {
  const rows = await readWhole(database, { keys: ids.map((id) => ({ projectId, id })) });
  return new Map(rows.map((row) => [row.checkpoint.id, row]));
}

/** The ids of the content that a checkpoint's state and tool results are of. */
export function valueIds({ payload: { stateIds, toolsResultIds } }: Whole): string[] {
  return [...idsOf(stateIds), ...idsOf(toolsResultIds)].map(([, id]) => id);
}

/** State or tool results as text, with the values that are content; undefined where one of these is missing. */
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
 * State or tool results with the values that are content; undefined where one of these, or the text, is missing: Neo4j shows
 * a node without its properties while it is deleted.
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

/** What a reader is told whose checkpoint is written anew or deleted while it is read: it never gets parts of two. */
export function rewritten(id: string): StemmaError {
  return new StemmaError(
    'UNAVAILABLE',
    `checkpoint ${shown(id)} was written anew while it was read; read it again`,
  );
}
