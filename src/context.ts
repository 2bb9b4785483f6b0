import type { Database } from './database.js';
import { batchesOf } from './field-gate.js';
import type { EventRow, RunEventRow } from './graph.js';
import type { Ingest } from './ingest.js';
import type { ListChanges } from './list-changes.js';
import { createLoaders, type Loaders } from './loaders.js';
import type { RequestScope } from './request-scope.js';
import type { Tails } from './tails.js';

/** The parts of the program that requests use; one for the life of the server. */
export interface Store {
  readonly database: Database;
  readonly ingest: Ingest;
  /** The event logs of traces. */
  readonly tails: Tails<EventRow>;
  /** The run events of threads. */
  readonly threadTails: Tails<RunEventRow>;
  readonly listChanges: ListChanges;
}

/** What a resolver works with, in the project that the request acts in. */
export interface Context extends Store {
  /** Reads for this request only: see `Database.within`. */
  readonly database: Database;
  readonly projectId: string;
  readonly scope: RequestScope;
  loaders: Loaders;
  /** Forgets what was read: to be called before each event of a subscription, which would see old answers. */
  renew(): void;
}

export function createContext(store: Store, projectId: string, scope: RequestScope): Context {
  const database = store.database.within(scope);
  return {
    ...store,
    database,
    projectId,
    scope,
    loaders: createLoaders(database, projectId, batchesOf(scope)),
    renew() {
      // Apollo hands resolvers a copy: it is the copy that must forget.
      this.loaders = createLoaders(database, projectId, batchesOf(scope));
    },
  };
}
