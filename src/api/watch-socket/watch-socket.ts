import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Context } from '../graphql/context.js';
import { StemmaError } from '../../base/errors.js';
import { logBounds } from '../../domain/events/events.js';
import type { Follower } from '../../live/follower.js';
import { connectedFrame, eventFrame } from './frames.js';
import type { EventRow } from '../../model/rows.js';
import type { Limits } from '../../base/limits.js';
import { createRequestScope, type RequestScope } from '../../base/request-scope.js';
import { readSnapshot, type Snapshot } from '../../domain/traces/snapshot.js';
import { readTracePayloads, type TracePayloads } from '../../domain/traces/read-traces.js';

/** The socket of document 003: `/api/traces/{id}/watch?since_event_id=`. */
export interface WatchServer {
  /** Accepts an upgrade request and watches the trace after event `after` (negative: only new events). */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    watch: { readonly traceId: string; readonly after: number },
  ): void;
  /** Closes every client's socket; a client that does not answer is terminated. */
  close(): void;
}

/** If a client missed more events than this, none are replayed: the document's limit. */
const MAX_REPLAY = 100;
/** Clients send nothing but "ping". */
const MAX_MESSAGE_BYTES = 1024;
/** A client that has more than this waiting to be sent gets no pongs. */
const MAX_WAITING_BYTES = 64 * 1024;
const GOODBYE_MS = 1_000;

export function createWatchServer({
  createContext,
  limits,
  log,
  heartbeatMs = 60_000,
}: {
  readonly createContext: (request: IncomingMessage, scope: RequestScope) => Context;
  readonly limits: Limits;
  readonly log: Logger;
  /** How often a client must show that it is alive; after twice this time without a sign it is disconnected. */
  readonly heartbeatMs?: number;
}): WatchServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  async function serve(
    socket: WebSocket,
    context: Context,
    watch: { traceId: string; after: number },
  ): Promise<void> {
    const { database, tails, projectId } = context;
    const answerPings = readPings(socket);
    const snapshot = await readSnapshot(database, { projectId, traceId: watch.traceId });
    const ids = snapshot.subTraces.map(({ id }) => id);
    const payloads =
      ids.length === 0
        ? new Map<string, TracePayloads>()
        : await readTracePayloads(database, { projectId, ids });
    await send(socket, JSON.stringify(connectedFrame(snapshot, payloads)));
    answerPings();
    const missed = await countMissed(context, snapshot, watch.after);
    if (missed > MAX_REPLAY) {
      await send(
        socket,
        JSON.stringify({
          event: 'error',
          message: `Too many missed events (${missed}), please reload via REST API`,
        }),
      );
    }
    const { currentEventId } = snapshot;
    const replay = watch.after >= 0 && missed <= MAX_REPLAY;
    const follower = await tails.follow(
      { projectId, ownerId: watch.traceId, generation: snapshot.trace.createdAt },
      {
        after: replay ? Math.min(watch.after, currentEventId) : currentEventId,
        highWaterMark: currentEventId,
      },
    );
    socket.once('close', () => void follower.return?.());
    if (socket.readyState === socket.OPEN) {
      await deliver(socket, follower);
    }
    await follower.return?.();
  }

  /** Disconnects a client whose connection broke silently. */
  function keepAlive(socket: WebSocket): void {
    let alive = true;
    const heard = (): void => {
      alive = true;
    };
    socket.on('pong', heard).on('message', heard);
    const timer = setInterval(() => {
      if (!alive) {
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) {
        alive = false;
        socket.ping();
      }
    }, heartbeatMs);
    socket.once('close', () => clearInterval(timer));
  }

  return {
    upgrade(request, socket, head, watch) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('error', (error) => log.debug({ err: error }, 'watch socket'));
        keepAlive(client);
        Promise.resolve()
          .then(() =>
            createContext(
              request,
              createRequestScope({ timeoutMs: limits.requestTimeoutMs, maxBytes: limits.maxResponseBytes }),
            ),
          )
          .then((context) => serve(client, context, watch))
          .catch(async (error: unknown) => {
            const isStemmaError = error instanceof StemmaError;
            if (!isStemmaError) {
              log.error({ err: error }, 'watch socket');
            }
            const isMissing = isStemmaError && error.code === 'NOT_FOUND';
            const message = isMissing
              ? 'Trace not found'
              : isStemmaError
                ? error.message
                : 'Internal server error';
            await send(client, JSON.stringify({ event: 'error', message }));
          })
          .finally(() => client.close(1000))
          .catch(() => undefined);
      });
    },
    close() {
      for (const client of sockets.clients) {
        client.close(1001, 'the server is stopping');
        const hurry = setTimeout(() => client.terminate(), GOODBYE_MS);
        client.once('close', () => clearTimeout(hurry));
      }
    },
  };
}

/** Answers each "ping" of the client with a pong, but only after the returned function is called: `connected` comes first. */
function readPings(socket: WebSocket): () => void {
  let early = 0;
  let answer = (): void => {
    early = Math.min(early + 1, MAX_REPLAY);
  };
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary && data.toString() === 'ping') {
      answer();
    }
  });
  return () => {
    answer = () => {
      if (socket.bufferedAmount < MAX_WAITING_BYTES) {
        void send(socket, JSON.stringify({ event: 'pong' }));
      }
    };
    for (; early > 0; early -= 1) {
      answer();
    }
  };
}

/** How many events the log has after `after`, up to the snapshot; 0 if `after` is negative. */
async function countMissed(
  { database }: Context,
  { trace: { projectId, id }, currentEventId }: Snapshot,
  after: number,
): Promise<number> {
  if (after < 0 || currentEventId - after <= MAX_REPLAY) {
    return after < 0 ? 0 : Math.max(0, currentEventId - after);
  }
  const bounds = await logBounds(database, { projectId, traceId: id });
  const earliest = bounds?.earliest ?? currentEventId + 1;
  return Math.max(0, currentEventId - Math.max(after, earliest - 1));
}

async function deliver(socket: WebSocket, follower: Follower<EventRow>): Promise<void> {
  for await (const followed of follower) {
    if (followed.kind === 'event') {
      await send(socket, eventFrame(followed.event));
    } else if (followed.kind === 'deleted') {
      throw new StemmaError('NOT_FOUND', 'the trace was deleted');
    }
  }
}

/** Sends a frame and resolves once it is sent, so that events are read only as fast as the client receives them. */
function send(socket: WebSocket, frame: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) {
      socket.send(frame, () => resolve());
    } else {
      resolve();
    }
  });
}
