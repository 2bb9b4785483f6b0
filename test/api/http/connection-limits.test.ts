import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { newTrace, openGraphQL, openSocket, TRACE_EVENTS } from '../../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit({
    limits: {
      headersTimeoutMs: 300,
      bodyTimeoutMs: 300,
      maxSockets: 3,
      maxSubscriptions: 2,
      maxRequestBytes: 100_000,
      maxBodiesBytes: 200_000,
    },
  });
});
after(() => kit.close());

/** Sends text over a plain connection; resolves with what was received once the server closes it. */
function talk(text: string, endless = ''): Promise<string> {
  const { port } = new URL(kit.url);
  return new Promise((resolve) => {
    let received = '';
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(text);
      timer = endless === '' ? undefined : setInterval(() => socket.write(endless), 1);
    });
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearInterval(timer);
      resolve(received);
    });
  });
}

/** Opens two connections that declare bodies taking up most of the budget, and never send them. */
async function holdBodies(): Promise<() => void> {
  const { port } = new URL(kit.url);
  const holders = Array.from({ length: 2 }, () => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(`${HEAD}content-length: 85000\r\n\r\n`),
    );
    return socket.on('error', () => undefined);
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  return () => holders.forEach((socket) => socket.destroy());
}

const HEAD = 'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';

test('a connection that sends nothing, or half of its headers, is closed', { timeout: 10_000 }, async () => {
  assert.match(await talk(''), /^HTTP\/1\.1 408|^$/);
  assert.match(await talk('POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: '), /^HTTP\/1\.1 408/);
  const upgrade = 'GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n';
  assert.match(await talk(upgrade), /^HTTP\/1\.1 408/);
});

test('a request whose body stalls gets 400, and its connection is closed', { timeout: 10_000 }, async () => {
  const answer = await talk(`${HEAD}content-length: 1000\r\n\r\n{"query":`);
  assert.match(answer, /^HTTP\/1\.1 400[^]*without a pause of 0.3 s/);
  assert.match(answer, /connection: close/i);
  assert.match(await talk(`${HEAD}transfer-encoding: chunked\r\n\r\n5\r\n{"que\r\n`), /^HTTP\/1\.1 400/);
});

test(
  'a declared length above the limit is rejected before the body is read',
  { timeout: 10_000 },
  async () => {
    const answer = await talk(`${HEAD}content-length: 100001\r\nexpect: 100-continue\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 413/);
    assert.match(answer, /"code":"PAYLOAD_TOO_LARGE"/);
  },
);

test('a client that never stops sending is cut off', { timeout: 20_000 }, async () => {
  const answer = await talk(`${HEAD}content-length: 1000000000\r\n\r\n`, 'x'.repeat(10_000));
  assert.match(answer, /^HTTP\/1\.1 413/);
});

test(
  'a body that exceeds the remaining budget gets 503, while small ones are still accepted',
  { timeout: 10_000 },
  async () => {
    const release = await holdBodies();
    const answer = await talk(`${HEAD}content-length: 90000\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 503/);
    assert.match(answer, /retry-after: 1/i);
    assert.match(answer, /"code":"UNAVAILABLE","written":"NO"/);
    assert.deepEqual(await kit.ask('{ __typename }'), { __typename: 'Query' });
    release();
  },
);

test('a socket whose message exceeds the remaining body budget is closed with 1013', async () => {
  const release = await holdBodies();
  const socket = await openGraphQL(kit);
  socket.send({ id: newId('op'), type: 'subscribe', payload: { query: `{ a }${' '.repeat(90_000)}` } });
  const { code, reason } = await socket.closed;
  assert.deepEqual(
    [code, reason],
    [1013, 'too many large requests are being received; try again a little later'],
  );
  release();
});

test('a socket with too many subscriptions is closed with 4429', async () => {
  const traceId = await newTrace(kit);
  const socket = await openGraphQL(kit);
  for (let count = 0; count < 3; count += 1) {
    socket.send({
      id: newId('op'),
      type: 'subscribe',
      payload: { query: TRACE_EVENTS, variables: { traceId } },
    });
  }
  assert.equal((await socket.closed).code, 4429);
});

test('a socket beyond the limit is rejected with 503, and one that closes makes room', async () => {
  const open = await Promise.all([openGraphQL(kit), openGraphQL(kit), openGraphQL(kit)]);
  await assert.rejects(openSocket(kit, '/graphql'), /503 expected at most 3 open WebSockets/);
  await assert.rejects(openSocket(kit, '/api/traces/x/watch'), /503/);
  open[0].raw.terminate();
  await open[0].closed;
  await new Promise((resolve) => setTimeout(resolve, 50));
  const another = await openGraphQL(kit);
  [...open, another].forEach(({ raw }) => raw.terminate());
});
