import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  checkContent,
  contentOf,
  deleteBefore,
  deleteThread,
  fork,
  nodesOf,
  put,
  read,
  sendExactly,
} from '../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { newTrace, range } from '../kit/live.js';
import { ADD_STEP, ADD_STEPS, addStep, DELETE_TRACE } from '../kit/writes.js';

// Each chunk of a payload is stored once. Every test has a project of its own and counts what is in it.

let projectId: string;
let kit: Kit;
const kits: Kit[] = [];
beforeEach(async () => {
  projectId = newId('content');
  kit = await startKit({ projectId });
  kits.push(kit);
});
before(() => assert.equal(kits.length, 0));
after(() => Promise.all(kits.map((one) => one.close())));

const history = (length: number): object[] =>
  range(1, length).map((number) => ({
    role: number % 2 === 1 ? 'user' : 'assistant',
    content: `message ${number}`,
  }));

test('a list that grows by one message at a time costs one node per message, however often it is resent whole', async () => {
  for (const length of range(1, 40)) {
    await put(
      kit,
      { threadId: 't', checkpointId: `c${length}`, step: length },
      { messages: history(length) },
    );
    assert.equal(await contentOf(kit, projectId), length);
  }
  for (const length of [1, 2, 17, 40]) {
    assert.deepEqual((await read(kit, `c${length}`)).messages, history(length));
  }
  assert.deepEqual(
    await kit.cypher(
      `MATCH (:Checkpoint {projectId: $projectId, id: 'c40'})-[:MESSAGES]->(last:Content)-[:AFTER*0..]->(c)
      WITH c ORDER BY c.position RETURN collect(c.position) AS places, c.projectId AS project`,
      { projectId },
    ),
    [{ places: range(1, 40), project: projectId }],
  );
  await checkContent(kit, projectId);
});

test('equal histories share one chain, across threads and checkpoints', async () => {
  for (const threadId of ['a', 'b', 'c']) {
    await put(kit, { threadId, step: 0 }, { messages: history(10) });
  }
  assert.equal(await contentOf(kit, projectId), 10);
  await put(kit, { threadId: 'd', step: 0 }, { messages: history(4) });
  assert.equal(await contentOf(kit, projectId), 10, 'a beginning of it needs nothing of its own');
});

test('a fork costs no content, and continuing from it costs only what is new', async () => {
  const state = { plan: 'p'.repeat(500), notes: ['n'.repeat(500)] };
  const { id } = await put(
    kit,
    { threadId: 's', step: 0 },
    { messages: history(30), state, toolsResult: state },
  );
  assert.equal(await contentOf(kit, projectId), 32, 'equal values of state and tool results are one');
  const forks = [];
  for (const threadId of ['a', 'b', 'c']) {
    forks.push(await fork(kit, { id, threadId }));
  }
  assert.deepEqual(await nodesOf(kit, projectId), { Checkpoint: 4, Content: 32, Thread: 4 });
  const messages = [...history(30), { role: 'user', content: 'another way' }];
  await put(
    kit,
    { threadId: 'a', step: 1, parentCheckpointId: forks[0].id },
    { messages, state: { ...state, done: 'd'.repeat(300) } },
  );
  assert.equal(await contentOf(kit, projectId), 34);
  await checkContent(kit, projectId);
});

test('an edited, shortened or summarised history branches off the old one where it differs', async () => {
  const old = history(20);
  await put(kit, { threadId: 't', checkpointId: 'old', step: 0 }, { messages: old });
  const edited = old.map((message, index) => (index === 14 ? { ...message, content: 'edited' } : message));
  await put(kit, { threadId: 't', checkpointId: 'edited', step: 1 }, { messages: edited });
  assert.equal(await contentOf(kit, projectId), 20 + 6, 'the edited message and those after it');
  const summarised = [{ role: 'system', content: 'what was said before' }, ...old.slice(-3)];
  await put(kit, { threadId: 't', checkpointId: 'summarised', step: 2 }, { messages: summarised });
  assert.equal(await contentOf(kit, projectId), 20 + 6 + 4);
  assert.deepEqual((await read(kit, 'old')).messages, old);
  assert.deepEqual((await read(kit, 'edited')).messages, edited);
  assert.deepEqual((await read(kit, 'summarised')).messages, summarised);
  await put(kit, { threadId: 't', checkpointId: 'edited', step: 1 }, { messages: old });
  assert.equal(await contentOf(kit, projectId), 20 + 4, 'what only the replaced one held is gone');
  await checkContent(kit, projectId);
  await put(kit, { threadId: 't', checkpointId: 'edited', step: 1 }, { messages: edited });
  await deleteThread(kit, 't');
  assert.deepEqual(
    await nodesOf(kit, projectId),
    {},
    'what several had in common goes with the last of them',
  );
});

