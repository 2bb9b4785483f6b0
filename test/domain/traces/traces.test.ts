import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  addGoal,
  addMessage,
  addStep,
  createTrace,
  eventsOf,
  lastEventId,
  TRACE_FIELDS,
  UPDATE_TRACE,
  updateTrace,
  CREATE_TRACE,
} from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const node = async (id: string): Promise<any> =>
  (
    await kit.cypher(
      'MATCH (t:Trace {projectId: "default", id: $id}) RETURN properties(t) AS t, [(p)-[:PARENT_OF]->(t) | p.id] AS parents, [(t)-[:BELONGS_TO]->(g:Goal) | g.goalId] AS goals',
      { id },
    )
  )[0];

test('createTrace stores every field and returns it', async () => {
  const input = {
    id: newId('trace'),
    mode: 'CALL',
    promptName: 'greet',
    task: 'Say hello',
    agentType: 'greeter',
    status: 'STOPPED',
    uid: 'user-1',
    context: { lang: 'en', deep: { list: [1, null] } },
    summary: 'fine',
    error: 'none',
  };
  const trace = await createTrace(kit, input);
  const { createdAt, ...rest } = trace;
  assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, {
    ...input,
    totalSteps: 0,
    totalMessages: 0,
    totalTokens: 0,
    totalCost: 0,
    lastEventId: 0,
    completedAt: null,
    parentTraceId: null,
  });
  const read = await kit.ask(`query ($id: ID!) { trace(id: $id) { ${TRACE_FIELDS} } }`, { id: input.id });
  assert.deepEqual(read.trace, trace);
  const { t } = await node(input.id);
  assert.equal(t.mode, 'call');
  assert.equal(t.status, 'stopped');
  assert.deepEqual(JSON.parse(t.context), input.context);
});

