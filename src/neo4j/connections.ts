import neo4j, { type Driver } from 'neo4j-driver';
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

/** A pool of connections. It is replaced after an outage. */
export interface Pool {
  readonly driver: Driver;
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
  const open = (): Pool => ({
    driver: openDriver(settings, { maxConnections: 50, connectionTimeoutMs: 5_000 }),
    waiting: new Set(),
  });
  const discarding = new Set<Promise<void>>();
  let current = open();
  let closed = false;

  async function discard({ driver, waiting }: Pool, afterMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, waiting.size === 0 ? 0 : afterMs));
    for (const fail of [...waiting]) {
      fail(new ReplacedError('the connection was replaced after an outage'));
    }
    await driver.close().catch(() => undefined);
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
      await Promise.all([current.driver.close(), ...discarding]);
    },
  };
}
