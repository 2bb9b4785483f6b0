import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../kit/kit.js';
import {
  ADD_MESSAGE,
  ADD_MESSAGES,
  ADD_STEP,
  ADD_STEPS,
  addGoal,
  addMessage,
  addStep,
  checkStats,
  CREATE_TRACE,
  createTrace,
  lastEventId,
  updateMessage,
  updateTrace,
} from '../kit/writes.js';

let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
before(async () => {
  kit = await startKit();
  otherKit = await startKit();
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

interface Case {
  readonly name: string;
  readonly mutation: string;
  readonly input: (traceId: string) => Promise<object> | object;
  readonly others: readonly object[];
}

const CASES: readonly Case[] = [
  {
    name: 'trace',
    mutation: CREATE_TRACE,
    input: (traceId) => ({ parentTraceId: traceId, task: 't', context: { b: 1, '2': 2 } }),
    others: [{ task: 'u' }, { context: {} }, { parentTraceId: null }, { status: 'STOPPED' }],
  },
  {
    name: 'step',
    mutation: ADD_STEP,
    input: (traceId) => ({ traceId, type: 'LLM_CALL', data: { model: 'm', prompt_tokens: 3, x: [1] } }),
    others: [{ data: { model: 'm' } }, { type: 'FEEDBACK', data: {} }, { sequence: 99 }],
  },
  {
    name: 'message',
    mutation: ADD_MESSAGE,
    input: (traceId) => ({ traceId, role: 'user', content: { b: 1 }, promptTokens: 4 }),
    others: [{ content: 'c' }, { role: 'tool' }, { promptTokens: null }, { sequence: 99 }],
  },
];

for (const { name, mutation, input, others } of CASES) {
  test(`resending a ${name} returns what is stored and changes nothing`, async () => {
    const { id: traceId } = await createTrace(kit);
    const given = { id: newId(name), ...(await input(traceId)) };
    const first = await kit.ask(mutation, { input: given });
    const since = await lastEventId(kit, traceId);
    assert.equal(since, 1);
    assert.deepEqual(await kit.ask(mutation, { input: given }), first);
    assert.deepEqual(await otherKit.ask(mutation, { input: given }), first);
    assert.equal(await lastEventId(kit, traceId), since);
    await checkStats(kit, traceId);
  });

  test(`a ${name} with the same id but different content is a CONFLICT and changes nothing`, async () => {
    const { id: traceId } = await createTrace(kit);
    const given = { id: newId(name), ...(await input(traceId)) };
    await kit.ask(mutation, { input: given });
    for (const other of others) {
      const { extensions } = await kit.fail(mutation, { input: { ...given, ...other } });
      assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'input.id'], JSON.stringify(other));
    }
    assert.equal(await lastEventId(kit, traceId), 1);
    await checkStats(kit, traceId);
  });

  test(`twenty concurrent requests for one ${name}, to two servers, write it once`, async () => {
    const { id: traceId } = await createTrace(kit);
    const given = { id: newId(name), ...(await input(traceId)) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? kit : otherKit).ask(mutation, { input: given }),
      ),
    );
    for (const answer of answers) {
      assert.deepEqual(answer, answers[0]);
    }
    assert.equal(await lastEventId(kit, traceId), 1);
    await checkStats(kit, traceId);
  });

  test(`of two different ${name}s sent concurrently with one id, one is stored and the other is a CONFLICT`, async () => {
    const [a, b] = [await createTrace(kit), await createTrace(kit)];
    const id = newId(name);
    const answers = await Promise.all([
      kit.send(mutation, { input: { id, ...(await input(a.id)) } }),
      otherKit.send(mutation, { input: { id, ...(await input(b.id)) } }),
    ]);
    const errors = answers.flatMap(({ errors: found }) => found ?? []);
    assert.deepEqual(
      errors.map(({ extensions }) => extensions.code),
      ['CONFLICT'],
    );
    assert.equal((await lastEventId(kit, a.id)) + (await lastEventId(kit, b.id)), 1);
  });
}

