import { badInput } from '../../base/errors.js';

/** The most items of a list of run events, runs or checkpoints that one page may have. `@listSize(most:)` in the schema repeats it. */
export const MAX_LISTED = 10_000;

/** `limit`, or BAD_USER_INPUT naming it if it is not a number of items that a page may have. */
export function checkLimit(limit: number): number {
  if (limit < 1 || limit > MAX_LISTED) {
    throw badInput('limit', `expected 1 to ${MAX_LISTED}, got ${limit}`);
  }
  return limit;
}
