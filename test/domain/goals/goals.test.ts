import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  ADD_GOAL,
  addGoal,
  addMessage,
  checkStats,
  createTrace,
  eventsOf,
  GOAL_FIELDS,
  lastEventId,
  UPDATE_GOAL,
  updateGoal,
} from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const statusesOf = async (id: string): Promise<Record<string, string>> => {
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { goals(first: 500) { nodes { goalId status } } } }',
    {
      id,
    },
  );
  return Object.fromEntries(trace.goals.nodes.map(({ goalId, status }: any) => [goalId, status]));
};

/** A trace with these goals, given as `id: parent`. */
async function traceWith(goals: Readonly<Record<string, string | null>>): Promise<string> {
  const { id } = await createTrace(kit);
  for (const [goalId, parentId] of Object.entries(goals)) {
    await addGoal(kit, id, { goalId, parentId });
  }
  return id;
}

test('addGoal stores every field and returns it, with edges to its trace and its parent', async () => {
  const id = await traceWith({ top: null });
  const input = {
    goalId: 'g',
    parentId: 'top',
    description: 'reach it',
    reason: 'because',
    type: 'AGENT_CALL',
    status: 'IN_PROGRESS',
    summary: 'half',
    order: 7,
    startedAt: '2026-03-01T10:00:00.123456Z',
    endedAt: null,
  };
  const goal = await addGoal(kit, id, input);
  const { createdAt, selfStats, cumulativeStats, traceId, ...rest } = goal;
  assert.deepEqual(rest, input);
  assert.equal(traceId, id);
  assert.match(createdAt, /Z$/);
  assert.deepEqual(selfStats, cumulativeStats);
  const read = await kit.ask(`query ($id: ID!) { goal(traceId: $id, goalId: "g") { ${GOAL_FIELDS} } }`, {
    id,
  });
  assert.deepEqual(read.goal, goal);
  const [{ parents, traces, type }] = (await kit.cypher(
    `MATCH (g:Goal {projectId: "default", traceId: $id, goalId: "g"})
     RETURN g.type AS type, [(p)-[:PARENT_OF]->(g) | p.goalId] AS parents, [(g)-[:BELONGS_TO]->(t:Trace) | t.id] AS traces`,
    { id },
  )) as [any];
  assert.deepEqual([parents, traces, type], [['top'], [id], 'agent_call']);
  const [, { type: eventType, payload }] = await eventsOf(kit, id);
  assert.equal(eventType, 'goal_added');
  assert.deepEqual(payload, {
    goal: { ...goal, type: 'agent_call', status: 'in_progress' },
    affectedGoals: [],
  });
  assert.equal(
    (await kit.ask('query ($id: ID!) { goal(traceId: $id, goalId: "x") { goalId } }', { id })).goal,
    null,
  );
});

test('a goal added with only a description is normal, pending and last', async () => {
  const { id } = await createTrace(kit);
  const goals = [];
  for (const description of ['one', 'two', 'three']) {
    goals.push(await addGoal(kit, id, { description }));
  }
  assert.deepEqual(
    goals.map(({ goalId, type, status, order, parentId }) => [goalId, type, status, order, parentId]),
    ['1', '2', '3'].map((goalId, order) => [goalId, 'NORMAL', 'PENDING', order, null]),
  );
});

test('a goal added after one with the highest possible order can be read', async () => {
  const id = await traceWith({});
  await addGoal(kit, id, { goalId: 'highest', order: 2 ** 31 - 1 });
  assert.equal((await addGoal(kit, id, { goalId: 'next' })).order, 2 ** 31 - 1);
  await addGoal(kit, id, { goalId: 'lowest', order: -(2 ** 31) });
  const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { rootGoals { goalId } } }', { id });
  assert.deepEqual(
    trace.rootGoals.map(({ goalId }: any) => goalId),
    ['lowest', 'highest', 'next'],
  );
});

test('generated goal ids skip given ids and are never reused', async () => {
  const id = await traceWith({ '2': null });
  const next = async (): Promise<string> => (await addGoal(kit, id, {})).goalId;
  assert.deepEqual([await next(), await next()], ['1', '3']);
  await kit.ask('mutation ($id: ID!) { setGoalTree(traceId: $id, goals: []) { goals { goalId } } }', { id });
  assert.equal(await next(), '4');
});

