import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  addGoal,
  addMessage,
  addStep,
  checkStats,
  createTrace,
  eventsOf,
  lastEventId,
  SET_GOAL_TREE,
  setGoalTree,
} from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const goal = (goalId: string, parentId?: string, more: object = {}): object => ({
  goalId,
  description: goalId,
  parentId,
  ...more,
});

test('a trace without goals has no tree; a tree lists parents before children and siblings in order', async () => {
  const { id } = await createTrace(kit, { task: 'the mission' });
  const read = async (): Promise<any> =>
    (
      await kit.ask(
        `query ($id: ID!) { trace(id: $id) { goalTree { mission goals { goalId } roots { goalId } }
          rootGoals { goalId children { goalId parent { goalId } } } } }`,
        { id },
      )
    ).trace;
  assert.deepEqual(await read(), { goalTree: null, rootGoals: [] });
  const tree = await setGoalTree(kit, id, [
    goal('b1', 'b'),
    goal('b'),
    goal('a'),
    goal('b0', 'b', { order: 9 }),
  ]);
  assert.equal(tree.mission, 'the mission');
  assert.deepEqual(await read(), {
    goalTree: {
      mission: 'the mission',
      goals: ['b', 'b1', 'b0', 'a'].map((goalId) => ({ goalId })),
      roots: [{ goalId: 'b' }, { goalId: 'a' }],
    },
    rootGoals: [
      {
        goalId: 'b',
        children: [
          { goalId: 'b1', parent: { goalId: 'b' } },
          { goalId: 'b0', parent: { goalId: 'b' } },
        ],
      },
      { goalId: 'a', children: [] },
    ],
  });
});

test('goals are paged in tree order', async () => {
  const { id } = await createTrace(kit);
  await setGoalTree(kit, id, [goal('a'), goal('a1', 'a'), goal('b'), goal('b1', 'b'), goal('c')]);
  const found: string[] = [];
  for (let cursor: string | null = null; ;) {
    const { trace } = await kit.ask(
      'query ($id: ID!, $after: String) { trace(id: $id) { goals(first: 2, after: $after) { nodes { goalId } pageInfo { hasNextPage endCursor } } } }',
      { id, after: cursor },
    );
    found.push(...trace.goals.nodes.map(({ goalId }: any) => goalId));
    if (!trace.goals.pageInfo.hasNextPage) {
      break;
    }
    cursor = trace.goals.pageInfo.endCursor;
  }
  assert.deepEqual(found, ['a', 'a1', 'b', 'b1', 'c']);
  const query =
    'query ($id: ID!, $after: String) { trace(id: $id) { goals(after: $after) { nodes { id } } } }';
  const negative = await kit.fail(query, { id, after: Buffer.from('-5').toString('base64url') });
  assert.deepEqual([negative.extensions.code, negative.extensions.field], ['BAD_USER_INPUT', 'after']);
});

test('setGoalTree updates listed goals, adds new ones and removes the others, all in one event', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'kept', reason: 'why', status: 'IN_PROGRESS' });
  await addGoal(kit, id, { goalId: 'gone', parentId: 'kept' });
  const since = await lastEventId(kit, id);
  const tree = await setGoalTree(kit, id, [goal('new'), { goalId: 'kept', parentId: 'new', summary: 's' }]);
  assert.deepEqual(
    tree.goals.map(({ goalId, parentId, reason, status, summary }: any) => [
      goalId,
      parentId,
      reason,
      status,
      summary,
    ]),
    [
      ['new', null, null, 'PENDING', null],
      ['kept', 'new', 'why', 'IN_PROGRESS', 's'],
    ],
  );
  const events = await eventsOf(kit, id, since);
  assert.deepEqual(
    events.map(({ type, payload }) => [type, payload.goals.map(({ goalId }: any) => goalId)]),
    [['goal_tree_updated', ['new', 'kept']]],
  );
  assert.deepEqual(
    (await kit.cypher('MATCH (g:Goal {projectId: "default", traceId: $id}) RETURN g.goalId AS id', { id }))
      .map((row) => row.id)
      .sort(),
    ['kept', 'new'],
  );
  await checkStats(kit, id);
});

