import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import type { BodyParser } from './body-parser.js';
import type { ByteBudget } from './byte-budget.js';
import type { Context } from './context.js';
import type { Limits } from './limits.js';
import { createRequestScope, type RequestScope } from './request-scope.js';
import { readBody } from './request-body.js';

export interface GraphqlHttpOptions {
  readonly apollo: ApolloServer<Context>;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
}

/** Answers a GraphQL request over HTTP. Its deadline counts from when its body has arrived. */
export async function answerGraphql(
  { apollo, createContext, limits, bodies, parser }: GraphqlHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<void> {
  const bytes =
    request.method === 'POST' ? await readBody(request, response, { limits, budget: bodies }) : undefined;
  const scope = createRequestScope({
    timeoutMs: limits.requestTimeoutMs,
    maxBytes: limits.maxResponseBytes,
    onLeave: (leave) => response.once('close', () => !response.writableFinished && leave()),
  });
  try {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) {
        headers.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
    }
    const body = bytes === undefined ? undefined : await parser.parse(bytes, 'request', scope.signal);
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body },
      context: () => Promise.resolve(createContext(request, scope)),
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
  } finally {
    scope.end();
  }
}
