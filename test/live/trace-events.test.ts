import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../kit/kit.js';
import {
  addGoal,
  addMessage,
  addMessages,
  appendEvent,
  deleteTrace,
  lastEventId,
  newTrace,
  range,
  take,
  TRACE_EVENTS,
  updateTrace,
} from '../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const ids = (updates: readonly any[]): number[] => updates.map(({ eventId }) => eventId);

test('traceEvents starts with the trace, its goal tree, its sub-traces and the id of the newest event', async () => {
  const traceId = await newTrace(kit, { task: 'find out' });
  await addGoal(kit, traceId, { goalId: 'a', description: 'A' });
  await addGoal(kit, traceId, { goalId: 'b', parentId: 'a', description: 'B' });
  await addMessage(kit, traceId, { goalId: 'b', promptTokens: 7 });
  const subTrace = await newTrace(kit, { parentTraceId: traceId });
  const live = kit.follow(
    `subscription ($traceId: ID!) { traceEvents(traceId: $traceId) { ... on TraceSnapshot {
      currentEventId
      trace { id goalTree { roots { goalId } } }
      goalTree { mission goals { goalId cumulativeStats { messageCount promptTokens } } roots { goalId children { goalId } } }
      subTraces { id }
    } } }`,
    { traceId },
  );
  const [snapshot] = await take(live, 1);
  const cumulativeStats = { messageCount: 1, promptTokens: 7 };
  assert.deepEqual(snapshot, {
    currentEventId: 4,
    trace: { id: traceId, goalTree: { roots: [{ goalId: 'a' }] } },
    goalTree: {
      mission: 'find out',
      goals: [
        { goalId: 'a', cumulativeStats },
        { goalId: 'b', cumulativeStats },
      ],
      roots: [{ goalId: 'a', children: [{ goalId: 'b' }] }],
    },
    subTraces: [{ id: subTrace }],
  });
});

test('since 0 replays all events, a number those after it; the newest event id or no since replays none', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 5);
  for (const since of [0, 3, 5, 6, null]) {
    const last = await lastEventId(kit, traceId);
    const live = kit.follow(TRACE_EVENTS, { traceId, since });
    const [snapshot] = await take(live, 1);
    assert.equal(snapshot.currentEventId, last);
    await addMessage(kit, traceId);
    const expected = range((since ?? last) + 1, last + 1);
    assert.deepEqual(ids(await take(live, expected.length)), expected, `since ${since ?? 'absent'}`);
    live.stop();
  }
});

test('a since that is negative or beyond the newest event is rejected with its field name', async () => {
  const traceId = await newTrace(kit);
  await addMessage(kit, traceId);
  const beyond = await kit.follow(TRACE_EVENTS, { traceId, since: 2 }).next();
  assert.deepEqual(beyond.errors[0].extensions, { code: 'BAD_USER_INPUT', field: 'since' });
  const negative = await kit.follow(TRACE_EVENTS, { traceId, since: -1 }).next();
  assert.equal(negative.errors[0].extensions.code, 'BAD_USER_INPUT');
});

test('a trace that does not exist is NOT_FOUND, and nothing is watched', async () => {
  const live = kit.follow(TRACE_EVENTS, { traceId: newId('none') });
  assert.equal((await live.next()).errors[0].extensions.code, 'NOT_FOUND');
  await live.ended;
});

test('a backlog of thousands is replayed in order and continues into live events without gaps or duplicates', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 4_000);
  const live = kit.follow(TRACE_EVENTS, { traceId, since: 0 });
  const [snapshot] = await take(live, 1);
  const writes = Promise.all(range(1, 40).map(() => addMessage(kit, traceId)));
  assert.equal(snapshot.currentEventId, 4_000);
  assert.deepEqual(ids(await take(live, 4_040)), range(1, 4_040));
  await writes;
  assert.equal(live.waiting, 0);
});

