import { keyOf } from '../model/keys.js';
import { statement } from '../neo4j/cypher.js';
import type { Database, Runner } from '../neo4j/database.js';
import type { PieceKey } from './store-pieces.js';

/** A piece's key with the id of its node in Neo4j, which is valid only within the few statements of one transaction. */
interface PieceNode extends PieceKey {
  readonly node: string;
}
type Pieces = { readonly pieces: readonly PieceNode[] };

const findNodes = statement<{ readonly pieces: readonly PieceKey[] }, PieceNode>('content/find-nodes');
const lockPieces = statement<Pieces, never>('content/lock');
const freePieces = statement<Pieces, { readonly freed: number; readonly next: readonly PieceKey[] }>(
  'content/free',
);
const markReleased = statement<Pieces, never>('content/mark-released');
const takeReleased = statement<{ readonly limit: number }, PieceKey>('content/take-released');

/**
 * Garbage-collects the pieces that no owner or later piece references, with all pieces before them that are then unreferenced
 * too. The references of their owners must be removed already. Once it has removed `most` pieces or more, it marks the rest,
 * which `freeReleased` removes later.
 *
 * It locks before each check: if two transactions release the same piece, the later one sees the changes of the first.
 */
export async function freeContent(
  transaction: Runner,
  released: readonly PieceKey[],
  { most = Infinity }: { readonly most?: number } = {},
): Promise<void> {
  let pieces = await nodesOf(transaction, released);
  for (let freed = 0; pieces.length > 0 && freed < most;) {
    const [, [row]] = await Promise.all([
      lockPieces(transaction, { pieces }),
      freePieces(transaction, { pieces }),
    ]);
    freed += row?.freed ?? 0;
    pieces = await nodesOf(transaction, row?.next ?? []);
  }
  if (pieces.length > 0) {
    await markReleased(transaction, { pieces });
  }
}

const lockKeys = statement<{ readonly keys: readonly PieceKey[] }, never>('checkpoints/lock-keys');
/** No checkpoint has this id: ids have no control characters. */
const FREEING = '\u0001content';

/**
 * Takes the lock that serializes transactions that garbage-collect content: they lock pieces in the order in which they find
 * them, so two at a time could deadlock. Take it before the first owner's reference is removed.
 */
export async function lockFreeing(transaction: Runner): Promise<void> {
  // One lock for all projects, so that no transaction needs two.
  await lockKeys(transaction, { keys: [{ projectId: FREEING, id: FREEING }] });
}

/** Roughly how many pieces one transaction of a deletion removes: few enough that no writer waits long for its locks. */
export const PIECES_AT_A_TIME = 1_000;

/** Removes what `freeContent` marked, in short transactions. It may be interrupted and run again, also by several servers. */
export async function freeReleased(database: Database): Promise<void> {
  for (let more = true; more;) {
    more = await database.write(async (transaction) => {
      await lockFreeing(transaction);
      const released = await takeReleased(transaction, { limit: 10 });
      await freeContent(transaction, released, { most: PIECES_AT_A_TIME });
      return released.length > 0;
    });
  }
}

/** The nodes of the pieces that exist, each once, in the order in which every process locks them. */
async function nodesOf(transaction: Runner, pieces: readonly PieceKey[]): Promise<readonly PieceNode[]> {
  if (pieces.length === 0) {
    return [];
  }
  const byKey = new Map(pieces.map(({ projectId, id }) => [keyOf(projectId, id), { projectId, id }]));
  const keys = [...byKey.keys()].sort().map((key) => byKey.get(key) as PieceKey);
  const nodes = await findNodes(transaction, { pieces: keys });
  return nodes.sort((a, b) => (keyOf(a.projectId, a.id) < keyOf(b.projectId, b.id) ? -1 : 1));
}
