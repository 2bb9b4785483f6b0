import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  ADD_MESSAGE,
  ADD_MESSAGES,
  addGoal,
  addMessage,
  addStep,
  checkStats,
  createTrace,
  eventsOf,
  lastEventId,
  MESSAGE_FIELDS,
  sizeOf,
  UPDATE_MESSAGE,
  updateMessage,
} from '../../kit/writes.js';

/** A project of its own, so that a test can count everything in it. */
const projectId = newId('project');
let kit: Kit;
let loneKit: Kit;
before(async () => {
  kit = await startKit();
  loneKit = await startKit({ projectId });
});
after(async () => {
  await kit.close();
  await loneKit.close();
});

const node = async (id: string): Promise<any> =>
  (
    await kit.cypher(
      `MATCH (m:Message {projectId: "default", id: $id}) RETURN properties(m) AS m,
       [(m)-[:BELONGS_TO]->(o) | labels(o)[0] + ' ' + coalesce(o.goalId, o.id)] AS owners, [(s:Step)-[:PRODUCED]->(m) | s.id] AS steps`,
      { id },
    )
  )[0];

test('addMessage stores every field and returns it, and its event holds the message', async () => {
  const { id: traceId } = await createTrace(kit);
  await addGoal(kit, traceId, { goalId: 'g' });
  const input = {
    id: newId('message'),
    sequence: 7,
    role: 'assistant',
    content: 'hello',
    goalId: 'g',
    toolCallId: 'call-1',
    promptTokens: 5,
    completionTokens: 6,
    cacheReadTokens: 4,
    cacheWriteTokens: 1,
    reasoningTokens: 2,
    cost: 0.5,
    durationMs: 12.5,
    startedAt: '2026-03-01T10:00:00.123456Z',
    endedAt: '2026-03-01T10:00:01.000Z',
    status: 'done',
    error: 'none',
  };
  const message = await addMessage(kit, traceId, input);
  const { createdAt, ...rest } = message;
  assert.match(createdAt, /Z$/);
  assert.deepEqual(rest, { traceId, stepId: null, ...input });
  const read = await kit.ask(`query ($id: ID!) { message(id: $id) { ${MESSAGE_FIELDS} } }`, { id: input.id });
  assert.deepEqual(read.message, message);
  assert.deepEqual((await node(input.id)).owners, ['Goal g']);
  const [, { type, payload }] = await eventsOf(kit, traceId);
  assert.equal(type, 'message_added');
  assert.deepEqual(payload.message, message);
  assert.deepEqual(
    payload.affectedGoals.map(({ goalId }: any) => goalId),
    ['g'],
  );
  assert.equal((await kit.ask('query { message(id: "no such message") { id } }')).message, null);
});

test('content can be any JSON and comes back equal, also after an update', async () => {
  const { id: traceId } = await createTrace(kit);
  const contents = [
    '',
    'text',
    null,
    0,
    -1.5,
    false,
    [],
    {},
    [{ type: 'text', text: 'a' }],
    { a: [{ b: null }] },
  ];
  const inputs = contents.map((content) => ({ traceId, role: 'user', content }));
  const { addMessages } = await kit.ask(ADD_MESSAGES, { inputs });
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { messages { nodes { id content } } } }',
    {
      id: traceId,
    },
  );
  assert.deepEqual(
    trace.messages.nodes.map(({ content }: any) => content),
    contents,
  );
  const [{ id }] = addMessages;
  for (const content of contents) {
    assert.deepEqual((await updateMessage(kit, id, { content })).content, content);
  }
  const read = await kit.ask('query ($id: ID!) { message(id: $id) { content } }', { id });
  assert.deepEqual(read.message.content, contents.at(-1));
});

test('usage is recorded once: a message of a step carries none', async () => {
  const { id: traceId } = await createTrace(kit);
  const { id: stepId } = await addStep(kit, traceId, { type: 'LLM_CALL', data: { prompt_tokens: 3 } });
  const { id } = await addMessage(kit, traceId, { stepId, content: 'x' });
  assert.deepEqual((await node(id)).steps, [stepId]);
  for (const field of ['promptTokens', 'completionTokens', 'cost']) {
    const added = await kit.fail(ADD_MESSAGE, { input: { traceId, role: 'a', stepId, [field]: 1 } });
    assert.deepEqual([added.extensions.code, added.extensions.field], ['BAD_USER_INPUT', `input.${field}`]);
    const updated = await kit.fail(UPDATE_MESSAGE, { id, input: { [field]: 1 } });
    assert.deepEqual(
      [updated.extensions.code, updated.extensions.field],
      ['BAD_USER_INPUT', `input.${field}`],
    );
  }
  const { step } = await kit.ask(
    'query ($id: ID!) { step(id: $id) { messages { nodes { id step { id } } } } }',
    {
      id: stepId,
    },
  );
  assert.deepEqual(step.messages.nodes, [{ id, step: { id: stepId } }]);
  await checkStats(kit, traceId);
});

