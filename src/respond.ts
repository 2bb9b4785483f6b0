import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** Rejects an upgrade before it becomes a socket. */
export function reject(socket: Duplex, status: string, message: string): void {
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
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
