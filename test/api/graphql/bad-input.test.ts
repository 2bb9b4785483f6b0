import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  ADD_MESSAGE,
  ADD_STEP,
  addGoal,
  addMessage,
  addStep,
  CREATE_TRACE,
  createTrace,
  postRaw,
  sizeOf,
  updateTrace,
} from '../../kit/writes.js';

/** A project of its own, so that a test can count everything in it. */
const projectId = newId('project');
let kit: Kit;
let traceId: string;
before(async () => {
  kit = await startKit({ projectId });
  traceId = (await createTrace(kit)).id;
  await addGoal(kit, traceId, { goalId: 'g' });
});
after(() => kit.close());

/** Runs `tries` and checks that they wrote nothing. */
async function writesNothing(tries: () => Promise<unknown>): Promise<void> {
  const size = await sizeOf(kit, projectId);
  await tries();
  assert.deepEqual(await sizeOf(kit, projectId), size);
}

test('a value of the wrong type is rejected with its field name, as a variable and as a literal', async () => {
  const cases = [
    ['promptTokens', '1.5'],
    ['promptTokens', '-1'],
    ['promptTokens', '9007199254740993'],
    ['promptTokens', '"3"'],
    ['cost', '"much"'],
    ['sequence', '"first"'],
    ['role', '7'],
    ['role', 'null'],
    ['goalId', '{"a":1}'],
    ['id', '[]'],
  ] as const;
  await writesNothing(async () => {
    for (const [field, value] of cases) {
      const input = `"traceId":"${traceId}","role":"user"`.replace(
        field === 'role' ? ',"role":"user"' : '',
        '',
      );
      const variable = await postRaw(
        kit,
        `{"query":${JSON.stringify(ADD_MESSAGE)},"variables":{"input":{${input},"${field}":${value}}}}`,
      );
      const literal = await postRaw(
        kit,
        JSON.stringify({
          query: `mutation { addMessage(input: {${input.replaceAll(/"(\w+)":/g, '$1:')}, ${field}: ${value.replace('"a"', 'a')}}) { id } }`,
        }),
      );
      for (const { answer } of [variable, literal]) {
        assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT', `${field} ${value}`);
      }
      if (!value.startsWith('9')) {
        assert.equal(variable.answer.errors?.[0]?.extensions.field, `input.${field}`);
      }
    }
  });
});

test('neither a field that the server derives nor an unknown field can be set', async () => {
  await writesNothing(async () => {
    for (const [mutation, type, fields] of [
      [
        'createTrace(input: $input) { id }',
        'CreateTraceInput',
        ['totalTokens', 'createdAt', 'completedAt', 'lastEventId'],
      ],
      [
        `updateTrace(id: "${traceId}", input: $input) { id }`,
        'UpdateTraceInput',
        ['totalSteps', 'totalCost', 'parentTraceId'],
      ],
      [
        `addGoal(traceId: "${traceId}", input: $input) { id }`,
        'GoalInput',
        ['selfStats', 'cumulativeStats', 'createdAt'],
      ],
      [
        `updateGoal(traceId: "${traceId}", goalId: "g", input: $input) { id }`,
        'UpdateGoalInput',
        ['selfStats', 'goalId'],
      ],
      ['addStep(input: $input) { id }', 'AddStepInput', ['createdAt', 'model', 'totalTokens']],
      ['addMessage(input: $input) { id }', 'AddMessageInput', ['createdAt', 'totalTokens', 'no_such']],
      [
        'updateMessage(id: "m", input: $input) { id }',
        'UpdateMessageInput',
        ['sequence', 'traceId', 'createdAt', 'stepId'],
      ],
    ] as const) {
      for (const field of fields) {
        const query = `mutation ($input: ${type}!) { ${mutation} }`;
        const { errors = [] } = await kit.send(query, { input: { [field]: 1 } });
        assert.deepEqual(
          new Set(errors.map(({ extensions }) => extensions.code)),
          new Set(['BAD_USER_INPUT']),
        );
        assert.ok(errors.some(({ extensions }) => extensions.field === `input.${field}`));
      }
    }
  });
});

