import type { Database } from '../../neo4j/database.js';
import type { EventRow, RunEventRow } from '../../model/rows.js';
import type { Ingest, WriteQueue } from '../../ingest/group-commit.js';
import type { ListChanges } from '../../live/live-lists.js';
import { createLoaders, type Loaders } from './loaders.js';
import type { RequestScope } from '../../base/request-scope.js';
import { batchesOf } from '../../base/slices.js';
import type { Tails } from '../../live/log-tails.js';

/** The parts of the program that requests use; one for the life of the server. */
export interface Store {
  readonly database: Database;
  readonly ingest: WriteQueue;
  /** The event logs of traces. */
  readonly tails: Tails<EventRow>;
  /** The run events of threads. */
  readonly threadTails: Tails<RunEventRow>;
  readonly listChanges: ListChanges;
}

/** What a resolver works with, in the project that the request acts in. */
export interface Context extends Omit<Store, 'database' | 'ingest'> {
  /** Reads for this request only: see `Database.within`. */
  readonly database: Database;
  /** Takes this request's writes. */
  readonly ingest: Ingest;
  readonly projectId: string;
  readonly scope: RequestScope;
  loaders: Loaders;
  /** Forgets what was read: to be called before each event of a subscription, which would see old answers. */
  renew(): void;
}

/** A request's context. `client` tells whose it is: the connection that it came over. */
export function createContext(
  store: Store,
  { projectId, scope, client }: { projectId: string; scope: RequestScope; client: object },
): Context {
  const database = store.database.within(scope);
  return {
    ...store,
    database,
    ingest: store.ingest.for({ client, signal: scope.signal }),
    projectId,
    scope,
    loaders: createLoaders(database, projectId, batchesOf(scope)),
    renew() {
      // Apollo hands resolvers a copy: it is the copy that must forget.
      this.loaders = createLoaders(database, projectId, batchesOf(scope));
    },
  };
}