test('a trace created without any input is a running agent with an empty context and a UUID', async () => {
  const trace = await createTrace(kit);
  assert.match(trace.id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  assert.equal(trace.mode, 'AGENT');
  assert.equal(trace.status, 'RUNNING');
  assert.deepEqual(trace.context, {});
  assert.equal(trace.task, null);
});

test('a trace with an unknown id is null', async () => {
  assert.deepEqual(await kit.ask('query { trace(id: "no such trace") { id } }'), { trace: null });
});

test('a context that is not an object is rejected', async () => {
  for (const context of [[], 'text', 1, true]) {
    const error = await kit.fail(CREATE_TRACE, { input: { context } });
    assert.equal(error.extensions.code, 'BAD_USER_INPUT');
    assert.equal(error.extensions.field, 'input.context');
  }
});

test('completing or failing sets completedAt; running or stopping clears it', async () => {
  const { id } = await createTrace(kit);
  for (const [status, over] of [
    ['COMPLETED', true],
    ['RUNNING', false],
    ['FAILED', true],
    ['STOPPED', false],
    ['COMPLETED', true],
    ['FAILED', true],
  ] as const) {
    const trace = await updateTrace(kit, id, { status });
    assert.equal(trace.status, status);
    assert.equal(trace.completedAt !== null, over, status);
    assert.equal('completedAt' in (await node(id)).t, over);
  }
  assert.notEqual((await createTrace(kit, { status: 'FAILED' })).completedAt, null);
});

test('updateTrace changes each field, null clears it, and omitted fields stay unchanged', async () => {
  const { id } = await createTrace(kit, { task: 'one', uid: 'u', context: { a: 1 } });
  const full = {
    mode: 'CALL',
    promptName: 'p',
    task: 'two',
    agentType: 'a',
    uid: 'v',
    context: { b: 2 },
    summary: 's',
    error: 'e',
  };
  const changed = await updateTrace(kit, id, full);
  for (const [name, value] of Object.entries(full)) {
    assert.deepEqual(changed[name], value, name);
    assert.deepEqual((await updateTrace(kit, id, {}))[name], value, `${name} stays`);
  }
  const cleared = Object.fromEntries(
    Object.keys(full).flatMap((name) => (name === 'mode' ? [] : [[name, null]])),
  );
  const empty = await updateTrace(kit, id, cleared);
  for (const name of Object.keys(cleared)) {
    assert.deepEqual(empty[name], name === 'context' ? {} : null, name);
  }
  assert.equal('uid' in (await node(id)).t, false);
  for (const name of ['mode', 'status']) {
    const error = await kit.fail(UPDATE_TRACE, { id, input: { [name]: null } });
    assert.equal(error.extensions.field, `input.${name}`);
  }
  assert.equal((await kit.fail(UPDATE_TRACE, { id: 'none', input: {} })).extensions.code, 'NOT_FOUND');
});

test('updateTrace logs what changed, and nothing if nothing changed', async () => {
  const { id } = await createTrace(kit, { task: 'one', context: { b: 1, a: 2 } });
  await updateTrace(kit, id, { task: 'one', context: { b: 1, a: 2 }, status: 'RUNNING', uid: null });
  assert.equal(await lastEventId(kit, id), 0);
  await updateTrace(kit, id, { task: 'two', uid: null, context: { a: 1 } });
  await updateTrace(kit, id, { status: 'COMPLETED', summary: 'done' });
  await updateTrace(kit, id, { status: 'COMPLETED' });
  await updateTrace(kit, id, { status: 'STOPPED' });
  assert.deepEqual(
    (await eventsOf(kit, id)).map(({ eventId, type, payload }) => [eventId, type, payload]),
    [
      [1, 'trace_updated', { patch: { task: 'two', context: { a: 1 } } }],
      [2, 'trace_updated', { patch: { summary: 'done' } }],
      [3, 'trace_status_changed', { status: 'completed', totalCost: 0, totalMessages: 0 }],
      [4, 'trace_completed', { totalMessages: 0 }],
      [5, 'trace_status_changed', { status: 'stopped', totalCost: 0, totalMessages: 0 }],
    ],
  );
});

test('a sub-trace is linked to its parent and goal, and the log of the parent reports its start and end', async () => {
  const parent = await createTrace(kit);
  await addGoal(kit, parent.id, { goalId: 'g', type: 'AGENT_CALL' });
  const child = await createTrace(kit, {
    parentTraceId: parent.id,
    parentGoalId: 'g',
    agentType: 'helper',
    task: 'help',
  });
  await addMessage(kit, child.id, { content: 'hello', promptTokens: 3, cost: 0.25 });
  const since = await lastEventId(kit, child.id);
  await updateTrace(kit, child.id, { status: 'COMPLETED', summary: 'helped' });
  assert.equal(await lastEventId(kit, child.id), since + 3);
  const { parents, goals } = await node(child.id);
  assert.deepEqual([parents, goals], [[parent.id], ['g']]);
  const [, started, completed, more] = await eventsOf(kit, parent.id);
  assert.equal(more, undefined);
  assert.deepEqual(
    [started.type, started.payload],
    [
      'sub_trace_started',
      {
        traceId: child.id,
        parentTraceId: parent.id,
        parentGoalId: 'g',
        agentType: 'helper',
        task: 'help',
      },
    ],
  );
  assert.deepEqual(
    [completed.type, completed.payload],
    [
      'sub_trace_completed',
      {
        traceId: child.id,
        status: 'completed',
        summary: 'helped',
        stats: {
          messageCount: 1,
          stepCount: 0,
          errorCount: 0,
          unpricedCount: 0,
          promptTokens: 3,
          completionTokens: 0,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          reasoningTokens: 0,
          totalTokens: 3,
          totalCost: 0.25,
          preview: 'hello',
        },
      },
    ],
  );
  const { trace } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) { subTraces { nodes { id parent { id } parentGoal { goalId } } }
      goal(goalId: "g") { subTraces { nodes { id } } } } }`,
    { id: parent.id },
  );
  assert.deepEqual(trace.subTraces.nodes, [
    { id: child.id, parent: { id: parent.id }, parentGoal: { goalId: 'g' } },
  ]);
  assert.deepEqual(trace.goal.subTraces.nodes, [{ id: child.id }]);
});

test('a sub-trace of an unknown parent, an unknown goal, itself or only a goal is rejected', async () => {
  const { id } = await createTrace(kit);
  const other = await createTrace(kit);
  await addGoal(kit, other.id, { goalId: 'of-other' });
  const own = newId();
  for (const [input, code, field] of [
    [{ parentTraceId: newId() }, 'NOT_FOUND', undefined],
    [{ parentTraceId: id, parentGoalId: 'of-other' }, 'BAD_USER_INPUT', 'input.parentGoalId'],
    [{ parentGoalId: 'of-other' }, 'BAD_USER_INPUT', 'input.parentGoalId'],
    [{ id: own, parentTraceId: own }, 'BAD_USER_INPUT', 'input.parentTraceId'],
  ] as const) {
    const { extensions } = await kit.fail(CREATE_TRACE, { input });
    assert.deepEqual([extensions.code, extensions.field], [code, field], JSON.stringify(input));
  }
  assert.equal(await lastEventId(kit, id), 0);
});

test('a sub-trace created while its goal is being added is linked to the goal', async () => {
  const { id } = await createTrace(kit);
  const names = Array.from({ length: 20 }, (_, index) => `g${index}`);
  const answers = await Promise.all(
    names.flatMap((goalId) => [
      kit.send(
        'mutation ($id: ID!, $goalId: String!) { addGoal(traceId: $id, input: { goalId: $goalId, description: "x" }) { goalId } }',
        { id, goalId },
      ),
      kit.send(
        'mutation ($id: ID!, $goalId: String!) { createTrace(input: { parentTraceId: $id, parentGoalId: $goalId }) { id } }',
        { id, goalId },
      ),
    ]),
  );
  const subTraces = answers.flatMap(({ data }) => (data?.createTrace == null ? [] : [data.createTrace.id]));
  const linked = await kit.cypher(
    'MATCH (t:Trace {projectId: "default", parentTraceId: $id})-[:BELONGS_TO]->(g:Goal) WHERE g.goalId = t.parentGoalId RETURN t.id AS id',
    { id },
  );
  assert.deepEqual(linked.map((row) => row.id).sort(), subTraces.sort());
});

test('stats cover a trace alone, or with all traces below it', async () => {
  const top = await createTrace(kit);
  const middle = await createTrace(kit, { parentTraceId: top.id });
  const low = await createTrace(kit, { parentTraceId: middle.id });
  await addMessage(kit, top.id, { content: 'top', promptTokens: 1, cost: 0.1 });
  await addMessage(kit, middle.id, { content: 'middle', completionTokens: 10, cost: 0.2 });
  await addStep(kit, low.id, { type: 'LLM_CALL', data: { prompt_tokens: 100, cost: 0.3 } });
  const stats = async (id: string): Promise<any> =>
    (
      await kit.ask(
        `query ($id: ID!) { trace(id: $id) { own: stats { ...S } all: stats(includeSubTraces: true) { ...S } } }
         fragment S on Stats { messageCount promptTokens completionTokens totalTokens totalCost preview }`,
        { id },
      )
    ).trace;
  const figures = (count: number, sent: number, received: number, cost: number, preview: string | null) => ({
    messageCount: count,
    promptTokens: sent,
    completionTokens: received,
    totalTokens: sent + received,
    totalCost: cost,
    preview,
  });
  assert.deepEqual(await stats(top.id), {
    own: figures(1, 1, 0, 0.1, 'top'),
    all: figures(2, 101, 10, 0.6, 'top'),
  });
  assert.deepEqual(await stats(low.id), {
    own: figures(0, 100, 0, 0.3, null),
    all: figures(0, 100, 0, 0.3, null),
  });
});

test('in a request that writes twice, the second read sees the second write', async () => {
  const { id } = await createTrace(kit);
  const answer = await kit.ask(
    `mutation ($id: ID!) {
      a: addMessage(input: { traceId: $id, role: "user" }) { trace { totalMessages } }
      b: addMessage(input: { traceId: $id, role: "user" }) { trace { totalMessages } }
    }`,
    { id },
  );
  assert.deepEqual(answer, { a: { trace: { totalMessages: 1 } }, b: { trace: { totalMessages: 2 } } });
});
