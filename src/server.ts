import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { Logger } from 'pino';
import { refusal } from './access.js';
import { createContext, type Context, type Store } from './context.js';
import type { Database } from './database.js';
import { StemmaError } from './errors.js';
import { createIngest } from './ingest.js';
import { parseJson } from './json.js';
import { createListChanges } from './list-changes.js';
import { maskError } from './mask.js';
import { readBody } from './request-body.js';
import { resolvers } from './resolvers/all.js';
import { createSubscriptionServer } from './subscribe.js';
import { createTails } from './tails.js';
import { headOfThread, threadLog } from './thread-log.js';
import { headOfTrace, traceLog } from './trace-log.js';
import { createWatchServer } from './watch.js';

export interface ServerOptions {
  readonly database: Database;
  readonly log: Logger;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly maxRequestBytes: number;
  /** Which project a request acts in. */
  readonly projectOf: (request: IncomingMessage) => string;
}

export interface RunningServer {
  readonly url: string;
  readonly store: Store;
  /** Answers what was begun, lets the followers go, and closes; the database stays open. */
  stop(): Promise<void>;
}

const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** The API's schema with its resolvers; throws where the two do not fit. */
export function createSchema(): ReturnType<typeof makeExecutableSchema> {
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers,
    resolverValidationOptions: { requireResolversForArgs: 'error', requireResolversToMatchSchema: 'error' },
  });
  // A scalar made in code comes without the description that stands in the schema.
  for (const type of Object.values(schema.getTypeMap())) {
    type.description ??= type.astNode?.description?.value;
  }
  return schema;
}

/** Serves the API over HTTP and WebSocket. Resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { database, log, maxRequestBytes } = options;
  const onError = (error: unknown): void => {
    log.warn({ err: error }, 'watching the logs');
  };
  const ingest = createIngest(database);
  const tails = createTails(database, traceLog, { onError });
  const threadTails = createTails(database, threadLog, { onError });
  const listChanges = createListChanges(database, { onError });
  ingest.onCommit = (committed) => {
    tails.wake(committed.traces.map(headOfTrace));
    threadTails.wake(committed.threads.map(headOfThread));
    listChanges.wake(committed.traces.map(({ projectId }) => projectId));
  };
  const store: Store = { database, ingest, tails, threadTails, listChanges };
  const contextOf = (request: IncomingMessage): Context => createContext(store, options.projectOf(request));

  const schema = createSchema();
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    // It wraps every resolver to find out how long an answer may be kept: none may.
    plugins: [ApolloServerPluginCacheControlDisabled()],
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => maskError(error, log),
    logger: log,
  });
  await apollo.start();
  const subscriptions = createSubscriptionServer({
    schema,
    createContext: contextOf,
    maxMessageBytes: maxRequestBytes,
    log,
  });
  const watches = createWatchServer({ createContext: contextOf, log });
  let graphiql: string | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, search } = targetOf(request);
    const refused = refusal(request, options);
    if (refused !== null) {
      json(response, 403, errorBody(new StemmaError('FORBIDDEN', refused)));
    } else if (path === '/healthz') {
      json(response, 200, { status: 'ok' });
    } else if (path === '/readyz') {
      await database.check().then(
        () => json(response, 200, { status: 'ok' }),
        (error: unknown) =>
          json(response, 503, { status: 'unavailable', reason: maskError(error, log).message }),
      );
    } else if (path === '/') {
      response.writeHead(302, { location: '/graphql' }).end();
    } else if (path !== '/graphql') {
      json(
        response,
        404,
        errorBody(new StemmaError('NOT_FOUND', `no such page: ${path}; the API is at /graphql`)),
      );
    } else if (request.method === 'GET' && wantsHtml(request)) {
      graphiql ??= await renderGraphiql();
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' })
        .end(graphiql);
    } else {
      await answerGraphQL(request, response, search);
    }
  }

  async function answerGraphQL(
    request: IncomingMessage,
    response: ServerResponse,
    search: string,
  ): Promise<void> {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) {
        headers.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
    }
    const text = request.method === 'POST' ? await readBody(request, maxRequestBytes) : '';
    const body = text === '' ? undefined : parseJson(text);
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body },
      context: () => Promise.resolve(contextOf(request)),
    });
    response.statusCode = result.status ?? 200;
    response.setHeader('cache-control', 'no-store');
    for (const [name, value] of result.headers) {
      response.setHeader(name, value);
    }
    if (result.body.kind === 'complete') {
      response.end(result.body.string);
      return;
    }
    for await (const chunk of result.body.asyncIterator) {
      response.write(chunk);
    }
    response.end();
  }

  function errorBody(error: unknown): object {
    return { errors: [maskError(error, log)] };
  }

  const http = createHttpServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const code = error instanceof StemmaError ? error.code : undefined;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      if (code === 'PAYLOAD_TOO_LARGE') {
        // The rest of the request is not read, so the connection cannot be used again.
        response.setHeader('connection', 'close');
      }
      json(response, code === 'PAYLOAD_TOO_LARGE' ? 413 : code === undefined ? 500 : 400, errorBody(error));
    });
  });

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { path, search } = targetOf(request);
    const watch = /^\/api\/traces\/([^/]+)\/watch$/.exec(path);
    const since = new URLSearchParams(search).get('since_event_id') ?? '0';
    const refused = refusal(request, options);
    if (refused !== null) {
      reject(socket, '403 Forbidden', refused);
    } else if (path === '/graphql') {
      subscriptions.upgrade(request, socket, head);
    } else if (watch === null) {
      reject(socket, '404 Not Found', 'sockets are at /graphql and /api/traces/{id}/watch');
    } else if (!/^-?\d{1,15}$/.test(since)) {
      reject(
        socket,
        '400 Bad Request',
        `since_event_id: expected a whole number, got ${JSON.stringify(since)}`,
      );
    } else {
      const traceId = decoded(watch[1] ?? '');
      if (traceId === null) {
        reject(socket, '400 Bad Request', 'the trace id is not a URL-encoded text');
      } else {
        watches.upgrade(request, socket, head, { traceId, since: Number(since) });
      }
    }
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
      clearTimeout(hurry);
    },
  };
}

const WELCOME = `# What the agents did lately; docs are behind the book on the left.
query Latest {
  traces(first: 10) {
    nodes { id task status totalSteps totalTokens totalCost createdAt }
  }
}

# Follow one of them live: put its id here and choose this operation.
subscription Watch {
  traceEvents(traceId: "demo", since: 0) {
    __typename
    ... on TraceEvent { eventId type at payload }
  }
}
`;

async function renderGraphiql(): Promise<string> {
  // The page holds the whole of GraphiQL, 9 MB: a server that nobody looks at does without.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Stemma',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultQuery: WELCOME,
  });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** Refuses an upgrade before it becomes a socket. */
function reject(socket: Duplex, status: string, message: string): void {
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}

/**
 * Where a request goes, as it was sent: a URL would refuse some targets and rewrite others (`//`, `/..`).
 * `search` is empty or begins with `?`.
 */
function targetOf(request: IncomingMessage): { readonly path: string; readonly search: string } {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return query < 0
    ? { path: target, search: '' }
    : { path: target.slice(0, query), search: target.slice(query) };
}

function wantsHtml({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
