import { badInput } from '../../base/errors.js';

/** The arguments of a page: how many items, and after which cursor. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** A page in Relay's format. */
export interface Page<Node, Extra = unknown> {
  readonly edges: readonly (Extra & { readonly cursor: string; readonly node: Node })[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Validates `first`; 50 unless given. */
export function pageSize(first: number | null | undefined, most = 500): number {
  const size = first ?? 50;
  if (size < 1 || size > most) {
    throw badInput('first', `expected 1 to ${most}, got ${size}`);
  }
  return size;
}

/** An opaque cursor for a position in a list. */
export function cursorOf(position: number | string): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The number that a cursor stands for, or `start` without one. */
export function numberAfter(after: string | null | undefined, start: number): number {
  const position = positionOf(after);
  if (
    position !== undefined &&
    (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0)
  ) {
    throw notCursor(after);
  }
  return position ?? start;
}

/** The text that a cursor stands for, or `start` without one. */
export function textAfter(after: string | null | undefined, start: string): string {
  const position = positionOf(after);
  if (position !== undefined && typeof position !== 'string') {
    throw notCursor(after);
  }
  return position ?? start;
}

function positionOf(after: string | null | undefined): unknown {
  if (after == null) {
    return undefined;
  }
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString('utf8')) as unknown;
  } catch {
    throw notCursor(after);
  }
}

function notCursor(after: string | null | undefined): Error {
  return badInput('after', `expected a cursor of this list, got ${JSON.stringify(after)}`);
}

/** Builds a page from up to `size` + 1 items; the extra item means that there are more. */
export function pageOf<Node, Extra extends object = object>(
  items: readonly (Extra & { readonly node: Node; readonly position: number | string })[],
  { size, after }: { readonly size: number; readonly after: string | null | undefined },
): Page<Node, Extra> {
  const page = items.slice(0, size);
  const cursorAt = (item: (typeof page)[number] | undefined): string | null =>
    item === undefined ? null : cursorOf(item.position);
  return {
    // Built only on demand: most clients read the nodes, and a cursor takes longer than the rest of a node.
    get edges() {
      return page.map(({ position, ...edge }) => ({
        ...edge,
        cursor: cursorOf(position),
      })) as unknown as Page<Node, Extra>['edges'];
    },
    get nodes() {
      return page.map(({ node }) => node);
    },
    pageInfo: {
      hasNextPage: items.length > size,
      hasPreviousPage: after != null,
      startCursor: cursorAt(page[0]),
      endCursor: cursorAt(page.at(-1)),
    },
  };
}
