import { StemmaError } from '../../base/errors.js';

/** How fast a transcript is written: all at once, or at so many times the speed it happened at. */
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
 * When each write is due, in milliseconds from the first on: the waits before it, added up, at `times` the real speed. Due
 * times do not move when a write is slow, so a replay catches up.
 */
export function dueTimesMs(writes: readonly { readonly waitMs: number }[], times: number): number[] {
  let totalMs = 0;
  return writes.map(({ waitMs }, index) => {
    totalMs += index === 0 ? 0 : waitMs;
    return totalMs / times;
  });
}
