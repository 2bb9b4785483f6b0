import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import { checkId } from '../../model/ids.js';
import type { CheckpointRow } from '../../model/rows.js';
import { present, readLineages } from './read-checkpoints.js';

/** The checkpoints of a thread, their ancestors and all descendants of those, each after its parent. */
export interface Tree {
  readonly threadId: string;
  readonly nodes: readonly TreeNode[];
  readonly truncated: boolean;
}

export interface TreeNode {
  readonly checkpoint: CheckpointRow;
  /** The number of edges above it in the tree. */
  readonly depth: number;
}

const readTree = statement<
  { projectId: string; threadId: string; limit: number },
  { checkpoint: CheckpointRow }
>('checkpoints/tree');

const MOST_NODES = 10_000;

/** The checkpoints of a thread, their ancestors and all descendants of those, one branch after another. */
export async function checkpointTree(
  database: Runner,
  { projectId, threadId }: { readonly projectId: string; readonly threadId: string },
): Promise<Tree> {
  const rows = await readTree(database, {
    projectId,
    threadId: checkId(threadId, 'threadId'),
    limit: MOST_NODES + 1,
  });
  const kept = present(rows.slice(0, MOST_NODES)).map(({ checkpoint }) => checkpoint);
  const ids = new Set(kept.map(({ id }) => id));
  const children = new Map<string | null, CheckpointRow[]>();
  for (const checkpoint of kept.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1))) {
    const { parentId } = checkpoint;
    const place = parentId !== null && ids.has(parentId) ? parentId : null;
    const siblings = children.get(place) ?? [];
    siblings.push(checkpoint);
    children.set(place, siblings);
  }
  const nodes: TreeNode[] = [];
  const open = below(children, null, 0);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    open.push(...below(children, node.checkpoint.id, node.depth + 1));
  }
  return { threadId, nodes, truncated: rows.length > MOST_NODES };
}

/** The children of a checkpoint, newest first: the caller takes them from the end. */
function below(
  children: ReadonlyMap<string | null, readonly CheckpointRow[]>,
  parentId: string | null,
  depth: number,
): TreeNode[] {
  return (children.get(parentId) ?? []).map((checkpoint) => ({ checkpoint, depth })).reverse();
}

/** The id of the nearest common ancestor, where a checkpoint counts as its own ancestor; null if there is none. */
export async function commonCheckpointId(
  database: Runner,
  { projectId, a, b }: { readonly projectId: string; readonly a: string; readonly b: string },
): Promise<string | null> {
  const lineages = await readLineages(database, { projectId, ids: [...new Set([a, b])] });
  const ofB = new Set(lineages.get(b));
  return lineages.get(a)?.find((id) => ofB.has(id)) ?? null;
}
