import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { BodyParser } from '../http/body-parser.js';
import { executeWithin, subscribeWithin, type BoundArguments } from './bound-execution.js';
import type { ByteBudget } from '../http/byte-budget.js';
import { ignoreFailedSends } from '../http/client-disconnect.js';
import type { Context } from './context.js';
import { stoppingError, type Drain } from '../http/drain.js';
import { StemmaError } from '../../base/errors.js';
import type { Limits } from '../../base/limits.js';
import type { Operations, Payload } from './operations.js';
import { createRequestScope, type RequestScope } from '../../base/request-scope.js';
import { readMessages } from './socket-messages.js';
import { resultSocket, SENT, type ResultSocket } from './socket-results.js';

/** GraphQL over WebSocket, in the graphql-transport-ws protocol. */
export interface SubscriptionServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

const GOODBYE_MS = 1_000;
/** A client that does not answer a ping for this long is disconnected; a merely slow one answers late. */
const HEARTBEAT_MS = 60_000;

/** The state kept for a socket. */
interface Client {
  readonly results: ResultSocket;
  /** Payloads exactly as sent, by operation id. */
  readonly payloads: Map<string, Payload | StemmaError>;
  /** By operation id: called when the client no longer wants the operation. */
  readonly leave: Map<string, () => void>;
}

export function createSubscriptionServer({
  operations,
  createContext,
  limits,
  drain,
  bodies,
  parser,
  log,
}: {
  readonly operations: Operations;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly drain: Drain;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
  readonly log: Logger;
}): SubscriptionServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.maxRequestBytes });
  const clients = new WeakMap<WebSocket, Client>();
  const server = useServer<Record<string, unknown>, Partial<Extra> & Record<PropertyKey, unknown>>(
    {
      execute: (args) => drain.during(Promise.resolve(executeWithin(args as BoundArguments))),
      subscribe: (args) => subscribeWithin(args as BoundArguments),
      onSubscribe(ctx, id, plain) {
        const client = clients.get(ctx.extra.socket);
        const sent = client?.payloads.get(id) ?? plain;
        client?.payloads.delete(id);
        const payload = drain.stopping ? stoppingError() : sent;
        if (payload instanceof StemmaError) {
          return [new GraphQLError(payload.message, { originalError: payload })];
        }
        const document = operations.check(payload);
        if (!('kind' in document)) {
          return document;
        }
        const scope = createRequestScope({
          timeoutMs: limits.requestTimeoutMs,
          maxBytes: limits.maxResponseBytes,
          maxCost: limits.maxQueryCost,
          onLeave: (leave) => client?.leave.set(id, leave),
        });
        return operations.argumentsFor(payload, document, createContext(ctx.extra.request, scope));
      },
      async onNext(ctx, id, _payload, _args, result) {
        await clients.get(ctx.extra.socket)?.results.sendResult(id, await operations.textOf(result));
        return SENT as object;
      },
      onError: (_ctx, _id, _payload, errors) => operations.masked(errors),
      onComplete(ctx, id) {
        clients.get(ctx.extra.socket)?.leave.delete(id);
      },
    },
    sockets,
    HEARTBEAT_MS,
  );

  sockets.on('connection', (socket, request: IncomingMessage) => {
    // A failed client connection is not an error of ours, but graphql-ws would print it.
    socket.removeAllListeners('error').on('error', (error) => log.debug({ err: error }, 'GraphQL socket'));
    ignoreFailedSends(socket);
    const exact = new Map<string, Payload | StemmaError>();
    const leave = new Map<string, () => void>();
    clients.set(socket, { results: resultSocket(socket), payloads: exact, leave });
    socket.once('close', () => leave.forEach((left) => left()));
    readMessages(
      { socket, connection: request.socket, limits, bodies, parser },
      {
        keep: (id, payload) => void exact.set(id, payload as Payload | StemmaError),
        completed: (id) => leave.get(id)?.(),
      },
    );
  });

  return {
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    },
    async close() {
      // Terminates clients that do not answer the close in time.
      const hurry = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), GOODBYE_MS);
      await server.dispose();
      clearTimeout(hurry);
    },
  };
}
