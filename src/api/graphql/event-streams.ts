import type { IncomingMessage, ServerResponse } from 'node:http';
import { executeWithin, asGraphqlError, subscribeWithin } from './bound-execution.js';
import { OperationTypeNode, type ExecutionResult } from 'graphql';
import type { Context } from './context.js';
import { ClientLeftError, StemmaError } from '../../base/errors.js';
import { openEventStream, type EventStream } from '../http/event-stream.js';
import type { Limits } from '../../base/limits.js';
import type { Operations, Payload } from './operations.js';
import { createRequestScope, type RequestScope } from '../../base/request-scope.js';
import { json } from '../http/respond.js';
import type { SocketLimit } from '../http/socket-limit.js';

/**
 * GraphQL over Server-Sent Events, in the "distinct connections mode" of the graphql-sse protocol: a `next` event for each result,
 * then `complete`. Errors in the operation are results too, so that a client reads them from the stream.
 *
 * The handler of the package graphql-sse is not used, because it reads a subscription's source as fast as that delivers, and keeps
 * what a slow client has not read in memory without a limit.
 */
export interface EventStreams {
  /**
   * Answers a request with the results of its operation. Resolves when the response is complete, or when a subscription has begun:
   * it then goes on until its source or its client ends it.
   *
   * Throws UNAVAILABLE if too many connections are open.
   */
  answer(request: IncomingMessage, response: ServerResponse, payload: Payload | StemmaError): Promise<void>;
  /** Ends all streams without `complete`: to their clients, a subscription was interrupted and can be resumed elsewhere. */
  close(): void;
}

type Results = AsyncGenerator<ExecutionResult, void, void>;

/** Proxies cut a connection that is quiet for longer, often after 30 s or 60 s. */
const KEEP_ALIVE_MS = 12_000;

export function createEventStreams({
  operations,
  createContext,
  limits,
  sockets,
}: {
  readonly operations: Operations;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly sockets: SocketLimit;
}): EventStreams {
  /** For each subscription, what ends its stream. */
  const open = new Set<() => void>();
  let closed = false;

  const begin = (response: ServerResponse): EventStream =>
    openEventStream(response, { keepAliveMs: KEEP_ALIVE_MS, timeoutMs: limits.bodyTimeoutMs });

  async function finish(stream: EventStream, result?: object): Promise<void> {
    if (result !== undefined) {
      await stream.send('next', await operations.textOf(result));
    }
    await stream.send('complete', '');
    stream.end();
  }

  async function sendErrors(response: ServerResponse, errors: readonly unknown[]): Promise<void> {
    const stream = begin(response);
    await stream.send('next', JSON.stringify({ errors: operations.masked(errors) }));
    await finish(stream);
  }

  function follow(response: ServerResponse, results: Results): void {
    const stream = begin(response);
    const leave = (): void => {
      open.delete(end);
      void results.return();
    };
    const end = (): void => {
      stream.end();
      leave();
    };
    open.add(end);
    response.once('close', leave);
    void deliver(stream, results).finally(leave);
  }

  /** Reads each result only when the client has read those before it. Never rejects. */
  async function deliver(stream: EventStream, results: Results): Promise<void> {
    try {
      for await (const result of results) {
        await stream.send('next', await operations.textOf(result));
        if (!stream.isOpen) {
          return;
        }
      }
      if (stream.isOpen) {
        await finish(stream);
      }
    } catch (error) {
      if (stream.isOpen && !(error instanceof ClientLeftError)) {
        await finish(stream, { data: null, errors: [asGraphqlError(error)] });
      }
    }
  }

  return {
    async answer(request, response, payload) {
      if (response.destroyed) {
        throw new ClientLeftError();
      }
      // Node does not report when the client of a response that is not yet its turn disconnects.
      if (response.socket === null) {
        throw new StemmaError(
          'BAD_USER_INPUT',
          'expected a request for an event stream on a connection without other requests, got one behind another',
        );
      }
      if (payload instanceof StemmaError) {
        await sendErrors(response, [payload]);
        return;
      }
      // A GET needs no header that forces a preflight, as it does for JSON: EventSource cannot send one. The host check has rejected
      // the pages of other sites, and a GET cannot write.
      const kind = operations.kindOf(payload);
      if (kind === OperationTypeNode.MUTATION && request.method === 'GET') {
        const error = new StemmaError('BAD_USER_INPUT', 'expected a mutation in a POST, got one in a GET');
        response.setHeader('allow', 'POST');
        json(response, 405, { errors: operations.masked([error]) });
        return;
      }
      const document = operations.check(payload);
      if (!('kind' in document)) {
        await sendErrors(response, document);
        return;
      }
      if (kind === OperationTypeNode.SUBSCRIPTION) {
        sockets.take(response);
      }
      const scope = createRequestScope({
        timeoutMs: limits.requestTimeoutMs,
        maxBytes: limits.maxResponseBytes,
        maxCost: limits.maxQueryCost,
        onLeave: (leave) => response.once('close', leave),
      });
      const args = operations.argumentsFor(payload, document, createContext(request, scope));
      const results = await (kind === OperationTypeNode.SUBSCRIPTION
        ? subscribeWithin(args)
        : executeWithin(args));
      // The client may have disconnected meanwhile, or a stop may have answered the request.
      const isAnswered = closed || response.headersSent || response.destroyed;
      if (!(Symbol.asyncIterator in results)) {
        if (!isAnswered) {
          await finish(begin(response), results);
        }
      } else if (isAnswered) {
        await results.return();
      } else {
        follow(response, results);
      }
    },
    close() {
      closed = true;
      open.forEach((end) => end());
    },
  };
}
