import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { refusal } from './access.js';
import { stoppingError, type Drain } from './drain.js';
import { StemmaError, type StemmaErrorCode } from './errors.js';
import { json, reject, targetOf, type Target } from './respond.js';

/** A page or endpoint. `answer` may be called with any method. */
export interface Route {
  /** As documentation and tests name it. */
  readonly name: string;
  readonly matches: (path: string) => boolean;
  /** Whether it answers also while the server stops. */
  readonly whileStopping?: boolean;
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
  readonly drain: Drain;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
}

const STATUS: Partial<Record<StemmaErrorCode, number>> = { PAYLOAD_TOO_LARGE: 413, UNAVAILABLE: 503 };

/** An HTTP server, not yet listening, that checks every request and upgrade before it goes to its route. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { routes, upgrades, drain, maskError } = options;
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
    if (route.whileStopping === true || !drain.reject(request, response)) {
      await route.answer(request, response, target);
    }
  }

  const http = createServer((request, response) => {
    const handled = drain.track(request, response);
    const answered = answer(request, response).catch((error: unknown) => {
      const code = error instanceof StemmaError ? error.code : undefined;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      if (code === 'PAYLOAD_TOO_LARGE') {
        // The rest of the request is not read, so the connection cannot be used again.
        response.setHeader('connection', 'close');
      }
      json(response, code === undefined ? 500 : (STATUS[code] ?? 400), errorBody(error));
    });
    void answered.finally(handled);
  });

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = targetOf(request);
    const refused = refusal(request, options);
    const route = upgrades.find(({ matches }) => matches(target.path));
    if (refused !== null) {
      reject(socket, '403 Forbidden', refused);
    } else if (route === undefined) {
      reject(socket, '404 Not Found', 'sockets are at /graphql and /api/traces/{id}/watch');
    } else if (drain.stopping) {
      reject(socket, '503 Service Unavailable', stoppingError().message);
    } else {
      route.upgrade(request, socket, head, target);
    }
  });
  return http;
}