test('adding an existing goal updates it and keeps omitted fields', async () => {
  const id = await traceWith({ g: null });
  await addGoal(kit, id, { goalId: 'g', description: 'new words', reason: 'why' });
  const answer = await kit.ask(ADD_GOAL, { traceId: id, input: { goalId: 'g', status: 'IN_PROGRESS' } });
  assert.deepEqual(
    [answer.addGoal.description, answer.addGoal.reason, answer.addGoal.status],
    ['new words', 'why', 'IN_PROGRESS'],
  );
  const since = await lastEventId(kit, id);
  await addGoal(kit, id, { goalId: 'g', description: 'new words' });
  assert.equal(await lastEventId(kit, id), since, 'what is already so is no change');
  const events = await eventsOf(kit, id, 1);
  assert.deepEqual(
    events.map(({ type, payload }) => [type, payload]),
    [
      [
        'goal_updated',
        { goalId: 'g', patch: { description: 'new words', reason: 'why' }, affectedGoals: [] },
      ],
      ['goal_updated', { goalId: 'g', patch: { status: 'in_progress' }, affectedGoals: [] }],
    ],
  );
});

test('updateGoal changes each field, and null clears optional fields', async () => {
  const id = await traceWith({ top: null, g: null });
  for (const [name, value] of Object.entries({
    description: 'd',
    reason: 'r',
    type: 'AGENT_CALL',
    status: 'ABANDONED',
    summary: 's',
    order: -3,
    parentId: 'top',
  })) {
    assert.equal((await updateGoal(kit, id, 'g', { [name]: value }))[name], value);
  }
  const cleared = await updateGoal(kit, id, 'g', { reason: null, summary: null, parentId: null });
  assert.deepEqual([cleared.reason, cleared.summary, cleared.parentId], [null, null, null]);
  for (const name of ['description', 'type', 'status', 'order']) {
    const error = await kit.fail(UPDATE_GOAL, { traceId: id, goalId: 'g', input: { [name]: null } });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', `input.${name}`]);
  }
});

test('a goal without a description, in an unknown trace or with an unknown parent is rejected', async () => {
  const id = await traceWith({ g: null });
  const other = await traceWith({ 'of-other': null });
  for (const [traceId, input, code, field] of [
    [id, { goalId: 'new' }, 'BAD_USER_INPUT', 'input.description'],
    [id, { description: '' }, 'BAD_USER_INPUT', 'input.description'],
    [id, { description: 'x', parentId: 'of-other' }, 'BAD_USER_INPUT', 'input.parentId'],
    [id, { goalId: 'self', description: 'x', parentId: 'self' }, 'BAD_USER_INPUT', 'input.parentId'],
    [id, { goalId: '', description: 'x' }, 'BAD_USER_INPUT', 'input.goalId'],
    [newId(), { description: 'x' }, 'NOT_FOUND', undefined],
  ] as const) {
    const { extensions } = await kit.fail(ADD_GOAL, { traceId, input });
    assert.deepEqual([extensions.code, extensions.field], [code, field], JSON.stringify(input));
  }
  const missing = await kit.fail(UPDATE_GOAL, { traceId: other, goalId: 'g', input: {} });
  assert.equal(missing.extensions.code, 'NOT_FOUND');
  assert.equal(await lastEventId(kit, id), 1);
});

test('moving a goal moves its stats, keeps those of others and reports which goals changed', async () => {
  const id = await traceWith({ a: null, b: null, a1: 'a', a11: 'a1' });
  await addMessage(kit, id, { goalId: 'a11', content: 'deep', promptTokens: 5, cost: 0.5 });
  await addMessage(kit, id, { goalId: 'b', content: 'beside', promptTokens: 1 });
  const since = await lastEventId(kit, id);
  const moved = await updateGoal(kit, id, 'a1', { parentId: 'b' });
  assert.equal(moved.parentId, 'b');
  await checkStats(kit, id);
  const [{ payload }] = (await eventsOf(kit, id, since)) as [any];
  assert.equal(payload.patch.parentId, 'b');
  assert.deepEqual(
    payload.affectedGoals
      .map(({ goalId, cumulativeStats }: any) => [goalId, cumulativeStats.promptTokens])
      .sort(),
    [
      ['a', 0],
      ['b', 6],
    ],
  );
  await updateGoal(kit, id, 'a1', { parentId: null });
  await checkStats(kit, id);
});

