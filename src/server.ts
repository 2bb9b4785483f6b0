import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { createSchema } from './build-schema.js';
import { createBodyParser } from './body-parser.js';
import { createByteBudget } from './byte-budget.js';
import { createContext, type Context, type Store } from './context.js';
import type { Database } from './database.js';
import { createHttpServer } from './http-server.js';
import { createIngest } from './ingest.js';
import type { Limits } from './limits.js';
import { createListChanges } from './list-changes.js';
import { maskError } from './mask.js';
import type { RequestScope } from './request-scope.js';
import { createRoutes, createUpgradeRoutes } from './routes.js';
import { limitSockets } from './socket-limit.js';
import { createSubscriptionServer } from './subscribe.js';
import { createTails } from './tails.js';
import { headOfThread, threadLog } from './thread-log.js';
import { headOfTrace, traceLog } from './trace-log.js';
import { unavailableStatus } from './unavailable-status.js';
import { createWatchServer } from './watch.js';

export interface ServerOptions {
  readonly database: Database;
  readonly log: Logger;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly limits: Limits;
  /** Which project a request acts in. */
  readonly projectOf: (request: IncomingMessage) => string;
}

export interface RunningServer {
  readonly url: string;
  readonly store: Store;
  /** Answers what was begun, lets the followers go, and closes; the database stays open. */
  stop(): Promise<void>;
}

/** Serves the API over HTTP and WebSocket. Resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { database, log, limits } = options;
  const onError = (error: unknown): void => {
    log.warn({ err: error }, 'watching the logs');
  };
  const ingest = createIngest(database, { maxQueuedBytes: limits.maxQueuedBytes });
  const bodies = createByteBudget(limits.maxBodiesBytes);
  const parser = createBodyParser();
  const tails = createTails(database, traceLog, { onError });
  const threadTails = createTails(database, threadLog, { onError });
  const listChanges = createListChanges(database, { onError });
  ingest.onCommit = (committed) => {
    tails.wake(committed.traces.map(headOfTrace));
    threadTails.wake(committed.threads.map(headOfThread));
    listChanges.wake(committed.traces.map(({ projectId }) => projectId));
  };
  const store: Store = { database, ingest, tails, threadTails, listChanges };
  const contextOf = (request: IncomingMessage, scope: RequestScope): Context =>
    createContext(store, { projectId: options.projectOf(request), scope, client: request.socket });
  const masked = (error: unknown): GraphQLFormattedError => maskError(error, log);

  const schema = createSchema();
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    // It wraps every resolver to find out how long an answer may be kept: none may.
    plugins: [ApolloServerPluginCacheControlDisabled(), unavailableStatus],
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => masked(error),
    logger: log,
  });
  await apollo.start();
  const subscriptions = createSubscriptionServer({
    schema,
    createContext: contextOf,
    limits,
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
      bodies,
      parser,
    }),
    upgrades: limitSockets(createUpgradeRoutes({ subscriptions, watches }), limits.maxSockets),
    allowedHosts: options.allowedHosts,
    limits,
    maskError: masked,
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
    async stop() {
      const closed = new Promise((resolve) => http.close(resolve));
      tails.close();
      threadTails.close();
      listChanges.close();
      watches.close();
      await subscriptions.close();
      await ingest.idle();
      await apollo.stop();
      http.closeIdleConnections();
      const hurry = setTimeout(() => http.closeAllConnections(), 2_000);
      await closed;
      await parser.close();
      clearTimeout(hurry);
    },
  };
}
