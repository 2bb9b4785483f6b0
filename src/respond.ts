import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** How long to wait, in seconds, before the next try where the server has too much to do. */
export const RETRY_AFTER_S = '1';

/** How long a client whose upgrade was rejected may take to close the connection. */
const GOODBYE_MS = 1_000;

/** Rejects an upgrade before it becomes a socket; `headers` are whole lines. */
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
    'content-type: text/plain',
    `content-length: ${Buffer.byteLength(message)}`,
    ...headers,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${message}`);
  const hurry = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(hurry));
}

/** Where a request goes. */
export interface Target {
  readonly path: string;
  /** Empty, or begins with `?`. */
  readonly search: string;
}

/** The target as it was sent: a URL would refuse some targets and rewrite others (`//`, `/..`). */
export function targetOf(request: IncomingMessage): Target {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return query < 0
    ? { path: target, search: '' }
    : { path: target.slice(0, query), search: target.slice(query) };
}
