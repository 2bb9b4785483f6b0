import type { Database } from '../../neo4j/database.js';
import type { EventRow, RunEventRow } from '../../model/rows.js';
import type { UnfinishedWork } from '../../base/unfinished-work.js';
import type { WriteQueue } from '../../ingest/group-commit.js';
import type { Ingest } from '../../ingest/write.js';
import type { ListChanges } from '../../live/live-lists.js';
import { createLoaders, type Loaders } from './loaders.js';
import type { RequestScope } from '../../base/request-scope.js';
import { batchesOf } from '../../base/slices.js';
import type { Tails } from '../../live/log-tails.js';

/** The parts of the program that requests use; created once for the lifetime of the server. */
export interface Store {
  readonly database: Database;
  readonly ingest: WriteQueue;
  /** The event logs of traces. */
  readonly tails: Tails<EventRow>;
  /** The run events of threads. */
  readonly threadTails: Tails<RunEventRow>;
  readonly listChanges: ListChanges;
  readonly unfinished: UnfinishedWork;
}

/** What a resolver works with, in the request's project. */
export interface Context extends Omit<Store, 'database' | 'ingest'> {
  /** Reads for this request only: see `Database.within`. */
  readonly database: Database;
  /** Takes this request's writes. */
  readonly ingest: Ingest;
  readonly projectId: string;
  readonly scope: RequestScope;
  loaders: Loaders;
  /** Clears what was read. Call this before each event of a subscription, which would otherwise see stale data. */
  renew(): void;
}

/** Creates a request's context. `client` identifies its client: the connection that the request came over. */
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
      // Apollo passes a copy of the context to resolvers; the copy is what must be cleared.
      this.loaders = createLoaders(database, projectId, batchesOf(scope));
    },
  };
}