test('replacing a checkpoint frees what only it referenced and keeps what it still references', async () => {
  const state = (word: string): object => ({ kept: 'k'.repeat(300), other: word.repeat(300), short: 1 });
  const metadata = { threadId: 't', checkpointId: 'c', step: 0 };
  await put(kit, metadata, { messages: history(5), state: state('a'), toolsResult: state('t') });
  assert.equal(await contentOf(kit, projectId), 5 + 3);
  await put(kit, metadata, { messages: history(6), state: state('b'), toolsResult: state('t') });
  assert.equal(await contentOf(kit, projectId), 6 + 3);
  await put(kit, metadata, { messages: history(2), state: { moved: 'k'.repeat(300) } });
  assert.equal(await contentOf(kit, projectId), 2 + 1);
  assert.deepEqual((await read(kit, 'c')).state, { moved: 'k'.repeat(300) });
  await checkContent(kit, projectId);
  await put(kit, metadata);
  assert.deepEqual(await nodesOf(kit, projectId), { Checkpoint: 1, Thread: 1 });
});

test('a state value of 256 or more characters of JSON is content, and any value comes back the same', async () => {
  const state = {
    a: 'x'.repeat(253),
    b: 'x'.repeat(254),
    c: ['y'.repeat(251)],
    d: ['y'.repeat(252)],
    e: null,
  };
  assert.deepEqual([JSON.stringify(state.a).length, JSON.stringify(state.b).length], [255, 256]);
  await put(kit, { threadId: 't', checkpointId: 'c', step: 0 }, { state, toolsResult: state });
  assert.equal(await contentOf(kit, projectId), 2);
  const { state: back, toolsResult } = await read(kit, 'c');
  assert.equal(JSON.stringify(back), JSON.stringify(state));
  assert.equal(JSON.stringify(toolsResult), JSON.stringify(state));
});

test('Step.data.messages of an llm_call share the same chains and keep their place in data', async () => {
  const traceId = await newTrace(kit);
  const messages = history(12);
  const data = { model: 'm', messages, response: { '10': 1 }, prompt_tokens: 5 };
  const { id } = await addStep(kit, traceId, { type: 'LLM_CALL', data });
  assert.equal(await contentOf(kit, projectId), 12);
  const read_ = async (stepId: string): Promise<string> =>
    JSON.stringify((await kit.ask('query ($id: ID!) { step(id: $id) { data } }', { id: stepId })).step.data);
  assert.equal(await read_(id), JSON.stringify(data));
  const [{ stored }] = await kit.cypher('MATCH (s:Step {projectId: $projectId}) RETURN s.data AS stored', {
    projectId,
  });
  assert.ok(!stored.includes('message 1'), 'the prompt is not stored with the step');
  await put(kit, { threadId: 't', checkpointId: 'c', step: 0 }, { messages: [...messages, 'one more'] });
  assert.equal(await contentOf(kit, projectId), 13, 'a checkpoint goes on from it');
  await addStep(kit, traceId, {
    id: 'again',
    type: 'LLM_CALL',
    data: { messages: [...messages, 'one more', 'and more'] },
  });
  assert.equal(await contentOf(kit, projectId), 14, 'and a step from that');
  await addStep(kit, traceId, { type: 'LLM_CALL', data: { messages: [] } });
  await addStep(kit, traceId, { type: 'LLM_CALL', data: { messages: null } });
  await addStep(kit, traceId, { type: 'CONCLUSION', data: { messages } });
  assert.equal(await contentOf(kit, projectId), 14, 'only prompts are content');
  const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { steps { nodes { data } } } }', {
    id: traceId,
  });
  assert.deepEqual(
    trace.steps.nodes.map(({ data: { messages: found } }: any) => found?.length ?? null),
    [12, 14, 0, null, 12],
  );
  await checkContent(kit, projectId);
  await kit.ask(DELETE_TRACE, { id: traceId });
  assert.equal(await contentOf(kit, projectId), 13, 'what the checkpoint holds stays');
  assert.deepEqual((await read(kit, 'c')).messages, [...messages, 'one more']);
  await deleteThread(kit, 't');
  assert.deepEqual(await nodesOf(kit, projectId), {});
});

