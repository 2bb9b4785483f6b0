import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import {
  ADD_STEP,
  ADD_STEPS,
  addGoal,
  addStep,
  checkStats,
  createTrace,
  eventsOf,
  lastEventId,
  sizeOf,
  STEP_FIELDS,
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

/** What each type of step holds, and what Neo4j stores beside it for Cypher to filter on. */
const TYPES = [
  [
    'LLM_CALL',
    {
      messages: [{ role: 'user', content: 'hi' }],
      response: 'hello',
      model: 'gpt-4o',
      prompt_tokens: 100,
      completion_tokens: 50,
      cost: 0.01,
      tool_calls: [{ id: 'c' }],
    },
    { model: 'gpt-4o', promptTokens: 100, completionTokens: 50, cost: 0.01 },
    { messages: 'x', model: 1, prompt_tokens: -1, completion_tokens: 1.5, cost: '1', tool_calls: {} },
  ],
  [
    'TOOL_CALL',
    { tool_name: 'search', arguments: { q: 'x' }, llm_step_id: 's' },
    { toolName: 'search', llmStepId: 's' },
    { tool_name: '', llm_step_id: 1 },
  ],
  [
    'TOOL_RESULT',
    { tool_call_step_id: 's', result: ['any'], duration_ms: 12.5 },
    { toolCallStepId: 's', durationMs: 12.5 },
    { tool_call_step_id: 1, duration_ms: -1 },
  ],
  ['CONCLUSION', { content: 'so', is_final: true }, { isFinal: true }, { is_final: 'yes' }],
  [
    'FEEDBACK',
    { target_step_id: 's', feedback_type: 'correction', content: 'no' },
    { targetStepId: 's', feedbackType: 'correction' },
    { target_step_id: [], feedback_type: 'neutral' },
  ],
  [
    'MEMORY_READ',
    { skills: ['a'], experiences: [{ id: 'e1' }, 'e2'], skills_count: 1, experiences_count: 2 },
    { skillsCount: 1, experiencesCount: 2, experienceIds: ['e1', 'e2'] },
    { skills: 'a', experiences: 1, skills_count: 'one', experiences_count: -1 },
  ],
  [
    'MEMORY_WRITE',
    { experience_id: 'e', condition: 'if', rule: 'then' },
    { experienceId: 'e' },
    { experience_id: 1 },
  ],
] as const;

test('each type of step keeps its data with any further fields, and stores beside it what Cypher filters on', async () => {
  const { id: traceId } = await createTrace(kit);
  for (const [index, [type, fields, properties]] of TYPES.entries()) {
    const data = { ...fields, extra: { kept: [1] } };
    const step = await addStep(kit, traceId, { type, data });
    assert.deepEqual(step.data, data);
    assert.deepEqual(
      [step.type, step.sequence, step.traceId, step.parentIds],
      [type, index + 1, traceId, []],
    );
    const read = await kit.ask(`query ($id: ID!) { step(id: $id) { ${STEP_FIELDS} } }`, { id: step.id });
    assert.deepEqual(read.step, step);
    const [{ s, owners }] = (await kit.cypher(
      'MATCH (s:Step {projectId: "default", id: $id}) RETURN properties(s) AS s, [(s)-[:BELONGS_TO]->(o) | o.id] AS owners',
      { id: step.id },
    )) as [any];
    assert.equal(s.type, type.toLowerCase());
    assert.deepEqual(owners, [traceId]);
    for (const [name, value] of Object.entries(properties)) {
      assert.deepEqual(s[name], value, `${type} ${name}`);
    }
  }
  const events = await eventsOf(kit, traceId);
  assert.deepEqual(new Set(events.map(({ type }) => type)), new Set(['step_added']));
  assert.equal('messages' in events[0].payload.step.data, false, 'the prompt is not repeated in the log');
  assert.equal((await kit.ask('query { step(id: "no such step") { id } }')).step, null);
});

test('each field of the wrong type is rejected by name, in one step and in a batch', async () => {
  const { id: traceId } = await createTrace(kit);
  for (const [type, fields, , wrong] of TYPES) {
    for (const [name, value] of Object.entries(wrong)) {
      const data = { ...fields, [name]: value };
      const one = await kit.fail(ADD_STEP, { input: { traceId, type, data } });
      assert.deepEqual([one.extensions.code, one.extensions.field], ['BAD_USER_INPUT', `input.data.${name}`]);
    }
  }
  const inputs = [{ traceId, type: 'TOOL_CALL', data: {} }];
  assert.equal((await kit.fail(ADD_STEPS, { inputs })).extensions.field, 'inputs[0].data.tool_name');
  for (const data of [[], 'text', 3]) {
    const error = await kit.fail(ADD_STEP, { input: { traceId, type: 'CONCLUSION', data } });
    assert.equal(error.extensions.field, 'input.data');
  }
  assert.equal(await lastEventId(kit, traceId), 0);
});

test('data may be omitted or have null fields', async () => {
  const { id } = await createTrace(kit);
  assert.deepEqual((await addStep(kit, id, { type: 'LLM_CALL' })).data, {});
  const data = { model: null, prompt_tokens: null, cost: null };
  assert.deepEqual((await addStep(kit, id, { type: 'LLM_CALL', data })).data, data);
});

test('a step keeps its parents in the given order, each with an edge', async () => {
  const { id: traceId } = await createTrace(kit);
  const [a, b, c] = [await addStep(kit, traceId), await addStep(kit, traceId), await addStep(kit, traceId)];
  const parentIds = [c.id, a.id, b.id];
  const step = await addStep(kit, traceId, { parentIds });
  const read = await kit.ask('query ($id: ID!) { step(id: $id) { parentIds parents { id } } }', {
    id: step.id,
  });
  assert.deepEqual(read.step, { parentIds, parents: parentIds.map((id) => ({ id })) });
  const edges = await kit.cypher(
    'MATCH (p:Step)-[:PARENT_OF]->(:Step {projectId: "default", id: $id}) RETURN p.id AS id',
    { id: step.id },
  );
  assert.deepEqual(edges.map(({ id }) => id).sort(), [...parentIds].sort());
});

test('a step that names itself, a parent twice, or an invalid id is rejected and nothing is written', async () => {
  const { id: traceId } = await createTrace(loneKit);
  const existing = await addStep(loneKit, traceId);
  const [x, y] = [newId(), newId()];
  const step = (id: string, parentIds: string[]): object => ({ id, traceId, type: 'CONCLUSION', parentIds });
  const size = await sizeOf(loneKit, projectId);
  for (const [inputs, field] of [
    [[step(x, []), step(y, [x, y])], 'inputs[1].parentIds'],
    [[step(x, [y]), step(y, [x])], 'inputs[1].parentIds'],
    [[step(x, [existing.id, existing.id])], 'inputs[0].parentIds[1]'],
    [[step(x, [''])], 'inputs[0].parentIds[0]'],
    [
      [
        step(
          x,
          Array.from({ length: 1001 }, (_, index) => `p${index}`),
        ),
      ],
      'inputs[0].parentIds',
    ],
  ] as const) {
    const error = await loneKit.fail(ADD_STEPS, { inputs });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', field]);
  }
  assert.deepEqual(await sizeOf(loneKit, projectId), size);
});

test('usage of a step counts towards its goal, the goals above it and the trace', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'top' });
  await addGoal(kit, id, { goalId: 'leaf', parentId: 'top' });
  const since = await lastEventId(kit, id);
  await addStep(kit, id, { type: 'LLM_CALL', goalId: 'leaf', data: { prompt_tokens: 3, cost: 0.1 } });
  await addStep(kit, id, { type: 'CONCLUSION', goalId: 'leaf' });
  await checkStats(kit, id);
  const events = await eventsOf(kit, id, since);
  assert.deepEqual(
    events.map(({ payload }) => payload.affectedGoals.map(({ goalId }: any) => goalId)),
    [
      ['leaf', 'top'],
      ['leaf', 'top'],
    ],
  );
  assert.equal(events[0].payload.affectedGoals[1].cumulativeStats.totalTokens, 3);
  assert.deepEqual(
    events.map(({ payload }) => payload.totals.stepCount),
    [1, 2],
  );
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { totalSteps goal(goalId: "leaf") { steps { nodes { sequence } } } } }',
    { id },
  );
  assert.deepEqual(trace, { totalSteps: 2, goal: { steps: { nodes: [{ sequence: 1 }, { sequence: 2 }] } } });
  const error = await kit.fail(ADD_STEP, { input: { traceId: id, type: 'CONCLUSION', goalId: 'none' } });
  assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'input.goalId']);
});

