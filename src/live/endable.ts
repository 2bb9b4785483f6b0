/**
 * Builds an iterator from `next` (undefined: the iterator is done) and `end`. `end` may be called more than once, even while
 * `next` waits, and must end that wait. If `next` rejects, the iterator has ended.
 */
export function endable<T extends object>({
  next,
  end,
}: {
  readonly next: () => Promise<T | undefined>;
  readonly end: () => void | Promise<void>;
}): AsyncIterableIterator<T, undefined> {
  const iterator: AsyncIterableIterator<T, undefined> = {
    async next() {
      try {
        const value = await next();
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      } catch (error) {
        // Nobody calls `return` on an iterator that failed.
        await end();
        throw error;
      }
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
    async throw(error: unknown) {
      await end();
      throw error;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
