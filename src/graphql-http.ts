import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import type { Context } from './context.js';
import type { Drain } from './drain.js';
import { parseJson } from './json.js';
import type { Limits } from './limits.js';
import { createRequestScope, type RequestScope } from './request-scope.js';
import { readBody } from './request-body.js';

export interface GraphqlHttpOptions {
  readonly apollo: ApolloServer<Context>;
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly drain: Drain;
}

/** Answers a GraphQL request over HTTP. */
export async function answerGraphql(
  { apollo, createContext, limits, drain }: GraphqlHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<void> {
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
    const text = request.method === 'POST' ? await readBody(request, limits.maxRequestBytes) : '';
    drain.check(request);
    const body = text === '' ? undefined : parseJson(text);
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
