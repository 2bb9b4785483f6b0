import { inLockOrder } from '../../model/lock-order.js';
import { objectOf, readWholes, rewritten, valueIds, type Whole } from './checkpoint-payload.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { notFound } from '../../base/errors.js';
import type { CheckpointRow } from '../../model/rows.js';
import { parseJson } from '../../base/json.js';
import { changesBetween, type Change } from './json-changes.js';
import { lockThreads } from '../../ingest/lock.js';
import { readValues } from '../../content/read-chunks.js';

/** What differs between two checkpoints. */
export interface Diff {
  readonly from: CheckpointRow;
  readonly to: CheckpointRow;
  /** How many equal messages both start with. */
  readonly commonMessages: number;
  readonly fromMessages: readonly unknown[];
  readonly toMessages: readonly unknown[];
  readonly changes: readonly Change[];
}

const readChainIds = statement<
  { projectId: string; lastId: string | null },
  { position: number; id: string }
>('content/chain-ids');

/** After this many reads in which one of them changed, both are read under their threads' locks. */
const MOST_UNLOCKED_READS = 3;
const MOST_READS = 10;

/**
 * Compares two checkpoints: their messages after the common ones, which are not read, and everything else path by path.
 *
 * Throws NOT_FOUND if either is missing.
 */
export async function diffCheckpoints(
  database: Database,
  { projectId, from, to }: { readonly projectId: string; readonly from: string; readonly to: string },
): Promise<Diff> {
  const ids = [...new Set([from, to])];
  const read = async (runner: Runner): Promise<Diff | undefined> => {
    const wholes = await readWholes(runner, { projectId, ids });
    const [a, b] = [from, to].map((id) => wholes.get(id) ?? missing(id)) as [Whole, Whole];
    return await diffOf(runner, a, b);
  };
  const readInLock = async (transaction: Runner): Promise<Diff | undefined> => {
    const wholes = await readWholes(transaction, { projectId, ids });
    const threads = [...wholes.values()].map(({ checkpoint }) => ({ projectId, id: checkpoint.threadId }));
    await lockThreads(transaction, { threads: inLockOrder(threads) });
    return await read(transaction);
  };
  for (let reads = 1; reads <= MOST_READS; reads += 1) {
    const diff = await (reads <= MOST_UNLOCKED_READS
      ? read(database)
      : database.readLocked('compare checkpoints', readInLock));
    if (diff !== undefined) {
      return diff;
    }
  }
  throw rewritten(from);
}

function missing(id: string): never {
  throw notFound('checkpoint', id);
}

/** Undefined if content that they reference has been deleted. */
async function diffOf(database: Runner, from: Whole, to: Whole): Promise<Diff | undefined> {
  const { projectId } = from.checkpoint;
  const [a, b] = (await Promise.all([from, to].map((whole) => chainIds(database, whole)))) as [
    string[],
    string[],
  ];
  const parting = a.findIndex((id, index) => id !== b[index]);
  const commonMessages = parting === -1 ? a.length : parting;
  const tails = [a, b].map((ids) => ids.slice(commonMessages));
  const texts = await readValues(database, {
    projectId,
    ids: [...tails.flat(), ...valueIds(from), ...valueIds(to)],
  });
  // Only state and tool results are compared value by value.
  const values = new Map(
    [...valueIds(from), ...valueIds(to)].flatMap((id) => {
      const text = texts.get(id);
      return text === undefined ? [] : [[id, parseJson(text.text)] as const];
    }),
  );
  const parts = [from, to].map(({ checkpoint, payload }) => ({
    state: objectOf(payload.state, payload.stateIds, values),
    tools_result: objectOf(payload.toolsResult, payload.toolsResultIds, values),
    next_node: checkpoint.nextNode,
  }));
  const whole =
    a.length === from.checkpoint.messageCount &&
    b.length === to.checkpoint.messageCount &&
    tails.flat().every((id) => texts.has(id)) &&
    parts.every(({ state, tools_result }) => state !== undefined && tools_result !== undefined);
  const [fromMessages = [], toMessages = []] = tails.map((ids) => ids.map((id) => texts.get(id)));
  return whole
    ? {
        from: from.checkpoint,
        to: to.checkpoint,
        commonMessages,
        fromMessages,
        toMessages,
        changes: changesBetween(parts[0], parts[1], ''),
      }
    : undefined;
}

/** The content ids of a checkpoint's messages, in order. */
async function chainIds(
  database: Runner,
  { checkpoint: { projectId, messagesId } }: Whole,
): Promise<string[]> {
  const places = await readChainIds(database, { projectId, lastId: messagesId });
  return places.sort((a, b) => a.position - b.position).map(({ id }) => id);
}
