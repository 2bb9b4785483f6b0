import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  addGoal,
  addMessage,
  addStep,
  APPEND_EVENT,
  createTrace,
  eventsOf,
  lastEventId,
  updateMessage,
  updateTrace,
} from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const append = async (traceId: string, type: string, payload?: object, key?: string): Promise<any> =>
  (await kit.ask(APPEND_EVENT, { traceId, type, payload, key })).appendEvent;

test('appendEvent appends an event of a custom type, with its payload', async () => {
  const { id } = await createTrace(kit);
  const event = await append(id, 'my.type with space', { b: 1, a: [null] });
  const { at, id: eventKey, ...rest } = event;
  assert.match(at, /Z$/);
  assert.equal(eventKey, `${id}/1`);
  assert.deepEqual(rest, {
    eventId: 1,
    traceId: id,
    type: 'my.type with space',
    payload: { b: 1, a: [null] },
  });
  assert.deepEqual((await append(id, 'empty')).payload, {});
  assert.equal(await lastEventId(kit, id), 2);
  const stored = await kit.cypher(
    `MATCH (e:Event {projectId: "default", traceId: $id})-[:BELONGS_TO]->(t:Trace {id: $id})
     RETURN e.eventId AS eventId, e.type AS type ORDER BY eventId`,
    { id },
  );
  assert.deepEqual(stored, [
    { eventId: 1, type: 'my.type with space' },
    { eventId: 2, type: 'empty' },
  ]);
});

test('event types that the server writes itself, and empty, too long or unprintable ones, are rejected', async () => {
  const { id } = await createTrace(kit);
  for (const type of [
    'goal_added',
    'goal_updated',
    'goal_tree_updated',
    'message_added',
    'message_updated',
    'step_added',
    'sub_trace_started',
    'sub_trace_completed',
    'trace_status_changed',
    'trace_completed',
    'trace_updated',
    '',
    'x'.repeat(101),
    'a\nb',
  ]) {
    const { extensions } = await kit.fail(APPEND_EVENT, { traceId: id, type });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'type'], type);
  }
  assert.equal((await append(id, '🎭'.repeat(100))).eventId, 1);
});

test('a payload that is not an object, and an unknown trace, are rejected', async () => {
  const { id } = await createTrace(kit);
  for (const payload of [[], 'text', 1, false]) {
    const { extensions } = await kit.fail(APPEND_EVENT, { traceId: id, type: 't', payload });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'payload']);
  }
  assert.equal((await kit.fail(APPEND_EVENT, { traceId: newId(), type: 't' })).extensions.code, 'NOT_FOUND');
  assert.equal(await lastEventId(kit, id), 0);
});

test('reusing an idempotency key returns the first event, or is a CONFLICT if the event differs', async () => {
  const { id } = await createTrace(kit);
  const other = await createTrace(kit);
  const first = await append(id, 't', { a: 1 }, 'key');
  assert.deepEqual(await append(id, 't', { a: 1 }, 'key'), first);
  assert.equal((await append(other.id, 't', { a: 2 }, 'key')).eventId, 1, 'a key is of its trace');
  for (const [type, payload] of [
    ['u', { a: 1 }],
    ['t', { a: 2 }],
    ['t', undefined],
  ] as const) {
    const { extensions } = await kit.fail(APPEND_EVENT, { traceId: id, type, payload, key: 'key' });
    assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'idempotencyKey']);
  }
  for (const key of ['', 'x'.repeat(201)]) {
    const { extensions } = await kit.fail(APPEND_EVENT, { traceId: id, type: 't', key });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'idempotencyKey']);
  }
  const same = await Promise.all(Array.from({ length: 20 }, () => append(id, 'again', { b: 1 }, 'key 2')));
  assert.deepEqual(new Set(same.map(({ eventId }) => eventId)), new Set([2]));
  assert.equal(await lastEventId(kit, id), 2);
});

