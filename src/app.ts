import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { createApolloServer } from './api/graphql/apollo-server.js';
import { createSchema } from './api/graphql/build-schema.js';
import { createBodyParser } from './api/http/body-parser.js';
import { createByteBudget } from './api/http/byte-budget.js';
import { createContext, type Context, type Store } from './api/graphql/context.js';
import type { Database } from './neo4j/database.js';
import { createDrain } from './api/http/drain.js';
import { StemmaError } from './base/errors.js';
import { createEventStreams } from './api/graphql/event-streams.js';
import { createHttpServer } from './api/http/http-server.js';
import { createIngest } from './ingest/group-commit.js';
import type { Limits } from './base/limits.js';
import { createListChanges } from './live/live-lists.js';
import { maskError } from './api/graphql/mask-error.js';
import { createOperations } from './api/graphql/operations.js';
import { createQueryLimits } from './api/graphql/query-limits.js';
import type { RequestScope } from './base/request-scope.js';
import { createRoutes, createUpgradeRoutes } from './api/http/routes.js';
import { createSocketLimit, limitSockets } from './api/http/socket-limit.js';
import { createSubscriptionServer } from './api/graphql/graphql-socket.js';
import { createTails } from './live/log-tails.js';
import { logStateOfThread, threadLog } from './live/thread-log.js';
import { logStateOfTrace, traceLog } from './live/trace-log.js';
import { createWatchServer } from './api/watch-socket/watch-socket.js';
import { createUnfinishedWork } from './base/unfinished-work.js';
import { within } from './base/within.js';

export interface ServerOptions {
  readonly database: Database;
  readonly log: Logger;
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may use the API, besides the server's own; none unless given. */
  readonly allowedOrigins?: readonly string[];
  readonly limits: Limits;
  /** Which project a request acts in. */
  readonly projectOf: (request: IncomingMessage) => string;
}

export interface RunningServer {
  readonly url: string;
  readonly store: Store;
  /**
   * Stops in at most `timeoutMs` (`limits.stopTimeoutMs` unless given). From the start, new work is answered with
   * UNAVAILABLE. Accepted work is finished; what is not finished after three quarters of the time is answered with
   * UNAVAILABLE, `written` UNKNOWN. For at least `lingerMs` (0 unless given), clients with open connections get these
   * answers rather than a closed connection. Then WebSockets are closed with 1001, event streams end, and all other
   * connections are closed. The database stays open.
   */
  stop(options?: { readonly timeoutMs?: number; readonly lingerMs?: number }): Promise<void>;
}

/** How long a client may take to read the last response. */
const FLUSH_MS = 2_000;

/** Serves the API over HTTP, with event streams, and WebSocket. Resolves once the server is listening. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { database, log, limits } = options;
  const unwatchHealth = await database.watchHealth(log);
  const onError = (error: unknown): void => {
    // The database counts and logs its outages itself.
    if (!(error instanceof StemmaError && error.code === 'UNAVAILABLE')) {
      log.warn({ err: error }, 'watching the logs');
    }
  };
  const bodies = createByteBudget(limits.maxBodiesBytes);
  const parser = createBodyParser();
  const tails = createTails(database, traceLog, { onError });
  const threadTails = createTails(database, threadLog, { onError });
  const listChanges = createListChanges(database, { onError });
  const ingest = createIngest(database, {
    maxQueuedBytes: limits.maxQueuedBytes,
    listeners: {
      committed({ traces, threads }) {
        tails.wake(traces.map(logStateOfTrace));
        threadTails.wake(threads.map(logStateOfThread));
        listChanges.wake(traces.map(({ projectId }) => projectId));
      },
      appendFailed(err, failures) {
        log.debug({ err, failures }, 'a write is tried again under locks');
      },
    },
  });
  const drain = createDrain();
  const unfinished = createUnfinishedWork(log);
  const store: Store = { database, ingest, tails, threadTails, listChanges, unfinished };
  const contextOf = (request: IncomingMessage, scope: RequestScope): Context =>
    createContext(store, { projectId: options.projectOf(request), scope, client: request.socket });
  const masked = (error: unknown): GraphQLFormattedError => maskError(error, log);

  const schema = createSchema();
  const queryLimits = createQueryLimits(schema, limits);
  const apollo = createApolloServer({ schema, queryLimits, maskError: masked, log });
  await apollo.start();
  const operations = createOperations({ schema, queryLimits, limits, log });
  const sockets = createSocketLimit(limits.maxSockets);
  const streams = createEventStreams({ operations, createContext: contextOf, limits, sockets });
  const subscriptions = createSubscriptionServer({
    operations,
    createContext: contextOf,
    limits,
    drain,
    bodies,
    parser,
    log,
  });
  const watches = createWatchServer({ createContext: contextOf, limits, log });
  const http = createHttpServer({
    routes: createRoutes({
      apollo,
      database,
      createContext: contextOf,
      maskError: masked,
      limits,
      drain,
      bodies,
      parser,
      operations,
      streams,
    }),
    upgrades: limitSockets(createUpgradeRoutes({ subscriptions, watches }), sockets),
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins ?? [],
    drain,
    limits,
    maskError: masked,
    log,
  });

  await new Promise<void>((resolve, fail) => {
    http.once('error', fail);
    http.listen(options.port, options.host, () => resolve());
  });
  const { port } = http.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;

  return {
    url: `http://${host}:${port}`,
    store,
    async stop({ timeoutMs = limits.stopTimeoutMs, lingerMs = 0 } = {}) {
      const deadlineMs = performance.now() + timeoutMs;
      const remainingMs = (): number => deadlineMs - performance.now();

      const finished = Promise.all([drain.begin().then(() => ingest.idle()), delay(lingerMs)]);
      if (!(await within(timeoutMs * 0.75, finished))) {
        log.warn('the stop took too long: some requests are answered before they are finished');
      }
      drain.answerUnfinished();
      const closed = new Promise((resolve) => http.close(resolve));
      streams.close();
      tails.close();
      threadTails.close();
      listChanges.close();
      unfinished.close();
      watches.close();
      const socketsClosed = subscriptions.close();
      const flushMs = Math.min(FLUSH_MS, remainingMs() * 0.8);
      await within(flushMs, Promise.all([drain.flushed(), socketsClosed]));
      http.closeAllConnections();
      unwatchHealth();
      await within(remainingMs(), Promise.all([closed, apollo.stop(), parser.close()]));
    },
  };
}