test('a step or goal of another trace, and values out of range, are rejected', async () => {
  const { id: traceId } = await createTrace(kit);
  const other = await createTrace(kit);
  await addGoal(kit, other.id, { goalId: 'of-other' });
  const step = await addStep(kit, other.id);
  for (const [field, value] of [
    ['stepId', step.id],
    ['goalId', 'of-other'],
    ['role', ''],
    ['role', 'x'.repeat(51)],
    ['promptTokens', 1e12 + 1],
    ['cost', -0.1],
    ['cost', 1e6 + 1],
    ['durationMs', -1],
    ['sequence', 0],
    ['sequence', 1e12 + 1],
  ] as const) {
    const error = await kit.fail(ADD_MESSAGE, { input: { traceId, role: 'user', [field]: value } });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', `input.${field}`]);
  }
  assert.equal(await lastEventId(kit, traceId), 0);
});

test('a role of fifty characters of any Unicode plane is accepted', async () => {
  const { id } = await createTrace(kit);
  assert.equal((await addMessage(kit, id, { role: '🎭'.repeat(50) })).role, '🎭'.repeat(50));
});

test('updateMessage changes each field, null clears it, and the log records the patch', async () => {
  const { id: traceId } = await createTrace(kit);
  await addGoal(kit, traceId, { goalId: 'g' });
  const { id } = await addMessage(kit, traceId, { content: 'one' });
  const full = {
    role: 'tool',
    content: 'two',
    goalId: 'g',
    toolCallId: 'call',
    promptTokens: 1,
    completionTokens: 2,
    cost: 0.1,
    durationMs: 3,
    status: 's',
    error: 'e',
  };
  for (const [name, value] of Object.entries(full)) {
    const since = await lastEventId(kit, traceId);
    assert.deepEqual((await updateMessage(kit, id, { [name]: value }))[name], value, name);
    await updateMessage(kit, id, { [name]: value });
    const events = await eventsOf(kit, traceId, since);
    assert.deepEqual(
      events.map(({ type, payload }) => [type, payload.messageId, payload.patch]),
      [['message_updated', id, { [name]: value }]],
    );
  }
  await checkStats(kit, traceId);
  assert.deepEqual((await node(id)).owners, ['Goal g']);
  const cleared = await updateMessage(
    kit,
    id,
    Object.fromEntries(Object.keys(full).flatMap((name) => (name === 'role' ? [] : [[name, null]]))),
  );
  for (const name of Object.keys(full)) {
    assert.equal(cleared[name], name === 'role' ? 'tool' : null, name);
  }
  assert.deepEqual((await node(id)).owners, [`Trace ${traceId}`]);
  await checkStats(kit, traceId);
  assert.equal(
    (await kit.fail(UPDATE_MESSAGE, { id, input: { role: null } })).extensions.field,
    'input.role',
  );
  assert.equal(
    (await kit.fail(UPDATE_MESSAGE, { id, input: { goalId: 'x' } })).extensions.field,
    'input.goalId',
  );
  assert.equal((await kit.fail(UPDATE_MESSAGE, { id: 'none', input: {} })).extensions.code, 'NOT_FOUND');
});

test('sequences count from 1, a given one is kept if free, and counting continues from the highest', async () => {
  const { id: traceId } = await createTrace(kit);
  const add = async (sequence?: number): Promise<number> =>
    (await addMessage(kit, traceId, sequence === undefined ? {} : { sequence })).sequence;
  assert.deepEqual([await add(), await add(10), await add(), await add(5), await add()], [1, 10, 11, 5, 12]);
  const step = await addStep(kit, traceId);
  assert.equal(step.sequence, 1, 'steps count by themselves');
  const taken = await kit.fail(ADD_MESSAGE, { input: { traceId, role: 'user', sequence: 5 } });
  assert.deepEqual([taken.extensions.code, taken.extensions.field], ['CONFLICT', 'input.sequence']);
  const inputs = [{ sequence: 20 }, { sequence: 20 }].map((input) => ({ traceId, role: 'user', ...input }));
  const twice = await kit.fail(ADD_MESSAGES, { inputs });
  assert.deepEqual([twice.extensions.code, twice.extensions.field], ['CONFLICT', 'inputs[1].sequence']);
  assert.equal(await add(), 13);
});

test('addMessages writes in order, across several traces, all or nothing', async () => {
  const [a, b] = [await createTrace(loneKit), await createTrace(loneKit)];
  const inputs = [a, b, a, b].map(({ id: traceId }, index) => ({
    traceId,
    role: 'user',
    content: `${index}`,
  }));
  const { addMessages } = await loneKit.ask(ADD_MESSAGES, { inputs });
  assert.deepEqual(
    addMessages.map(({ traceId, sequence, content }: any) => [traceId, sequence, content]),
    [
      [a.id, 1, '0'],
      [b.id, 1, '1'],
      [a.id, 2, '2'],
      [b.id, 2, '3'],
    ],
  );
  const size = await sizeOf(loneKit, projectId);
  const bad = await loneKit.fail(ADD_MESSAGES, { inputs: [...inputs, { traceId: newId(), role: 'user' }] });
  assert.equal(bad.extensions.code, 'NOT_FOUND');
  const wrong = await loneKit.fail(ADD_MESSAGES, {
    inputs: [...inputs, { traceId: b.id, role: 'x', goalId: 'none' }],
  });
  assert.equal(wrong.extensions.field, 'inputs[4].goalId');
  assert.deepEqual(await sizeOf(loneKit, projectId), size);
  assert.deepEqual((await loneKit.ask(ADD_MESSAGES, { inputs: [] })).addMessages, []);
});
