import { StemmaError } from '../../base/errors.js';

/** How fast a transcript is written: as fast as possible, or at this multiple of its original speed. */
export type Speed = 'max' | number;

/** `max`, or a number with an x: `20x`, `0.5x`. Throws BAD_USER_INPUT for anything else. */
export function parseSpeed(text: string): Speed {
  const [, factor] = /^(\d+(?:\.\d+)?)x$/.exec(text) ?? [];
  if (text !== 'max' && !(Number(factor) > 0)) {
    throw new StemmaError(
      'BAD_USER_INPUT',
      `--speed: expected max, or a number above 0 and an x, like 20x, got ${JSON.stringify(text)}`,
    );
  }
  return text === 'max' ? 'max' : Number(factor);
}

/**
 * When each write is due, in milliseconds after the first: the sum of the waits before it, at `times` the real speed. Due
 * times do not move when a write is slow, so a replay catches up.
 */
export function dueTimesMs(writes: readonly { readonly waitMs: number }[], times: number): number[] {
  let totalMs = 0;
  return writes.map(({ waitMs }, index) => {
    totalMs += index === 0 ? 0 : waitMs;
    return totalMs / times;
  });
}
