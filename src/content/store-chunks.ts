import { keyOf } from '../model/keys.js';
import type { ContentReference, Owning, Chunk } from './chunks.js';
import { statement } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import { TransactionConflictError } from '../base/errors.js';
import { mapInSlices, partsOf } from '../base/slices.js';

/** A chunk by its project and id. */
export interface ChunkKey {
  readonly projectId: string;
  readonly id: string;
}

export type Chain = readonly Chunk[];

const findStored = statement<{ chunks: readonly ChunkKey[] }, ChunkKey>('content/stored');
const createChunks = statement<{ chunks: readonly object[] }, never>('content/create');
const appendChunks = statement<{ chunks: readonly object[] }, { appended: number }>('content/append');
type Referencing = ReturnType<
  typeof statement<{ references: readonly ContentReference[] }, { referenced: number }>
>;
const REFERENCING: readonly (readonly [ContentReference['owner'], Owning, Referencing])[] = [
  ['Step', 'MESSAGES', statement('content/reference-step-messages')],
  ['Checkpoint', 'MESSAGES', statement('content/reference-messages')],
  ['Checkpoint', 'STATE', statement('content/reference-state')],
  ['Checkpoint', 'TOOLS_RESULT', statement('content/reference-tools-result')],
];

/** How many positions of a chain are looked up at once to find where it diverges from what is stored. */
const PROBES = 16;

/**
 * How many chunks of each chain are stored, counted from its beginning, by the key of its last chunk. If a chunk is stored, so
 * are all before it. The search goes back from the end in growing steps, because most lists extend one that is stored.
 */
export async function measureStored(runner: Runner, chains: readonly Chain[]): Promise<Map<string, number>> {
  let open = chains.map((chain) => ({
    chain,
    stored: 0,
    most: chain.length,
    places: probesBack(chain.length),
  }));
  const measured = new Map<string, number>();
  while (open.length > 0) {
    const chunks = new Map<string, ChunkKey>();
    for (const { chain, places } of open) {
      for (const place of places) {
        const { projectId, id } = chain[place - 1] as Chunk;
        chunks.set(keyOf(projectId, id), { projectId, id });
      }
    }
    const rows = await findStored(runner, { chunks: [...chunks.values()] });
    const found = new Set(rows.map(({ projectId, id }) => keyOf(projectId, id)));
    open = open.flatMap(({ chain, stored, most, places }) => {
      const there = (place: number): boolean => found.has(idOfPlace(chain, place));
      const least = Math.max(stored, ...places.filter(there));
      const limit = Math.min(most + 1, ...places.filter((place) => place > least && !there(place))) - 1;
      if (least === limit) {
        measured.set(idOfPlace(chain, chain.length), least);
        return [];
      }
      return [{ chain, stored: least, most: limit, places: between(least, limit) }];
    });
  }
  return measured;
}

function idOfPlace(chain: Chain, place: number): string {
  const chunk = chain[place - 1] as Chunk;
  return keyOf(chunk.projectId, chunk.id);
}

/** The last position, then positions further and further back. */
function probesBack(length: number): number[] {
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
 * Stores the missing chunks of the chains, and the owners' references to their chunks; the owners must exist. If another
 * transaction stored or deleted a chunk meanwhile, it throws an error of the kind 'conflict' (see `failureKind`).
 */
export async function storeContent(
  transaction: Runner,
  {
    chains,
    stored,
    references,
  }: {
    readonly chains: readonly Chain[];
    readonly stored: ReadonlyMap<string, number>;
    readonly references: readonly ContentReference[];
  },
): Promise<void> {
  const chunks = new Map<string, Chunk>();
  for (const chain of chains) {
    const added = chain.slice(stored.get(idOfPlace(chain, chain.length)) ?? 0);
    await mapInSlices(added, (chunk) => chunks.set(keyOf(chunk.projectId, chunk.id), chunk));
  }
  // Every transaction uses the same order, so that two that store or reference the same chunks do not deadlock.
  const sent: Promise<void>[] = [];
  const create = async (part: readonly Chunk[]): Promise<void> => {
    await createChunks(transaction, { chunks: part.map(({ afterId: _, ...node }) => node) });
  };
  const link = async (part: readonly Chunk[]): Promise<void> => {
    const links = part
      .filter(({ afterId }) => afterId !== null)
      .map(({ projectId, id, afterId }) => ({ projectId, id, afterId }));
    if (links.length > 0) {
      expectAll((await appendChunks(transaction, { chunks: links }))[0]?.appended, links.length);
    }
  };
  const parts = partsOf([...chunks.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
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
  for (const [owner, owning, reference] of REFERENCING) {
    const rows = references
      .filter((row) => row.owner === owner && row.owning === owning)
      .sort((a, b) => (a.contentId < b.contentId ? -1 : 1));
    if (rows.length > 0) {
      sent.push(
        reference(transaction, { references: rows }).then((counts) =>
          expectAll(counts[0]?.referenced, rows.length),
        ),
      );
    }
  }
  await Promise.all(sent);
}

function expectAll(done: number | undefined, wanted: number): void {
  if (done !== wanted) {
    throw new TransactionConflictError(
      `${wanted - (done ?? 0)} chunks of content were deleted before they were referenced`,
    );
  }
}
