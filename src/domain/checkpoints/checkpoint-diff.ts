import { inLockOrder } from '../../model/lock-order.js';
import { objectIn, readWholes, rewritten, type Whole } from './checkpoint-payload.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { notFound } from '../../base/errors.js';
import type { CheckpointRow } from '../../model/rows.js';
import { changesBetween, type Change } from './json-changes.js';
import { lockThreads } from '../../ingest/lock.js';
import { pairsOf } from '../../content/object-lines.js';
import { longValuesOf, readChainsOf, readValues } from '../../content/read-chunks.js';
import { formOf } from './write-checkpoint.js';

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

const OBJECTS = ['STATE', 'TOOLS_RESULT'] as const;

/** Undefined if content that they reference has been deleted. */
async function diffOf(database: Runner, from: Whole, to: Whole): Promise<Diff | undefined> {
  const { projectId } = from.checkpoint;
  const forms = [from, to].flatMap(({ payload }) => OBJECTS.map((owning) => formOf(payload, owning)));
  const [a, b, { objects }] = await Promise.all([
    chainIds(database, from),
    chainIds(database, to),
    readChainsOf(database, { projectId, lists: [], objects: forms.flatMap(({ id }) => id ?? []) }),
  ]);
  const parting = a.findIndex((id, index) => id !== b[index]);
  const commonMessages = parting === -1 ? a.length : parting;
  const tails = [a, b].map((ids) => ids.slice(commonMessages));
  const valueIds = [
    ...forms.flatMap(({ ids }) => pairsOf(ids).map(([, id]) => id)),
    ...[...objects.values()].flatMap(longValuesOf),
  ];
  const texts = await readValues(database, { projectId, ids: [...tails.flat(), ...valueIds] });
  // Only state and tool results are compared value by value.
  const parts = [from, to].map((each) => ({
    state: objectIn(each, 'STATE', { objects, values: texts })?.toJSON(),
    tools_result: objectIn(each, 'TOOLS_RESULT', { objects, values: texts })?.toJSON(),
    next_node: each.checkpoint.nextNode,
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
