import { endable } from '../../../live/endable.js';

/** `source` with `change` applied to each value; ending it ends `source`, even while a value is awaited. */
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
