import { keyOf } from '../model/keys.js';
import { lockOrder } from '../model/lock-order.js';
import type { UnitOfWork } from './unit-of-work.js';
import { statement, toProperties } from '../model/statement.js';
import { TABLES } from '../model/tables.js';
import { update } from './fast-append.js';
import { writerOf } from './writers.js';
import type { Runner } from '../neo4j/database.js';
import { badInput, TransactionConflictError } from '../base/errors.js';
import type { CheckpointRow } from '../model/rows.js';
import { shown } from '../base/json.js';
import { partsOf } from '../base/slices.js';
import type { Owning } from '../content/chunks.js';
import { lockCollecting } from '../content/collect-chunks.js';
import {
  chunksToStore,
  contentRows,
  expectAll,
  storeChunks,
  type ChunkKey,
  type NewContent,
} from '../content/store-chunks.js';

type Rows = readonly object[];

interface Written {
  readonly based: number;
  readonly linked: number;
  readonly valued: number;
  readonly referenced: number;
}

const writeCheckpoints = writerOf<Record<string, Rows>, Written>('checkpoints added');
const replaceCheckpoints = writerOf<{ checkpoints: Rows }, ChunkKey>('checkpoints changed');
const linkAwaiting = statement<{ checkpoints: Rows }, never>('checkpoints/link-awaiting');
const lockKeys = statement<{ keys: Rows }, never>('checkpoints/lock-keys');
const findCircular = statement<{ checkpoints: Rows }, { id: string }>('checkpoints/find-circular');
const pointToLatest = statement<{ threads: Rows }, never>('threads/point-to-latest');

/**
 * Writes the unit's checkpoints with their edges and content, and with its threads if `withThreads` is set. One statement, unless
 * checkpoints are replaced or awaited, or there is very much content. Returns the content that replaced checkpoints referenced. Throws
 * BAD_USER_INPUT, once all is sent, if a checkpoint would descend from itself, and an error of the kind 'conflict' (see
 * `failureKind`) if what it needs was deleted meanwhile.
 */
export async function flushCheckpoints(
  transaction: Runner,
  unit: UnitOfWork,
  { content, withThreads }: { readonly content: NewContent; readonly withThreads: boolean },
): Promise<readonly ChunkKey[]> {
  const added = unit.checkpoints.added();
  const changes = unit.checkpoints.changed();
  const changed = changes.map(({ after }) => after);
  if (added.length + changed.length === 0) {
    return [];
  }
  const references = [...unit.references.rows()].filter(({ owner }) => owner === 'Checkpoint');
  const chunks = await chunksToStore(content, references);
  const inParts = partsOf(chunks).length > 1;
  if (inParts) {
    await storeChunks(transaction, chunks);
  }
  const rowsOf = (wanted: Owning): Rows =>
    references
      .filter(({ owning }) => owning === wanted)
      .map(({ projectId, ownerId, contentId, key }) => ({ projectId, ownerId, contentId, key }))
      .sort((a, b) => (a.contentId < b.contentId ? -1 : 1));
  const parameters = {
    bases: [...unit.bases.values()].flatMap(({ projectId, id }) => {
      const node = unit.checkpointNodes.get(keyOf(projectId, id));
      return node === undefined ? [] : [{ projectId, id, node }];
    }),
    newThreads: withThreads ? unit.threads.added().sort(lockOrder) : [],
    threads: withThreads ? unit.threads.changed().map(update) : [],
    checkpoints: added.map(toNode),
    parents: [...added, ...changed].flatMap(({ projectId, id, parentId }) =>
      parentId === null ? [] : [{ projectId, id, parentId }],
    ),
    places: [...added, ...changed].flatMap(({ projectId, id, stepId }) =>
      stepId == null ? [] : [{ projectId, id, stepId }],
    ),
    latest: latestOf(added),
    ...contentRows(inParts ? [] : chunks),
    messages: rowsOf('MESSAGES'),
    states: rowsOf('STATE'),
    toolsResults: rowsOf('TOOLS_RESULT'),
  };
  const awaited = added.filter(({ projectId, id }) => unit.awaited.has(keyOf(projectId, id)));
  const suspects = [...new Set([...awaited, ...namedBefore(unit, added), ...movedOf(changes)])];
  // Transactions of one project check in turn: if two close a cycle together, the later one sees the changes of the first.
  const projects = [...new Set(suspects.map(({ projectId }) => projectId))].sort();
  const [, released, [written], , , , [circular]] = await Promise.all([
    // The content that they referenced is released.
    changed.length > 0 ? lockCollecting(transaction) : undefined,
    run(changed.map(toNode), (checkpoints) => replaceCheckpoints(transaction, { checkpoints })),
    writeCheckpoints(transaction, parameters),
    run(awaited.map(keyOfRow), (checkpoints) => linkAwaiting(transaction, { checkpoints })),
    run(threadsOf(changed), (threads) => pointToLatest(transaction, { threads })),
    run(
      projects.map((projectId) => ({ projectId, id: '' })),
      (keys) => lockKeys(transaction, { keys }),
    ),
    run(suspects.map(keyOfRow), (checkpoints) => findCircular(transaction, { checkpoints })),
  ]);
  if (written?.based !== parameters.bases.length) {
    throw new TransactionConflictError('a checkpoint from which another takes content was deleted meanwhile');
  }
  expectAll(written.linked, parameters.links.length);
  expectAll(written.valued, parameters.values.length);
  expectAll(written.referenced, references.length);
  if (circular !== undefined) {
    throw badInput(
      'input.metadata.parentCheckpointId',
      `expected a checkpoint that does not descend from ${shown(circular.id)}, got one that does`,
    );
  }
  return released;
}

