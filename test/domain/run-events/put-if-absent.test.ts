import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';
import {
  deleteRun,
  deleteThread,
  put,
  putAll,
  runEvent,
  RUN_EVENT,
  RUN_EVENTS,
  stored,
  take,
} from '../../kit/run-event-kit.js';

const statements: string[] = [];
let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
  otherKit = await startKit();
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const PUT_IF_ABSENT = `mutation ($input: RunEventInput!) {
  putRunEventIfAbsent(input: $input) { created event { ${RUN_EVENT} } } }`;

interface Outcome {
  readonly created: boolean;
  readonly event: any;
}

/** Offers a receipt of the run, unless `input` says otherwise. */
async function offer(by: Kit, threadId: string, input: object = {}): Promise<Outcome> {
  const given = runEvent(threadId, { eventType: 'run.delivery', category: 'outputs', ...input });
  return (await by.ask(PUT_IF_ABSENT, { input: given })).putRunEventIfAbsent;
}

test('the first event of a type in a run is created and kept; a second call returns it and creates nothing', async () => {
  const threadId = newId('thread');
  await put(kit, threadId, { eventType: 'human_message' });
  const given = { content: { presented: 2 }, metadata: { a: 1 }, createdAt: '2026-04-04T08:49:25+08:00' };
  const first = await offer(kit, threadId, given);
  assert.equal(first.created, true);
  assert.equal(first.event.seq, 2);
  assert.deepEqual(first.event.content, given.content);
  assert.equal(first.event.createdAt, given.createdAt);
  for (const by of [kit, otherKit]) {
    const second = await offer(by, threadId, { content: 'another', category: 'message' });
    assert.deepEqual(second, { created: false, event: first.event });
  }
  assert.deepEqual(await stored(kit, threadId), { seqs: [1, 2], lastSeq: 2 });
});

test('each thread, run and type has its own first event', async () => {
  const [threadId, otherThread] = [newId('thread'), newId('thread')];
  await offer(kit, threadId);
  for (const [thread, input] of [
    [threadId, { runId: 'other' }],
    [threadId, { eventType: 'run.end' }],
    [threadId, { runId: 'run ', eventType: 'run.delivery' }],
    [otherThread, {}],
  ] as const) {
    assert.equal((await offer(kit, thread, input)).created, true, JSON.stringify(input));
    assert.equal((await offer(kit, thread, input)).created, false, JSON.stringify(input));
  }
  assert.deepEqual(await stored(kit, threadId), { seqs: [1, 2, 3, 4], lastSeq: 4 });
});

test('an event that another mutation wrote counts too, and of several the first is returned', async () => {
  const threadId = newId('thread');
  const [, earliest] = await putAll(kit, threadId, [
    { eventType: 'other' },
    { eventType: 'run.delivery', category: 'trace', content: 'first' },
    { eventType: 'run.delivery', category: 'outputs', content: 'second' },
  ]);
  assert.deepEqual(await offer(kit, threadId), { created: false, event: earliest });
  assert.deepEqual(await stored(kit, threadId), { seqs: [1, 2, 3], lastSeq: 3 });
});

test('of many concurrent calls to two servers, exactly one creates the event, also as the first of its thread', async () => {
  for (const isFirst of [true, false]) {
    for (const _ of range(1, 5)) {
      const threadId = newId('thread');
      if (!isFirst) {
        await put(kit, threadId);
      }
      const outcomes = await Promise.all(
        range(1, 20).map((n) => offer(n % 2 === 0 ? kit : otherKit, threadId, { content: n })),
      );
      const [winner, ...more] = outcomes.filter(({ created }) => created);
      assert.ok(winner);
      assert.deepEqual(more, []);
      outcomes.forEach(({ event }) => assert.deepEqual(event, winner.event));
      const seq = isFirst ? 1 : 2;
      assert.deepEqual(await stored(kit, threadId), { seqs: range(1, seq), lastSeq: seq });
    }
  }
});

