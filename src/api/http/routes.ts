import type { ApolloServer } from '@apollo/server';
import type { IncomingMessage } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { BodyParser } from './body-parser.js';
import type { ByteBudget } from './byte-budget.js';
import type { Context } from '../graphql/context.js';
import type { Database } from '../../neo4j/database.js';
import type { Drain } from './drain.js';
import { StemmaError } from '../../base/errors.js';
import type { EventStreams } from '../graphql/event-streams.js';
import { serveGraphiql, wantsGraphiql } from './graphiql.js';
import { answerGraphql } from '../graphql/graphql-http.js';
import type { Route, UpgradeRoute } from './http-server.js';
import type { Limits } from '../../base/limits.js';
import type { Operations } from '../graphql/operations.js';
import type { RequestScope } from '../../base/request-scope.js';
import { json, reject } from './respond.js';
import type { SubscriptionServer } from '../graphql/graphql-socket.js';
import type { WatchServer } from '../watch-socket/watch-socket.js';

/** The pages and endpoints, in the order in which they are tried. */
export function createRoutes({
  apollo,
  database,
  createContext,
  maskError,
  limits,
  drain,
  bodies,
  parser,
  operations,
  streams,
}: {
  readonly apollo: ApolloServer<Context>;
  readonly database: Database;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
  readonly limits: Limits;
  readonly drain: Drain;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
  readonly operations: Operations;
  readonly streams: EventStreams;
}): readonly Route[] {
  return [
    {
      name: '/healthz',
      matches: (path) => path === '/healthz',
      whileStopping: true,
      answer: (_request, response) => json(response, 200, { status: 'ok' }),
    },
    {
      name: '/readyz',
      matches: (path) => path === '/readyz',
      answer(_request, response) {
        const health = database.health();
        if (health.ready) {
          json(response, 200, { status: 'ok' });
        } else {
          json(response, 503, { status: 'unavailable', reason: health.reason });
        }
      },
    },
    {
      name: '/',
      matches: (path) => path === '/',
      isPage: () => true,
      answer: (_request, response) => void response.writeHead(302, { location: '/graphql' }).end(),
    },
    {
      name: '/graphql',
      matches: (path) => path === '/graphql',
      isPage: wantsGraphiql,
      answer(request, response, { search }) {
        if (wantsGraphiql(request)) {
          return serveGraphiql(request, response);
        }
        const type = request.headers['content-type'];
        if (request.method === 'POST' && !isJson(type)) {
          const message = `content-type: expected application/json in UTF-8, got ${JSON.stringify(type ?? null)}`;
          const error = new StemmaError('BAD_USER_INPUT', message);
          json(response, 415, { errors: [maskError(error)] });
          return;
        }
        const options = {
          apollo,
          createContext,
          limits,
          drain,
          maskError,
          bodies,
          parser,
          operations,
          streams,
        };
        return answerGraphql(options, request, response, search);
      },
    },
  ];
}

/**
 * Whether a content type is JSON. A page of another site can send text and forms directly, but must send a preflight before
 * JSON.
 */
function isJson(type: string | undefined): boolean {
  return /^application\/json[ \t]*(;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(type ?? '');
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
          watches.upgrade(request, socket, head, { traceId, after: Number(since) });
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
