import type { ApolloServer } from '@apollo/server';
import type { IncomingMessage } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { BodyParser } from './body-parser.js';
import type { ByteBudget } from './byte-budget.js';
import type { Context } from './context.js';
import type { Database } from './database.js';
import { serveGraphiql, wantsHtml } from './graphiql.js';
import { answerGraphql } from './graphql-http.js';
import type { Route, UpgradeRoute } from './http-server.js';
import type { Limits } from './limits.js';
import type { RequestScope } from './request-scope.js';
import { json, reject } from './respond.js';
import type { SubscriptionServer } from './subscribe.js';
import type { WatchServer } from './watch.js';

/** The pages and endpoints, in the order in which they are tried. */
export function createRoutes({
  apollo,
  database,
  createContext,
  maskError,
  limits,
  bodies,
  parser,
}: {
  readonly apollo: ApolloServer<Context>;
  readonly database: Database;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
  readonly limits: Limits;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
}): readonly Route[] {
  return [
    {
      name: '/healthz',
      matches: (path) => path === '/healthz',
      answer: (_request, response) => json(response, 200, { status: 'ok' }),
    },
    {
      name: '/readyz',
      matches: (path) => path === '/readyz',
      answer: (_request, response) =>
        database.check().then(
          () => json(response, 200, { status: 'ok' }),
          (error: unknown) =>
            json(response, 503, { status: 'unavailable', reason: maskError(error).message }),
        ),
    },
    {
      name: '/',
      matches: (path) => path === '/',
      answer: (_request, response) => void response.writeHead(302, { location: '/graphql' }).end(),
    },
    {
      name: '/graphql',
      matches: (path) => path === '/graphql',
      answer: (request, response, { search }) =>
        request.method === 'GET' && wantsHtml(request)
          ? serveGraphiql(response)
          : answerGraphql({ apollo, createContext, limits, bodies, parser }, request, response, search),
    },
  ];
}

const WATCH = /^\/api\/traces\/([^/]+)\/watch$/;

/** The WebSockets. */
export function createUpgradeRoutes({
  subscriptions,
  watches,
}: {
  readonly subscriptions: SubscriptionServer;
  readonly watches: WatchServer;
}): readonly UpgradeRoute[] {
  return [
    {
      name: '/graphql',
      matches: (path) => path === '/graphql',
      upgrade: (request, socket, head) => subscriptions.upgrade(request, socket, head),
    },
    {
      name: '/api/traces/{id}/watch',
      matches: (path) => WATCH.test(path),
      upgrade(request, socket, head, { path, search }) {
        const since = new URLSearchParams(search).get('since_event_id') ?? '0';
        const traceId = decoded(WATCH.exec(path)?.[1] ?? '');
        if (!/^-?\d{1,15}$/.test(since)) {
          const message = `since_event_id: expected a whole number, got ${JSON.stringify(since)}`;
          reject(socket, '400 Bad Request', message);
        } else if (traceId === null) {
          reject(socket, '400 Bad Request', 'the trace id is not a URL-encoded text');
        } else {
          watches.upgrade(request, socket, head, { traceId, since: Number(since) });
        }
      },
    },
  ];
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
