import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isDisconnect } from './client-disconnect.js';
import { answerPreflight, isPreflight, shareWith } from './cors.js';
import { stoppingError, type Drain } from './drain.js';
import { StemmaError, type StemmaErrorCode } from '../../base/errors.js';
import { createHostCheck, type CheckedRequest, type HostCheckOptions } from './host-check.js';
import type { Limits } from '../../base/limits.js';
import { rejectBody } from './request-body.js';
import { json, reject, RETRY_AFTER_S, setSafetyHeaders, targetOf, type Target } from './respond.js';

/** A page or endpoint. `answer` may be called with any method. */
export interface Route {
  /** Its path, as documentation and tests name it. */
  readonly name: string;
  readonly matches: (path: string) => boolean;
  /**
   * Whether a request asks for a page that other sites may link to. Such a page must neither change data nor hold any. Without
   * this function the route has no pages.
   */
  readonly isPage?: (request: IncomingMessage) => boolean;
  /** Whether the route still answers while the server is stopping. */
  readonly whileStopping?: boolean;
  readonly answer: (
    request: CheckedRequest,
    response: ServerResponse,
    target: Target,
  ) => void | Promise<void>;
}

/** A WebSocket endpoint. */
export interface UpgradeRoute {
  readonly name: string;
  readonly matches: (path: string) => boolean;
  readonly upgrade: (request: CheckedRequest, socket: Duplex, head: Buffer, target: Target) => void;
}

export interface HttpServerOptions extends HostCheckOptions {
  readonly routes: readonly Route[];
  readonly upgrades: readonly UpgradeRoute[];
  readonly drain: Drain;
  readonly limits: Limits;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
  readonly log: Logger;
}

/** The HTTP status of an error that occurs before there is a GraphQL response: 400 for any other code, 500 for a bug. */
const STATUS: Partial<Record<StemmaErrorCode, number>> = {
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PAYLOAD_TOO_LARGE: 413,
  UNAVAILABLE: 503,
};
const REQUEST_TIMEOUT_MS = 300_000;
/** How long a connection stays open between two requests. */
const KEEP_ALIVE_MS = 30_000;

/** An HTTP server, not yet listening, that checks every request and upgrade before it goes to its route. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { routes, upgrades, drain, limits, maskError, log } = options;
  const check = createHostCheck(options);
  const errorBody = (error: unknown): object => ({ errors: [maskError(error)] });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSafetyHeaders(response);
    const target = targetOf(request);
    const route = routes.find(({ matches }) => matches(target.path));
    const admitted = check(request, target, route?.isPage?.(request) === true);
    if (admitted.crossOrigin !== null) {
      shareWith(response, admitted.crossOrigin);
    }
    if (route === undefined) {
      throw new StemmaError('NOT_FOUND', `no such page: ${target.path}; the API is at /graphql`);
    }
    if (admitted.crossOrigin !== null && isPreflight(request)) {
      answerPreflight(request, response);
      return;
    }
    if (route.whileStopping === true || !drain.reject(request, response)) {
      await route.answer(admitted.request, response, target);
    }
  }

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const handled = drain.track(request, response);
    const answered = answer(request, response).catch((error: unknown) => {
      if (isDisconnect(error, request, response)) {
        log.debug({ err: error }, 'a client disconnected before its response');
        response.destroy();
        return;
      }
      const code = error instanceof StemmaError ? error.code : undefined;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      if (code === 'UNAVAILABLE') {
        response.setHeader('retry-after', RETRY_AFTER_S);
      }
      rejectBody(request, response, limits.maxRequestBytes);
      json(response, code === undefined ? 500 : (STATUS[code] ?? 400), errorBody(error));
    });
    void answered.finally(handled);
  };

  const http = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      // Applies to a whole request; `readBody` has stricter rules.
      requestTimeout: Math.max(REQUEST_TIMEOUT_MS, limits.headersTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs / 2),
    },
    serve,
  );
  // A client that waits for `100 Continue` gets it from `readBody`, or is rejected at once.
  http.on('checkContinue', serve);

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = targetOf(request);
    const route = upgrades.find(({ matches }) => matches(target.path));
    try {
      const admitted = check(request, target, false);
      if (route === undefined) {
        reject(socket, '404 Not Found', 'sockets are at /graphql and /api/traces/{id}/watch');
      } else if (drain.stopping) {
        reject(socket, '503 Service Unavailable', stoppingError().message);
      } else {
        route.upgrade(admitted.request, socket, head, target);
      }
    } catch (error) {
      const forbidden = error instanceof StemmaError && error.code === 'FORBIDDEN';
      reject(socket, forbidden ? '403 Forbidden' : '500 Internal Server Error', maskError(error).message);
    }
  });
  return http;
}