test('a request that is not GraphQL or asks for something that does not exist is BAD_USER_INPUT', async () => {
  await writesNothing(async () => {
    for (const query of [
      '',
      'mutation {',
      'mutation { noSuch }',
      'query { trace(id: "x") { noSuch } }',
      'query { trace { id } }',
      'query { trace(id: "x") }',
      'query ($id: ID!) { trace(id: $id) { id } }',
      'query { traces(first: "ten") { nodes { id } } }',
      'query { traces(first: 3000000000) { nodes { id } } }',
      'query A { traces { nodes { id } } } query B { traces { nodes { id } } }',
    ]) {
      assert.equal((await kit.fail(query)).extensions.code, 'BAD_USER_INPUT', query);
    }
  });
});

test('an argument that is invalid only once its variables are substituted is BAD_USER_INPUT too', async () => {
  await writesNothing(async () => {
    const absent = await kit.fail('query ($id: ID = "a") { trace(id: $id) { id } }', { id: null });
    assert.deepEqual([absent.extensions.code, absent.extensions.field], ['BAD_USER_INPUT', 'id']);
    const [open, close] = ['['.repeat(300), ']'.repeat(300)];
    const deep = await kit.fail(
      `mutation ($v: JSON) { addMessage(input: { traceId: "${traceId}", role: "u", content: ${open}$v${close} }) { id } }`,
      { v: JSON.parse(`${open}${close}`) },
    );
    assert.deepEqual([deep.extensions.code, deep.extensions.field], ['BAD_USER_INPUT', 'input']);
  });
});

test('a body that is not JSON is rejected with the position of the mistake', async () => {
  await writesNothing(async () => {
    for (const [body, message] of [
      ['{"query": "query { traces { nodes { id } } }",}', /line 1, column \d+/],
      ['{"query":\n  nope}', /line 2, column \d+/],
      ['{"query": "query { x }"} more', /line 1, column \d+/],
      ["{'query': 'x'}", /line 1, column 2/],
      ['[', /line 1/],
      ['{"query": "a\u0000b"}', /line 1/],
    ] as const) {
      const { status, answer } = await postRaw(kit, body);
      assert.equal(status, 400, body);
      assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
      assert.match(answer.errors[0].message, message);
    }
    for (const body of ['null', '[]', '"text"', '7', '{}', '{"query":7}', '{"variables":{}}']) {
      const { answer } = await postRaw(kit, body);
      assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT', body);
    }
  });
});

