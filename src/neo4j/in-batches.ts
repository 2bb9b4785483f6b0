import { afterCommit } from '../base/errors.js';

/** The batch sizes of a deletion, in rows. */
export interface BatchSize {
  /** The size of the first batch, and the smallest: below it, a transaction's own cost exceeds that of its rows. */
  readonly least: number;
  readonly most: number;
}

/** How long a batch should take: short, because writers that need what it locks have to wait. */
const TARGET_MS = 30;

/**
 * Runs `clear` until it clears fewer than its limit, and returns the total. Each limit is computed from the duration of the
 * previous batch, so that the next takes about 30 ms however large the rows are. If a batch after the first fails, UNAVAILABLE has
 * `written` UNKNOWN.
 */
export async function inBatches(
  { least, most }: BatchSize,
  clear: (limit: number) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (let limit = least; ;) {
    const begun = performance.now();
    const cleared = await afterCommit(clear(limit), total > 0);
    total += cleared;
    if (cleared < limit) {
      return total;
    }
    const fitting = (limit * TARGET_MS) / Math.max(1, performance.now() - begun);
    limit = Math.round(Math.max(least, Math.min(most, limit * 2, fitting)));
  }
}
