import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { newId, startKit, until } from '../../kit/kit.js';
import { addMessages, newTrace, range, seeded } from '../../kit/live.js';
import { startServerProcess, type ServerProcess } from '../../kit/server-process.js';

/** Connects, sends `text`, and resolves when the server has sent `bytes` in return. */
function talk({ url }: { readonly url: string }, text: string, bytes = 0): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = 0;
    const socket = connect(Number(port), hostname, () => {
      socket.write(text, () => bytes === 0 && resolve(socket));
    });
    socket.on('data', (data: Buffer) => {
      received += data.length;
      if (bytes > 0 && received >= bytes) {
        socket.pause();
        resolve(socket);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the server closed the connection after ${received} bytes`)));
  });
}

const head = (line: string, ...headers: string[]): string =>
  [line, 'Host: localhost', ...headers].join('\r\n') + '\r\n\r\n';

const post = (body: string, length = body.length): string =>
  head('POST /graphql HTTP/1.1', 'Content-Type: application/json', `Content-Length: ${length}`) + body;

const CHUNKED = head(
  'POST /graphql HTTP/1.1',
  'Content-Type: application/json',
  'Transfer-Encoding: chunked',
);

/** An acknowledged GraphQL socket, whose connection can be cut off. */
async function openGraphql({ url }: ServerProcess): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  await new Promise((resolve) => socket.once('message', resolve));
  return socket;
}

/** Resets a WebSocket's connection, so that the server's next send fails. */
function reset(socket: WebSocket): void {
  (socket as unknown as { readonly _socket: Socket })._socket.resetAndDestroy();
}

/** Log lines above debug level, and lines that are not log entries, such as stack traces. */
function complaints(output: string): readonly string[] {
  const begin = output.indexOf('npm run demo shows it live');
  return output
    .slice(begin)
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && (!line.startsWith('{') || JSON.parse(line).level > 20));
}

test('a client that disconnects at any moment is not logged above debug level', async (t) => {
  const server = await startServerProcess({ STEMMA_LOG_LEVEL: 'debug' });
  t.after(() => server.stop('SIGKILL'));
  const traceId = newId('trace');
  const inputs = Array.from({ length: 1_500 }, () => ({ traceId, role: 'user', content: 'x'.repeat(200) }));
  await server.send('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: traceId });
  const added = await server.send(
    'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }',
    { inputs },
  );
  assert.equal(added.errors, undefined);

  const read = post(
    JSON.stringify({ query: `{ trace(id: "${traceId}") { messages(first: 500) { nodes { content } } } }` }),
  );
  const subscription = `subscription { traceEvents(traceId: "${traceId}", since: 0) { __typename ... on TraceEvent { payload } } }`;
  const streamed = (query: string): string =>
    post(JSON.stringify({ query })).replace('\r\n', '\r\nAccept: text/event-stream\r\n');
  const write = post(
    JSON.stringify({ query: `mutation { createTrace(input: { id: "${newId('trace')}" }) { id } }` }),
  );
  for (const leave of [
    (socket: Socket) => socket.resetAndDestroy(),
    (socket: Socket) => socket.destroy(),
    (socket: Socket) => socket.end(),
  ]) {
    // During the head, before the body, during the body, during a chunk.
    for (const text of [
      'POST /graphql HTTP/1.1\r\nHost: loc',
      post('', 1_000_000),
      post('{"query":"'.padEnd(100_000, 'x'), 1_000_000),
      CHUNKED,
      `${CHUNKED}ffff\r\n{"query":"`,
    ]) {
      leave(await talk(server, text));
    }
    // Before, during and after the response.
    leave(await talk(server, read));
    leave(await talk(server, read + read + read));
    leave(await talk(server, write));
    leave(await talk(server, read, 1));
    // Before an event stream, in its backlog, and while it waits.
    for (const bytes of [0, 1, 300_000]) {
      leave(await talk(server, streamed(subscription), bytes));
    }
    leave(await talk(server, streamed(subscription) + streamed(subscription), 1));
    leave(await talk(server, streamed('subscription { traceChanges { kind } }'), 1));
    leave(await talk(server, streamed(JSON.parse(read.split('\r\n\r\n')[1] ?? '').query), 1));
    leave(await talk(server, head('GET /graphql HTTP/1.1', 'Accept: text/html'), 100_000));
    leave(await talk(server, head('GET /healthz HTTP/1.1'), 1));
    // During the handshake of a socket, and after it without a close frame.
    for (const path of ['/graphql', `/api/traces/${traceId}/watch`, '/nothing-here']) {
      const upgrade = head(
        `GET ${path} HTTP/1.1`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Protocol: graphql-transport-ws',
      );
      leave(await talk(server, upgrade));
      leave(await talk(server, upgrade, 1));
    }
  }

  const query = `{ trace(id: "${traceId}") { messages(first: 500) { nodes { content } } } }`;
  for (let round = 0; round < 10; round += 1) {
    const socket = await openGraphql(server);
    for (const [id, text] of [subscription, query, subscription, query].entries()) {
      socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: text } }));
    }
    // Cut off in the middle of a backlog, so that pending sends fail.
    await new Promise((resolve) => socket.once('message', resolve));
    reset(socket);
    const watch = new WebSocket(`${server.url.replace('http', 'ws')}/api/traces/${traceId}/watch`);
    watch.on('error', () => undefined);
    await new Promise((resolve) => watch.once('message', resolve));
    reset(watch);
  }

  const left = (): number => server.output().split('"a client disconnected before its response"').length - 1;
  await until(() => left() > 0, 20_000);
  assert.deepEqual((await server.send('{ __typename }')).data, { __typename: 'Query' });
  await server.stop();
  assert.deepEqual(complaints(server.output().split('\nStopping ...')[0] ?? ''), []);
});

