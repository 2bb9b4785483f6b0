import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Kit } from './kit.js';

/** One event as it was sent. */
export interface StreamedEvent {
  readonly event: string;
  /** Undefined if the event has no `data` field. */
  readonly data: string | undefined;
}

/** An event stream as received, with its events queued. */
export interface StreamClient {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The next event; rejects after 20 seconds, or when the stream has ended. */
  event(): Promise<StreamedEvent>;
  /** The result in the next event, which must be `next`. */
  next(): Promise<any>;
  /** Everything received so far. */
  readonly text: () => string;
  readonly waiting: number;
  /** Resolves when the connection has ended: true if the server ended the response, false if it was cut. */
  readonly ended: Promise<boolean>;
  pause(): void;
  resume(): void;
  /** Disconnects. */
  cut(): void;
}

export interface StreamRequest {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: object;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of the operation. */
  readonly body?: string;
}

/** Sends a request for an event stream, and resolves when the head of its response arrives. */
export function openStream(
  { url }: Pick<Kit, 'url'>,
  { query, operationName, variables, method = 'POST', headers = {}, body }: StreamRequest,
): Promise<StreamClient> {
  const parameters = new URLSearchParams({
    ...(query === undefined ? {} : { query }),
    ...(operationName === undefined ? {} : { operationName }),
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables) }),
  });
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/graphql${method === 'GET' ? `?${parameters.toString()}` : ''}`,
      {
        method,
        agent: false,
        headers: {
          accept: 'text/event-stream',
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
      },
      (response) => resolve(readStream(sent, response)),
    );
    sent.on('error', reject);
    sent.end(method === 'GET' ? undefined : (body ?? JSON.stringify({ query, operationName, variables })));
  });
}

function readStream(sent: ClientRequest, response: IncomingMessage): StreamClient {
  const events: StreamedEvent[] = [];
  const chunks: string[] = [];
  /** The beginning of an event that is not complete. */
  let rest = '';
  let isOver = false;
  let wake: () => void = () => undefined;
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    chunks.push(chunk);
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const fields = part
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
      const event = fields.find(([name]) => name === 'event')?.[1];
      if (event !== undefined) {
        events.push({ event, data: fields.find(([name]) => name === 'data')?.[1] });
      }
    }
    wake();
  });
  const ended = new Promise<boolean>((resolve) => {
    response.on('error', () => undefined);
    response.on('close', () => {
      isOver = true;
      wake();
      resolve(response.complete);
    });
  });
  sent.on('error', () => undefined);

  const event = async (): Promise<StreamedEvent> => {
    const deadlineMs = performance.now() + 20_000;
    for (;;) {
      const first = events.shift();
      if (first !== undefined) {
        return first;
      }
      if (isOver || performance.now() > deadlineMs) {
        throw new Error(
          isOver
            ? `the stream has ended after ${chunks.slice(-3).join('').slice(-500)}`
            : 'nothing came within 20 s',
        );
      }
      const timer = setTimeout(() => wake(), 20_000);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      clearTimeout(timer);
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    event,
    async next() {
      const { event: name, data } = await event();
      if (name !== 'next' || data === undefined) {
        throw new Error(`expected a result, got the event ${name}`);
      }
      return JSON.parse(data) as unknown;
    },
    text: () => chunks.join(''),
    get waiting() {
      return events.length;
    },
    ended,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    cut: () => void sent.destroy(),
  };
}
