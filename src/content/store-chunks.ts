import { keyOf } from '../model/keys.js';
import type { ContentReference, Chunk } from './chunks.js';
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
const linkChunks = statement<
  Omit<ContentRows, 'chunks'>,
  { readonly linked: number; readonly valued: number }
>('content/link');
const referenceMessages = statement<{ references: readonly ContentReference[] }, { referenced: number }>(
  'content/reference-step-messages',
);

/** How many chunks at the end of a chain are looked up one by one: most lists extend a stored one by a few. */
const NEAREST = 16;

/** The chunks of a chain to look up, to find how much of it is stored. */
export function probesOf(chain: Chain): ChunkKey[] {
  return placesOf(chain.length).map((place) => {
    const { projectId, id } = chain[place - 1] as Chunk;
    return { projectId, id };
  });
}

/** The last positions, then positions further and further back. */
function placesOf(length: number): number[] {
  const places: number[] = [];
  for (let back = 0; back < length; back = back < NEAREST ? back + 1 : back * 2) {
    places.push(length - back);
  }
  return places;
}

/**
 * How many chunks of a chain are known to be stored, counted from its beginning: if a chunk is stored, so are all before it.
 * More may be stored, but at least half of those after it are not, or they are few.
 */
export function knownLength(chain: Chain, isStored: (key: string) => boolean): number {
  return (
    placesOf(chain.length).find((place) => {
      const { projectId, id } = chain[place - 1] as Chunk;
      return isStored(keyOf(projectId, id));
    }) ?? 0
  );
}

/** How many chunks of each chain are known to be stored, by the key of its last chunk. */
export async function measureStored(runner: Runner, chains: readonly Chain[]): Promise<Map<string, number>> {
  const probes = new Map(
    chains.flatMap(probesOf).map((probe) => [keyOf(probe.projectId, probe.id), probe] as const),
  );
  const rows = await findStored(runner, { chunks: [...probes.values()] });
  const found = new Set(rows.map(({ projectId, id }) => keyOf(projectId, id)));
  return new Map(chains.map((chain) => [lastKeyOf(chain), knownLength(chain, (key) => found.has(key))]));
}

export function lastKeyOf(chain: Chain): string {
  const last = chain.at(-1) as Chunk;
  return keyOf(last.projectId, last.id);
}

/** What is known about the content of a unit of work. */
export interface NewContent {
  /** The chain that is to be stored with this last chunk, if any. */
  readonly chainOf: (key: string) => Chain | undefined;
  /** How many chunks of chains are known to be stored, by their last chunk. */
  readonly stored: ReadonlyMap<string, number>;
}

/**
 * The chunks that references need and that may be missing, each once, in the order in which every process stores them. A chain
 * may continue another new one, and an object's chunk may name values that are new.
 */
export async function chunksToStore(
  { chainOf, stored }: NewContent,
  references: readonly Pick<ContentReference, 'projectId' | 'contentId'>[],
): Promise<Chunk[]> {
  const chunks = new Map<string, Chunk>();
  const seen = new Set<string>();
  const open = references.map(({ projectId, contentId }) => [projectId, contentId] as const);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const key = keyOf(...next);
    const chain = seen.has(key) ? undefined : chainOf(key);
    seen.add(key);
    if (chain === undefined) {
      continue;
    }
    const [projectId] = next;
    const added = chain.slice(stored.get(key) ?? 0);
    await mapInSlices(added, (chunk) => chunks.set(keyOf(projectId, chunk.id), chunk));
    for (const { valueIds = [] } of added.slice(-1)) {
      open.push(...valueIds.map((id) => [projectId, id] as const));
    }
    const before = chain[0]?.afterId ?? null;
    if (before !== null) {
      open.push([projectId, before]);
    }
  }
  // Two transactions that store the same chunks in one order do not deadlock.
  return [...chunks.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Chunks as the parameters of the statements that store them. */
export interface ContentRows {
  readonly chunks: readonly object[];
  readonly links: readonly object[];
  readonly values: readonly object[];
}

export function contentRows(chunks: readonly Chunk[]): ContentRows {
  return {
    chunks: chunks.map(({ projectId, id, text, position, room }) => ({
      projectId,
      id,
      properties: { text, position, ...(room === undefined ? {} : { room }) },
    })),
    links: chunks.flatMap(({ projectId, id, afterId }) =>
      afterId === null ? [] : [{ projectId, id, afterId }],
    ),
    values: chunks.flatMap(({ projectId, id, valueIds = [] }) =>
      [...valueIds].sort().map((valueId) => ({ projectId, id, valueId })),
    ),
  };
}

/**
 * Stores the missing ones of these chunks. Those before them and the values that they name must be stored. If another transaction
 * deleted one of these meanwhile, it throws an error of the kind 'conflict' (see `failureKind`).
 */
export async function storeChunks(transaction: Runner, chunks: readonly Chunk[]): Promise<void> {
  const create = async (part: readonly Chunk[]): Promise<void> => {
    await createChunks(transaction, { chunks: contentRows(part).chunks });
  };
  const link = async (part: readonly Chunk[]): Promise<void> => {
    const { links, values } = contentRows(part);
    if (links.length + values.length > 0) {
      const [done] = await linkChunks(transaction, { links, values });
      expectAll(done?.linked, links.length);
      expectAll(done?.valued, values.length);
    }
  };
  const parts = partsOf(chunks);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    await Promise.all([create(only), link(only)]);
    return;
  }
  // All at once would block the event loop for too long.
  for (const send of [create, link]) {
    for (const part of parts) {
      await send(part);
    }
  }
}

/** Stores what steps reference, and their references; the steps must exist. Throws the same as `storeChunks`. */
export async function storeOfSteps(
  transaction: Runner,
  content: NewContent,
  references: readonly ContentReference[],
): Promise<void> {
  if (references.length === 0) {
    return;
  }
  await storeChunks(transaction, await chunksToStore(content, references));
  const rows = [...references].sort((a, b) => (a.contentId < b.contentId ? -1 : 1));
  expectAll((await referenceMessages(transaction, { references: rows }))[0]?.referenced, rows.length);
}

/** Throws a conflict if fewer chunks were found than there must be. */
export function expectAll(done: number | undefined, wanted: number): void {
  if (done !== wanted) {
    throw new TransactionConflictError(
      `${wanted - (done ?? 0)} chunks of content were deleted before they were referenced`,
    );
  }
}
