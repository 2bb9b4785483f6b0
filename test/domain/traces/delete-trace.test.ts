import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { finishDeletions } from '../../../src/finish-deletions.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { MATCH_PROJECT_NODES } from '../../kit/project-nodes.js';
import {
  ADD_MESSAGES,
  ADD_STEPS,
  addGoal,
  addMessage,
  addStep,
  checkStats,
  CREATE_TRACE,
  createTrace,
  DELETE_TRACE,
  eventsOf,
  updateTrace,
} from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

/** Creates a trace with two goals, two steps (parent and child) and a message, hence five events. */
async function filledTrace(input: object = {}): Promise<{ id: string; step: string; message: string }> {
  const { id } = await createTrace(kit, input);
  await addGoal(kit, id, { goalId: 'top' });
  await addGoal(kit, id, { goalId: 'leaf', parentId: 'top' });
  const first = await addStep(kit, id, { goalId: 'leaf' });
  const step = await addStep(kit, id, { parentIds: [first.id] });
  const message = await addMessage(kit, id, { goalId: 'leaf', stepId: step.id, content: 'x' });
  return { id, step: step.id, message: message.id };
}

async function remove(id: string, all?: boolean): Promise<any> {
  return (await kit.ask(DELETE_TRACE, { id, all })).deleteTrace;
}

/** Counts the nodes of a trace, whatever their label. */
async function nodesOf(id: string): Promise<number> {
  const [row] = await kit.cypher(
    `${MATCH_PROJECT_NODES} WITH n WHERE n.id = $id OR n.traceId = $id RETURN count(n) AS nodes`,
    { projectId: 'default', id },
  );
  return row.nodes;
}

test('deleteTrace removes everything in the trace and returns the counts', async () => {
  const { id, step, message } = await filledTrace();
  assert.deepEqual(await remove(id), { traces: 1, steps: 2, goals: 2, messages: 1, events: 5 });
  assert.equal(await nodesOf(id), 0);
  const answers = await kit.ask(
    `query ($id: ID!, $step: ID!, $message: ID!) { trace(id: $id) { id } step(id: $step) { id }
      message(id: $message) { id } goal(traceId: $id, goalId: "top") { goalId } }`,
    { id, step, message },
  );
  assert.deepEqual(answers, { trace: null, step: null, message: null, goal: null });
  assert.equal((await kit.fail(DELETE_TRACE, { id })).extensions.code, 'NOT_FOUND');
  assert.equal((await kit.fail(DELETE_TRACE, { id: '' })).extensions.code, 'BAD_USER_INPUT');
});

test('a deleted id can be reused, and the new trace starts from scratch', async () => {
  const { id } = await filledTrace();
  await remove(id);
  const again = await createTrace(kit, { id, task: 'another' });
  assert.deepEqual([again.totalSteps, again.totalMessages, again.lastEventId], [0, 0, 0]);
  assert.equal((await addMessage(kit, id)).sequence, 1);
  assert.equal((await addGoal(kit, id, {})).goalId, '1');
  assert.deepEqual(
    (await eventsOf(kit, id)).map(({ eventId }) => eventId),
    [1, 2],
  );
  await checkStats(kit, id);
});

test('deleting a trace keeps its sub-traces without a parent, unless asked to delete them', async () => {
  const top = await filledTrace();
  const middle = await filledTrace({ parentTraceId: top.id, parentGoalId: 'leaf' });
  const low = await filledTrace({ parentTraceId: middle.id });
  assert.equal((await remove(top.id)).traces, 1);
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { parentTraceId parent { id } parentGoal { goalId } subTraces { nodes { id } } } }',
    { id: middle.id },
  );
  assert.deepEqual(trace, {
    parentTraceId: top.id,
    parent: null,
    parentGoal: null,
    subTraces: { nodes: [{ id: low.id }] },
  });
  assert.deepEqual(
    await kit.cypher(
      'MATCH (:Trace {projectId: "default", id: $id})-[r]->() RETURN type(r) AS type, count(*) AS edges',
      {
        id: middle.id,
      },
    ),
    [{ type: 'PARENT_OF', edges: 1 }],
  );
  await updateTrace(kit, middle.id, { status: 'COMPLETED' });
  assert.deepEqual(await remove(middle.id, true), { traces: 2, steps: 4, goals: 4, messages: 2, events: 13 });
  assert.equal((await nodesOf(middle.id)) + (await nodesOf(low.id)), 0);
});

test('deleting a sub-trace leaves its parent trace and goal intact', async () => {
  const top = await filledTrace();
  const sub = await filledTrace({ parentTraceId: top.id, parentGoalId: 'leaf' });
  await remove(sub.id, true);
  await checkStats(kit, top.id);
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { subTraces { nodes { id } } goal(goalId: "leaf") { subTraces { nodes { id } } } events { nodes { type } } } }',
    { id: top.id },
  );
  assert.deepEqual([trace.subTraces.nodes, trace.goal.subTraces.nodes], [[], []]);
  assert.equal(trace.events.nodes.at(-1).type, 'sub_trace_started');
  await kit.ask(CREATE_TRACE, { input: { parentTraceId: top.id, parentGoalId: 'leaf' } });
});

