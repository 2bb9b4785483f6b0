/** How a place in a JSON value differs from the same place in another. */
export type ChangeKind = 'added' | 'removed' | 'changed';

/** A place where two JSON values differ. */
export interface Change {
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly kind: ChangeKind;
  /** Null where there is none. */
  readonly from: unknown;
  /** Null where there is none. */
  readonly to: unknown;
}

/**
 * The differences between two JSON values; at each level, those at the keys of the first value come first, then those at keys
 * that only the second has. Lists are compared item by item. Empty if they are equal, whatever the order of their keys.
 */
export function changesBetween(from: unknown, to: unknown, path: string): Change[] {
  if (isObject(from) && isObject(to) && Array.isArray(from) === Array.isArray(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => {
      const place = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!Object.hasOwn(to, key)) {
        return [{ path: place, kind: 'removed' as const, from: from[key], to: null }];
      }
      if (!Object.hasOwn(from, key)) {
        return [{ path: place, kind: 'added' as const, from: null, to: to[key] }];
      }
      return changesBetween(from[key], to[key], place);
    });
  }
  return from === to ? [] : [{ path, kind: 'changed', from, to }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