/** Runs a statement unless it has no rows. */
async function run<Row>(rows: Rows, send: (rows: Rows) => Promise<Row[]>): Promise<Row[]> {
  return rows.length === 0 ? [] : await send(rows);
}

function keyOfRow({ projectId, id }: CheckpointRow): object {
  return { projectId, id };
}

/** Of the new checkpoints of each thread, the one of the highest step; within a step, the last written. */
function latestOf(added: readonly CheckpointRow[]): Rows {
  const latest = new Map<string, CheckpointRow>();
  for (const row of added) {
    const key = keyOf(row.projectId, row.threadId);
    const other = latest.get(key);
    if (
      other === undefined ||
      row.step > other.step ||
      (row.step === other.step && row.write > other.write)
    ) {
      latest.set(key, row);
    }
  }
  return [...latest.values()].map(({ projectId, threadId, id, step }) => ({ projectId, threadId, id, step }));
}

/** The new checkpoints that one put before them in the unit of work names as its parent. */
function namedBefore(unit: UnitOfWork, added: readonly CheckpointRow[]): CheckpointRow[] {
  const isAdded = new Set(added);
  const named = new Set<string>();
  const found: CheckpointRow[] = [];
  for (const row of unit.checkpoints.rows()) {
    if (isAdded.has(row) && named.has(keyOf(row.projectId, row.id))) {
      found.push(row);
    }
    if (row.parentId !== null) {
      named.add(keyOf(row.projectId, row.parentId));
    }
  }
  return found;
}

/** The changed checkpoints with another parent: only one that may have children already can come to descend from itself. */
function movedOf(
  changes: readonly { readonly before: CheckpointRow; readonly after: CheckpointRow }[],
): CheckpointRow[] {
  return changes.flatMap(({ before, after }) =>
    [null, before.parentId].includes(after.parentId) ? [] : [after],
  );
}

function threadsOf(rows: readonly CheckpointRow[]): Rows {
  const threads = rows.map(
    ({ projectId, threadId: id }) => [keyOf(projectId, id), { projectId, id }] as const,
  );
  return [...new Map(threads).values()];
}

function toNode({ payload, stepId: _, ...row }: CheckpointRow): object {
  return { ...toProperties(TABLES.checkpoints, row), ...payload };
}
