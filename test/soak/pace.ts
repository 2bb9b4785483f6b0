import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.js';
import type { Run } from './run.js';

/** Repeats `work` about every `everyMs` until the run ends, but not while the run pauses. */
export async function repeat(
  run: Run,
  random: Random,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const isOver = (): boolean => run.ending.aborted;
  let next = performance.now() + random.next() * everyMs;
  while (!isOver()) {
    // Late work is not caught up on: after an outage, the servers must not get everything at once.
    const waitMs = Math.max(0, next - performance.now());
    await delay(waitMs, undefined, { signal: run.ending }).catch(() => undefined);
    await run.resumed();
    if (isOver()) {
      return;
    }
    next = performance.now() + everyMs * (0.5 + random.next());
    await work();
  }
}
