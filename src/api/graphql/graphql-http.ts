import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import { OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import { resultOf } from './apollo-server.js';
import type { BodyParser } from '../http/body-parser.js';
import type { ByteBudget } from '../http/byte-budget.js';
import type { Context } from './context.js';
import type { Drain } from '../http/drain.js';
import { badInput, ClientLeftError, StemmaError } from '../../base/errors.js';
import { streamedResults } from '../http/event-stream.js';
import type { EventStreams } from './event-streams.js';
import type { Limits } from '../../base/limits.js';
import type { Operations, Payload } from './operations.js';
import { checkQueryLength } from './query-limits.js';
import { readBody } from '../http/request-body.js';
import { payloadOf } from './request-payload.js';
import { createRequestScope, withinScope, type RequestScope } from '../../base/request-scope.js';
import { json, RETRY_AFTER_S } from '../http/respond.js';
import { bodyOf, sendBody } from './write-result.js';

export interface GraphqlHttpOptions {
  readonly apollo: ApolloServer<Context>;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly drain: Drain;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
  readonly operations: Operations;
  readonly streams: EventStreams;
}

/** Answers a GraphQL request over HTTP, as JSON or as an event stream. Its deadline starts when its body has arrived. */
export async function answerGraphql(
  options: GraphqlHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<void> {
  const { limits, drain, bodies, parser, operations, streams } = options;
  const { method, headers } = request;
  const received =
    method === 'POST' ? await readBody(request, response, { limits, budget: bodies }) : undefined;
  drain.check(request);
  const scope = createRequestScope({
    timeoutMs: limits.requestTimeoutMs,
    maxBytes: limits.maxResponseBytes,
    maxCost: limits.maxQueryCost,
    onLeave: (leave) => response.once('close', () => !response.writableFinished && leave()),
  });
  const streamed = method === 'POST' || method === 'GET' ? streamedResults(headers.accept) : 'none';
  try {
    let body: unknown;
    try {
      body = received && (await parser.parse(received.bytes, 'request', scope.signal));
    } catch (error) {
      if (streamed !== 'all' || !isBadInput(error)) {
        throw error;
      }
      await streams.answer(request, response, error);
      return;
    }
    const payload = payloadOf({ method, search, body });
    const isLive = isSubscription(operations, payload);
    if (streamed === 'all' || (streamed === 'subscriptions' && isLive)) {
      await streams.answer(request, response, payload);
      // What still streams now does not need it.
      received?.release();
    } else if (isLive) {
      refuseSubscription(options, response, payload);
    } else {
      await execute(options, { request, response, scope, search, body });
    }
  } finally {
    scope.end();
  }
}

/** Parses only what contains the word: Apollo parses the others. */
function isSubscription(operations: Operations, payload: Payload | StemmaError): payload is Payload {
  return (
    !(payload instanceof StemmaError) &&
    payload.query.includes(OperationTypeNode.SUBSCRIPTION) &&
    operations.kindOf(payload) === OperationTypeNode.SUBSCRIPTION
  );
}

function isBadInput(error: unknown): error is StemmaError {
  return error instanceof StemmaError && error.code === 'BAD_USER_INPUT';
}

/** Answers a subscription that the client wants as JSON. */
function refuseSubscription(
  { operations }: GraphqlHttpOptions,
  response: ServerResponse,
  payload: Payload,
): void {
  const document = operations.check(payload);
  const errors =
    'kind' in document
      ? [
          badInput(
            'query',
            'expected a query or a mutation for a response in JSON, got a subscription; send it over a WebSocket with the ' +
              'subprotocol graphql-transport-ws, or with `Accept: text/event-stream` to get Server-Sent Events',
          ),
        ]
      : document;
  json(response, 400, { errors: operations.masked(errors) });
}

/** Executes a request that was read, and sends its result. */
async function execute(
  { apollo, createContext, limits, maskError }: GraphqlHttpOptions,
  {
    request,
    response,
    scope,
    search,
    body,
  }: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly scope: RequestScope;
    readonly search: string;
    readonly body: unknown;
  },
): Promise<void> {
  const { query } = (body ?? {}) as { readonly query?: unknown };
  if (typeof query === 'string') {
    checkQueryLength(query);
  }
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) {
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
  }
  response.setHeader('cache-control', 'no-store');
  try {
    const answer = await withinScope(
      scope,
      apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body },
        context: () => Promise.resolve(createContext(request, scope)),
      }),
    );
    if (answer.body.kind !== 'complete') {
      throw new Error('no result is delivered in parts: the schema has no @defer');
    }
    const text = await withinScope(scope, bodyOf(resultOf(answer.body), limits.maxResponseBytes));
    scope.end();
    response.statusCode = answer.status ?? 200;
    for (const [name, value] of answer.headers) {
      response.setHeader(name, value);
    }
    await sendBody(response, text, limits.bodyTimeoutMs);
  } catch (error) {
    if (!(error instanceof StemmaError) || error instanceof ClientLeftError) {
      throw error;
    }
    // Stopped by the deadline or by a limit.
    if (!response.destroyed) {
      if (error.code === 'UNAVAILABLE') {
        response.setHeader('retry-after', RETRY_AFTER_S);
      }
      json(response, error.code === 'UNAVAILABLE' ? 503 : 400, { errors: [maskError(error)] });
    }
  }
}