test('clients that disconnect at random moments of reads, writes and streams are not logged above debug level', async (t) => {
  const lines: string[] = [];
  const kit = await startKit({ logTo: { write: (line) => void lines.push(line) } });
  t.after(() => kit.close());
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 500, { content: 'x'.repeat(500) });
  const asStream = (request: string): string => request.replace('\r\n', '\r\nAccept: text/event-stream\r\n');
  const read = post(
    JSON.stringify({
      query: `{ trace(id: "${traceId}") { steps { nodes { id } } goals { nodes { id } }
        messages(first: 500) { nodes { content trace { id } goal { id } } } } }`,
    }),
  );
  const write = (length: number): string =>
    post(
      JSON.stringify({
        query:
          'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id trace { lastEventId } } }',
        variables: { input: { traceId, role: 'user', content: 'y'.repeat(length) } },
      }),
    );
  const follow = post(
    JSON.stringify({
      query: `subscription { traceEvents(traceId: "${traceId}", since: 0) { ... on TraceEvent { payload } } }`,
    }),
  );
  const requests = [read, write(10), write(300_000), post('{"query":'), follow].flatMap((request) => [
    request,
    asStream(request),
  ]);
  const random = seeded(7);
  const talks = range(1, 400).map(async (index) => {
    await new Promise((resolve) => setTimeout(resolve, random() * 3_000));
    const socket = await talk(kit, requests[index % requests.length] as string);
    socket.resume();
    await new Promise((resolve) => setTimeout(resolve, random() ** 3 * 500));
    const leave = (['destroy', 'resetAndDestroy', 'end'] as const)[index % 3] ?? 'end';
    socket.removeAllListeners('error').on('error', () => undefined);
    socket[leave]();
  });
  await Promise.all(talks);
  await until(() => kit.server.store.tails.watched === 0, 20_000);
  await kit.ask('query ($id: ID!) { trace(id: $id) { id } }', { id: traceId });
  assert.ok(lines.some((line) => line.includes('a client disconnected before its response')));
  assert.deepEqual(
    lines.filter((line) => JSON.parse(line).level > 20),
    [],
  );
});
