import { cypherText } from '../../src/neo4j/cypher.js';
import { WebSocket } from 'ws';
import { newId, type Followed, type Kit } from './kit.js';

/** A subscription to a trace that asks for every field of every update. */
export const TRACE_EVENTS = `subscription ($traceId: ID!, $since: Long) {
  traceEvents(traceId: $traceId, since: $since) {
    __typename
    ... on TraceEvent { id eventId traceId type at payload }
    ... on TraceSnapshot { currentEventId trace { id status totalMessages } }
    ... on EventGap { requested earliest latest }
    ... on TraceDeleted { deletedId: traceId }
  }
}`;

/** Creates a trace with a new id, and returns the id. */
export async function newTrace(kit: Kit, input: object = {}): Promise<string> {
  const { createTrace } = await kit.ask(
    'mutation ($input: CreateTraceInput!) { createTrace(input: $input) { id } }',
    { input: { id: newId('trace'), ...input } },
  );
  return createTrace.id;
}

export async function updateTrace(kit: Kit, id: string, input: object): Promise<void> {
  await kit.ask(
    'mutation ($id: ID!, $input: UpdateTraceInput!) { updateTrace(id: $id, input: $input) { id } }',
    {
      id,
      input,
    },
  );
}

export async function deleteTrace(kit: Kit, id: string): Promise<void> {
  await kit.ask('mutation ($id: ID!) { deleteTrace(id: $id) { traces } }', { id });
}

export async function addMessage(kit: Kit, traceId: string, input: object = {}): Promise<string> {
  const { addMessage: message } = await kit.ask(
    'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }',
    { input: { traceId, role: 'user', ...input } },
  );
  return message.id;
}

/** Adds `count` messages in one transaction. */
export async function addMessages(
  kit: Kit,
  traceId: string,
  count: number,
  input: object = {},
): Promise<void> {
  await kit.ask('mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }', {
    inputs: Array.from({ length: count }, () => ({ traceId, role: 'user', content: 'hi', ...input })),
  });
}

export async function addGoal(kit: Kit, traceId: string, input: object): Promise<void> {
  await kit.ask(
    'mutation ($traceId: ID!, $input: GoalInput!) { addGoal(traceId: $traceId, input: $input) { id } }',
    { traceId, input },
  );
}

export async function appendEvent(
  kit: Kit,
  traceId: string,
  type: string,
  payload: object = {},
): Promise<void> {
  await kit.ask(
    'mutation ($traceId: ID!, $type: String!, $payload: JSON) { appendEvent(traceId: $traceId, type: $type, payload: $payload) { id } }',
    { traceId, type, payload },
  );
}

/** Sends an operation whose variables are given as text: JavaScript objects would sort keys that look like numbers. */
export async function sendText(kit: Kit, query: string, variables: string): Promise<void> {
  const response = await fetch(`${kit.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors !== undefined) {
    throw new Error(`expected success, got ${JSON.stringify(errors)}`);
  }
}

/** The id of the newest event of a trace, as Neo4j has it. */
export async function lastEventId(kit: Kit, id: string): Promise<number> {
  const [trace] = await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t.lastEventId AS last', { id });
  return trace.last;
}

/** The next `count` updates of `traceEvents`. */
export async function take(live: Followed, count: number): Promise<any[]> {
  const updates: any[] = [];
  while (updates.length < count) {
    const result = await live.next(20_000);
    updates.push(result.data.traceEvents);
  }
  return updates;
}

/** The numbers from `from` to `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** A WebSocket whose frames are queued. */
export interface Socket {
  readonly raw: WebSocket;
  /** The next frame, as received; rejects after 20 seconds, or when the socket has closed. */
  text(): Promise<string>;
  /** The next frame, parsed. */
  next(): Promise<any>;
  send(message: unknown): void;
  readonly waiting: number;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Opens a socket at a path of the server; rejects with the status if it is refused. */
export async function openSocket(
  kit: Kit,
  path: string,
  { protocol, headers = {} }: { readonly protocol?: string; readonly headers?: Record<string, string> } = {},
): Promise<Socket> {
  const raw = new WebSocket(`${kit.url.replace('http', 'ws')}${path}`, protocol, { headers });
  const frames: string[] = [];
  let wake: () => void = () => undefined;
  let over = false;
  raw.on('message', (data: Buffer) => {
    frames.push(data.toString());
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    raw.on('close', (code, reason) => {
      over = true;
      wake();
      resolve({ code, reason: reason.toString() });
    });
  });
  await new Promise<void>((resolve, reject) => {
    raw.once('open', resolve);
    raw.once('unexpected-response', (request, response) => {
      let body = '';
      response.on('data', (data: Buffer) => (body += data.toString()));
      response.on('end', () => reject(new Error(`${response.statusCode ?? 0} ${body}`)));
      request.on('error', () => undefined);
    });
    raw.on('error', reject);
  });
  const text = async (): Promise<string> => {
    const end = Date.now() + 20_000;
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) {
        return frame;
      }
      if (over || Date.now() > end) {
        throw new Error(over ? 'the socket is closed' : 'nothing came within 20 s');
      }
      const timer = setTimeout(() => wake(), 20_000);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      clearTimeout(timer);
    }
  };
  return {
    raw,
    text,
    next: async () => JSON.parse(await text()) as unknown,
    send: (message) => raw.send(typeof message === 'string' ? message : JSON.stringify(message)),
    get waiting() {
      return frames.length;
    },
    closed,
  };
}

/** An acknowledged socket at the GraphQL endpoint. */
export async function openGraphQL(kit: Kit): Promise<Socket> {
  const socket = await openSocket(kit, '/graphql', { protocol: 'graphql-transport-ws' });
  socket.send({ type: 'connection_init' });
  const { type } = await socket.next();
  if (type !== 'connection_ack') {
    throw new Error(`expected connection_ack, got ${type}`);
  }
  return socket;
}

/** A random number generator from 0 to 1 that repeats for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Removes entries of a trace's log, as an operator does. */
export async function trim(
  kit: Kit,
  range: { readonly traceId: string; readonly from: number; readonly to: number },
): Promise<void> {
  await kit.cypher(cypherText('operations/trim-log'), { projectId: 'default', ...range });
}
