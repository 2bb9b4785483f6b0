import { badInput } from '../base/errors.js';

/** A place in a log or list, checked: a whole number from 0, or none. */
export function checkPosition(position: number | null | undefined, field: string): number | null {
  if (position != null && position < 0) {
    throw badInput(field, `expected a whole number from 0 to 2^53, got ${position}`);
  }
  return position ?? null;
}
