import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { ResultBody } from './write-result.js';

/** The payload to give to graphql-ws for a result that `sendResult` has sent. */
export const SENT = { sent: randomUUID() } as const;

const SENT_END = `${JSON.stringify(SENT)}}`;

type Send = (data: string, options: { readonly fin: boolean }) => Promise<void>;

/** Sends each result over a socket as one message in chunks; other messages are sent before or after it. */
export interface ResultSocket {
  /** Sends a `next` message. Resolves when the client's connection has accepted it or is closed. */
  sendResult(id: string, body: ResultBody): Promise<void>;
}

/**
 * Takes over sending for a socket that graphql-ws serves. graphql-ws would stringify each result at once; instead its `onNext`
 * sends the result here and returns SENT. A message with SENT is not sent.
 */
export function resultSocket(socket: WebSocket): ResultSocket {
  const rawSend = socket.send.bind(socket) as (
    data: unknown,
    options: { readonly fin: boolean },
    done: () => void,
  ) => void;
  const send: Send = (data, options) =>
    new Promise((resolve) => {
      if (socket.readyState === socket.OPEN) {
        rawSend(data, options, () => resolve());
      } else {
        resolve();
      }
    });
  let last: Promise<void> = Promise.resolve();
  /** Runs `work` after everything that was queued before: a message's chunks must not be mixed with others. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  socket.send = (data: unknown, done?: unknown) => {
    const finished = typeof done === 'function' ? (done as () => void) : () => undefined;
    if (typeof data === 'string' && data.endsWith(SENT_END)) {
      finished();
      return;
    }
    void inTurn(() => send(data as string, { fin: true })).then(finished);
  };

  return {
    sendResult: (id, body) =>
      inTurn(async () => {
        const start = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
        if (typeof body === 'string') {
          await send(`${start}${body}}`, { fin: true });
          return;
        }
        await send(start, { fin: false });
        for await (const chunk of body) {
          await send(chunk, { fin: false });
          if (socket.readyState !== socket.OPEN) {
            return;
          }
        }
        await send('}', { fin: true });
      }),
  };
}
