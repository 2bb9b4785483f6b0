import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { BodyParser } from './body-parser.js';
import type { ByteBudget } from './byte-budget.js';
import type { Context } from './context.js';
import { StemmaError } from './errors.js';
import type { Limits } from './limits.js';
import { maskError } from './mask.js';
import { createRequestScope, type RequestScope } from './request-scope.js';
import { readMessages } from './socket-messages.js';

/** GraphQL over WebSocket, in the graphql-transport-ws protocol. */
export interface SubscriptionServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

interface Payload {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

const MAX_DOCUMENTS = 500;
/** Longer queries are not kept: with the values written into them, they do not come twice. */
const MAX_KEPT_LENGTH = 10_000;
const GOODBYE_MS = 1_000;
/** A client that does not answer a ping for this long is let go; one that is only slow answers late. */
const HEARTBEAT_MS = 60_000;

export function createSubscriptionServer({
  schema,
  createContext,
  limits,
  bodies,
  parser,
  log,
}: {
  readonly schema: GraphQLSchema;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
  readonly log: Logger;
}): SubscriptionServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.maxRequestBytes });
  const payloads = new WeakMap<WebSocket, Map<string, Payload | StemmaError>>();
  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

  /** The document of a query, or what is wrong with it; kept, as clients repeat their queries. */
  function documentOf(query: string): DocumentNode | readonly GraphQLError[] {
    const known = documents.get(query);
    if (known !== undefined) {
      return known;
    }
    let result: DocumentNode | readonly GraphQLError[];
    try {
      const document = parse(query);
      const errors = validate(schema, document);
      result = errors.length > 0 ? errors : document;
    } catch (error) {
      // What is not GraphQL's own error is told as over HTTP.
      result = [
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error }),
      ];
    }
    if (query.length <= MAX_KEPT_LENGTH) {
      if (documents.size >= MAX_DOCUMENTS) {
        documents.clear();
      }
      documents.set(query, result);
    }
    return result;
  }

  const masked = (errors: readonly unknown[]): GraphQLFormattedError[] =>
    errors.map((error) => maskError(error, log));

  const server = useServer<Record<string, unknown>, Partial<Extra> & Record<PropertyKey, unknown>>(
    {
      onSubscribe(ctx, id, plain) {
        const payload = payloads.get(ctx.extra.socket)?.get(id) ?? plain;
        payloads.get(ctx.extra.socket)?.delete(id);
        if (payload instanceof StemmaError) {
          return [new GraphQLError(payload.message, { originalError: payload })];
        }
        const document = documentOf(payload.query);
        if (!('kind' in document)) {
          return document;
        }
        return {
          schema,
          document,
          operationName: payload.operationName,
          variableValues: payload.variables,
          contextValue: createContext(ctx.extra.request, scopeOf(limits)),
        };
      },
      onNext: (_ctx, _id, _payload, _args, result) =>
        result.errors === undefined
          ? undefined
          : { data: result.data ?? null, errors: masked(result.errors) },
      onError: (_ctx, _id, _payload, errors) => masked(errors),
    },
    sockets,
    HEARTBEAT_MS,
  );

  sockets.on('connection', (socket, request: IncomingMessage) => {
    // What goes wrong with a client's connection is no error of ours: graphql-ws would print it.
    socket.removeAllListeners('error').on('error', (error) => log.debug({ err: error }, 'GraphQL socket'));
    const exact = new Map<string, Payload | StemmaError>();
    payloads.set(socket, exact);
    readMessages({ socket, connection: request.socket, limits, bodies, parser }, (id, payload) =>
      exact.set(id, payload as Payload | StemmaError),
    );
  });

  return {
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    },
    async close() {
      // A client that does not answer the goodbye is cut off.
      const hurry = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), GOODBYE_MS);
      await server.dispose();
      clearTimeout(hurry);
    },
  };
}

/** The scope of an operation over a socket. */
function scopeOf({ requestTimeoutMs, maxResponseBytes }: Limits): RequestScope {
  return createRequestScope({ timeoutMs: requestTimeoutMs, maxBytes: maxResponseBytes });
}