test('messages, steps and sub-traces of a removed goal stay in the trace without a goal', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'top' });
  await addGoal(kit, id, { goalId: 'gone', parentId: 'top' });
  const message = await addMessage(kit, id, { goalId: 'gone', content: 'x', promptTokens: 3, cost: 0.1 });
  const step = await addStep(kit, id, { goalId: 'gone', type: 'LLM_CALL', data: { prompt_tokens: 4 } });
  await addMessage(kit, id, { goalId: 'top', content: 'y', promptTokens: 5 });
  const sub = await createTrace(kit, { parentTraceId: id, parentGoalId: 'gone' });
  await setGoalTree(kit, id, [goal('top')]);
  await checkStats(kit, id);
  const answer = await kit.ask(
    `query ($m: ID!, $s: ID!, $t: ID!) { message(id: $m) { goalId goal { goalId } } step(id: $s) { goalId goal { goalId } }
      trace(id: $t) { parentGoal { goalId } parent { totalTokens goal(goalId: "top") { cumulativeStats { totalTokens } } } } }`,
    { m: message.id, s: step.id, t: sub.id },
  );
  assert.deepEqual(answer, {
    message: { goalId: null, goal: null },
    step: { goalId: null, goal: null },
    trace: { parentGoal: null, parent: { totalTokens: 12, goal: { cumulativeStats: { totalTokens: 5 } } } },
  });
  const owners = await kit.cypher(
    'MATCH (n {projectId: "default"})-[:BELONGS_TO]->(t:Trace) WHERE n.id IN [$m, $s] RETURN n.id AS id, t.id AS owner',
    { m: message.id, s: step.id },
  );
  assert.deepEqual(
    owners.map(({ owner }) => owner),
    [id, id],
  );
});

test('setting the same tree again changes nothing', async () => {
  const { id } = await createTrace(kit);
  const goals = [
    goal('a', undefined, { reason: 'r', order: 2 }),
    goal('b', 'a'),
    goal('c', 'a', { type: 'AGENT_CALL' }),
  ];
  const tree = await setGoalTree(kit, id, goals);
  assert.deepEqual(await setGoalTree(kit, id, goals), tree);
  assert.equal(await lastEventId(kit, id), 1);
  await setGoalTree(kit, id, []);
  await setGoalTree(kit, id, []);
  assert.equal(await lastEventId(kit, id), 2);
});

test('goals without an id are numbered, skipping the ids given in the list', async () => {
  const { id } = await createTrace(kit);
  const tree = await setGoalTree(kit, id, [{ description: 'first' }, goal('1'), { description: 'third' }]);
  assert.deepEqual(
    tree.goals.map(({ goalId, description }: any) => [goalId, description]),
    [
      ['2', 'first'],
      ['1', '1'],
      ['3', 'third'],
    ],
  );
});

test('a tree with a cycle, a duplicate, an unknown parent or trace, or no description is rejected as a whole', async () => {
  const { id } = await createTrace(kit);
  await setGoalTree(kit, id, [goal('a'), goal('gone')]);
  const since = await lastEventId(kit, id);
  for (const [goals, field] of [
    [[goal('x', 'y'), goal('y', 'x')], 'goals[0].parentId'],
    [[goal('x', 'x')], 'goals[0].parentId'],
    [[goal('a'), goal('a')], 'goals[1].goalId'],
    [[goal('x'), goal('x')], 'goals[1].goalId'],
    [[goal('a', 'gone')], 'goals[0].parentId'],
    [[goal('a'), goal('x', 'nowhere')], 'goals[1].parentId'],
    [[goal('a'), { goalId: 'x' }], 'goals[1].description'],
    [[goal('a'), goal('x', undefined, { status: null })], 'goals[1].status'],
  ] as const) {
    const { extensions } = await kit.fail(SET_GOAL_TREE, { traceId: id, goals });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', field], JSON.stringify(goals));
  }
  const unknown = await kit.fail(SET_GOAL_TREE, { traceId: newId(), goals: [] });
  assert.equal(unknown.extensions.code, 'NOT_FOUND');
  assert.equal(await lastEventId(kit, id), since);
  const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { goals { nodes { goalId } } } }', {
    id,
  });
  assert.deepEqual(trace.goals.nodes, [{ goalId: 'a' }, { goalId: 'gone' }]);
});

test('setGoalTree can invert a tree', async () => {
  const { id } = await createTrace(kit);
  await setGoalTree(kit, id, [goal('a'), goal('b', 'a'), goal('c', 'b')]);
  for (const goalId of ['a', 'b', 'c']) {
    await addMessage(kit, id, { goalId, content: goalId, promptTokens: 1, cost: 0.1 });
  }
  await setGoalTree(kit, id, [goal('c'), goal('b', 'c'), goal('a', 'b')]);
  await checkStats(kit, id);
});

test('a tree of 2,000 goals, 500 deep, is set and replaced', async () => {
  const { id } = await createTrace(kit);
  const goals = Array.from({ length: 2_000 }, (_, index) =>
    goal(`g${index}`, index % 500 === 0 ? undefined : `g${index - 1}`),
  );
  await kit.ask(
    'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { mission } }',
    {
      id,
      goals,
    },
  );
  await addMessage(kit, id, { goalId: 'g499', content: 'deep', promptTokens: 1 });
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { rootGoals { cumulativeStats { promptTokens } } } }',
    {
      id,
    },
  );
  assert.deepEqual(
    trace.rootGoals.map(({ cumulativeStats }: any) => cumulativeStats.promptTokens),
    [1, 0, 0, 0],
  );
  await setGoalTree(kit, id, []);
  await checkStats(kit, id);
});
