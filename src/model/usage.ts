import { badInput } from '../base/errors.js';

/** Checks a number of tokens: a whole number from 0 that a total can hold, or null. */
export function checkCount(value: number | null | undefined, field: string): number | null {
  if (value == null) {
    return null;
  }
  if (!Number.isSafeInteger(value) || value < 0 || value > 1e12) {
    throw badInput(field, `expected a whole number from 0 to 10^12, got ${value}`);
  }
  return value;
}

/** Checks US dollars or milliseconds: a number from 0, or null. */
export function checkAmount(value: number | null | undefined, field: string): number | null {
  if (value == null) {
    return null;
  }
  // Whole numbers below 2^53 keep totals exact to 1e-9.
  if (!(value >= 0 && value <= 1e6) && !(field.endsWith('Ms') && value >= 0 && value < 1e15)) {
    throw badInput(
      field,
      `expected a number from 0 to ${field.endsWith('Ms') ? '10^15' : '10^6'}, got ${value}`,
    );
  }
  return value;
}
