import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deleteThread, fork, nodesOf, PUT, put, read } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { newTrace } from '../../kit/live.js';
import { addStep, CREATE_TRACE, createTrace, DELETE_TRACE } from '../../kit/writes.js';

// One graph: traces run in threads, checkpoints are taken at steps.

let kit: Kit;
let otherProject: Kit;
const projectId = newId('threads');
const otherProjectId = newId('other');
before(async () => {
  kit = await startKit({ projectId });
  otherProject = await startKit({ projectId: otherProjectId });
});
after(async () => {
  await kit.close();
  await otherProject.close();
});

const THREAD =
  'query ($id: ID!) { thread(id: $id) { id createdAt updatedAt lastSeq latestCheckpoint { id } traces { nodes { id } } } }';

async function thread(id: string): Promise<any> {
  return (await kit.ask(THREAD, { id })).thread;
}

test('createTrace creates its thread, and Trace.thread and Thread.traces lead to each other', async () => {
  const threadId = newId('thread');
  assert.equal(await thread(threadId), null);
  const first = await newTrace(kit, { threadId });
  const begun = await thread(threadId);
  assert.deepEqual([begun.id, begun.lastSeq, begun.latestCheckpoint], [threadId, 0, null]);
  assert.equal(begun.createdAt, begun.updatedAt);
  const second = await newTrace(kit, { threadId });
  const now = await thread(threadId);
  assert.deepEqual(now.traces.nodes, [{ id: second }, { id: first }], 'newest first');
  assert.ok(now.createdAt === begun.createdAt && now.updatedAt > begun.updatedAt);
  const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { threadId thread { id } } }', {
    id: first,
  });
  assert.deepEqual(trace, { threadId, thread: { id: threadId } });
  const without = await newTrace(kit);
  const { trace: none } = await kit.ask('query ($id: ID!) { trace(id: $id) { threadId thread { id } } }', {
    id: without,
  });
  assert.deepEqual(none, { threadId: null, thread: null });
});

test('recreating a trace in another thread or none is a CONFLICT; repeating it unchanged changes nothing', async () => {
  const [id, threadId, other] = [newId('trace'), newId('thread'), newId('other')];
  await createTrace(kit, { id, threadId });
  const { updatedAt } = await thread(threadId);
  await createTrace(kit, { id, threadId });
  assert.equal((await thread(threadId)).updatedAt, updatedAt);
  for (const input of [{ id, threadId: other }, { id }]) {
    assert.equal((await kit.fail(CREATE_TRACE, { input })).extensions.code, 'CONFLICT');
  }
  assert.equal(await thread(other), null);
  for (const bad of ['', 'x'.repeat(201), 'a\u0000']) {
    const { extensions } = await kit.fail(CREATE_TRACE, { input: { threadId: bad } });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'input.threadId']);
  }
});

test('Thread.traces is paged, newest first', async () => {
  const threadId = newId('thread');
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    ids.unshift(await newTrace(kit, { threadId }));
  }
  const found: string[] = [];
  let after: string | null = null;
  do {
    const { thread: page }: any = await kit.ask(
      'query ($id: ID!, $after: String) { thread(id: $id) { traces(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }',
      { id: threadId, after },
    );
    assert.ok(page.traces.nodes.length <= 2);
    found.push(...page.traces.nodes.map(({ id }: any) => id));
    after = page.traces.pageInfo.hasNextPage ? page.traces.pageInfo.endCursor : null;
  } while (after !== null);
  assert.deepEqual(found, ids);
});

test('a thread is deleted with the last trace or checkpoint in it, whichever is last', async () => {
  for (const traceLast of [true, false]) {
    const threadId = newId('thread');
    const traceId = await newTrace(kit, { threadId });
    const { id } = await put(kit, { threadId, step: 0 });
    assert.equal((await thread(threadId)).latestCheckpoint.id, id);
    const removals = [() => deleteThread(kit, threadId), () => kit.ask(DELETE_TRACE, { id: traceId })];
    const [first, last] = traceLast ? removals : removals.reverse();
    await first?.();
    assert.equal((await thread(threadId)).id, threadId);
    await last?.();
    assert.equal(await thread(threadId), null);
  }
});

test('a thread survives if a trace starts in it while its last checkpoint is deleted', async () => {
  for (let round = 0; round < 10; round += 1) {
    const threadId = newId('thread');
    await put(kit, { threadId, step: 0 });
    const [traceId] = await Promise.all([newTrace(kit, { threadId }), deleteThread(kit, threadId)]);
    const found = await thread(threadId);
    assert.deepEqual([found.traces.nodes, found.latestCheckpoint], [[{ id: traceId }], null]);
    const [{ edges }] = await kit.cypher(
      'MATCH (:Trace {projectId: $projectId, id: $traceId})-[r:BELONGS_TO]->(:Thread {id: $threadId}) RETURN count(r) AS edges',
      { projectId, traceId, threadId },
    );
    assert.equal(edges, 1);
  }
});

