import { WebSocket } from 'ws';
import { PATIENCE } from './timeouts.js';

/** One subscription over its own connection, in the graphql-transport-ws protocol. */
export interface Subscription {
  /** The next arrival; waits for it. Nothing arrives after an end. */
  next(): Promise<Arrival>;
  /** Disconnects by cutting the connection, or by completing the subscription first. */
  leave(politely: boolean): void;
}

export type Arrival =
  | { readonly kind: 'data'; readonly data: any }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  /** The server completed the subscription. */
  | { readonly kind: 'complete' }
  /** The connection ended, or was never established. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** How long a connection may take. */
const CONNECT_MS = 10_000 * PATIENCE;
/** At most this many are read ahead: then the socket is paused. */
const MOST_QUEUED = 200;

/** Subscribes; failures arrive as `closed`. */
export function subscribe(url: string, query: string, variables: object): Subscription {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    handshakeTimeout: CONNECT_MS,
    maxPayload: 256 * 1024 * 1024,
  });
  const { arrivals, push } = queueOf(socket);
  const timer = setTimeout(() => socket.terminate(), CONNECT_MS);
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (raw: Buffer) => {
    const message = JSON.parse(raw.toString());
    switch (message.type) {
      case 'connection_ack':
        clearTimeout(timer);
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
        break;
      case 'ping':
        socket.send('{"type":"pong"}');
        break;
      case 'next':
        push(
          message.payload.errors === undefined
            ? { kind: 'data', data: message.payload.data }
            : errorOf(message.payload.errors),
        );
        break;
      case 'error':
        push(errorOf(message.payload));
        break;
      case 'complete':
        push({ kind: 'complete' });
        break;
    }
  });
  socket.on('close', () => clearTimeout(timer));
  return {
    next: arrivals,
    leave(politely) {
      if (politely && socket.readyState === socket.OPEN) {
        socket.send('{"id":"1","type":"complete"}');
        socket.close(1000);
      } else {
        socket.terminate();
      }
    },
  };
}

/** The watch socket of document 003; its frames arrive as data. */
export function watchTrace(url: string, traceId: string, since: number): Subscription {
  const path = `/api/traces/${encodeURIComponent(traceId)}/watch?since_event_id=${since}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, {
    handshakeTimeout: CONNECT_MS,
    maxPayload: 256 * 1024 * 1024,
  });
  const { arrivals, push } = queueOf(socket);
  socket.on('message', (raw: Buffer) => push({ kind: 'data', data: JSON.parse(raw.toString()) }));
  return { next: arrivals, leave: (politely) => (politely ? socket.close(1000) : socket.terminate()) };
}

function queueOf(socket: WebSocket): {
  readonly arrivals: () => Promise<Arrival>;
  readonly push: (arrival: Arrival) => void;
} {
  const queued: Arrival[] = [];
  let wake: () => void = () => undefined;
  const push = (arrival: Arrival): void => {
    queued.push(arrival);
    if (queued.length > MOST_QUEUED && socket.readyState === socket.OPEN) {
      socket.pause();
    }
    wake();
  };
  let failure = '';
  socket.on('error', (error) => (failure = error.message));
  socket.on('close', (code, reason) => push({ kind: 'closed', code, reason: reason.toString() || failure }));
  return {
    push,
    async arrivals() {
      while (queued.length === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      if (queued.length <= MOST_QUEUED / 2 && socket.isPaused) {
        socket.resume();
      }
      return queued.shift() as Arrival;
    },
  };
}

function errorOf(errors: any): Arrival {
  const [error] = errors as { message: string; extensions?: { code?: string } }[];
  return { kind: 'error', code: error?.extensions?.code ?? 'none', message: error?.message ?? '' };
}