test('bytes that are not UTF-8 are rejected', async () => {
  const body = Buffer.concat([
    Buffer.from(`{"query":${JSON.stringify(CREATE_TRACE)},"variables":{"input":{"task":"`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('"}}}'),
  ]);
  await writesNothing(async () => {
    const { status, answer } = await postRaw(kit, body);
    assert.equal(status, 400);
    assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
    assert.match(answer.errors[0].message, /UTF-8/);
  });
});

test('a request larger than the limit is PAYLOAD_TOO_LARGE, and one of exactly the limit is accepted', async () => {
  const small = await startKit({ projectId, limits: { maxRequestBytes: 2_000 } });
  try {
    const body = JSON.stringify({ query: CREATE_TRACE, variables: { input: { id: newId(), task: '' } } });
    const task = 'x'.repeat(2_000 - body.length);
    assert.equal((await postRaw(small, body.replace('"task":""', `"task":"${task}"`))).status, 200);
    await writesNothing(async () => {
      const { status, answer } = await postRaw(small, body.replace('"task":""', `"task":"${task}x"`));
      assert.deepEqual([status, answer.errors?.[0]?.extensions.code], [413, 'PAYLOAD_TOO_LARGE']);
    });
  } finally {
    await small.close();
  }
  await writesNothing(async () => {
    const { status, answer } = await postRaw(
      kit,
      JSON.stringify({ query: CREATE_TRACE, variables: { input: { task: 'x'.repeat(16 * 1024 * 1024) } } }),
    );
    assert.deepEqual([status, answer.errors?.[0]?.extensions.code], [413, 'PAYLOAD_TOO_LARGE']);
  });
});

test('a message of ten million characters is stored', async () => {
  const content = 'x'.repeat(10_000_000);
  const { id } = await addMessage(kit, traceId, { content });
  const { message } = await kit.ask('query ($id: ID!) { message(id: $id) { content } }', { id });
  assert.ok(message.content === content);
});

test('a batch of more than 5,000 inputs and a tree of more than 10,000 goals are rejected', async () => {
  await writesNothing(async () => {
    const many = (length: number, item: object): object[] => Array.from({ length }, () => item);
    for (const [query, variables, field] of [
      [
        'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }',
        { inputs: many(5_001, { traceId, role: 'u' }) },
        'inputs',
      ],
      [
        'mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }',
        { inputs: many(5_001, { traceId, type: 'FEEDBACK' }) },
        'inputs',
      ],
      [
        'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { mission } }',
        { id: traceId, goals: many(10_001, { description: 'x' }) },
        'goals',
      ],
    ] as const) {
      const { extensions } = await kit.fail(query, variables);
      assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', field]);
    }
  });
});

test('a text that is too long for an index is rejected with its field name, not with an internal error', async () => {
  const long = '🎭'.repeat(10_000);
  await writesNothing(async () => {
    for (const field of ['uid', 'agentType']) {
      const { extensions } = await kit.fail(CREATE_TRACE, { input: { [field]: long } });
      assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', `input.${field}`]);
      const update =
        'mutation ($id: ID!, $input: UpdateTraceInput!) { updateTrace(id: $id, input: $input) { id } }';
      const error = await kit.fail(update, { id: traceId, input: { [field]: long } });
      assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', `input.${field}`]);
    }
    for (const [type, field] of [
      ['TOOL_CALL', 'tool_name'],
      ['MEMORY_WRITE', 'experience_id'],
    ]) {
      const input = { traceId, type, data: { [field ?? '']: long } };
      const { extensions } = await kit.fail(ADD_STEP, { input });
      assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', `input.data.${field}`]);
    }
  });
  const uid = '🎭'.repeat(1_000);
  const trace = await createTrace(kit, { uid, agentType: uid, promptName: long, task: long });
  assert.deepEqual([trace.uid, trace.task], [uid, long]);
  const step = await addStep(kit, trace.id, { type: 'TOOL_CALL', data: { tool_name: uid, arguments: long } });
  assert.equal(step.toolName, uid);
  const { traces } = await kit.ask(
    'query ($uid: String!) { traces(filter: { uid: $uid }) { nodes { id } } }',
    { uid },
  );
  assert.deepEqual(traces.nodes, [{ id: trace.id }]);
});

test('an invalid write among many concurrent writes fails alone', async () => {
  const { id } = await createTrace(kit);
  const taken = newId();
  await addMessage(kit, id, { id: taken, content: 'first' });
  const bad = [
    { goalId: 'none' },
    { stepId: newId() },
    { id: taken, content: 'other' },
    { sequence: 1 },
    { goalId: 'none', sequence: 3 },
  ];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      kit.send(ADD_MESSAGE, {
        input: {
          traceId: id,
          role: 'user',
          content: `${index}`,
          ...(index % 10 === 5 ? bad[(index - 5) / 10] : {}),
        },
      }),
    ),
  );
  answers.forEach(({ errors }, index) => assert.equal(errors !== undefined, index % 10 === 5, `${index}`));
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { totalMessages lastEventId messages(first: 500) { nodes { sequence } } } }',
    { id },
  );
  assert.deepEqual([trace.totalMessages, trace.lastEventId], [46, 46]);
  assert.deepEqual(
    trace.messages.nodes.map(({ sequence }: any) => sequence),
    Array.from({ length: 46 }, (_, index) => index + 1),
  );
});

test('an unexpected failure is masked: a code and an id, no detail', async () => {
  let isBroken = true;
  const broken = await startKit({
    projectId,
    observe(name) {
      if (isBroken && name === 'traces/append') {
        throw new TypeError('the secret of the database');
      }
    },
  });
  try {
    await writesNothing(async () => {
      const error = await broken.fail(ADD_MESSAGE, { input: { traceId, role: 'user' } });
      assert.equal(error.extensions.code, 'INTERNAL_SERVER_ERROR');
      assert.match(error.extensions.errorId ?? '', /^[0-9a-f-]{36}$/);
      assert.ok(error.message.includes(error.extensions.errorId ?? ''));
      assert.deepEqual(Object.keys(error.extensions).sort(), ['code', 'errorId']);
      assert.ok(!JSON.stringify(error).includes('secret'));
    });
    isBroken = false;
    assert.equal((await updateTrace(broken, traceId, { task: 'still served' })).task, 'still served');
  } finally {
    await broken.close();
  }
});