test('Checkpoint.step is the step at which it was taken, until its trace is deleted; the checkpoint stays intact', async () => {
  const traceId = await newTrace(kit);
  const step = await addStep(kit, traceId, { type: 'LLM_CALL', data: { messages: ['a', 'b'] } });
  const payload = { messages: ['a', 'b', 'c'], state: { x: 'x'.repeat(300) } };
  const metadata = { threadId: newId('thread'), checkpointId: newId('checkpoint'), step: 0 };
  const written = await put(kit, metadata, { ...payload, stepId: step.id });
  const stepOf = async (): Promise<unknown> =>
    (
      await kit.ask('query ($id: ID!) { checkpoint(id: $id) { step { id trace { id } } } }', {
        id: written.id,
      })
    ).checkpoint.step;
  assert.deepEqual(await stepOf(), { id: step.id, trace: { id: traceId } });
  const branch = await fork(kit, { id: written.id });
  const { checkpoint } = await kit.ask('query ($id: ID!) { checkpoint(id: $id) { step { id } } }', {
    id: branch.id,
  });
  assert.equal(checkpoint.step, null, 'a fork was taken at no step');
  await put(kit, metadata, payload);
  assert.equal(await stepOf(), null, 'replaced by one without a step');
  const again = await put(kit, metadata, { ...payload, stepId: step.id });
  assert.deepEqual(await stepOf(), { id: step.id, trace: { id: traceId } });
  await kit.ask(DELETE_TRACE, { id: traceId });
  assert.equal(await stepOf(), null);
  assert.deepEqual(await read(kit, written.id), again);
  assert.deepEqual(
    await put(kit, metadata, { ...payload, stepId: step.id }),
    again,
    'the same again is no error',
  );
});

test('another project has its own checkpoints, threads and content under the same ids and sees none of these', async () => {
  const [threadId, checkpointId] = [newId('thread'), newId('checkpoint')];
  const payload = { messages: [threadId, 'b'], state: { a: 'x'.repeat(300) } };
  const mine = await put(kit, { threadId, checkpointId, step: 3 }, payload);
  const traceId = await newTrace(kit, { threadId });
  const { id: stepId } = await addStep(kit, traceId);
  assert.deepEqual(
    await otherProject.ask(
      `query ($threadId: ID!, $id: ID!) { checkpoint(id: $id) { id } latestCheckpoint(threadId: $threadId) { id } thread(id: $threadId) { id }
        checkpoints(threadId: $threadId) { id } checkpointThreads { id } checkpointTree(threadId: $threadId) { nodes { depth } } }`,
      { threadId, id: checkpointId },
    ),
    {
      checkpoint: null,
      latestCheckpoint: null,
      thread: null,
      checkpoints: [],
      checkpointThreads: [],
      checkpointTree: { nodes: [] },
    },
  );
  const input = { metadata: { threadId, step: 0 }, stepId };
  assert.equal((await otherProject.fail(PUT, { input })).extensions.field, 'input.stepId');
  for (const query of [
    'mutation ($id: ID!) { forkCheckpoint(id: $id) { id } }',
    'query ($id: ID!) { commonCheckpoint(a: $id, b: $id) { id } }',
    'query ($id: ID!) { checkpointDiff(from: $id, to: $id) { commonMessages } }',
  ]) {
    assert.equal((await otherProject.fail(query, { id: checkpointId })).extensions.code, 'NOT_FOUND');
  }
  assert.equal(await deleteThread(otherProject, threadId), 0);
  assert.deepEqual(await nodesOf(otherProject, otherProjectId), {});
  const child = { threadId: newId('child'), step: 0, parentCheckpointId: checkpointId };
  const { id: childId } = await put(otherProject, child);
  const { checkpoint } = await otherProject.ask(
    'query ($id: ID!) { checkpoint(id: $id) { parent { id } } }',
    { id: childId },
  );
  assert.equal(checkpoint.parent, null);
  const theirs = await put(otherProject, { threadId, checkpointId, step: 1 }, payload);
  assert.equal((await nodesOf(otherProject, otherProjectId))['Content'], 3);
  assert.deepEqual(
    await kit.cypher('MATCH (a)-[r]->(b) WHERE a.projectId <> b.projectId RETURN DISTINCT type(r) AS type'),
    [],
  );
  await deleteThread(otherProject, threadId);
  assert.deepEqual(await read(kit, checkpointId), mine);
  assert.deepEqual(theirs.messages, mine.messages);
  await deleteThread(otherProject, child.threadId);
  assert.deepEqual(await nodesOf(otherProject, otherProjectId), {});
});
