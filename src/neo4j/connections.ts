import neo4j, { type Driver } from 'neo4j-driver';
import { ReplacedError } from './neo4j-errors.js';

/** Where Neo4j is and how to enter. */
export interface DatabaseSettings {
  /** `bolt://`, `neo4j://` or one of their TLS forms. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** The database's name; the server's default unless given. */
  readonly database?: string | undefined;
}

/** A pool of connections. After an outage another takes its place. */
export interface Pool {
  readonly driver: Driver;
  /** Whoever waits for an answer on this pool: called with the error to fail with when the pool is discarded. */
  readonly waiting: Set<(error: Error) => void>;
}

/** The current pool, and its replacement. */
export interface Connections {
  readonly current: Pool;
  /**
   * Connects anew from here on: those connections that died in silence are never used again. What still runs on the old
   * ones has a moment to finish; then it fails with a ReplacedError.
   */
  replace(): void;
  close(): Promise<void>;
}

const FINISH_MS = 700;

/** A driver for these settings; connects at first use. Bounding how long anything takes is left to its user. */
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
    // Each call has a deadline of its own, which is the earlier one.
    connectionAcquisitionTimeout: 3_600_000,
    connectionTimeout: connectionTimeoutMs,
    // Rows are counted as they arrive, and too many stop the query.
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