test('a given sequence is kept if it is free; otherwise a CONFLICT names the field', async () => {
  const { id: traceId } = await createTrace(kit);
  assert.equal((await addStep(kit, traceId, { sequence: 4 })).sequence, 4);
  assert.equal((await addStep(kit, traceId)).sequence, 5);
  assert.equal((await addStep(kit, traceId, { sequence: 2 })).sequence, 2);
  const { extensions } = await kit.fail(ADD_STEP, { input: { traceId, type: 'CONCLUSION', sequence: 4 } });
  assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'input.sequence']);
});

test('steps of a trace are paged by sequence and filtered by type', async () => {
  const { id } = await createTrace(kit);
  const inputs = Array.from({ length: 7 }, (_, index) => ({
    traceId: id,
    type: index % 2 === 0 ? 'CONCLUSION' : 'FEEDBACK',
  }));
  await kit.ask(ADD_STEPS, { inputs });
  const pages = async (types: string[] | null): Promise<number[]> => {
    const found: number[] = [];
    for (let cursor: string | null = null; ;) {
      const { trace } = await kit.ask(
        `query ($id: ID!, $after: String, $types: [StepType!]) { trace(id: $id) { steps(first: 2, after: $after, types: $types) {
          nodes { sequence } pageInfo { hasNextPage endCursor } } } }`,
        { id, after: cursor, types },
      );
      found.push(...trace.steps.nodes.map(({ sequence }: any) => sequence));
      if (!trace.steps.pageInfo.hasNextPage) {
        return found;
      }
      cursor = trace.steps.pageInfo.endCursor;
    }
  };
  assert.deepEqual(await pages(null), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(await pages(['FEEDBACK']), [2, 4, 6]);
  assert.deepEqual(await pages([]), []);
});
