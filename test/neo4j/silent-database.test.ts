import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { openDatabase } from '../../src/neo4j/database.js';
import { DEFAULT_LIMITS } from '../../src/base/limits.js';
import { startServer } from '../../src/app.js';
import { openGraphQL, openSocket, TRACE_EVENTS } from '../kit/live.js';

test('if Neo4j accepts connections but never answers, everything is UNAVAILABLE within the deadline', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const deadlineMs = 4_000;
  const database = openDatabase(
    { uri: `bolt://127.0.0.1:${port}`, username: 'neo4j', password: 'x' },
    undefined,
    { timeoutMs: 0.9 * deadlineMs },
  );
  const server = await startServer({
    database,
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    limits: { ...DEFAULT_LIMITS, requestTimeoutMs: deadlineMs },
    projectOf: () => 'default',
  });
  try {
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
    const post = async (query: string): Promise<any> => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const { errors } = (await response.json()) as { errors: any };
      return errors[0].extensions;
    };
    const kit = { url: server.url } as Parameters<typeof openGraphQL>[0];
    const socket = await openGraphQL(kit);
    socket.send({
      id: '1',
      type: 'subscribe',
      payload: { query: TRACE_EVENTS, variables: { traceId: 'x' } },
    });
    const front = await openSocket(kit, '/api/traces/y/watch');
    const began = performance.now();
    const [read, write, subscription, frame] = await Promise.all([
      post('{ trace(id: "x") { id } }'),
      post('mutation { createTrace(input: { id: "x" }) { id } }'),
      socket.next(),
      front.next(),
    ]);
    assert.equal(read.code, 'UNAVAILABLE');
    assert.deepEqual([write.code, write.written], ['UNAVAILABLE', 'NO']);
    const [error] = subscription.payload.errors ?? subscription.payload;
    assert.equal(error.extensions.code, 'UNAVAILABLE');
    assert.match(frame.message, /not available|did not answer/);
    // The deadline, plus the time that the responses take to arrive.
    assert.ok(performance.now() - began < deadlineMs + 500, `took ${performance.now() - began} ms`);
    socket.raw.terminate();
    front.raw.terminate();
  } finally {
    await server.stop();
    await database.close();
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  }
});
