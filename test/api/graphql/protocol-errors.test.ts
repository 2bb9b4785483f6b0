import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { newTrace, openGraphQL, openSocket, TRACE_EVENTS, type Socket } from '../../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit({ limits: { maxRequestBytes: 100_000 } });
});
after(() => kit.close());

const subscribe = (query: string, variables: object = {}): object => ({
  id: newId('op'),
  type: 'subscribe',
  payload: { query, variables },
});
/** Checks that the socket still answers. */
async function usable(socket: Socket): Promise<void> {
  socket.send({ ...subscribe('{ __typename }'), id: 'still' });
  assert.deepEqual(await socket.next(), {
    id: 'still',
    type: 'next',
    payload: { data: { __typename: 'Query' } },
  });
  assert.deepEqual(await socket.next(), { id: 'still', type: 'complete' });
}

test('a socket with another subprotocol is closed with 4406', async () => {
  const socket = await openSocket(kit, '/graphql');
  assert.equal((await socket.closed).code, 4406);
});

test('subscribing before the acknowledgement closes the socket with 4401', async () => {
  const socket = await openSocket(kit, '/graphql', { protocol: 'graphql-transport-ws' });
  socket.send(subscribe('{ __typename }'));
  assert.equal((await socket.closed).code, 4401);
});

test('a second connection_init or an operation id already in use closes the socket', async () => {
  const twice = await openGraphQL(kit);
  twice.send({ type: 'connection_init' });
  assert.equal((await twice.closed).code, 4429);
  const same = await openGraphQL(kit);
  const operation = subscribe(TRACE_EVENTS, { traceId: await newTrace(kit) });
  same.send(operation);
  await same.next();
  same.send(operation);
  assert.equal((await same.closed).code, 4409);
});

test('a frame that is not a valid message closes the socket with 4400', async () => {
  for (const frame of [
    '{"type":',
    'null',
    '{}',
    '[]',
    '{"type":"unknown"}',
    '{"type":"subscribe","id":"1"}',
  ]) {
    const socket = await openGraphQL(kit);
    socket.send(frame);
    assert.equal((await socket.closed).code, 4400, frame);
  }
});

test('a frame that is too large closes the socket', async () => {
  const socket = await openGraphQL(kit);
  socket.send(subscribe(`{ __typename } # ${'x'.repeat(100_000)}`));
  assert.equal((await socket.closed).code, 1009);
});

test('an invalid operation gets its own error, and the socket stays usable', async () => {
  const socket = await openGraphQL(kit);
  for (const [query, variables] of [
    ['subscription {', {}],
    ['{ nothing }', {}],
    ['subscription { traceEvents { __typename } }', {}],
    ['query A { __typename } query B { __typename }', {}],
  ] as const) {
    const operation = subscribe(query, variables) as { id: string };
    socket.send(operation);
    const { id, type, payload } = await socket.next();
    assert.deepEqual([id, type], [operation.id, 'error'], query);
    assert.equal(payload[0].extensions.code, 'BAD_USER_INPUT');
    await usable(socket);
  }
  socket.send(subscribe(TRACE_EVENTS, { traceId: newId('none') }));
  const { type, payload } = await socket.next();
  assert.equal(type, 'next');
  assert.equal(payload.errors[0].extensions.code, 'NOT_FOUND');
  await socket.next();
  await usable(socket);
  socket.raw.terminate();
});

test('queries and mutations work over the socket', async () => {
  const socket = await openGraphQL(kit);
  const id = newId('trace');
  socket.send(subscribe('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id }));
  assert.deepEqual((await socket.next()).payload, { data: { createTrace: { id } } });
  await socket.next();
  socket.send(subscribe('query ($id: ID!) { trace(id: $id) { status } }', { id }));
  assert.deepEqual((await socket.next()).payload, { data: { trace: { status: 'RUNNING' } } });
  assert.equal((await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id })).length, 1);
  socket.raw.terminate();
});

test('variables over the socket keep the order of their keys', async () => {
  const socket = await openGraphQL(kit);
  const traceId = await newTrace(kit);
  const query =
    'mutation ($traceId: ID!, $content: JSON) { addMessage(input: { traceId: $traceId, role: "user", content: $content }) { content } }';
  socket.send(
    `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"traceId":"${traceId}","content":{"10":1,"2":2,"__proto__":3}}}}`,
  );
  assert.ok((await socket.text()).includes('"content":{"10":1,"2":2,"__proto__":3}'));
  socket.raw.terminate();
});

test('a variable that JSON would change is rejected, and only its operation fails', async () => {
  const socket = await openGraphQL(kit);
  for (const value of ['9007199254740993', '"\\ud800"', '1e999']) {
    socket.send(
      `{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"v":${value}}}}`,
    );
    const { type, payload } = await socket.next();
    assert.equal(type, 'error', value);
    assert.equal(payload[0].extensions.code, 'BAD_USER_INPUT');
    await usable(socket);
  }
  socket.raw.terminate();
});

test('a page of another site is rejected at the handshake of both sockets', async () => {
  for (const path of ['/graphql', '/api/traces/x/watch']) {
    await assert.rejects(
      openSocket(kit, path, { headers: { origin: 'https://evil.example' } }),
      /^Error: 403 Origin/,
    );
    await assert.rejects(openSocket(kit, path, { headers: { host: 'evil.example' } }), /^Error: 403 Host/);
  }
});

test('other paths accept no sockets', async () => {
  await assert.rejects(openSocket(kit, '/api/traces/x'), /^Error: 404/);
});