test('events written between the snapshot and the first event read are not lost', async () => {
  const traceId = await newTrace(kit);
  const followers = range(1, 10).map(() => kit.follow(TRACE_EVENTS, { traceId }));
  const writes = (async () => {
    for (const _ of range(1, 50)) {
      await addMessage(kit, traceId);
    }
  })();
  await Promise.all(
    followers.map(async (live) => {
      const [{ currentEventId, trace }] = (await take(live, 1)) as [
        { currentEventId: number; trace: { totalMessages: number } },
      ];
      assert.equal(trace.totalMessages, currentEventId);
      assert.deepEqual(ids(await take(live, 50 - currentEventId)), range(currentEventId + 1, 50));
      live.stop();
    }),
  );
  await writes;
});

test('every subscriber gets every event', async () => {
  const traceId = await newTrace(kit);
  const followers = range(1, 30).map((n) =>
    kit.follow(TRACE_EVENTS, { traceId, since: n % 2 === 0 ? 0 : null }),
  );
  await Promise.all(followers.map((live) => take(live, 1)));
  await addMessages(kit, traceId, 700);
  for (const live of followers) {
    assert.deepEqual(ids(await take(live, 700)), range(1, 700));
    live.stop();
  }
});

test('each event loads fresh data, and carries its own objects as of its change', async () => {
  const traceId = await newTrace(kit);
  await addGoal(kit, traceId, { goalId: 'g', description: 'G' });
  const id = await addMessage(kit, traceId, { content: 'one', goalId: 'g' });
  const live = kit.follow(
    `subscription ($traceId: ID!) { traceEvents(traceId: $traceId, since: 0) {
      ... on MessageAdded { message { content goal { goalId status } } }
      ... on MessageUpdated { now: message { content } patch }
    } }`,
    { traceId },
  );
  await take(live, 2);
  assert.deepEqual(await take(live, 1), [
    { message: { content: 'one', goal: { goalId: 'g', status: 'PENDING' } } },
  ]);
  for (const content of ['two', 'three']) {
    await kit.ask(
      'mutation ($id: ID!, $content: JSON) { updateMessage(id: $id, input: { content: $content }) { id } }',
      {
        id,
        content,
      },
    );
    assert.deepEqual(await take(live, 1), [{ now: { content }, patch: { content } }]);
  }
  live.stop();
  const again = kit.follow(
    `subscription ($traceId: ID!) { traceEvents(traceId: $traceId, since: 0) { ... on MessageAdded { message { content } } } }`,
    { traceId },
  );
  assert.deepEqual((await take(again, 3))[2], { message: { content: 'one' } });
});

test('a subscription stays open after the trace completes', async () => {
  const traceId = await newTrace(kit);
  const live = kit.follow(TRACE_EVENTS, { traceId });
  await take(live, 1);
  await updateTrace(kit, traceId, { status: 'COMPLETED' });
  await appendEvent(kit, traceId, 'after');
  const updates = await take(live, 3);
  assert.deepEqual(
    updates.map(({ type }) => type),
    ['trace_status_changed', 'trace_completed', 'after'],
  );
});

test('deleting a trace ends its subscriptions with TraceDeleted, whether they wait or replay a backlog', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 3_000);
  const quiet = kit.follow(TRACE_EVENTS, { traceId });
  const behind = kit.follow(TRACE_EVENTS, { traceId, since: 0 });
  await take(quiet, 1);
  await take(behind, 1);
  await deleteTrace(kit, traceId);
  assert.deepEqual(await take(quiet, 1), [{ __typename: 'TraceDeleted', deletedId: traceId }]);
  await quiet.ended;
  let expected = 1;
  for (let [update] = await take(behind, 1); ; [update] = await take(behind, 1)) {
    if (update.__typename === 'TraceDeleted') {
      break;
    }
    assert.equal(update.eventId, expected, JSON.stringify(update));
    expected += 1;
  }
  await behind.ended;
});

test('a trace recreated under the same id is a different one: followers of the first get none of its events', async () => {
  const traceId = await newTrace(kit);
  const first = kit.follow(TRACE_EVENTS, { traceId });
  await take(first, 1);
  await deleteTrace(kit, traceId);
  await newTrace(kit, { id: traceId });
  const second = kit.follow(TRACE_EVENTS, { traceId });
  await take(second, 1);
  await addMessages(kit, traceId, 3);
  assert.equal((await take(first, 1))[0].__typename, 'TraceDeleted');
  await first.ended;
  assert.equal(first.waiting, 0);
  assert.deepEqual(ids(await take(second, 3)), [1, 2, 3]);
});
