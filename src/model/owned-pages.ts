import type { Statement } from './statement.js';

/** A page of one list for each of several owners, in one statement. */
export interface OwnedPage<Owner> {
  readonly projectId: string;
  readonly owners: readonly Owner[];
  readonly limit: number;
}

export interface GoalOwner {
  readonly traceId: string;
  readonly goalId: string;
}

export type After<Position> = { readonly after: Position };
export type Owned<Owner, Item> = Item & { readonly owner: Owner };
/** A statement that reads such pages. */
export type OwnedList<Owner, Position, Item, More = object> = Statement<
  OwnedPage<Owner> & After<Position> & More,
  Owned<Owner, Item>
>;

/** An owner as a key for its page. */
export function ownerKey(owner: string | GoalOwner): string {
  return typeof owner === 'string' ? owner : `${owner.traceId}\u0000${owner.goalId}`;
}

/** Pages by owner; an owner with an empty list may be missing. */
export type Pages<Item> = Map<string, Item[]>;

export async function paged<Owner extends string | GoalOwner, Item extends object, Row>(
  rows: Promise<Owned<Owner, Item>[]>,
  toRow: (item: Omit<Owned<Owner, Item>, 'owner'>) => Row,
): Promise<Pages<Row>> {
  const pages: Pages<Row> = new Map();
  for (const { owner, ...item } of await rows) {
    const key = ownerKey(owner);
    const page = pages.get(key);
    if (page === undefined) {
      pages.set(key, [toRow(item)]);
    } else {
      page.push(toRow(item));
    }
  }
  return pages;
}

/** For statements whose rows are returned as they are. */
export const same = <T>(row: T): T => row;
