import assert from 'node:assert/strict';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket as TcpSocket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import neo4j, { type Driver } from 'neo4j-driver';
import { openStream } from './kit/event-stream.js';
import { startFreezableProxy } from './kit/frozen-proxy.js';
import { newId, testNeo4j, until } from './kit/kit.js';
import { openGraphQL, openSocket } from './kit/live.js';
import { startServerProcess, type ServerProcess } from './kit/server-process.js';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: any;
}

const ADD = 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }';
const CREATE = 'mutation ($id: ID!) { createTrace(input: { id: $id, task: "t" }) { id } }';

let driver: Driver;
before(() => {
  const { uri, username, password } = testNeo4j();
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
});
after(() => driver.close());

/** Sends over the agent's connection, and rejects if that breaks. */
function send(url: string, agent: Agent, path: string, body?: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function newTrace(server: ServerProcess): Promise<string> {
  const id = newId('trace');
  await server.send(CREATE, { id });
  return id;
}

function isStopping(server: ServerProcess): boolean {
  return server.output().includes('Stopping ...');
}

async function stored(traceId: string): Promise<Set<string>> {
  const { records } = await driver.executeQuery(
    'MATCH (m:Message {projectId: "default", traceId: $traceId}) RETURN m.id AS id',
    { traceId },
  );
  return new Set(records.map((record) => record.get('id') as string));
}

/** Holds the lock of a trace, so that writes to it wait, until the returned function is called. */
async function holdTrace(id: string): Promise<() => Promise<void>> {
  const session = driver.session();
  const transaction = await session.beginTransaction();
  await transaction.run('MATCH (t:Trace {projectId: "default", id: $id}) SET t.locked = true', { id });
  return async () => {
    await transaction.rollback();
    await session.close();
  };
}

/** Resolves to the exit code and the time from the signal to the exit. */
async function stopped(
  server: ServerProcess,
): Promise<{ readonly code: number | null; readonly seconds: number }> {
  const startedAt = performance.now();
  const code = await server.stop('SIGTERM');
  return { code, seconds: (performance.now() - startedAt) / 1000 };
}

describe('SIGTERM', () => {
  test('while clients keep sending: no acknowledged write is lost, and none is accepted afterwards', async () => {
    for (let round = 0; round < 3; round += 1) {
      const server = await startServerProcess();
      const traceId = await newTrace(server);
      const acknowledged: string[] = [];
      const rejected: { readonly id: string; readonly reply: Reply }[] = [];
      const acceptedTooLate: string[] = [];

      const client = async (number: number): Promise<void> => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (let index = 0; ; index += 1) {
          const id = `${traceId}-${number}-${index}`;
          const late = isStopping(server);
          const variables = { input: { traceId, id, role: 'user', content: 'x' } };
          try {
            const reply = await send(server.url, agent, '/graphql', { query: ADD, variables });
            if (reply.status === 503) {
              rejected.push({ id, reply });
            } else {
              assert.equal(reply.body.errors, undefined);
              acknowledged.push(id);
              if (late) {
                acceptedTooLate.push(id);
              }
            }
          } catch (error) {
            const { code = '' } = error as NodeJS.ErrnoException;
            if (code === 'ECONNREFUSED') {
              break;
            }
            assert.equal(code, 'ECONNRESET', String(error));
          }
        }
        agent.destroy();
      };
      const clients = Array.from({ length: 16 }, (_, number) => client(number));
      await until(() => acknowledged.length > 100, 30_000);
      const { code, seconds } = await stopped(server);
      await Promise.all(clients);

      assert.equal(code, 0, server.output());
      assert.ok(seconds < 10, `it took ${seconds} s`);
      assert.deepEqual(acceptedTooLate, []);
      assert.ok(rejected.length > 0);
      for (const { reply } of rejected) {
        assert.equal(reply.headers.connection, 'close');
        assert.deepEqual(reply.body.errors[0].extensions, { code: 'UNAVAILABLE', written: 'NO' });
      }
      const found = await stored(traceId);
      assert.deepEqual(
        acknowledged.filter((id) => !found.has(id)),
        [],
      );
      assert.deepEqual(
        rejected.filter(({ id }) => found.has(id)),
        [],
      );
    }
  });

  test('accepted work is finished, while every open connection rejects new work', async () => {
    const server = await startServerProcess();
    const traceId = await newTrace(server);
    const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 });
    assert.equal((await send(server.url, keepAlive, '/readyz')).status, 200);
    const sockets = { url: server.url } as never;
    const graphql = await openGraphQL(sockets);
    graphql.send({
      id: 'live',
      type: 'subscribe',
      payload: { query: `subscription { traceEvents(traceId: "${traceId}") { __typename } }` },
    });
    await graphql.next();
    const watch = await openSocket(sockets, `/api/traces/${traceId}/watch`);
    await watch.next();
    const quiet = await openGraphQL(sockets);
    const live = `subscription { traceEvents(traceId: "${traceId}") { __typename } }`;
    const stream = await openStream(sockets, { query: live });
    await stream.next();

    const release = await holdTrace(traceId);
    const variables = { input: { traceId, role: 'user', content: 'over HTTP' } };
    const overHttp = send(server.url, new Agent(), '/graphql', { query: ADD, variables });
    const overSocket = { input: { traceId, role: 'user', content: 'over WebSocket' } };
    quiet.send({ id: 'write', type: 'subscribe', payload: { query: ADD, variables: overSocket } });
    const asStream = { input: { traceId, role: 'user', content: 'as a stream' } };
    const overStream = openStream(sockets, { query: ADD, variables: asStream });
    // The responses to these show that the writes before them have arrived.
    assert.equal((await send(server.url, keepAlive, '/healthz')).status, 200);
    quiet.send({ id: 'read', type: 'subscribe', payload: { query: '{ __typename }' } });
    assert.equal((await quiet.next()).id, 'read');
    assert.equal((await quiet.next()).type, 'complete');
    // The response to this shows that the request before it has arrived.
    await send(server.url, new Agent(), '/healthz');
    await until(async () => (await waitingTransactions()) > 0);

    const exited = stopped(server);
    await until(() => isStopping(server));
    const refused = await send(server.url, keepAlive, '/graphql', { query: '{ __typename }' });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.connection, 'close');
    assert.equal(refused.body.errors[0].extensions.code, 'UNAVAILABLE');
    assert.equal((await send(server.url, keepAlive, '/readyz')).status, 503);
    assert.equal((await send(server.url, keepAlive, '/healthz')).status, 200);
    assert.equal((await openStream(sockets, { query: live })).status, 503);
    assert.equal(stream.waiting, 0);
    await assert.rejects(openSocket(sockets, '/graphql', { protocol: 'graphql-transport-ws' }), /503/);
    quiet.send({ id: 'late', type: 'subscribe', payload: { query: ADD, variables: overSocket } });
    const late = await quiet.next();
    assert.deepEqual([late.id, late.type], ['late', 'error']);
    assert.deepEqual(late.payload[0].extensions, { code: 'UNAVAILABLE', written: 'NO' });

    await release();
    const finished = await overHttp;
    assert.equal(finished.headers.connection, 'close');
    const ids = [
      finished.body.data.addMessage.id,
      (await quiet.next()).payload.data.addMessage.id,
      (await (await overStream).next()).data.addMessage.id,
    ];
    assert.equal((await exited).code, 0, server.output());
    assert.deepEqual([...(await stored(traceId))].sort(), ids.sort());
    assert.equal((await graphql.closed).code, 1001);
    assert.equal((await quiet.closed).code, 1001);
    assert.equal((await watch.closed).code, 1001);
    assert.equal(await stream.ended, true);
    // The events that it has not got are for the client to ask for again.
    assert.doesNotMatch(stream.text(), /complete/);
  });

  test('with a frozen database and clients that never finish, it still exits within its time limit', async () => {
    const proxy = await startFreezableProxy(testNeo4j().uri);
    const server = await startServerProcess({ NEO4J_URI: proxy.uri, STEMMA_STOP_TIMEOUT_MS: '3000' });
    const raw: TcpSocket[] = [];
    try {
      const { hostname, port } = new URL(server.url);
      const open = (): TcpSocket => {
        const socket = connect(Number(port), hostname).on('error', () => undefined);
        raw.push(socket);
        return socket;
      };
      const head = `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n`;
      const traceId = await newTrace(server);
      for (let count = 0; count < 20; count += 1) {
        const content = 'x'.repeat(500_000);
        await server.send(ADD, { input: { traceId, role: 'user', content } });
      }
      // Never reads its response of 10 MB.
      const query = JSON.stringify({
        query: `{ trace(id: "${traceId}") { messages(first: 20) { nodes { content } } } }`,
      });
      open().write(`${head}Content-Length: ${query.length}\r\n\r\n${query}`);
      raw[0]?.pause();
      // Never completes its request.
      const half = open();
      half.write(`${head}Content-Length: 1000\r\n\r\n{"query":`);
      // Only holds its connection.
      Array.from({ length: 1_000 }, open);
      const socket = await openGraphQL({ url: server.url } as never);
      const subscription = `subscription { traceEvents(traceId: "${traceId}") { __typename } }`;
      socket.send({ id: 'live', type: 'subscribe', payload: { query: subscription } });
      await socket.next();
      proxy.freeze();
      const variables = { input: { traceId, role: 'user', content: 'x' } };
      const write = send(server.url, new Agent(), '/graphql', { query: ADD, variables });
      const streamed = openStream(server, { query: ADD, variables });
      assert.equal((await send(server.url, new Agent(), '/healthz')).status, 200);

      let stalled = '';
      half.on('data', (chunk) => (stalled += chunk.toString()));
      const { code, seconds } = await stopped(server);
      assert.equal(code, 0, server.output());
      assert.ok(seconds < 10, `it took ${seconds} s`);
      const { status, body } = await write;
      assert.equal(status, 503);
      assert.deepEqual(body.errors[0].extensions, { code: 'UNAVAILABLE', written: 'UNKNOWN' });
      const unfinished = await streamed;
      await unfinished.ended;
      assert.equal(unfinished.status, 503);
      assert.match(unfinished.text(), /"written":"UNKNOWN"/);
      assert.match(stalled, /^HTTP\/1\.1 503 [^]*connection: close[^]*"written":"NO"/i);
      assert.equal((await socket.closed).code, 1001);
    } finally {
      await server.stop('SIGKILL');
      raw.forEach((socket) => socket.destroy());
      proxy.close();
    }
  });

  test('a second signal ends it at once', async () => {
    const proxy = await startFreezableProxy(testNeo4j().uri);
    const server = await startServerProcess({ NEO4J_URI: proxy.uri, STEMMA_STOP_TIMEOUT_MS: '60000' });
    try {
      proxy.freeze();
      const agent = new Agent();
      const cut = send(server.url, agent, '/graphql', { query: CREATE, variables: { id: newId() } });
      assert.equal((await send(server.url, agent, '/healthz')).status, 200);
      const first = server.stop('SIGTERM');
      await until(() => isStopping(server));
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await Promise.all([assert.rejects(cut), server.stop('SIGTERM')]);
      assert.equal(await first, 143);
    } finally {
      await server.stop('SIGKILL');
      proxy.close();
    }
  });
});

/** How many transactions wait for a lock. */
async function waitingTransactions(): Promise<number> {
  const { records } = await driver.executeQuery(
    'SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH "Blocked" RETURN count(*) AS count',
  );
  return Number(records[0]?.get('count'));
}
