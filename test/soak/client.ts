import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import type { Disturbances } from './disturbances.js';
import type { Report } from './report.js';
import type { SoakServer } from './server.js';
import { GRACE_MS, TIMEOUTS } from './timeouts.js';

/** How a request ended. */
export type Answer =
  | { readonly kind: 'data'; readonly data: any }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      readonly status: number;
      readonly field: string | undefined;
      /** Whether the write may have been executed anyway. */
      readonly written: 'NO' | 'UNKNOWN';
      readonly retryAfterMs: number | undefined;
    }
  /** The connection broke, or there was no answer: the write may have been executed. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Sends requests to the servers, and checks each answer: its time, its code, and whether there was one. */
export interface Client {
  /** Sends a GraphQL operation. */
  ask(server: SoakServer, kind: string, query: string, variables?: object): Promise<Answer>;
  /** Sends a raw request. Anything but data or a clean error is reported. */
  send(server: SoakServer, kind: string, raw: RawRequest): Promise<Answer>;
  close(): void;
}

/** The codes that the schema names. */
const CLEAN_CODES = [
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PAYLOAD_TOO_LARGE',
  'UNAVAILABLE',
];
/** Nobody waits longer than this. */
const GIVE_UP_MS = 3 * TIMEOUTS.requestMs;
/** How long the log of a masked error may take to arrive. */
const LOG_MS = 500;
const MAX_SOCKETS = 200;

export function createClient({
  disturbances,
  report,
}: {
  readonly disturbances: Disturbances;
  readonly report: Report;
}): Client {
  // A connection that was idle for longer is not reused: the server may be about to close it.
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: 3_000 });

  function judge(server: SoakServer, kind: string, begun: number, answer: Answer): void {
    const now = performance.now();
    const ms = now - begun;
    const code = answer.kind === 'error' ? answer.code : answer.kind === 'lost' ? 'LOST' : undefined;
    report.attempt(kind, ms, code);
    const excusedMs = disturbances.overlapMs([server.name, 'soak'], begun, now);
    if (ms - excusedMs > TIMEOUTS.requestMs + GRACE_MS) {
      const how = answer.kind === 'lost' ? answer.reason : (code ?? 'data');
      report.find(
        'deadlines',
        `${kind} took ${ms.toFixed(0)} ms (${excusedMs.toFixed(0)} of them excused): ${how}`,
        server.name,
      );
    }
    report.most(`longest answer of ${server.name} without what is excused, ms`, ms - excusedMs);
    if (answer.kind === 'lost' && disturbances.during([server.name], begun, now) === undefined) {
      report.find('answers', `${kind} lost its connection: ${answer.reason}`, server.name);
    }
    if (answer.kind === 'error' && !CLEAN_CODES.includes(answer.code)) {
      report.find(
        'answers',
        `${kind} got HTTP ${answer.status} ${answer.code}: ${answer.message.slice(0, 200)}`,
        server.name,
      );
      showLog(server, answer.message);
    }
    if (answer.kind === 'error' && answer.code === 'UNAVAILABLE') {
      const quiet = disturbances.during(['A', 'B', 'neo4j'], begun, now, 5_000) === undefined;
      report.count(quiet ? 'UNAVAILABLE in quiet times' : 'UNAVAILABLE around disturbances');
    }
  }

  /** Prints what the server logged about an error that it masked; the log may arrive after the answer. */
  function showLog(server: SoakServer, message: string): void {
    const [, errorId] = /under ([0-9a-f-]{36})/.exec(message) ?? [];
    if (errorId !== undefined) {
      setTimeout(
        () => report.line(`the log of ${server.name}: ${server.logged(errorId) ?? 'nothing'}`),
        LOG_MS,
      );
    }
  }

  function post(
    server: SoakServer,
    { method = 'POST', path = '/graphql', headers = {}, body }: RawRequest,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const sent = request(
        {
          agent,
          host: '127.0.0.1',
          port: server.port,
          path,
          method,
          headers: {
            'content-type': 'application/json',
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', (error) =>
            resolve({ kind: 'lost', reason: `within the answer: ${error.message}` }),
          );
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            const after = Number(response.headers['retry-after']);
            resolve(
              answerOf(
                status,
                Buffer.concat(chunks).toString(),
                Number.isFinite(after) ? after * 1_000 : undefined,
              ),
            );
          });
        },
      );
      const giveUp = setTimeout(
        () => sent.destroy(new Error(`no answer after ${GIVE_UP_MS} ms`)),
        GIVE_UP_MS,
      );
      sent.on('close', () => clearTimeout(giveUp));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        resolve({ kind: 'lost', reason: error.code ?? error.message });
      });
      sent.end(body);
    });
  }

  return {
    ask(server, kind, query, variables = {}) {
      return this.send(server, kind, { body: JSON.stringify({ query, variables }) });
    },
    async send(server, kind, raw) {
      const begun = performance.now();
      const answer = await post(server, raw);
      judge(server, kind, begun, answer);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

/** The answer for a status and a text. */
function answerOf(status: number, text: string, retryAfterMs: number | undefined): Answer {
  let body: any;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const error = body?.errors?.[0];
  if (error === undefined && status < 400) {
    return { kind: 'data', data: body?.data };
  }
  const byStatus: Readonly<Record<number, string>> = {
    400: 'BAD_USER_INPUT',
    403: 'FORBIDDEN',
    404: 'NOT_FOUND',
    405: 'BAD_USER_INPUT',
    413: 'PAYLOAD_TOO_LARGE',
    415: 'BAD_USER_INPUT',
    503: 'UNAVAILABLE',
  };
  return {
    kind: 'error',
    code: String(error?.extensions?.code ?? byStatus[status] ?? `HTTP_${status}`),
    message: String(error?.message ?? text.slice(0, 200)),
    field: error?.extensions?.field,
    status,
    written: error?.extensions?.written === 'UNKNOWN' ? 'UNKNOWN' : 'NO',
    retryAfterMs,
  };
}
