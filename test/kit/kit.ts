import { randomUUID } from 'node:crypto';
import { createClient, type Client } from 'graphql-ws';
import { pino, type DestinationStream } from 'pino';
import { WebSocket } from 'ws';
import { openDatabase, type Database, type StatementObserver } from '../../src/neo4j/database.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/base/limits.js';
import { startServer, type RunningServer } from '../../src/app.js';

/** A result as an API client gets it. */
export interface Answer {
  // The shape of a query's result differs from test to test.
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: {
      readonly code: string;
      readonly field?: string;
      readonly errorId?: string;
      readonly written?: string;
    };
  }[];
}

/** A running server, with ways to talk to it and to inspect the database behind it. */
export interface Kit {
  readonly url: string;
  readonly server: RunningServer;
  readonly database: Database;
  /** Sends an operation over HTTP and returns the answer, errors included. */
  send(query: string, variables?: object): Promise<Answer>;
  /** Sends an operation that must succeed, and returns its data. */
  ask(query: string, variables?: object): Promise<any>;
  /** Sends an operation that must fail, and returns its first error. */
  fail(query: string, variables?: object): Promise<NonNullable<Answer['errors']>[number]>;
  /** Runs Cypher directly on Neo4j. Whole numbers are sent as integers. */
  cypher<Row = any>(text: string, parameters?: object): Promise<Row[]>;
  /** Subscribes over WebSocket; the client is closed with the kit. */
  follow(query: string, variables?: object): Followed;
  close(): Promise<void>;
}

/** The queued results of a subscription: a test cannot miss what arrives while it is not reading. */
export interface Followed {
  /** The next result; rejects if none arrives within `timeoutMs` (5,000 unless given), or if the subscription has ended. */
  next(timeoutMs?: number): Promise<any>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  /** How many results have arrived and not been taken. */
  readonly waiting: number;
  /** Disconnects by ending the subscription. */
  stop(): void;
  /** Disconnects by cutting the connection. */
  cut(): void;
}

/** Where the throwaway Neo4j of this run is. */
export function testNeo4j(): { uri: string; username: string; password: string } {
  const uri = process.env['STEMMA_TEST_NEO4J_URI'];
  if (uri === undefined) {
    throw new Error(
      'these tests need a Neo4j: run them with `npm test` or `npm test -- NAME`, which start one',
    );
  }
  return {
    uri,
    username: process.env['STEMMA_TEST_NEO4J_USERNAME'] ?? 'neo4j',
    password: process.env['STEMMA_TEST_NEO4J_PASSWORD'] ?? '',
  };
}

export interface KitOptions {
  readonly projectId?: string;
  readonly limits?: Partial<Limits>;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly observe?: StatementObserver;
  /** Takes the server's log, from debug level on. */
  readonly logTo?: DestinationStream;
  /** Replaces the server's database, for a failure. */
  readonly wrap?: (database: Database) => Database;
}

/** Starts a server for this test file alone, on a free port. */
export async function startKit(options: KitOptions = {}): Promise<Kit> {
  const opened = openDatabase(testNeo4j(), options.observe);
  const database = options.wrap?.(opened) ?? opened;
  const server = await startServer({
    database,
    log:
      options.logTo === undefined
        ? pino({ level: process.env['STEMMA_TEST_LOG'] ?? 'silent' })
        : pino({ level: 'debug' }, options.logTo),
    host: '127.0.0.1',
    port: 0,
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
    // A slow machine must not fail tests that are not about the deadline.
    limits: { ...DEFAULT_LIMITS, requestTimeoutMs: 300_000, ...options.limits },
    projectOf: () => options.projectId ?? 'default',
  });
  const clients = new Set<Client>();

  const send: Kit['send'] = async (query, variables = {}) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  const shown = (query: string, variables: object, answer: Answer): string =>
    `${query}\n${JSON.stringify(variables).slice(0, 2_000)}\n${JSON.stringify(answer).slice(0, 2_000)}`;

  return {
    url: server.url,
    server,
    database,
    send,
    async ask(query, variables = {}) {
      const answer = await send(query, variables);
      if (answer.errors !== undefined) {
        throw new Error(`expected success, got an error\n${shown(query, variables, answer)}`);
      }
      return answer.data as unknown;
    },
    async fail(query, variables = {}) {
      const answer = await send(query, variables);
      const [error] = answer.errors ?? [];
      if (error === undefined) {
        throw new Error(`expected an error, got success\n${shown(query, variables, answer)}`);
      }
      return error;
    },
    cypher: (text, parameters = {}) => database.run({ name: 'test', text }, parameters),
    follow(query, variables = {}) {
      const client = createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      clients.add(client);
      return followed(client, query, variables, () => clients.delete(client));
    },
    async close() {
      for (const client of clients) {
        await client.dispose();
      }
      await server.stop();
      await database.close();
    },
  };
}

function followed(client: Client, query: string, variables: object, onEnd: () => void): Followed {
  const results: unknown[] = [];
  const takers: { resolve: (result: unknown) => void; reject: (error: Error) => void }[] = [];
  let over: Error | undefined;
  let markEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    markEnded = resolve;
  });
  const end = (error: Error): void => {
    over ??= error;
    takers.splice(0).forEach(({ reject }) => reject(error));
    onEnd();
    markEnded();
  };
  const stop = client.subscribe(
    { query, variables: variables as Record<string, unknown> },
    {
      next(result) {
        const taker = takers.shift();
        if (taker === undefined) {
          results.push(result);
        } else {
          taker.resolve(result);
        }
      },
      error: (error) => end(new Error(`the subscription failed: ${JSON.stringify(error)}`)),
      complete: () => end(new Error('the subscription ended')),
    },
  );
  return {
    next(timeoutMs = 5_000) {
      if (results.length > 0) {
        return Promise.resolve(results.shift());
      }
      if (over !== undefined) {
        return Promise.reject(over);
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing came within ${timeoutMs} ms`)), timeoutMs);
        takers.push({
          resolve(result) {
            clearTimeout(timer);
            resolve(result);
          },
          reject(error) {
            clearTimeout(timer);
            reject(error);
          },
        });
      });
    },
    ended,
    get waiting() {
      return results.length;
    },
    stop,
    cut() {
      client.terminate();
    },
  };
}

/** An id that no other test uses. */
export function newId(word = 'id'): string {
  return `${word}-${randomUUID()}`;
}

/** Waits until `condition` holds; fails after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${condition.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
