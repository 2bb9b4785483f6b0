import { keyOf, type IdKey } from './keys.js';

/** The order in which every process takes its locks. */
export function lockOrder(a: IdKey, b: IdKey): number {
  return keyOf(a.projectId, a.id) < keyOf(b.projectId, b.id) ? -1 : 1;
}

/** The keys, each once, in the order in which every process locks them. */
export function inLockOrder<Key extends IdKey>(keys: readonly Key[]): Key[] {
  return unique(keys).sort(lockOrder);
}

/** The keys, each once. */
export function unique<Key extends object>(keys: readonly Key[]): Key[] {
  return [
    ...new Map(keys.map((key) => [keyOf(...(Object.values(key) as (string | number)[])), key])).values(),
  ];
}
