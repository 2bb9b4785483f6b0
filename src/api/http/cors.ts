import type { IncomingMessage, ServerResponse } from 'node:http';

/** The headers that pages of an allowed origin may send besides those that browsers always permit. */
const REQUEST_HEADERS = [
  'content-type',
  'authorization',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'apollographql-client-version',
  'traceparent',
  'tracestate',
  'baggage',
];

/** How long a browser may cache the answer to a preflight; Chromium caches it for at most two hours. */
const PREFLIGHT_SECONDS = '7200';

/** Lets a page of `origin` read the response. */
export function shareWith(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'retry-after');
}

/** Whether the request is a preflight, in which a browser asks what a page may send. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Answers the preflight of a page whose origin is allowed. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  // Chromium sends this header when a page from the internet connects to this machine.
  const fromInternet = request.headers['access-control-request-private-network'] === 'true';
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': REQUEST_HEADERS.join(', '),
      'access-control-max-age': PREFLIGHT_SECONDS,
      ...(fromInternet ? { 'access-control-allow-private-network': 'true' } : {}),
    })
    .end();
}
