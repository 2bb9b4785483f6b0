import { readPayloads, readStable } from './checkpoint-payload.js';
import { statement } from './cypher.js';
import type { Runner } from './database.js';
import { notFound } from './errors.js';
import type { CheckpointRow } from './graph.js';
import { changesBetween, type Change } from './json-changes.js';
import { readValues } from './read-content.js';
import { readCheckpoints } from './read-checkpoints.js';

/** What differs between two checkpoints. */
export interface Diff {
  readonly from: CheckpointRow;
  readonly to: CheckpointRow;
  /** With how many equal messages both begin. */
  readonly commonMessages: number;
  readonly fromMessages: readonly unknown[];
  readonly toMessages: readonly unknown[];
  readonly changes: readonly Change[];
}

interface Pair {
  readonly projectId: string;
  /** Ids of checkpoints. */
  readonly from: string;
  readonly to: string;
}

const readChainIds = statement<
  { projectId: string; lastId: string | null },
  { position: number; id: string }
>('content/chain-ids');

/** Compares two checkpoints: their messages behind those they have in common, and all else by place. NOT_FOUND without either. */
export async function diffCheckpoints(database: Runner, { projectId, from, to }: Pair): Promise<Diff> {
  const ids = [...new Set([from, to])];
  const rows = new Map((await readCheckpoints(database, { projectId, ids })).map((row) => [row.id, row]));
  const [fromRow, toRow] = [from, to].map((id) => rows.get(id) ?? missing(id)) as [
    CheckpointRow,
    CheckpointRow,
  ];
  const [tails, payloads] = await Promise.all([
    readTails(database, { projectId, from, to }),
    readPayloads(database, { projectId, ids }),
  ]);
  const tail = (id: string): Tail => tails.get(id) ?? missing(id);
  const parts = ({ id, nextNode }: CheckpointRow): object => {
    const { state, toolsResult } = payloads.get(id) ?? missing(id);
    return { state, tools_result: toolsResult, next_node: nextNode };
  };
  return {
    from: fromRow,
    to: toRow,
    commonMessages: tail(from).common,
    fromMessages: tail(from).messages,
    toMessages: tail(to).messages,
    changes: changesBetween(parts(fromRow), parts(toRow), ''),
  };
}

function missing(id: string): never {
  throw notFound('checkpoint', id);
}

interface Tail {
  readonly common: number;
  /** What follows the common ones. */
  readonly messages: readonly unknown[];
}

/** The messages in which two checkpoints differ, by checkpoint id: what they have in common is not read. */
function readTails(database: Runner, { projectId, from, to }: Pair): Promise<Map<string, Tail>> {
  return readStable(database, { projectId, ids: [...new Set([from, to])] }, async (rows) => {
    const chains = new Map(
      await Promise.all(
        rows.map(async ({ checkpoint: { id, messagesId } }) => {
          const places = await readChainIds(database, { projectId, lastId: messagesId });
          return [id, places.sort((a, b) => a.position - b.position).map((place) => place.id)] as const;
        }),
      ),
    );
    const [a = [], b = []] = [chains.get(from), chains.get(to)];
    const parting = a.findIndex((id, index) => id !== b[index]);
    const common = parting === -1 ? a.length : parting;
    const values = await readValues(database, { projectId, ids: [...a.slice(common), ...b.slice(common)] });
    return ({ checkpoint: { id, messageCount } }) => {
      const chain = chains.get(id) ?? [];
      const rest = chain.slice(common);
      const whole = chain.length === messageCount && rest.every((piece) => values.has(piece));
      return whole ? { common, messages: rest.map((piece) => values.get(piece)) } : undefined;
    };
  });
}