test('the keys of a step keep their order around its messages, even if they look like numbers', async () => {
  const traceId = await newTrace(kit);
  for (const data of [
    '{"10":1,"messages":[{"2":1,"1":2},null,"🎭\u2028"],"2":{"9":1,"1":1}}',
    '{"messages":[{"__proto__":{"a":1}}],"__proto__":2,"b":[]}',
    '{"b":1,"messages":["\\u0000"]}',
  ]) {
    const id = newId('step');
    const variables = `{"input":{"id":"${id}","traceId":"${traceId}","type":"LLM_CALL","data":${data}}}`;
    const written = await sendExactly(kit, ADD_STEP, variables);
    assert.ok(written.includes(`"data":${data}`), written);
    const again = await sendExactly(kit, ADD_STEP, variables);
    assert.equal(again, written, 'the same again is the same step');
    const text = await sendExactly(kit, 'query ($id: ID!) { step(id: $id) { data } }', `{"id":"${id}"}`);
    assert.ok(text.includes(`"data":${data}`), text);
    const other = { id, traceId, type: 'LLM_CALL', data: { messages: [1] } };
    assert.equal((await kit.fail(ADD_STEP, { input: other })).extensions.code, 'CONFLICT');
  }
});

test('many steps and checkpoints in one request, in any order, store their prompts once', async () => {
  const traceId = await newTrace(kit);
  const steps = [9, 3, 7, 3, 10, 1].map((length) => ({
    traceId,
    type: 'LLM_CALL',
    data: { messages: history(length) },
  }));
  const input = (length: number): object => ({
    metadata: { threadId: `t${length}`, step: 0 },
    messages: history(length),
    state: { a: 'a'.repeat(300) },
  });
  await kit.ask(
    `mutation ($a: CheckpointInput!, $b: CheckpointInput!, $inputs: [AddStepInput!]!) {
      a: putCheckpoint(input: $a) { id } addSteps(inputs: $inputs) { id } b: putCheckpoint(input: $b) { id } }`,
    { a: input(8), b: input(12), inputs: steps },
  );
  assert.equal(await contentOf(kit, projectId), 13);
  await kit.ask(ADD_STEPS, {
    inputs: steps.map((step) => ({ ...step, data: { messages: ['other', ...history(2)] } })),
  });
  assert.equal(await contentOf(kit, projectId), 16);
  await checkContent(kit, projectId);
});

test('a chunk is deleted with its last owner, neither earlier nor later', async () => {
  const word = 's'.repeat(300);
  for (const step of range(0, 5)) {
    await put(
      kit,
      { threadId: 't', step },
      { messages: history(step + 1), state: { word, step: `${word}${step}` } },
    );
  }
  await put(
    kit,
    { threadId: 'u', checkpointId: 'u', step: 0 },
    { messages: history(3), toolsResult: { word } },
  );
  assert.equal(await contentOf(kit, projectId), 6 + 1 + 6);
  await deleteBefore(kit, 't', 5);
  assert.equal(await contentOf(kit, projectId), 6 + 1 + 1);
  await deleteThread(kit, 't');
  assert.equal(await contentOf(kit, projectId), 3 + 1);
  assert.deepEqual((await read(kit, 'u')).toolsResult, { word });
  await deleteThread(kit, 'u');
  assert.deepEqual(await nodesOf(kit, projectId), {});
});
