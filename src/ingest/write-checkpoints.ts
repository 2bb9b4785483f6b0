import type { UnitOfWork } from './unit-of-work.js';
import { statement, toProperties } from '../model/statement.js';
import { TABLES } from '../model/tables.js';
import { writerOf } from './writers.js';
import type { Runner } from '../neo4j/database.js';
import { badInput } from '../base/errors.js';
import type { CheckpointRow } from '../model/rows.js';
import { shown } from '../base/json.js';
import type { ChunkKey } from '../content/store-chunks.js';

type Rows = readonly object[];

const createCheckpoints = writerOf<{ checkpoints: Rows }>('checkpoints added');
const replaceCheckpoints = writerOf<{ checkpoints: Rows }, ChunkKey>('checkpoints changed');
const linkCheckpoints = statement<{ checkpoints: Rows }, never>('checkpoints/link');
const linkAwaiting = statement<{ checkpoints: Rows }, { projectId: string; id: string }>(
  'checkpoints/link-awaiting',
);
const lockKeys = statement<{ keys: Rows }, never>('checkpoints/lock-keys');
const findCircular = statement<{ checkpoints: Rows }, { id: string }>('checkpoints/find-circular');
const placeCheckpoints = statement<{ checkpoints: Rows }, never>('checkpoints/place');
const pointToLatest = statement<{ threads: Rows }, never>('threads/point-to-latest');

/**
 * Writes the unit's checkpoints with their edges, except those to content, and returns the content that replaced checkpoints
 * referenced. Throws BAD_USER_INPUT, once all is sent, if a checkpoint would descend from itself.
 */
export async function flushCheckpoints(transaction: Runner, unit: UnitOfWork): Promise<readonly ChunkKey[]> {
  const added = unit.checkpoints.added();
  const changes = unit.checkpoints.changed();
  const changed = changes.map(({ after }) => after);
  const written = [...added, ...changed];
  if (written.length === 0) {
    return [];
  }
  const run = async <Row>(rows: Rows, send: (rows: Rows) => Promise<Row[]>): Promise<Row[]> =>
    rows.length === 0 ? [] : await send(rows);
  const keys = (rows: readonly CheckpointRow[]): Rows => rows.map(({ projectId, id }) => ({ projectId, id }));
  const threads = new Map(
    written.map(({ projectId, threadId: id }) => [`${projectId}\u0000${id}`, { projectId, id }]),
  );
  const placed = written.flatMap(({ projectId, id, stepId }) =>
    stepId == null ? [] : [{ projectId, id, stepId }],
  );
  const [, released, , parents] = await Promise.all([
    run(added.map(toNode), (checkpoints) => createCheckpoints(transaction, { checkpoints })),
    run(changed.map(toNode), (checkpoints) => replaceCheckpoints(transaction, { checkpoints })),
    run(keys(written.filter(({ parentId }) => parentId !== null)), (checkpoints) =>
      linkCheckpoints(transaction, { checkpoints }),
    ),
    run(keys(added), (checkpoints) => linkAwaiting(transaction, { checkpoints })),
    run(placed, (checkpoints) => placeCheckpoints(transaction, { checkpoints })),
    pointToLatest(transaction, { threads: [...threads.values()] }),
  ]);
  // Only a checkpoint that already has children can come to descend from itself.
  const moved = changes.filter(({ before, after }) => ![null, before.parentId].includes(after.parentId));
  const suspects = [...parents, ...moved.map(({ after: { projectId, id } }) => ({ projectId, id }))];
  // Transactions of one project check in turn: if two close a cycle together, the later one sees the changes of the first.
  const projects = [...new Set(suspects.map(({ projectId }) => projectId))].sort();
  const [, [circular]] = await Promise.all([
    run(
      projects.map((projectId) => ({ projectId, id: '' })),
      (projectKeys) => lockKeys(transaction, { keys: projectKeys }),
    ),
    run(suspects, (checkpoints) => findCircular(transaction, { checkpoints })),
  ]);
  if (circular !== undefined) {
    throw badInput(
      'input.metadata.parentCheckpointId',
      `expected a checkpoint that does not descend from ${shown(circular.id)}, got one that does`,
    );
  }
  return released;
}

function toNode({ payload, stepId: _, ...row }: CheckpointRow): object {
  return { ...toProperties(TABLES.checkpoints, row), ...payload };
}
