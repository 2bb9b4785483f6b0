import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { refusal } from './access.js';
import { StemmaError } from './errors.js';
import type { Limits } from './limits.js';
import { rejectBody } from './request-body.js';
import { json, reject, RETRY_AFTER_S, targetOf, type Target } from './respond.js';

/** A page or endpoint. `answer` may be called with any method. */
export interface Route {
  /** As documentation and tests name it. */
  readonly name: string;
  readonly matches: (path: string) => boolean;
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
  ) => void | Promise<void>;
}

/** What an upgrade to a WebSocket leads to. */
export interface UpgradeRoute {
  readonly name: string;
  readonly matches: (path: string) => boolean;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, target: Target) => void;
}

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly upgrades: readonly UpgradeRoute[];
  readonly allowedHosts: readonly string[];
  readonly limits: Limits;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
}

/** The statuses of errors that are answered before GraphQL executes anything; 400 for others that callers may see. */
const STATUSES: Readonly<Record<string, number>> = { PAYLOAD_TOO_LARGE: 413, UNAVAILABLE: 503 };
const REQUEST_TIMEOUT_MS = 300_000;
/** How long a connection stays open between two requests. */
const KEEP_ALIVE_MS = 30_000;

/** An HTTP server, not yet listening, that checks every request and upgrade before it goes to its route. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { routes, upgrades, limits, maskError } = options;
  const errorBody = (error: unknown): object => ({ errors: [maskError(error)] });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request);
    const refused = refusal(request, options);
    if (refused !== null) {
      json(response, 403, errorBody(new StemmaError('FORBIDDEN', refused)));
      return;
    }
    const route = routes.find(({ matches }) => matches(target.path));
    if (route === undefined) {
      const message = `no such page: ${target.path}; the API is at /graphql`;
      json(response, 404, errorBody(new StemmaError('NOT_FOUND', message)));
      return;
    }
    await route.answer(request, response, target);
  }

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      const code = error instanceof StemmaError ? error.code : undefined;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      if (code === 'UNAVAILABLE') {
        response.setHeader('retry-after', RETRY_AFTER_S);
      }
      rejectBody(request, response, limits.maxRequestBytes);
      json(response, STATUSES[code ?? ''] ?? (code === undefined ? 500 : 400), errorBody(error));
    });
  };

  const http = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      // Of a whole request; `readBody` has stricter rules.
      requestTimeout: Math.max(REQUEST_TIMEOUT_MS, limits.headersTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs / 2),
    },
    serve,
  );
  // A client that waits for the word to send its body gets it from `readBody`, or the rejection at once.
  http.on('checkContinue', serve);

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = targetOf(request);
    const refused = refusal(request, options);
    const route = upgrades.find(({ matches }) => matches(target.path));
    if (refused !== null) {
      reject(socket, '403 Forbidden', refused);
    } else if (route === undefined) {
      reject(socket, '404 Not Found', 'sockets are at /graphql and /api/traces/{id}/watch');
    } else {
      route.upgrade(request, socket, head, target);
    }
  });
  return http;
}
