import type { ServerResponse } from 'node:http';
import type { ResultBody } from '../graphql/write-result.js';
import { drained } from './respond.js';

/** Which results a client takes as Server-Sent Events: none, those of subscriptions, or all. */
export type StreamedResults = 'none' | 'subscriptions' | 'all';

const JSON_TYPES = ['application/json', 'application/graphql-response+json'];

/**
 * What an `Accept` header says about event streams. They must be named: a wildcard stands for JSON. A client that takes JSON as
 * well, and does not prefer a stream, gets one only for what JSON cannot deliver.
 */
export function streamedResults(accept = ''): StreamedResults {
  const qualities = new Map(
    accept
      .toLowerCase()
      .split(',')
      .map((range) => {
        const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
        const quality = parameters.find((parameter) => parameter.startsWith('q='));
        return [type, quality === undefined ? 1 : Number(quality.slice(2))];
      }),
  );
  const stream = qualities.get('text/event-stream') ?? 0;
  const json = Math.max(...JSON_TYPES.map((type) => qualities.get(type) ?? 0));
  if (!(stream > 0)) {
    return 'none';
  }
  return stream > json ? 'all' : 'subscriptions';
}

/** A response as a stream of Server-Sent Events. */
export interface EventStream {
  /** False once it was ended or the client has disconnected. */
  readonly isOpen: boolean;
  /**
   * Sends an event; `data` is JSON. Resolves when the client has read enough to be sent more, or when the stream is not open any
   * more. Call it only after the previous call has settled.
   */
  send(event: string, data: ResultBody): Promise<void>;
  /** Ends the response once the client has read it. */
  end(): void;
}

/** A comment, which clients ignore. */
const COMMENT = ':\n\n';
/** How much is sent at a time: a client that reads this much within the timeout is slow, but not gone. */
const PIECE_BYTES = 64 * 1024;

/**
 * Begins a response that stays open; its client must still be connected. While it is quiet it sends a comment every `keepAliveMs`, so that proxies keep the connection.
 * A client that reads nothing for `timeoutMs` although something is to be read is disconnected.
 */
export function openEventStream(
  response: ServerResponse,
  { keepAliveMs, timeoutMs }: { readonly keepAliveMs: number; readonly timeoutMs: number },
): EventStream {
  let isOpen = true;
  let isSending = false;
  const timer = setInterval(() => {
    if (!isSending && response.writableLength === 0) {
      response.write(COMMENT);
    }
  }, keepAliveMs);
  const close = (): void => {
    isOpen = false;
    clearInterval(timer);
  };
  response.once('close', close);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    vary: 'Origin, Accept',
    // nginx would otherwise hold events back until it has a buffer of them.
    'x-accel-buffering': 'no',
  });
  // Some browsers report the stream as open only when they have read something of it.
  response.write(COMMENT);

  async function write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let from = 0; isOpen && from < bytes.length; from += PIECE_BYTES) {
      if (!response.write(bytes.subarray(from, from + PIECE_BYTES))) {
        await drained(response, timeoutMs);
      }
    }
  }

  return {
    get isOpen() {
      return isOpen;
    },
    async send(event, data) {
      isSending = true;
      try {
        if (typeof data === 'string') {
          await write(`event: ${event}\ndata: ${inOneLine(data)}\n\n`);
          return;
        }
        await write(`event: ${event}\ndata: `);
        for await (const chunk of data) {
          await write(inOneLine(chunk));
          if (!isOpen) {
            return;
          }
        }
        await write('\n\n');
      } finally {
        isSending = false;
      }
    },
    end() {
      close();
      response.end();
    },
  };
}

/** JSON without line breaks, which would end the field. In JSON they stand only between values. */
function inOneLine(json: string): string {
  return json.replace(/[\r\n]/g, ' ');
}
