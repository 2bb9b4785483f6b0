import type { Socket } from 'node:net';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { LARGE_BODY_BYTES, type BodyParser } from '../http/body-parser.js';
import type { ByteBudget } from '../http/byte-budget.js';
import { StemmaError } from '../../base/errors.js';
import type { Limits } from '../../base/limits.js';
import { parseBody } from '../http/parse-body.js';

/** How much of an incomplete message a socket may buffer without counting it in the budget. */
const FREE_BYTES = 16 * 1024;
/** How much a socket takes from the budget at a time beyond that. */
const CHUNK_BYTES = 64 * 1024;
/** WebSocket close code "try again later". */
const TRY_AGAIN_LATER = 1013;

type Listener = (text: string) => Promise<void>;

interface SocketOptions {
  readonly socket: WebSocket;
  /** The connection under the WebSocket. */
  readonly connection: Socket;
  readonly limits: Pick<Limits, 'maxSubscriptions'>;
  readonly bodies: ByteBudget;
  readonly parser: BodyParser;
}

/**
 * Intercepts messages before graphql-ws, which already listens to `socket`: graphql-ws reads messages with JSON.parse, which
 * would change some values and block for long on large ones. It gets each `subscribe` message without its variables; `keep`
 * gets the exact payload, or the error to answer the operation with.
 *
 * Messages count in the budget of all bodies until their operation is answered or has become a stream. If a message does not
 * fit, its operation is answered with UNAVAILABLE; a socket that buffers a message for which there is no room is closed (1013).
 * A socket with too many operations at once is closed with 4429, the protocol's code for too many requests: after that code,
 * clients do not reconnect by themselves and so do not send the same operations again.
 */
export function readMessages(
  { socket, connection, limits: { maxSubscriptions }, bodies, parser }: SocketOptions,
  {
    keep,
    completed,
  }: {
    readonly keep: (id: string, payload: unknown) => void;
    /** Called when the client ends an operation. */
    readonly completed: (id: string) => void;
  },
): void {
  const [listener] = socket.listeners('message') as Listener[];
  socket.removeAllListeners('message');
  limitBuffer({ socket, connection, bodies });
  let operations = 0;
  /** The previous message, if it is still being parsed: messages keep their order. */
  let parsing: Promise<void> | undefined;

  function pass(text: string): Promise<void> {
    return listener?.call(socket, text) ?? Promise.resolve();
  }

  function subscribe(id: string, payload: unknown, release: () => void): void {
    if (operations >= maxSubscriptions) {
      release();
      socket.close(
        CloseCode.TooManyInitialisationRequests,
        `expected at most ${maxSubscriptions} subscriptions at once, got one more`,
      );
      return;
    }
    operations += 1;
    keep(id, payload);
    const checked = payload instanceof StemmaError ? { query: '' } : outlineOf(payload as Outline);
    void pass(JSON.stringify({ id, type: 'subscribe', payload: checked })).finally(() => {
      operations -= 1;
      release();
    });
  }

  function handle(message: unknown, text: string, release: () => void): void {
    const { type, id, payload } = (message ?? {}) as Readonly<Record<string, unknown>>;
    if (type === 'subscribe' && typeof id === 'string' && hasQuery(payload)) {
      subscribe(id, payload, release);
    } else {
      release();
      if (type === 'complete' && typeof id === 'string') {
        completed(id);
      }
      void pass(text);
    }
  }

  function fail(error: unknown, text: string): void {
    const id = idOf(text);
    if (id !== undefined && error instanceof StemmaError) {
      subscribe(id, error, () => undefined);
    } else {
      socket.close(CloseCode.BadRequest, 'not JSON that can be kept as it is');
    }
  }

  async function handleLarge(data: Buffer): Promise<void> {
    const beginning = data.subarray(0, 300).toString();
    let released = false;
    const release = (): void => {
      if (!released) {
        released = true;
        bodies.give(data.length);
      }
    };
    if (!bodies.take(data.length)) {
      released = true;
      fail(
        new StemmaError(
          'UNAVAILABLE',
          'too many large requests are being received or answered; try again a little later',
        ),
        beginning,
      );
      return;
    }
    try {
      const message = await parser.parse(data, 'message');
      handle(message, '{}', release);
    } catch (error) {
      release();
      fail(error, beginning);
    }
  }

  socket.on('message', (data: Buffer) => {
    if (data.length >= LARGE_BODY_BYTES || parsing !== undefined) {
      socket.pause();
      const turn = (parsing ?? Promise.resolve()).then(() =>
        data.length >= LARGE_BODY_BYTES ? handleLarge(data) : handleSmall(data),
      );
      parsing = turn;
      void turn.finally(() => {
        if (parsing === turn) {
          parsing = undefined;
          socket.resume();
        }
      });
    } else {
      handleSmall(data);
    }
  });

  function handleSmall(data: Buffer): void {
    const text = data.toString();
    try {
      handle(parseBody(data), text, () => undefined);
    } catch (error) {
      fail(error, text);
    }
  }
}

/** Counts in the budget what a socket buffers of an incomplete message. */
function limitBuffer({
  socket,
  connection,
  bodies,
}: Pick<SocketOptions, 'socket' | 'connection' | 'bodies'>): void {
  let bufferedBytes = 0;
  let takenBytes = 0;
  const release = (): void => {
    bodies.give(takenBytes);
    takenBytes = 0;
    bufferedBytes = 0;
  };
  connection.prependListener('data', (chunk: Buffer) => {
    bufferedBytes += chunk.length;
    if (bufferedBytes > FREE_BYTES + takenBytes) {
      if (bodies.take(CHUNK_BYTES, bufferedBytes)) {
        takenBytes += CHUNK_BYTES;
      } else {
        socket.close(TRY_AGAIN_LATER, 'too many large requests are being received; try again a little later');
        connection.pause();
        setTimeout(() => socket.terminate(), 1_000).unref();
      }
    }
  });
  socket.on('message', release).on('ping', release).on('pong', release).once('close', release);
}

interface Outline {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
}

/** What graphql-ws checks in a payload: its types, not the values of its variables. */
function outlineOf({ query, operationName, variables }: Outline): Outline {
  const isObject = typeof variables === 'object' && !Array.isArray(variables);
  return { query, operationName, variables: isObject ? null : Array.isArray(variables) ? [] : variables };
}

function hasQuery(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'query' in payload;
}

/** The id of a `subscribe` message, from its text, which may be truncated or rejected as JSON. */
function idOf(text: string): string | undefined {
  try {
    const { type, id } = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
    return type === 'subscribe' && typeof id === 'string' ? id : undefined;
  } catch {
    const id = /"id"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
    return id !== undefined && /"type"\s*:\s*"subscribe"/.test(text)
      ? (JSON.parse(`"${id}"`) as string)
      : undefined;
  }
}
