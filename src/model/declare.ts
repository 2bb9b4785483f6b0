import { keyOf } from './keys.js';

// The words in which `tables.ts` declares the kinds of rows.

/** How a column may be missing from a row. */
export type Presence = 'always' | 'nullable' | 'optional' | 'payload';

/** A column: a property of the node, under its own name unless `property` is given. */
export interface Column<T, P extends Presence> {
  /**
   * `always`: every node has it. `optional`: null, or left out of the row, which costs a write nothing. `payload`: read only by
   * statements that ask for it, because it may be large.
   */
  readonly presence: P;
  readonly property: string | undefined;
  /** Only carries the type. */
  readonly type?: T;
}

export function always<T>(property?: string): Column<T, 'always'> {
  return { presence: 'always', property };
}
export function nullable<T>(property?: string): Column<T | null, 'nullable'> {
  return { presence: 'nullable', property };
}
export function optional<T>(property?: string): Column<T | null, 'optional'> {
  return { presence: 'optional', property };
}
export function payload<T>(property?: string): Column<T | null, 'payload'> {
  return { presence: 'payload', property };
}

/** What can happen to a row in a unit of work. */
export type ChangeKind = 'added' | 'changed' | 'removed';

/** The Cypher file that writes each kind of change; null if no rule makes such a change. */
export type Writers = Readonly<Record<ChangeKind, string | null>>;

/** The statement of the fast path. */
export const APPEND = 'traces/append';

export interface TableDeclaration {
  readonly label: string;
  /** The columns that identify a row; `cypher/migrations/` has a uniqueness constraint on their properties. */
  readonly key: readonly string[];
  /** Whether the row cache holds rows of this kind, without their payloads. */
  readonly cached: boolean;
  readonly columns: Readonly<Record<string, Column<unknown, Presence>>>;
  readonly writers: Writers;
}

/** The key of a row of this kind, as one text. */
export function keyOfRow({ key }: TableDeclaration, row: object): string {
  const values = row as Readonly<Record<string, string | number | null | undefined>>;
  return keyOf(...key.map((column) => values[column] ?? ''));
}

/** Keeps the types of a declaration. */
export const declare = <const Declaration extends TableDeclaration>(declaration: Declaration): Declaration =>
  declaration;
