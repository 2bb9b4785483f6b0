import { keyOf } from '../model/keys.js';
import type { Held, Owning, Piece } from './pieces.js';
import { statement } from '../neo4j/cypher.js';
import type { Runner } from '../neo4j/database.js';
import { OvertakenError } from '../base/errors.js';
import { mapInSlices, partsOf } from '../base/slices.js';

/** A piece by its project and id. */
export interface PieceKey {
  readonly projectId: string;
  readonly id: string;
}

export type Chain = readonly Piece[];

const findKnown = statement<{ pieces: readonly PieceKey[] }, PieceKey>('content/known');
const createPieces = statement<{ pieces: readonly object[] }, never>('content/create');
const appendPieces = statement<{ pieces: readonly object[] }, { appended: number }>('content/append');
type Hold = ReturnType<typeof statement<{ held: readonly Held[] }, { held: number }>>;
const holds: readonly (readonly [Held['owner'], Owning, Hold])[] = [
  ['Step', 'MESSAGES', statement('content/hold-step-messages')],
  ['Checkpoint', 'MESSAGES', statement('content/hold-messages')],
  ['Checkpoint', 'STATE', statement('content/hold-state')],
  ['Checkpoint', 'TOOLS_RESULT', statement('content/hold-tools-result')],
];

/** How many positions of a chain are looked up at once to find where it diverges from what is stored. */
const PROBES = 16;

/**
 * How many pieces of each chain are stored, counted from its beginning, by the key of its last piece. If a piece is stored, so
 * are all before it. The search goes back from the end in growing steps, because most lists extend one that is stored.
 */
export async function measureKnown(runner: Runner, chains: readonly Chain[]): Promise<Map<string, number>> {
  let open = chains.map((chain) => ({ chain, known: 0, most: chain.length, places: lookBack(chain.length) }));
  const measured = new Map<string, number>();
  while (open.length > 0) {
    const pieces = new Map<string, PieceKey>();
    for (const { chain, places } of open) {
      for (const place of places) {
        const { projectId, id } = chain[place - 1] as Piece;
        pieces.set(keyOf(projectId, id), { projectId, id });
      }
    }
    const rows = await findKnown(runner, { pieces: [...pieces.values()] });
    const found = new Set(rows.map(({ projectId, id }) => keyOf(projectId, id)));
    open = open.flatMap(({ chain, known, most, places }) => {
      const there = (place: number): boolean => found.has(idOfPlace(chain, place));
      const least = Math.max(known, ...places.filter(there));
      const limit = Math.min(most + 1, ...places.filter((place) => place > least && !there(place))) - 1;
      if (least === limit) {
        measured.set(idOfPlace(chain, chain.length), least);
        return [];
      }
      return [{ chain, known: least, most: limit, places: between(least, limit) }];
    });
  }
  return measured;
}

function idOfPlace(chain: Chain, place: number): string {
  const piece = chain[place - 1] as Piece;
  return keyOf(piece.projectId, piece.id);
}

/** The last position, then positions further and further back. */
function lookBack(length: number): number[] {
  const places = [length];
  for (let back = 1; back < length; back *= 2) {
    places.push(length - back);
  }
  return places;
}

/** Positions spread from above `least` to `most`. */
function between(least: number, most: number): number[] {
  const count = Math.min(PROBES, most - least);
  return [
    ...new Set(
      Array.from({ length: count }, (_, index) => least + Math.ceil(((index + 1) * (most - least)) / count)),
    ),
  ];
}

/**
 * Stores the missing pieces of the chains, and the owners' references to their pieces; the owners must exist. If another
 * transaction stored or deleted a piece meanwhile, it throws an error of the kind 'conflict' (see `failureKind`).
 */
export async function storeContent(
  transaction: Runner,
  {
    chains,
    known,
    held,
  }: {
    readonly chains: readonly Chain[];
    readonly known: ReadonlyMap<string, number>;
    readonly held: readonly Held[];
  },
): Promise<void> {
  const pieces = new Map<string, Piece>();
  for (const chain of chains) {
    const added = chain.slice(known.get(idOfPlace(chain, chain.length)) ?? 0);
    await mapInSlices(added, (piece) => pieces.set(keyOf(piece.projectId, piece.id), piece));
  }
  // Every transaction uses the same order, so that two that store or reference the same pieces do not deadlock.
  const sent: Promise<void>[] = [];
  const create = async (part: readonly Piece[]): Promise<void> => {
    await createPieces(transaction, { pieces: part.map(({ afterId: _, ...node }) => node) });
  };
  const link = async (part: readonly Piece[]): Promise<void> => {
    const links = part
      .filter(({ afterId }) => afterId !== null)
      .map(({ projectId, id, afterId }) => ({ projectId, id, afterId }));
    if (links.length > 0) {
      expectAll((await appendPieces(transaction, { pieces: links }))[0]?.appended, links.length);
    }
  };
  const parts = partsOf([...pieces.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    sent.push(create(only), link(only));
  } else {
    // All at once would block the event loop for too long.
    for (const send of [create, link]) {
      for (const part of parts) {
        await send(part);
      }
    }
  }
  for (const [owner, owning, hold] of holds) {
    const rows = held
      .filter((row) => row.owner === owner && row.owning === owning)
      .sort((a, b) => (a.contentId < b.contentId ? -1 : 1));
    if (rows.length > 0) {
      sent.push(hold(transaction, { held: rows }).then((counts) => expectAll(counts[0]?.held, rows.length)));
    }
  }
  await Promise.all(sent);
}

function expectAll(done: number | undefined, wanted: number): void {
  if (done !== wanted) {
    throw new OvertakenError(`${wanted - (done ?? 0)} pieces of content went before they were held`);
  }
}
