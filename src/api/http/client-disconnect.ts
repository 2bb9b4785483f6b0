import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { ClientLeftError } from '../../base/errors.js';

const CONNECTION_ERRORS = [
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ABORT_ERR',
];

/**
 * Whether `error` only means that this client's connection ended. The error code alone is not enough: the connection to the
 * database can fail with the same codes while the client waits.
 */
export function isDisconnect(error: unknown, request: IncomingMessage, response: ServerResponse): boolean {
  if (error instanceof ClientLeftError) {
    return true;
  }
  const left = request.socket.destroyed || response.destroyed;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return left && typeof code === 'string' && CONNECTION_ERRORS.includes(code);
}

/**
 * Makes sends on `socket` succeed even if the client disconnects meanwhile. graphql-ws treats a failed send as a failure of the
 * operation and reports it to the disconnected client; the operation ends with the socket's close event instead.
 */
export function ignoreFailedSends(socket: WebSocket): void {
  type Done = (error?: Error) => void;
  const send = socket.send.bind(socket) as (data: unknown, done: (error?: Error | null) => void) => void;
  socket.send = (data: unknown, options: unknown, callback?: Done): void => {
    const done = typeof options === 'function' ? (options as Done) : callback;
    send(data, (error) => {
      if (error != null) {
        socket.terminate();
      }
      done?.();
    });
  };
}
