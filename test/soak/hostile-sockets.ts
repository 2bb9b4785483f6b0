import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { SoakServer } from './server.js';
import { GRACE_MS, TIMEOUTS } from './timeouts.js';
import { MAX_SUBSCRIPTIONS } from './topology.js';

/** How a hostile connection ended: in words if that was wrong, undefined if it was right. */
type Hostility = (server: SoakServer, traceId: string) => Promise<string | undefined>;

/** Connections that send too little, too slowly, or too much of the wrong kind. Each must be closed or answered. */
export const HOSTILE_SOCKETS: Readonly<Record<string, Hostility>> = {
  'headers that stop half-way': (server) =>
    closedWithin(server, 'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Ty', TIMEOUTS.headersMs),
  'a connection that sends nothing': (server) => closedWithin(server, '', TIMEOUTS.headersMs),
  'a body that stops half-way': (server) =>
    closedWithin(server, `${head(1_000)}{"query":"{ `, TIMEOUTS.bodyMs),
  'a body of one byte a second': (server) =>
    // It makes progress, so only the request's deadline ends it.
    closedWithin(server, head(100_000), TIMEOUTS.requestMs, 1_000),
  'more subscriptions than allowed': (server, traceId) =>
    answeredBy(server, MAX_SUBSCRIPTIONS + 50, (socket, id) =>
      socket.send(
        JSON.stringify({
          id,
          type: 'subscribe',
          payload: {
            query: 'subscription ($id: ID!) { traceEvents(traceId: $id) { __typename } }',
            variables: { id: traceId },
          },
        }),
      ),
    ),
  'operations that are none': (server) =>
    answeredBy(server, 50, (socket, id) =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: '{ nothing }' } })),
    ),
  'no JSON over a socket': (server) => answeredBy(server, 1, (socket) => socket.send('{"type":')),
  'a subscription before the greeting': (server) =>
    answeredBy(
      server,
      1,
      (socket, id) =>
        socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: '{ __typename }' } })),
      false,
    ),
};

const head = (length: number): string =>
  `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

/** Sends `text`, then a byte every `dripMs`, and expects an answer or the end of the connection in time. */
async function closedWithin(
  server: SoakServer,
  text: string,
  timeoutMs: number,
  dripMs = 0,
): Promise<string | undefined> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    socket.on('close', () => resolve(true));
    socket.on('data', () => resolve(true));
  });
  socket.write(text);
  const drip = dripMs === 0 ? undefined : setInterval(() => socket.writable && socket.write(' '), dripMs);
  const timer = new AbortController();
  const isOver = await Promise.race([
    ended,
    delay(timeoutMs + GRACE_MS, false, { signal: timer.signal }).catch(() => false),
  ]);
  timer.abort();
  clearInterval(drip);
  socket.destroy();
  return isOver ? undefined : `still open after ${timeoutMs + GRACE_MS} ms`;
}

/** Sends `count` messages over a GraphQL socket and expects an answer to each, or the socket to be closed. */
async function answeredBy(
  server: SoakServer,
  count: number,
  send: (socket: WebSocket, id: string) => void,
  greet = true,
): Promise<string | undefined> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    handshakeTimeout: TIMEOUTS.requestMs,
  });
  socket.on('error', () => undefined);
  const answered = new Set<string>();
  let wake: () => void = () => undefined;
  const state = { isClosed: false as boolean };
  let greeted = !greet;
  socket.on('close', () => {
    state.isClosed = true;
    wake();
  });
  socket.on('open', () => {
    if (greet) {
      socket.send('{"type":"connection_init"}');
    }
    wake();
  });
  socket.on('message', (raw: Buffer) => {
    const { type, id } = JSON.parse(raw.toString());
    greeted ||= type === 'connection_ack';
    if (id !== undefined) {
      answered.add(id);
    }
    wake();
  });
  const end = performance.now() + TIMEOUTS.requestMs + GRACE_MS;
  let sent = false;
  while (!state.isClosed && answered.size < count && performance.now() < end) {
    if (!sent && greeted && socket.readyState === socket.OPEN) {
      sent = true;
      for (let id = 1; id <= count; id += 1) {
        send(socket, String(id));
      }
    }
    await Promise.race([new Promise<void>((resolve) => (wake = resolve)), delay(500)]);
  }
  socket.terminate();
  return state.isClosed || answered.size >= count
    ? undefined
    : `${answered.size} of ${count} messages were answered, and the socket was not closed`;
}
