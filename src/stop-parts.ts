import { within } from './base/within.js';

/** Something that runs until the process stops. */
export interface Part {
  /** Stops it, if possible within `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

/** The share of the remaining time that one part may use: the parts after it need some too. */
const SHARE = 0.7;

/**
 * Stops the parts, the last started first, and removes them from the list. Does not wait longer for a part than its share
 * of the time. `onError` receives what a part throws.
 */
export async function stopParts(
  parts: Part[],
  { timeoutMs, onError }: { readonly timeoutMs: number; readonly onError: (error: unknown) => void },
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const remainingMs = deadlineMs - performance.now();
    const partMs = Math.max(0, parts.length === 0 ? remainingMs : remainingMs * SHARE);
    await within(partMs, part.stop(partMs)).catch(onError);
  }
}
