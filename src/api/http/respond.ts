import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The security headers of every response, unless its route sets them itself. */
const SAFETY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Responses differ by origin, even those that no other origin may read.
  vary: 'Origin',
};

/** Keeps other sites from embedding a response, and browsers from guessing its type. Call this first. */
export function setSafetyHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(SAFETY_HEADERS)) {
    response.setHeader(name, value);
  }
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** How many seconds a client should wait before it retries when the server is overloaded. */
export const RETRY_AFTER_S = '1';

/** How long a client whose upgrade was rejected may take to close the connection. */
const GOODBYE_MS = 1_000;

/** Rejects an upgrade before it becomes a socket; `headers` are complete lines. */
export function reject(
  socket: Duplex,
  status: string,
  message: string,
  headers: readonly string[] = [],
): void {
  socket.on('error', () => undefined);
  const lines = [
    `HTTP/1.1 ${status}`,
    'connection: close',
    'content-type: text/plain; charset=utf-8',
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(message)}`,
    ...headers,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${message}`);
  const hurry = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(hurry));
}

/** Resolves when the client has read what was sent, or has disconnected. Disconnects a client that reads nothing for `timeoutMs`. */
export function drained(response: ServerResponse, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

/** The target of a request. */
export interface Target {
  readonly path: string;
  /** Empty, or begins with `?`. */
  readonly search: string;
  /** The host and port if the target is an absolute URL, as a client sends it to a proxy; null if it is a path. */
  readonly authority: string | null;
}

/** The target exactly as sent: the URL class would reject some targets and rewrite others (`//`, `/..`). */
export function targetOf(request: IncomingMessage): Target {
  const sent = request.url ?? '/';
  const [origin = '', authority = null] = /^http:\/\/([^/?#]*)/i.exec(sent) ?? [];
  const target = sent.slice(origin.length);
  const query = target.indexOf('?');
  return query < 0
    ? { path: target, search: '', authority }
    : { path: target.slice(0, query), search: target.slice(query), authority };
}