test('a move that would create a cycle is rejected and changes nothing', async () => {
  const id = await traceWith({ a: null, b: 'a', c: 'b' });
  const since = await lastEventId(kit, id);
  for (const [goalId, parentId] of [
    ['a', 'a'],
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ] as const) {
    const error = await kit.fail(UPDATE_GOAL, { traceId: id, goalId, input: { parentId, summary: 'x' } });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'input.parentId']);
  }
  assert.equal(await lastEventId(kit, id), since);
  await checkStats(kit, id);
});

test('two concurrent moves that together would create a cycle do not both succeed', async () => {
  const id = await traceWith({ a: null, b: null });
  const answers = await Promise.all(
    [
      ['a', 'b'],
      ['b', 'a'],
    ].map(([goalId, parentId]) => kit.send(UPDATE_GOAL, { traceId: id, goalId, input: { parentId } })),
  );
  assert.equal(answers.filter(({ errors }) => errors === undefined).length, 1);
  await checkStats(kit, id);
});

test('completing the last open sibling completes the parent, and so on up the tree', async () => {
  const id = await traceWith({ root: null, top: 'root', a: 'top', b: 'top', c: 'top' });
  await updateGoal(kit, id, 'a', { status: 'COMPLETED' });
  await updateGoal(kit, id, 'b', { status: 'ABANDONED' });
  assert.equal((await statusesOf(id))['top'], 'PENDING');
  const since = await lastEventId(kit, id);
  await updateGoal(kit, id, 'c', { status: 'COMPLETED', summary: 'done' });
  assert.deepEqual(await statusesOf(id), {
    root: 'COMPLETED',
    top: 'COMPLETED',
    a: 'COMPLETED',
    b: 'ABANDONED',
    c: 'COMPLETED',
  });
  const events = await eventsOf(kit, id, since);
  assert.deepEqual(
    events.map(({ type, payload }) => [type, payload]),
    [
      [
        'goal_updated',
        {
          goalId: 'c',
          patch: { status: 'completed', summary: 'done' },
          affectedGoals: [
            { goalId: 'top', status: 'completed' },
            { goalId: 'root', status: 'completed' },
          ],
        },
      ],
    ],
  );
});

test('abandoning a goal never completes its parent', async () => {
  const id = await traceWith({ top: null, a: 'top', b: 'top' });
  await updateGoal(kit, id, 'a', { status: 'COMPLETED' });
  await updateGoal(kit, id, 'b', { status: 'ABANDONED' });
  assert.equal((await statusesOf(id))['top'], 'PENDING');
});

test('the completion cascade stops at a parent with a sibling in progress', async () => {
  const id = await traceWith({ root: null, left: 'root', right: 'root', leaf: 'left' });
  await updateGoal(kit, id, 'right', { status: 'IN_PROGRESS' });
  await updateGoal(kit, id, 'leaf', { status: 'COMPLETED' });
  const statuses = await statusesOf(id);
  assert.deepEqual([statuses['left'], statuses['root']], ['COMPLETED', 'PENDING']);
});

test('reopening a goal does not reopen its parents', async () => {
  const id = await traceWith({ top: null, a: 'top' });
  await updateGoal(kit, id, 'a', { status: 'COMPLETED' });
  await updateGoal(kit, id, 'a', { status: 'IN_PROGRESS' });
  assert.deepEqual(await statusesOf(id), { top: 'COMPLETED', a: 'IN_PROGRESS' });
});

test('a goal added as completed completes its parent too, and its event reports that', async () => {
  const id = await traceWith({ top: null, a: 'top' });
  await updateGoal(kit, id, 'a', { status: 'ABANDONED' });
  const since = await lastEventId(kit, id);
  await addGoal(kit, id, { goalId: 'b', parentId: 'top', status: 'COMPLETED' });
  assert.equal((await statusesOf(id))['top'], 'COMPLETED');
  const [{ type, payload }] = (await eventsOf(kit, id, since)) as [any];
  assert.deepEqual([type, payload.affectedGoals], ['goal_added', [{ goalId: 'top', status: 'completed' }]]);
});

test('goals completed concurrently complete their parent', async () => {
  const id = await traceWith({ top: null, a: 'top', b: 'top', c: 'top' });
  await Promise.all(['a', 'b', 'c'].map((goalId) => updateGoal(kit, id, goalId, { status: 'COMPLETED' })));
  assert.equal((await statusesOf(id))['top'], 'COMPLETED');
});
