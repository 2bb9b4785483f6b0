import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { openStream, type StreamClient, type StreamRequest } from '../../kit/event-stream.js';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';
import {
  addMessages,
  appendEvent,
  newTrace,
  openGraphQL,
  openSocket,
  range,
  TRACE_EVENTS,
} from '../../kit/live.js';

// The bounds of requests and sockets hold for event streams too.

const statements: string[] = [];
let kit: Kit;
before(async () => {
  // A paused client must not be disconnected while a slow machine prepares what it does not read.
  kit = await startKit({ observe: (name) => statements.push(name), limits: { bodyTimeoutMs: 120_000 } });
});
after(() => kit.close());

const count = (name: string): number => statements.filter((statement) => statement === name).length;
const POLLS = ['traces/log-states', 'traces/changed', 'traces/read-missing'];

/** Waits until nothing is watched and 500 ms pass without a poll, long enough for five polls. */
async function nothingLeft(by = kit): Promise<void> {
  const { tails, listChanges } = by.server.store;
  await until(async () => {
    const before = statements.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const polls = statements.slice(before).filter((name) => POLLS.includes(name));
    return polls.length === 0 && tails.watched === 0 && listChanges.watched === 0;
  }, 20_000);
}

const follow = (traceId: string, more: StreamRequest = {}, by = kit): Promise<StreamClient> =>
  openStream(by, { query: TRACE_EVENTS, variables: { traceId }, ...more });

test('a client that disconnects while it waits, during a backlog or before its snapshot leaves nothing behind', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 3_000);
  const waiting = await follow(traceId);
  const behind = await follow(traceId, { variables: { traceId, since: 0 } });
  const list = await openStream(kit, { query: 'subscription { traceChanges { traceId } }' });
  await waiting.next();
  for (const _ of range(1, 100)) {
    await behind.next();
  }
  [waiting, behind, list].forEach((stream) => stream.cut());
  const { port } = new URL(kit.url);
  const body = JSON.stringify({ query: TRACE_EVENTS, variables: { traceId, since: 0 } });
  for (const cut of ['destroy', 'resetAndDestroy', 'end'] as const) {
    for (const _ of range(1, 10)) {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
      await new Promise<void>((resolve) => socket.write(head + body, () => resolve()));
      socket[cut]();
      socket.resume();
    }
  }
  await nothingLeft();
});

test('a client that stops reading costs no memory: the log is read only as fast as it reads, and it misses nothing', async () => {
  const traceId = await newTrace(kit);
  // Long results of short events, which soon fill the socket buffers of the operating system.
  const contents = range(1, 10).map((n) => `c${n}: content`);
  const query = `subscription ($traceId: ID!) { traceEvents(traceId: $traceId) {
    ... on MessageAdded { eventId message { ${contents.join(' ')} } }
  } }`;
  const stream = await follow(traceId, { query });
  await stream.next();
  stream.pause();
  const content = 'x'.repeat(750);
  for (const _ of range(1, 4)) {
    await addMessages(kit, traceId, 2_000, { content });
  }
  // The shared reader has read everything; the client's own reader stops once its buffers are full.
  let before = -1;
  await until(async () => {
    const still = before === count('events/page');
    before = count('events/page');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return still;
  }, 30_000);
  const stalled = count('events/page');
  stream.resume();
  for (const id of range(1, 8_000)) {
    assert.equal((await stream.next()).data.traceEvents.eventId, id);
  }
  // Most of the sixteen or more pages were still unread.
  const later = count('events/page') - stalled;
  assert.ok(later > 10, `${later} pages were read after it woke`);
  stream.cut();
  await nothingLeft();
});

test('a client that reads nothing for too long is disconnected, and can resume', async (t) => {
  const strict = await startKit({ limits: { bodyTimeoutMs: 300 } });
  t.after(() => strict.close());
  const traceId = await newTrace(strict);
  const stream = await follow(traceId, {}, strict);
  await stream.next();
  stream.pause();
  for (const _ of range(1, 2)) {
    await addMessages(strict, traceId, 1_000, { content: 'x'.repeat(10_000) });
  }
  await until(() => strict.server.store.tails.watched === 0, 20_000);
  stream.resume();
  assert.equal(await stream.ended, false);
  let last = 0;
  while (stream.waiting > 0) {
    last = (await stream.next()).data.traceEvents.eventId;
  }
  assert.ok(last < 2_000, `${last} events arrived`);
  const resumed = await follow(traceId, { variables: { traceId, since: last } }, strict);
  await resumed.next();
  for (const id of range(last + 1, 2_000)) {
    assert.equal((await resumed.next()).data.traceEvents.eventId, id);
  }
});

