/** How a deletion in batches is sized. */
export interface BatchSize {
  /** The size of the first batch. */
  readonly first: number;
  readonly most: number;
}

/** How long a batch should take: short, as writers that need what it locks wait for it. */
const TARGET_MS = 30;
const LEAST = 20;

/**
 * Runs `clear` until it clears fewer than its limit, and returns how many it cleared in all. Each limit follows from the time
 * that the batch before took, so that the next takes about 30 ms however large the rows are.
 */
export async function inBatches(
  { first, most }: BatchSize,
  clear: (limit: number) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (let limit = first; ;) {
    const begun = performance.now();
    const cleared = await clear(limit);
    total += cleared;
    if (cleared < limit) {
      return total;
    }
    const fitting = (limit * TARGET_MS) / Math.max(1, performance.now() - begun);
    limit = Math.round(Math.min(most, limit * 2, Math.max(LEAST, limit / 4, fitting)));
  }
}
