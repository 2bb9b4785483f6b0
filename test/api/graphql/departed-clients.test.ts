import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKit, until, type Kit } from '../../kit/kit.js';
import {
  addMessage,
  addMessages,
  newTrace,
  openGraphQL,
  openSocket,
  range,
  take,
  TRACE_EVENTS,
} from '../../kit/live.js';

const statements: string[] = [];
let kit: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
});
after(() => kit.close());

const count = (name: string): number => statements.filter((statement) => statement === name).length;

const POLLS = ['traces/log-states', 'traces/changed', 'traces/read-missing'];

/** Waits until nothing is watched and 500 ms pass without a poll, long enough for five polls. */
async function nothingLeft(): Promise<void> {
  const { tails, listChanges } = kit.server.store;
  await until(async () => {
    const before = statements.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const polls = statements.slice(before).filter((name) => POLLS.includes(name));
    return polls.length === 0 && tails.watched === 0 && listChanges.watched === 0;
  }, 20_000);
}

test('a client that unsubscribes while it waits for events leaves nothing behind', async () => {
  const traceId = await newTrace(kit);
  const live = kit.follow(TRACE_EVENTS, { traceId });
  await take(live, 1);
  assert.equal(kit.server.store.tails.watched, 1);
  live.stop();
  await nothingLeft();
});

test('clients that are cut off while waiting, during a backlog or before their snapshot leave nothing behind', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 3_000);
  const waiting = kit.follow(TRACE_EVENTS, { traceId });
  const behind = kit.follow(TRACE_EVENTS, { traceId, since: 0 });
  await take(waiting, 1);
  await take(behind, 100);
  waiting.cut();
  behind.cut();
  for (const _ of range(1, 20)) {
    const socket = await openGraphQL(kit);
    for (const id of ['1', '2', '3']) {
      socket.send({
        id,
        type: 'subscribe',
        payload: { query: TRACE_EVENTS, variables: { traceId, since: 0 } },
      });
    }
    socket.raw.terminate();
  }
  await nothingLeft();
});

test('front ends that disconnect at any moment leave nothing behind', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 90);
  for (const frames of [0, 1, 30, 91]) {
    const socket = await openSocket(kit, `/api/traces/${traceId}/watch`);
    for (const _ of range(1, frames)) {
      await socket.next();
    }
    socket.raw.terminate();
  }
  await nothingLeft();
});

test('list followers that disconnect or unsubscribe at any moment leave nothing behind', async () => {
  for (const wait of [false, true]) {
    const sockets = await Promise.all(range(1, 10).map(() => openGraphQL(kit)));
    for (const socket of sockets) {
      socket.send({
        id: '1',
        type: 'subscribe',
        payload: { query: 'subscription { traceChanges { traceId } }' },
      });
    }
    if (wait) {
      await until(() => kit.server.store.listChanges.watched === 1, 20_000);
      await newTrace(kit);
    }
    sockets.forEach((socket, index) =>
      wait && index % 2 === 0 ? socket.send({ id: '1', type: 'complete' }) : socket.raw.terminate(),
    );
    await nothingLeft();
    sockets.forEach((socket) => socket.raw.terminate());
  }
});

test('only one poll runs at a time, however often followers start and stop', async () => {
  const traceId = await newTrace(kit);
  for (const _ of range(1, 30)) {
    const live = kit.follow(TRACE_EVENTS, { traceId });
    await take(live, 1);
    live.stop();
    await until(() => kit.server.store.tails.watched === 0, 20_000);
  }
  const live = kit.follow(TRACE_EVENTS, { traceId });
  await take(live, 1);
  const before = count('traces/log-states');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.ok(count('traces/log-states') - before <= 10, `${count('traces/heads') - before} polls in a second`);
  live.stop();
  await nothingLeft();
});

test('a follower that has ended yields nothing more, even to a call that was already waiting', async () => {
  const traceId = await newTrace(kit);
  const [{ createdAt }] = await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t.createdAt AS createdAt', {
    id: traceId,
  });
  const follower = await kit.server.store.tails.follow(
    { projectId: 'default', ownerId: traceId, generation: createdAt },
    { after: 0, highWaterMark: 0 },
  );
  const waited = follower.next();
  await follower.return?.();
  await addMessage(kit, traceId);
  assert.deepEqual(await waited, { done: true, value: undefined });
  assert.deepEqual(await follower.next(), { done: true, value: undefined });
  await nothingLeft();
});

test('a client that stops reading costs no memory: the log is read only as fast as it reads, and it misses nothing', async () => {
  const traceId = await newTrace(kit);
  const socket = await openGraphQL(kit);
  // Long frames of short events, which soon fill the socket buffers of the operating system.
  const contents = range(1, 10).map((n) => `c${n}: content`);
  const query = `subscription ($traceId: ID!) { traceEvents(traceId: $traceId) {
    ... on MessageAdded { eventId message { ${contents.join(' ')} } }
  } }`;
  socket.send({ id: '1', type: 'subscribe', payload: { query, variables: { traceId } } });
  await socket.next();
  socket.raw.pause();
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
  socket.raw.resume();
  for (const id of range(1, 8_000)) {
    const { payload } = await socket.next();
    assert.equal(payload.data.traceEvents.eventId, id);
  }
  // Most of the sixteen or more pages were still unread.
  assert.ok(
    count('events/page') - stalled > 10,
    `${count('events/page') - stalled} pages were read after it woke`,
  );
  socket.raw.terminate();
  await nothingLeft();
});