test('400 streams of one trace get each event, and leave nothing behind', async () => {
  const traceId = await newTrace(kit);
  const streams = await Promise.all(range(1, 400).map(() => follow(traceId)));
  await Promise.all(streams.map((stream) => stream.next()));
  for (const type of ['first', 'second', 'third']) {
    await appendEvent(kit, traceId, type);
  }
  await Promise.all(
    streams.map(async (stream) => {
      for (const [index, type] of ['first', 'second', 'third'].entries()) {
        const { data } = await stream.next();
        assert.deepEqual([data.traceEvents.eventId, data.traceEvents.type], [index + 1, type]);
      }
    }),
  );
  assert.equal(kit.server.store.tails.watched, 1);
  streams.forEach((stream) => stream.cut());
  await nothingLeft();
});

test('streams and WebSockets have one limit together; beyond it a stream gets 503, and one that ends makes room', async (t) => {
  const strict = await startKit({ limits: { maxSockets: 3 } });
  t.after(() => strict.close());
  const traceId = await newTrace(strict);
  const socket = await openGraphQL(strict);
  const streams = [await follow(traceId, {}, strict), await follow(traceId, {}, strict)];
  const refused = await follow(traceId, {}, strict);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers['retry-after'], '1');
  await refused.ended;
  assert.equal(JSON.parse(refused.text()).errors[0].extensions.code, 'UNAVAILABLE');
  await assert.rejects(
    openSocket(strict, '/graphql'),
    /503 expected at most 3 open WebSockets and event streams/,
  );
  // Queries end by themselves, so they are not limited.
  assert.equal((await openStream(strict, { query: '{ __typename }' })).status, 200);
  streams[0]?.cut();
  await until(async () => {
    const another = await follow(traceId, {}, strict);
    another.cut();
    return another.status === 200;
  });
  socket.raw.terminate();
});

test('the body of a request counts until its stream begins, not as long as that stays open', async (t) => {
  const strict = await startKit({ limits: { maxRequestBytes: 100_000, maxBodiesBytes: 200_000 } });
  t.after(() => strict.close());
  const traceId = await newTrace(strict);
  const large = { query: `${TRACE_EVENTS} # ${'x'.repeat(90_000)}`, variables: { traceId } };
  const streams = [];
  for (const _ of range(1, 5)) {
    const stream = await follow(traceId, large, strict);
    assert.equal(stream.status, 200);
    await stream.next();
    streams.push(stream);
  }
  const tooLarge = await follow(traceId, { query: `${TRACE_EVENTS} # ${'x'.repeat(100_000)}` }, strict);
  assert.equal(tooLarge.status, 413);
});

test('hostile queries are refused over a stream as they are over HTTP', async () => {
  const deep = (levels: number): string => (levels === 0 ? 'id' : `parent { ${deep(levels - 1)} }`);
  const aliases = range(1, 300).map((n) => `a${n}: id`);
  for (const [query, message] of [
    [`{ trace(id: "x") { ${deep(60)} } }`, /nesting/],
    [
      `{ ${range(1, 60)
        .map((n) => `a${n}: trace(id: "x") { id }`)
        .join(' ')} }`,
      /root fields/,
    ],
    [`{ trace(id: "x") { ${aliases.join(' ')} } }`, /aliases/],
    [`{ trace(id: "x") { ${'id '.repeat(5_000)} } }`, /token/],
    ['{ traces(first: 500) { nodes { steps(first: 500) { nodes { id } } } } }', /costs at most/],
    [
      `subscription { traceChanges { trace { steps(first: 500) { nodes { ancestors(first: 500) { nodes { id } } } } } } }`,
      /costs at most/,
    ],
    [`{ trace(id: "${'x'.repeat(1_100_000)}") { id } }`, /at most 1048576 characters/],
  ] as const) {
    const stream = await openStream(kit, { query });
    const { errors, data } = await stream.next();
    assert.equal(errors?.[0].extensions.code, 'BAD_USER_INPUT', query.slice(0, 200));
    assert.match(errors[0].message, message);
    assert.equal(data, undefined);
    assert.equal((await stream.event()).event, 'complete');
    assert.equal(await stream.ended, true);
  }
});

