import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Context } from './context.js';
import { StemmaError } from './errors.js';
import { connectedFrame, eventFrame } from './frames.js';
import { readSnapshot } from './snapshot.js';
import type { Follower } from './tails.js';

/** The socket of document 003: `/api/traces/{id}/watch?since_event_id=`. */
export interface WatchServer {
  /** Takes an upgrade request for the trace, watched from behind `since` (negative: only what is new). */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    watch: { readonly traceId: string; readonly since: number },
  ): void;
  close(): void;
}

/** More missed events than this are not replayed: the document's limit. */
const MAX_REPLAY = 100;

export function createWatchServer({
  createContext,
  log,
}: {
  readonly createContext: (request: IncomingMessage) => Context | Promise<Context>;
  readonly log: Logger;
}): WatchServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });

  async function serve(
    socket: WebSocket,
    context: Context,
    watch: { traceId: string; since: number },
  ): Promise<void> {
    const key = { projectId: context.projectId, traceId: watch.traceId };
    const left = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('message', (data: Buffer) => {
      if (data.toString() === 'ping') {
        void send(socket, { event: 'pong' });
      }
    });
    const snapshot = await readSnapshot(context.database, key);
    await send(socket, connectedFrame(snapshot));
    const missed = watch.since < 0 ? 0 : Math.max(0, snapshot.currentEventId - watch.since);
    if (missed > MAX_REPLAY) {
      await send(socket, {
        event: 'error',
        message: `Too many missed events (${missed}), please reload via REST API`,
      });
    }
    const replay = watch.since >= 0 && missed <= MAX_REPLAY;
    const after = replay ? Math.min(watch.since, snapshot.currentEventId) : snapshot.currentEventId;
    const follower = await context.tails.follow(key, after);
    void left.then(() => follower.return?.());
    if (socket.readyState !== socket.OPEN) {
      await follower.return?.();
    }
    await deliver(socket, follower);
  }

  return {
    upgrade(request, socket, head, watch) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('error', (error) => log.debug({ err: error }, 'watch socket'));
        Promise.resolve(createContext(request))
          .then((context) => serve(client, context, watch))
          .catch(async (error: unknown) => {
            const known = error instanceof StemmaError;
            if (!known) {
              log.error({ err: error }, 'watch socket');
            }
            const gone = known && error.code === 'NOT_FOUND';
            await send(client, {
              event: 'error',
              message: gone ? 'Trace not found' : known ? error.message : 'Internal server error',
            });
          })
          .finally(() => client.close())
          .catch(() => undefined);
      });
    },
    close() {
      for (const client of sockets.clients) {
        client.close(1001, 'the server is stopping');
      }
    },
  };
}

async function deliver(socket: WebSocket, follower: Follower): Promise<void> {
  for await (const followed of follower) {
    if (followed.kind === 'event') {
      await send(socket, eventFrame(followed.event));
    } else if (followed.kind === 'deleted') {
      throw new StemmaError('NOT_FOUND', 'the trace was deleted');
    }
  }
}

/** Sends a frame; resolves when it has left, so that a slow client is read for only as fast as it reads. */
function send(socket: WebSocket, frame: object): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) {
      socket.send(JSON.stringify(frame), () => resolve());
    } else {
      resolve();
    }
  });
}