test('event ids count from 1 without gaps, whatever is written concurrently', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'g' });
  const writes: readonly (() => Promise<unknown>)[] = [
    () => append(id, 't', { a: 1 }),
    () => addMessage(kit, id, { goalId: 'g' }),
    () => addStep(kit, id),
    () => addMessage(kit, id).then((message) => updateMessage(kit, message.id, { content: 'x' })),
    () => updateTrace(kit, id, { summary: newId() }),
    // Rejected: they take no id.
    () => kit.fail(APPEND_EVENT, { traceId: id, type: 'goal_added' }),
    () => kit.fail(APPEND_EVENT, { traceId: id, type: 't', payload: [] }),
  ];
  await Promise.all([1, 2, 3, 4].flatMap(() => writes.map((write) => write())));
  const events = await eventsOf(kit, id);
  assert.deepEqual(
    events.map(({ eventId }) => eventId),
    Array.from({ length: events.length }, (_, index) => index + 1),
  );
  assert.equal(await lastEventId(kit, id), events.length);
  const times = events.map(({ at }) => at);
  assert.deepEqual(times, [...times].sort());
});

test('events are paged from any event to the end, each once', async () => {
  const { id } = await createTrace(kit);
  for (let index = 0; index < 7; index += 1) {
    await append(id, 't', { index });
  }
  const page = async (since: number | null, first: number, cursor: string | null = null): Promise<any> =>
    (
      await kit.ask(
        `query ($id: ID!, $since: Long, $first: Int, $after: String) { trace(id: $id) {
          events(since: $since, first: $first, after: $after) { nodes { eventId } pageInfo { hasNextPage endCursor } } } }`,
        { id, since, first, after: cursor },
      )
    ).trace.events;
  const found: number[] = [];
  for (let cursor: string | null = null; ;) {
    const { nodes, pageInfo } = await page(2, 2, cursor);
    found.push(...nodes.map(({ eventId }: any) => eventId));
    if (!pageInfo.hasNextPage) {
      break;
    }
    cursor = pageInfo.endCursor;
  }
  assert.deepEqual(found, [3, 4, 5, 6, 7]);
  assert.equal((await page(null, 500)).nodes.length, 7);
  assert.equal((await page(7, 500)).nodes.length, 0);
  assert.equal((await page(1_000_000, 500)).nodes.length, 0);
  const { pageInfo } = await page(0, 3);
  assert.deepEqual((await page(5, 500, pageInfo.endCursor)).nodes, [{ eventId: 6 }, { eventId: 7 }]);
});

test('each event has the API type that matches its type name', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'g' });
  const { id: messageId } = await addMessage(kit, id, { goalId: 'g', content: { b: 1, '2': 2 } });
  await updateMessage(kit, messageId, { status: 'done' });
  await addStep(kit, id, { type: 'LLM_CALL', data: { messages: [{ role: 'user' }], model: 'm' } });
  await append(id, 'custom', { x: 1 });
  const { trace } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) { events { nodes { __typename type
      ... on GoalAdded { goal { goalId status } }
      ... on MessageAdded { message { id content } affectedGoals { goalId selfStats { messageCount } } }
      ... on MessageUpdated { messageId patch now: message { status } }
      ... on StepAdded { step { model data } }
    } } } }`,
    { id },
  );
  assert.deepEqual(trace.events.nodes, [
    { __typename: 'GoalAdded', type: 'goal_added', goal: { goalId: 'g', status: 'PENDING' } },
    {
      __typename: 'MessageAdded',
      type: 'message_added',
      message: { id: messageId, content: { b: 1, '2': 2 } },
      affectedGoals: [{ goalId: 'g', selfStats: { messageCount: 1 } }],
    },
    {
      __typename: 'MessageUpdated',
      type: 'message_updated',
      messageId,
      patch: { status: 'done' },
      now: { status: 'done' },
    },
    {
      __typename: 'StepAdded',
      type: 'step_added',
      step: { model: 'm', data: { messages: [{ role: 'user' }], model: 'm' } },
    },
    { __typename: 'CustomEvent', type: 'custom' },
  ]);
});
