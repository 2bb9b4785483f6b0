import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { openDatabase } from '../src/database.js';
import { DEFAULT_LIMITS } from '../src/limits.js';
import { startServer } from '../src/server.js';
import { openGraphQL, openSocket, TRACE_EVENTS } from './live.js';
import {
  ask,
  checkAnswers,
  checkLog,
  createTrace,
  startClients,
  startOwnNeo4j,
  startServerOn,
  untilReadyIs,
  untilWritten,
  type OwnNeo4j,
} from './outage-kit.js';

const DEADLINE_MS = 6_000;

let neo4j: OwnNeo4j;
before(async () => {
  neo4j = await startOwnNeo4j();
});
after(() => neo4j.stop());

test('while Neo4j is frozen every request is answered within its deadline, and it goes on when Neo4j does', async () => {
  const server = await startServerOn(neo4j, DEADLINE_MS);
  const traceId = await createTrace(server);
  const clients = startClients(server, traceId, 2 * DEADLINE_MS);
  await delay(300);
  neo4j.signal('SIGSTOP');
  const noticedMs = await untilReadyIs(503, server);
  await delay(DEADLINE_MS + 500);
  const reading = ask(server, 'read', traceId, 2 * DEADLINE_MS);
  await delay(500);
  neo4j.signal('SIGCONT');
  const recoveredMs = await untilWritten(server, traceId);
  await untilReadyIs(200, server);
  await clients.stop();
  assert.equal((await reading).code, undefined, 'a read that began in the outage needs no retry');
  assert.ok(noticedMs < 2_000, `/readyz noticed after ${noticedMs} ms`);
  assert.ok(recoveredMs < 2_000, `recovered after ${recoveredMs} ms`);
  assert.ok(clients.answers.some(({ code }) => code === 'UNAVAILABLE'));
  await checkAnswers(neo4j, traceId, clients.answers, DEADLINE_MS);
  assert.equal(await server.stop(), 0);
  checkLog(server.output(), 0);
});

test('when Neo4j is killed and restarted every request is answered, and nothing acknowledged is lost', async () => {
  const server = await startServerOn(neo4j, DEADLINE_MS);
  const traceId = await createTrace(server);
  const clients = startClients(server, traceId, 2 * DEADLINE_MS);
  await delay(300);
  neo4j.signal('SIGKILL');
  const noticedMs = await untilReadyIs(503, server);
  const began = performance.now();
  const rejected = await ask(server, 'write', traceId, 2 * DEADLINE_MS);
  const rejectedMs = performance.now() - began;
  await untilReadyIs(200, server);
  const recoveredMs = await untilWritten(server, traceId);
  await clients.stop();
  assert.ok(noticedMs < 2_000, `/readyz noticed after ${noticedMs} ms`);
  assert.deepEqual([rejected.code, rejected.written], ['UNAVAILABLE', 'NO']);
  assert.ok(rejectedMs < DEADLINE_MS / 2, `a write was rejected after ${rejectedMs} ms: not at once`);
  assert.ok(recoveredMs < 2_000, `recovered after ${recoveredMs} ms`);
  await checkAnswers(neo4j, traceId, clients.answers, DEADLINE_MS);
  assert.equal(await server.stop(), 0);
  checkLog(server.output(), 1);
});

test('a Neo4j that accepts connections and never answers makes everything UNAVAILABLE within the deadline', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const deadlineMs = 2_000;
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
    const began = performance.now();
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
    const post = async (query: string): Promise<any> => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return ((await response.json()) as any).errors[0].extensions;
    };
    const kit = { url: server.url } as Parameters<typeof openGraphQL>[0];
    const socket = await openGraphQL(kit);
    socket.send({
      id: '1',
      type: 'subscribe',
      payload: { query: TRACE_EVENTS, variables: { traceId: 'x' } },
    });
    const front = await openSocket(kit, '/api/traces/x/watch');
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
    assert.ok(performance.now() - began < deadlineMs + 1_000, `took ${performance.now() - began} ms`);
    socket.raw.terminate();
    front.raw.terminate();
  } finally {
    await server.stop();
    await database.close();
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  }
});