test('concurrent calls and ordinary writes of the same type: one is created at most, and it is the first', async () => {
  for (const _ of range(1, 5)) {
    const threadId = newId('thread');
    const [outcomes] = await Promise.all([
      Promise.all(range(1, 10).map((n) => offer(n % 2 === 0 ? kit : otherKit, threadId))),
      Promise.all(
        range(1, 10).map((n) => put(n % 2 === 0 ? kit : otherKit, threadId, { eventType: 'run.delivery' })),
      ),
    ]);
    const created = outcomes.filter((outcome) => outcome.created).length;
    assert.ok(created <= 1, String(created));
    outcomes.forEach(({ event }) => assert.equal(event.seq, 1));
    assert.deepEqual(await stored(kit, threadId), { seqs: range(1, 10 + created), lastSeq: 10 + created });
  }
});

test('it counts within the log generation, and a deleted run starts over', async () => {
  const threadId = newId('thread');
  await offer(kit, threadId, { content: 'old' });
  await deleteThread(kit, threadId);
  const again = await offer(otherKit, threadId, { content: 'new' });
  assert.deepEqual([again.created, again.event.seq, again.event.content], [true, 1, 'new']);
  assert.equal((await offer(kit, threadId)).created, false);
  await deleteRun(kit, threadId, 'run');
  const next = await offer(kit, threadId);
  assert.deepEqual([next.created, next.event.seq], [true, 2]);
});

test('with an idempotency key, a repetition of the call that created the event reports created again', async () => {
  const threadId = newId('thread');
  const given = { idempotencyKey: 'receipt', content: 'mine' };
  const first = await offer(kit, threadId, given);
  assert.equal(first.created, true);
  assert.deepEqual(await offer(otherKit, threadId, given), first);
  assert.deepEqual(await offer(kit, threadId, { idempotencyKey: 'another', content: 'mine' }), {
    ...first,
    created: false,
  });
  assert.deepEqual(await offer(kit, threadId, { content: 'mine' }), { ...first, created: false });
  assert.deepEqual((await stored(kit, threadId)).seqs, [1]);
});

test('an idempotency key that another event has is a CONFLICT, and a call that creates nothing uses up none', async () => {
  const threadId = newId('thread');
  await put(kit, threadId, { idempotencyKey: 'taken' });
  await offer(kit, threadId, { content: 'first' });
  const conflicting = runEvent(threadId, { eventType: 'run.end', idempotencyKey: 'taken' });
  const { extensions } = await kit.fail(PUT_IF_ABSENT, { input: conflicting });
  assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'input.idempotencyKey']);
  assert.equal((await offer(kit, threadId, { idempotencyKey: 'unused' })).created, false);
  const free = await put(kit, threadId, { idempotencyKey: 'unused', content: 'other' });
  assert.equal(free.seq, 3);
});

test('it checks its input as putRunEvent does, and writes nothing if that is rejected', async () => {
  const threadId = newId('thread');
  for (const [field, value] of [
    ['eventType', ''],
    ['category', 'x'.repeat(201)],
    ['metadata', []],
    ['createdAt', 'yesterday'],
    ['idempotencyKey', ''],
  ] as const) {
    const input = runEvent(threadId, { [field]: value });
    const { extensions } = await kit.fail(PUT_IF_ABSENT, { input });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', `input.${field}`]);
  }
  assert.deepEqual(await stored(kit, threadId), { seqs: [], lastSeq: null });
});

test('subscribers get the event once, when it is created', async () => {
  const threadId = newId('thread');
  const live = kit.follow(RUN_EVENTS, { threadId, afterSeq: 0 });
  await until(() => kit.server.store.threadTails.watched === 1);
  await offer(kit, threadId);
  await offer(otherKit, threadId);
  await put(kit, threadId);
  assert.deepEqual(
    (await take(live, 2)).map(({ seq, eventType }) => [seq, eventType]),
    [
      [1, 'run.delivery'],
      [2, 'ai_message'],
    ],
  );
  live.stop();
});

test('the search for the first event is one statement that reads one event, however long the run', async () => {
  const threadId = newId('thread');
  await putAll(kit, threadId, Array<object>(3_000).fill({ eventType: 'run.delivery' }));
  statements.length = 0;
  assert.equal((await offer(kit, threadId)).event.seq, 1);
  assert.deepEqual([...statements].sort(), [
    'run-events/first-of-types',
    'run-events/read-by-keys',
    'threads/lock',
    'threads/read',
  ]);
});
