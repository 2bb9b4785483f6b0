import type { Runner } from '../neo4j/database.js';
import type { Needs } from './needs.js';
import type { RowCache } from './row-cache.js';
import type { UnitOfWork } from './unit-of-work.js';

/** The needs of several writes together, each key once. */
export type MergedNeeds = { readonly [Name in keyof Needs]-?: NonNullable<Needs[Name]> };

/** How some of the needs are satisfied: from the row cache, or from the database. */
export interface Read {
  readonly of: readonly (keyof Needs)[];
  /** Loads what one write needs into `unit`; returns false if any of it is not cached. Absent: the row cache never has it. */
  readonly fromCache?: (cache: RowCache, unit: UnitOfWork, needs: Needs) => boolean;
  readonly fromDatabase: (transaction: Runner, unit: UnitOfWork, needs: MergedNeeds) => Promise<unknown>;
}
