import type { IncomingMessage, ServerResponse } from 'node:http';
import { StemmaError, type Written } from '../../base/errors.js';
import { json } from './respond.js';

/**
 * The work that the server has accepted. Once a stop begins, it accepts no more and waits for what it has.
 *
 * A request is accepted when it has arrived completely. An operation over a WebSocket is accepted when it starts.
 */
export interface Drain {
  readonly stopping: boolean;
  /** Registers a request. Call what it returns when the request's handler has finished. */
  track(request: IncomingMessage, response: ServerResponse): () => void;
  /** Answers with 503 UNAVAILABLE and returns true if the request arrived after the stop began. */
  reject(request: IncomingMessage, response: ServerResponse): boolean;
  /** Throws UNAVAILABLE if the request arrived, or its body was completed, after the stop began. */
  check(request: IncomingMessage): void;
  /** Counts `work` as accepted until it settles, and returns its result. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Starts the stop, and resolves when all accepted work has finished. Every later response closes its connection. */
  begin(): Promise<void>;
  /**
   * Answers every request that has no response yet with 503 UNAVAILABLE: `written` is NO if the request was not accepted,
   * otherwise UNKNOWN.
   */
  answerUnfinished(): void;
  /** Resolves when every response has been sent or its client has disconnected. */
  flushed(): Promise<void>;
}

interface Entry {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  accepted: boolean;
  handled: boolean;
}

/** The error for work that is rejected or left unfinished because the server is stopping. */
export function stoppingError(written: Written = 'NO'): StemmaError {
  const message =
    written === 'NO'
      ? 'the server is stopping and accepts no new work; retry on another connection'
      : 'the server stopped before this request was finished';
  return new StemmaError('UNAVAILABLE', message, { written });
}

function answerUnavailable(response: ServerResponse, { code, message, written }: StemmaError): void {
  response.setHeader('retry-after', '1');
  json(response, 503, { errors: [{ message, extensions: { code, written } }] });
}

export function createDrain(): Drain {
  const entries = new Map<IncomingMessage, Entry>();
  let stopping = false;
  let operations = 0;
  let waiters: { readonly until: () => boolean; readonly resolve: () => void }[] = [];

  const isIdle = (): boolean =>
    operations === 0 && [...entries.values()].every(({ accepted, handled }) => handled || !accepted);
  const isFlushed = (): boolean => entries.size === 0;

  const isRejected = (request: IncomingMessage): boolean =>
    stopping && entries.get(request)?.accepted !== true;

  function settle(): void {
    if (waiters.length > 0) {
      waiters.filter(({ until }) => until()).forEach(({ resolve }) => resolve());
      waiters = waiters.filter(({ until }) => !until());
    }
  }

  function when(until: () => boolean): Promise<void> {
    return until() ? Promise.resolve() : new Promise((resolve) => waiters.push({ until, resolve }));
  }

  return {
    get stopping() {
      return stopping;
    },
    track(request, response) {
      const entry: Entry = { request, response, accepted: !stopping, handled: false };
      entries.set(request, entry);
      // Makes Node send `Connection: close`.
      response.shouldKeepAlive &&= !stopping;
      response.once('close', () => {
        entries.delete(request);
        settle();
      });
      return () => {
        entry.handled = true;
        settle();
      };
    },
    reject(request, response) {
      const rejected = isRejected(request);
      if (rejected) {
        answerUnavailable(response, stoppingError());
      }
      return rejected;
    },
    check(request) {
      if (isRejected(request)) {
        throw stoppingError();
      }
    },
    async during(work) {
      operations += 1;
      try {
        return await work;
      } finally {
        // By then, the socket has sent the result.
        setImmediate(() => {
          operations -= 1;
          settle();
        });
      }
    },
    begin() {
      stopping = true;
      for (const entry of entries.values()) {
        entry.accepted &&= entry.request.complete;
        entry.response.shouldKeepAlive = false;
      }
      return when(isIdle);
    },
    answerUnfinished() {
      for (const { response, accepted } of entries.values()) {
        if (!response.headersSent) {
          answerUnavailable(response, stoppingError(accepted ? 'UNKNOWN' : 'NO'));
        }
      }
    },
    flushed: () => when(isFlushed),
  };
}