test('a retry after later changes returns the current state', async () => {
  const id = newId('trace');
  await createTrace(kit, { id, task: 'one' });
  await updateTrace(kit, id, { task: 'two' });
  assert.equal((await createTrace(kit, { id, task: 'one' })).task, 'two');
  const message = await addMessage(kit, id, { id: newId(), content: 'one' });
  await updateMessage(kit, message.id, { content: 'two' });
  assert.equal((await addMessage(kit, id, { id: message.id, content: 'one' })).content, 'two');
});

test('a batch resent with new items at the end adds only what is new', async () => {
  const { id: traceId } = await createTrace(kit);
  const steps = [newId(), newId()].map((id, index, ids) => ({
    id,
    traceId,
    type: 'CONCLUSION',
    parentIds: ids.slice(0, index),
  }));
  const first = (await kit.ask(ADD_STEPS, { inputs: steps })).addSteps;
  const more = [...steps, { ...steps[0], id: newId(), parentIds: [steps[1]?.id] }];
  const again = (await kit.ask(ADD_STEPS, { inputs: more })).addSteps;
  assert.deepEqual(again.slice(0, 2), first);
  assert.deepEqual(
    again.map(({ sequence }: any) => sequence),
    [1, 2, 3],
  );
  const edges = await kit.cypher(
    'MATCH (:Step {projectId: "default", traceId: $traceId})-[r:PARENT_OF]->() RETURN count(r) AS edges',
    { traceId },
  );
  assert.deepEqual(edges, [{ edges: 2 }]);
  const message = { id: newId(), traceId, role: 'user', content: 'x' };
  const { addMessages } = await kit.ask(ADD_MESSAGES, { inputs: [message, message] });
  assert.deepEqual(addMessages[0], addMessages[1]);
  assert.equal(await lastEventId(kit, traceId), 4);
});

test('two servers that write to one trace concurrently keep sequences, events and stats exact', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'g' });
  await Promise.all(
    Array.from({ length: 30 }, (_, index) => {
      const server = index % 2 === 0 ? kit : otherKit;
      return index % 3 === 0
        ? addStep(server, id, { type: 'LLM_CALL', goalId: 'g', data: { prompt_tokens: 1, cost: 0.1 } })
        : addMessage(server, id, { goalId: 'g', content: `${index}`, completionTokens: 1, cost: 0.2 });
    }),
  );
  await checkStats(kit, id);
  const { trace } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) { lastEventId totalSteps totalMessages
      steps { nodes { sequence } } messages { nodes { sequence } } events { nodes { eventId } } } }`,
    { id },
  );
  const counted = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);
  assert.deepEqual([trace.lastEventId, trace.totalSteps, trace.totalMessages], [31, 10, 20]);
  assert.deepEqual(
    trace.steps.nodes.map(({ sequence }: any) => sequence),
    counted(10),
  );
  assert.deepEqual(
    trace.messages.nodes.map(({ sequence }: any) => sequence),
    counted(20),
  );
  assert.deepEqual(
    trace.events.nodes.map(({ eventId }: any) => eventId),
    counted(31),
  );
});

test('ids are 1 to 200 characters of any Unicode plane, without control characters', async () => {
  const { id: traceId } = await createTrace(kit);
  for (const id of [
    `${newId()}${'x'.repeat(200)}`.slice(0, 200),
    `${newId().slice(0, 20)}${'🎭'.repeat(180)}`,
    ` ${newId()}/\u2028"%'`,
  ]) {
    assert.equal((await createTrace(kit, { id })).id, id);
    assert.equal((await addStep(kit, traceId, { id })).id, id);
    assert.equal((await addMessage(kit, traceId, { id })).id, id);
    assert.equal((await addGoal(kit, traceId, { goalId: id })).goalId, id);
    const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { id } }', { id });
    assert.equal(trace.id, id);
  }
  for (const id of ['', 'x'.repeat(201), '🎭'.repeat(201), 'a\u0000', 'a\nb', '\u007f']) {
    for (const { mutation } of CASES) {
      const more =
        mutation === CREATE_TRACE
          ? {}
          : { traceId, ...(mutation === ADD_STEP ? { type: 'CONCLUSION' } : { role: 'x' }) };
      const { extensions } = await kit.fail(mutation, { input: { id, ...more } });
      assert.deepEqual(
        [extensions.code, extensions.field],
        ['BAD_USER_INPUT', 'input.id'],
        JSON.stringify(id),
      );
    }
  }
});
