import { keyOf } from '../model/keys.js';
import { statement } from '../model/statement.js';
import type { Database, Runner } from '../neo4j/database.js';
import type { ChunkKey } from './store-chunks.js';

/** A chunk's key with the id of its node in Neo4j, which is valid only within the few statements of one transaction. */
interface ChunkNode extends ChunkKey {
  readonly node: string;
}
type Chunks = { readonly chunks: readonly ChunkNode[] };

const findNodes = statement<{ readonly chunks: readonly ChunkKey[] }, ChunkNode>('content/find-nodes');
const lockChunks = statement<Chunks, never>('content/lock');
const collectChunks = statement<Chunks, { readonly collected: number; readonly next: readonly ChunkKey[] }>(
  'content/collect',
);
const markReleased = statement<Chunks, never>('content/mark-released');
const takeReleased = statement<{ readonly limit: number }, ChunkKey>('content/take-released');

/**
 * Garbage-collects the chunks that no owner or later chunk references, with all chunks before them that are then unreferenced
 * too. The references of their owners must be removed already. Once it has removed `most` chunks or more, it marks the rest,
 * which `collectReleased` removes later.
 *
 * It locks before each check: if two transactions release the same chunk, the later one sees the changes of the first.
 */
export async function collectGarbage(
  transaction: Runner,
  released: readonly ChunkKey[],
  { most = Infinity }: { readonly most?: number } = {},
): Promise<void> {
  let chunks = await nodesOf(transaction, released);
  for (let collected = 0; chunks.length > 0 && collected < most;) {
    const [, [row]] = await Promise.all([
      lockChunks(transaction, { chunks }),
      collectChunks(transaction, { chunks }),
    ]);
    collected += row?.collected ?? 0;
    chunks = await nodesOf(transaction, row?.next ?? []);
  }
  if (chunks.length > 0) {
    await markReleased(transaction, { chunks });
  }
}

const lockKeys = statement<{ readonly keys: readonly ChunkKey[] }, never>('checkpoints/lock-keys');
/** No checkpoint has this id: ids have no control characters. */
const COLLECTING = '\u0001content';

/**
 * Takes the lock that serializes transactions that garbage-collect content: they lock chunks in the order in which they find
 * them, so two at a time could deadlock. Take it before the first owner's reference is removed.
 */
export async function lockCollecting(transaction: Runner): Promise<void> {
  // One lock for all projects, so that no transaction needs two.
  await lockKeys(transaction, { keys: [{ projectId: COLLECTING, id: COLLECTING }] });
}

/** Roughly how many chunks one transaction of a deletion removes: few enough that no writer waits long for its locks. */
export const CHUNKS_AT_A_TIME = 1_000;

/** Removes what `collectGarbage` marked, in short transactions. It may be interrupted and run again, also by several servers. */
export async function collectReleased(database: Database): Promise<void> {
  for (let more = true; more;) {
    more = await database.write('collect released content', async (transaction) => {
      await lockCollecting(transaction);
      const released = await takeReleased(transaction, { limit: 10 });
      await collectGarbage(transaction, released, { most: CHUNKS_AT_A_TIME });
      return released.length > 0;
    });
  }
}

/** The nodes of the chunks that exist, each once, in the order in which every process locks them. */
async function nodesOf(transaction: Runner, chunks: readonly ChunkKey[]): Promise<readonly ChunkNode[]> {
  if (chunks.length === 0) {
    return [];
  }
  const byKey = new Map(chunks.map(({ projectId, id }) => [keyOf(projectId, id), { projectId, id }]));
  const keys = [...byKey.keys()].sort().map((key) => byKey.get(key) as ChunkKey);
  const nodes = await findNodes(transaction, { chunks: keys });
  return nodes.sort((a, b) => (keyOf(a.projectId, a.id) < keyOf(b.projectId, b.id) ? -1 : 1));
}