test('a trace that reuses a deleted id is not the parent of the sub-traces of the old trace', async () => {
  const { id } = await filledTrace();
  const sub = await createTrace(kit, { parentTraceId: id, parentGoalId: 'leaf' });
  await remove(id);
  await filledTrace({ id });
  const answer = await kit.ask(
    'query ($id: ID!, $sub: ID!) { trace(id: $id) { subTraces { nodes { id } } } sub: trace(id: $sub) { parentTraceId parent { id } parentGoal { goalId } } }',
    { id, sub: sub.id },
  );
  assert.deepEqual(answer, {
    trace: { subTraces: { nodes: [] } },
    sub: { parentTraceId: id, parent: null, parentGoal: null },
  });
  await updateTrace(kit, sub.id, { status: 'COMPLETED' });
  assert.equal((await eventsOf(kit, id)).length, 5, 'the end of a sub-trace is not told to a stranger');
});

test('a trace whose deletion was interrupted is invisible to all, and is deleted later', async () => {
  const { id, step, message } = await filledTrace();
  await kit.cypher('MATCH (t:Trace {projectId: "default", id: $id}) SET t:Deleting REMOVE t:Trace', { id });
  const seen = await kit.ask(
    `query ($id: ID!, $step: ID!, $message: ID!) { trace(id: $id) { id } step(id: $step) { id }
      message(id: $message) { id } goal(traceId: $id, goalId: "top") { goalId } }`,
    { id, step, message },
  );
  assert.deepEqual(seen, { trace: null, step: null, message: null, goal: null });
  const refused = await kit.fail(CREATE_TRACE, { input: { id } });
  assert.equal(refused.extensions.code, 'UNAVAILABLE');
  for (const mutation of [
    'addMessage(input: { traceId: $id, role: "user" }) { id }',
    'addStep(input: { traceId: $id, type: CONCLUSION }) { id }',
    'addGoal(traceId: $id, input: { description: "x" }) { id }',
    'updateGoal(traceId: $id, goalId: "top", input: { summary: "x" }) { id }',
    'setGoalTree(traceId: $id, goals: []) { mission }',
    'updateTrace(id: $id, input: { task: "x" }) { id }',
    'appendEvent(traceId: $id, type: "t") { id }',
    'deleteTrace(id: $id) { traces }',
  ]) {
    assert.equal(
      (await kit.fail(`mutation ($id: ID!) { ${mutation} }`, { id })).extensions.code,
      'NOT_FOUND',
      mutation,
    );
  }
  const update = 'mutation ($id: ID!) { updateMessage(id: $id, input: { content: "y" }) { id } }';
  assert.equal((await kit.fail(update, { id: message })).extensions.code, 'NOT_FOUND');
  assert.ok((await finishDeletions(kit.database)) >= 1);
  assert.equal(await nodesOf(id), 0);
  assert.equal(await finishDeletions(kit.database), 0);
  assert.equal((await createTrace(kit, { id })).id, id);
});

test('a trace of 5,000 or more nodes is deleted completely, in batches', async () => {
  const { id } = await createTrace(kit);
  await kit.ask(ADD_STEPS.replace(/\{ id.*parentIds \}/s, '{ id }'), {
    inputs: Array.from({ length: 2_500 }, () => ({ traceId: id, type: 'CONCLUSION' })),
  });
  await kit.ask(ADD_MESSAGES.replace(/\{ id.*createdAt \}/s, '{ id }'), {
    inputs: Array.from({ length: 2_500 }, () => ({ traceId: id, role: 'user' })),
  });
  const counts = await remove(id);
  assert.deepEqual(counts, { traces: 1, steps: 2_500, goals: 0, messages: 2_500, events: 5_000 });
  assert.equal(await nodesOf(id), 0);
});

test('writes concurrent with a deletion are either counted in it or NOT_FOUND, and leave nothing', async () => {
  const { id } = await createTrace(kit);
  const writes = Array.from({ length: 20 }, () =>
    kit.send('mutation ($id: ID!) { addMessage(input: { traceId: $id, role: "user" }) { id } }', { id }),
  );
  const deleted = kit.ask(DELETE_TRACE, { id });
  const answers = await Promise.all(writes);
  const refused = answers.flatMap(({ errors }) => errors ?? []);
  assert.deepEqual(new Set(refused.map(({ extensions }) => extensions.code)).size <= 1, true);
  assert.ok(refused.every(({ extensions }) => extensions.code === 'NOT_FOUND'));
  const { messages, events } = (await deleted).deleteTrace;
  assert.equal(messages, answers.length - refused.length);
  assert.equal(events, messages);
  assert.equal(await nodesOf(id), 0);
});

test('of two concurrent deletions, one returns the counts and the other is NOT_FOUND', async () => {
  const { id } = await filledTrace();
  const answers = await Promise.all([kit.send(DELETE_TRACE, { id }), kit.send(DELETE_TRACE, { id })]);
  assert.deepEqual(answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'deleted').sort(), [
    'NOT_FOUND',
    'deleted',
  ]);
  assert.equal(await nodesOf(id), 0);
  assert.equal((await kit.fail(DELETE_TRACE, { id: newId() })).extensions.code, 'NOT_FOUND');
});
