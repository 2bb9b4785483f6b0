/** `source` with each value put through `change`; ending it ends `source`, also while a value is awaited. */
export function mapped<From, To>(
  source: AsyncIterableIterator<From, undefined>,
  change: (value: From) => To,
): AsyncIterableIterator<To, undefined> {
  return {
    async next() {
      const { done, value } = await source.next();
      return done === true ? { done, value: undefined } : { done: false, value: change(value) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    async throw(error) {
      await source.throw?.(error);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
