import { endable } from '../../../live/endable.js';

/** `source` with each value put through `change`; ending it ends `source`, also while a value is awaited. */
export function mapped<From, To extends object>(
  source: AsyncIterableIterator<From, undefined>,
  change: (value: From) => To,
): AsyncIterableIterator<To, undefined> {
  return endable<To>({
    async next() {
      const { done, value } = await source.next();
      return done === true ? undefined : change(value);
    },
    async end() {
      await source.return?.();
    },
  });
}
