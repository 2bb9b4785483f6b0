import neo4j, { type Driver, type Session } from 'neo4j-driver';
import { ReplacedError } from './neo4j-errors.js';

/** The address of Neo4j and its credentials. */
export interface DatabaseSettings {
  /** `bolt://`, `neo4j://` or one of their TLS forms. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** The database's name; the server's default unless given. */
  readonly database?: string | undefined;
}

/** What a session may do: in a cluster, followers serve those that only read. */
export type AccessMode = 'READ' | 'WRITE';

/** A pool of connections. It is replaced after an outage. */
export interface Pool {
  /** Its sessions read what earlier sessions of the same pool have written, also from a follower. */
  session(mode: AccessMode): Session;
  /** Rejects unless the database answers. */
  verify(): Promise<unknown>;
  close(): Promise<void>;
  /** A callback for each call that waits on this pool; when the pool is discarded, it receives the error to fail with. */
  readonly waiting: Set<(error: Error) => void>;
}

/** The current pool, and its replacement. */
export interface Connections {
  readonly current: Pool;
  /**
   * Uses new connections from now on, so that connections that died silently are never used again. What still runs on the
   * old ones has a short time to finish; then it fails with a ReplacedError.
   */
  replace(): void;
  close(): Promise<void>;
}

const FINISH_MS = 700;

/** A driver for these settings; connects at first use. The caller must limit how long anything takes. */
export function openDriver(
  { uri, username, password }: DatabaseSettings,
  {
    maxConnections,
    connectionTimeoutMs,
  }: { readonly maxConnections: number; readonly connectionTimeoutMs: number },
): Driver {
  return neo4j.driver(uri, neo4j.auth.basic(username, password), {
    disableLosslessIntegers: true,
    maxConnectionPoolSize: maxConnections,
    // Each call has its own deadline, which is earlier.
    connectionAcquisitionTimeout: 3_600_000,
    connectionTimeout: connectionTimeoutMs,
    // Rows are counted as they arrive, and the query is stopped if there are too many.
    fetchSize: -1,
    userAgent: 'stemma',
  });
}

/** Opens the first pool. */
export function openConnections(settings: DatabaseSettings): Connections {
  const ofDatabase = settings.database === undefined ? {} : { database: settings.database };
  const open = (): Pool => {
    const driver = openDriver(settings, { maxConnections: 50, connectionTimeoutMs: 5_000 });
    // A new pool begins without bookmarks: after an outage, the database may have been restored to an earlier state.
    const bookmarkManager = neo4j.bookmarkManager();
    const [read, write] = [neo4j.session.READ, neo4j.session.WRITE].map((defaultAccessMode) => ({
      ...ofDatabase,
      bookmarkManager,
      defaultAccessMode,
    }));
    return {
      session: (mode) => driver.session(mode === 'READ' ? read : write),
      verify: () => driver.verifyConnectivity(ofDatabase),
      close: () => driver.close(),
      waiting: new Set(),
    };
  };
  const discarding = new Set<Promise<void>>();
  let current = open();
  let closed = false;

  async function discard(pool: Pool, afterMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pool.waiting.size === 0 ? 0 : afterMs));
    for (const fail of [...pool.waiting]) {
      fail(new ReplacedError('the connection was replaced after an outage'));
    }
    await pool.close().catch(() => undefined);
  }

  return {
    get current() {
      return current;
    },
    replace() {
      if (!closed) {
        const discarded = discard(current, FINISH_MS);
        discarding.add(discarded);
        void discarded.finally(() => discarding.delete(discarded));
        current = open();
      }
    },
    async close() {
      closed = true;
      await Promise.all([current.close(), ...discarding]);
    },
  };
}