test('a query that exceeds its deadline gets UNAVAILABLE; a subscription has none', async (t) => {
  const timeoutMs = 400;
  const strict = await startKit({ limits: { requestTimeoutMs: timeoutMs } });
  t.after(() => strict.close());
  const traceId = await newTrace(kit);
  const stream = await follow(traceId, {}, strict);
  await stream.next();
  await addMessages(kit, traceId, 1);
  const release = await holdTrace(traceId);
  const late = await openStream(strict, {
    query: 'mutation ($id: ID!) { addMessage(input: { traceId: $id, role: "user" }) { id } }',
    variables: { id: traceId },
  });
  const { errors } = await late.next();
  assert.equal(errors[0].extensions.code, 'UNAVAILABLE');
  assert.match(errors[0].message, /longer than 0\.4 s/);
  // The snapshot of a subscription needs the lock too.
  const blocked = await follow(traceId, {}, strict);
  assert.equal((await blocked.next()).errors[0].extensions.code, 'UNAVAILABLE');
  await release();
  assert.equal((await stream.next()).data.traceEvents.eventId, 1);
  await new Promise((resolve) => setTimeout(resolve, 2 * timeoutMs));
  await appendEvent(kit, traceId, 'later');
  let update = (await stream.next()).data.traceEvents;
  while (update.type !== 'later') {
    update = (await stream.next()).data.traceEvents;
  }
});

/** Holds the lock of a trace until the returned function is called. */
async function holdTrace(id: string): Promise<() => Promise<void>> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const done = kit.database.readLocked('test', async (transaction) => {
    await transaction.run(
      { name: 'test', text: 'MATCH (t:Trace {projectId: "default", id: $id}) SET t.locked = true' },
      { id },
    );
    begun();
    await released;
  });
  await held;
  return async () => {
    release();
    await done;
  };
}

test('an error that is a bug is masked', async (t) => {
  const broken = await startKit({
    wrap: (database) => ({
      ...database,
      within: (scope) => ({
        ...database.within(scope),
        run: () => Promise.reject(new Error('secret')),
      }),
    }),
  });
  t.after(() => broken.close());
  const stream = await openStream(broken, { query: '{ trace(id: "x") { id } }' });
  const { data, errors } = await stream.next();
  assert.equal(data.trace, null);
  assert.equal(errors[0].extensions.code, 'INTERNAL_SERVER_ERROR');
  assert.doesNotMatch(stream.text(), /secret/);
});

test('a stop ends streams without `complete`, so that their clients resume', async (t) => {
  const projectId = newId('project');
  const stopping = await startKit({ projectId });
  const other = await startKit({ projectId });
  t.after(() => other.close());
  const traceId = await newTrace(stopping);
  const stream = await follow(traceId, {}, stopping);
  const list = await openStream(stopping, { query: 'subscription { traceChanges { kind } }' });
  await stream.next();
  await addMessages(stopping, traceId, 1);
  const { eventId } = (await stream.next()).data.traceEvents;
  const begun = performance.now();
  await stopping.close();
  assert.ok(performance.now() - begun < 5_000, 'the streams did not delay the stop');
  assert.equal(await stream.ended, true);
  assert.equal(await list.ended, true);
  assert.equal(stream.waiting, 0);
  assert.doesNotMatch(stream.text(), /complete|TraceDeleted/);
  assert.doesNotMatch(list.text(), /complete/);
  await addMessages(other, traceId, 2);
  const resumed = await follow(traceId, { variables: { traceId, since: eventId } }, other);
  await resumed.next();
  assert.equal((await resumed.next()).data.traceEvents.eventId, eventId + 1);
  assert.equal((await resumed.next()).data.traceEvents.eventId, eventId + 2);
});

test('a server stops even if the client of a stream reads nothing', async () => {
  const stopping = await startKit();
  const traceId = await newTrace(stopping);
  const stream = await follow(traceId, {}, stopping);
  await stream.next();
  stream.pause();
  for (const _ of range(1, 2)) {
    await addMessages(stopping, traceId, 1_000, { content: 'x'.repeat(10_000) });
  }
  const begun = performance.now();
  await stopping.close();
  assert.ok(performance.now() - begun < 10_000);
  stream.cut();
});

test('a stream behind another request on its connection is refused, because its client could not be seen to leave', async () => {
  const { port } = new URL(kit.url);
  const traceId = await newTrace(kit);
  const body = JSON.stringify({ query: TRACE_EVENTS, variables: { traceId } });
  const request = `POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(request + request));
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  await until(() => text.includes('TraceSnapshot'));
  socket.destroy();
  await nothingLeft();
  assert.equal(text.split('HTTP/1.1').length, 2);
});

test('other sites cannot open a stream, and one that is not opened with JSON needs no preflight but writes nothing', async () => {
  const traceId = await newTrace(kit);
  for (const method of ['GET', 'POST'] as const) {
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { host: 'evil.example' },
    ]) {
      const stream = await follow(traceId, { method, headers });
      assert.equal(stream.status, 403, JSON.stringify(headers));
      await stream.ended;
      assert.match(stream.text(), /FORBIDDEN/);
    }
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const stream = await follow(traceId, { headers: { 'content-type': type } });
    assert.equal(stream.status, 415);
  }
  assert.equal(kit.server.store.tails.watched, 0);
});
