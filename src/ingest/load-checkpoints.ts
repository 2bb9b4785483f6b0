import type { Owning } from '../content/chunks.js';
import { MOST_CHANGES, textOfChunks } from '../content/object-chunks.js';
import { knownLength, lastKeyOf, probesOf } from '../content/store-chunks.js';
import { keyOf, type IdKey, type ThreadKey } from '../model/keys.js';
import { inLockOrder, unique } from '../model/lock-order.js';
import type { CheckpointPayload, CheckpointRow, ThreadRow } from '../model/rows.js';
import { statement, whole } from '../model/statement.js';
import { TABLES } from '../model/tables.js';
import type { Runner } from '../neo4j/database.js';
import type { CheckpointNeeds } from './needs.js';
import type { UnitOfWork } from './unit-of-work.js';

interface FoundObject {
  readonly projectId: string;
  readonly ownerId: string;
  readonly owning: Owning;
  readonly id: string;
  readonly position: number;
  readonly room: number;
  /** Empty if they were not read. */
  readonly chunks: readonly { readonly position: number | null; readonly text: string | null }[];
}

interface Found {
  readonly threads: readonly ThreadRow[];
  readonly checkpoints: readonly {
    readonly checkpoint: CheckpointRow;
    readonly payload: CheckpointPayload | null;
    readonly node: string;
  }[];
  readonly awaited: readonly IdKey[];
  readonly steps: readonly IdKey[];
  readonly stored: readonly IdKey[];
  readonly objects: readonly FoundObject[];
}

type Rows = readonly object[];

const lock = statement<
  { threads: readonly ThreadKey[]; keys: readonly IdKey[] },
  { locked: readonly ThreadKey[] }
>('checkpoints/lock');
const readForWrite = statement<
  {
    threads: Rows;
    checkpoints: Rows;
    written: Rows;
    steps: Rows;
    chunks: Rows;
    objects: Rows;
    mostChanges: number;
    cachedIds: readonly string[];
  },
  Found
>('checkpoints/read-for-write');

const isWhole = whole(TABLES.checkpoints);

/**
 * Locks threads and the ids of checkpoints, in the orders given by `inLockOrder`, and reads into `unit` what writes of checkpoints
 * need: two statements. Returns the threads that it locked, and those that it read.
 */
export async function loadForCheckpoints(
  transaction: Runner,
  unit: UnitOfWork,
  {
    threads,
    checkpoints,
  }: { readonly threads: readonly ThreadKey[]; readonly checkpoints: readonly CheckpointNeeds[] },
): Promise<readonly [readonly ThreadKey[], readonly ThreadRow[]]> {
  const written = unique(checkpoints.map(({ key }) => key));
  const bases = unique(
    checkpoints.flatMap(({ key: { projectId }, baseIds }) => baseIds.map((id) => ({ projectId, id }))),
  );
  const parents = checkpoints.flatMap(({ key: { projectId }, parentId }) =>
    parentId === null ? [] : [{ projectId, id: parentId }],
  );
  const chains = checkpoints.flatMap((needs) => needs.chains.filter((chain) => chain.length > 0));
  const objects = checkpoints.flatMap(({ key: { projectId, id }, objects: wanted }) =>
    wanted.map((object) => ({ projectId, ownerId: id, ...object })),
  );
  const isBase = new Set(bases.map(({ projectId, id }) => keyOf(projectId, id)));
  const cached = unit.objectTexts.entries();
  const [[locks], [found]] = await Promise.all([
    lock(transaction, { threads, keys: inLockOrder([...written, ...parents, ...bases]) }),
    readForWrite(transaction, {
      threads,
      checkpoints: unique([...written, ...bases]).map((key) => ({
        ...key,
        withPayload: isBase.has(keyOf(key.projectId, key.id)),
      })),
      written,
      steps: checkpoints.flatMap(({ key: { projectId }, stepId }) =>
        stepId === null ? [] : [{ projectId, id: stepId }],
      ),
      chunks: unique(chains.flatMap(probesOf)),
      objects,
      mostChanges: MOST_CHANGES,
      cachedIds: objects.length === 0 ? [] : [...cached.keys()],
    }),
  ]);
  if (found === undefined) {
    return [[], []];
  }
  // One that another transaction is deleting may lack properties: it counts as deleted.
  for (const { checkpoint, payload, node } of found.checkpoints.filter((row) => isWhole(row.checkpoint))) {
    unit.checkpoints.load(payload === null ? checkpoint : { ...checkpoint, payload });
    unit.checkpointNodes.set(keyOf(checkpoint.projectId, checkpoint.id), node);
  }
  found.awaited.forEach(({ projectId, id }) => unit.awaited.add(keyOf(projectId, id)));
  found.steps.forEach(({ projectId, id }) => unit.foundSteps.add(keyOf(projectId, id)));
  const stored = new Set(found.stored.map(({ projectId, id }) => keyOf(projectId, id)));
  for (const chain of chains) {
    unit.storedLengths.set(
      lastKeyOf(chain),
      knownLength(chain, (key) => stored.has(key)),
    );
  }
  found.objects.forEach((object) => loadObject(unit, object, cached));
  return [locks?.locked ?? [], found.threads];
}

function loadObject(
  unit: UnitOfWork,
  { projectId, ownerId, owning, id, position, room, chunks }: FoundObject,
  cached: ReadonlyMap<string, string>,
): void {
  const texts = new Map(
    chunks.flatMap((chunk) => (chunk.text === null ? [] : [[chunk.position ?? 0, chunk.text] as const])),
  );
  const key = keyOf(projectId, id);
  // If a chunk was released during the read, so is the last one, and what refers to it is not written.
  const read = texts.size === position ? textOfChunks(texts) : undefined;
  if (read !== undefined) {
    unit.objectTexts.set(id, read);
  }
  unit.objects.set(key, { id, position, room, text: read ?? cached.get(id) ?? unit.objects.get(key)?.text });
  unit.likeObjects.set(keyOf(projectId, ownerId, owning), key);
}
