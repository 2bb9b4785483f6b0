import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  checkContent,
  contentOf,
  deleteBefore,
  deleteThread,
  everything,
  fork,
  idsOfThread,
  latestId,
  nodesOf,
  put,
  read,
} from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';

let projectId: string;
let kit: Kit;
before(async () => {
  projectId = newId('deletion');
  kit = await startKit({ projectId });
});
after(() => kit.close());

const big = (word: string): string => `${word} `.repeat(100);

/** Creates a thread with checkpoints at these steps, each adding a message and its own state; returns their ids. */
async function growing(threadId: string, steps: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, step] of steps.entries()) {
    const messages = Array.from({ length: index + 1 }, (_, place) => `${threadId} message ${place}`);
    const { id } = await put(
      kit,
      { threadId, checkpointId: `${threadId}/${index}`, step, parentCheckpointId: ids.at(-1) ?? null },
      {
        messages,
        state: { same: big(threadId), own: big(`${threadId} ${index}`) },
        toolsResult: { last: big(threadId) },
      },
    );
    ids.push(id);
  }
  return ids;
}

test('deleteCheckpointsBefore removes the steps strictly below, returns how many, and leaves the others intact', async () => {
  const threadId = newId('thread');
  const ids = await growing(threadId, [0, 1, 2, 2, 5]);
  const kept = [await read(kit, ids[2] ?? ''), await read(kit, ids[3] ?? ''), await read(kit, ids[4] ?? '')];
  const content = await contentOf(kit, projectId);
  assert.equal(await deleteBefore(kit, threadId, 0), 0);
  assert.equal(await deleteBefore(kit, threadId, 2), 2);
  assert.equal(await deleteBefore(kit, threadId, 2), 0);
  assert.equal(await read(kit, ids[1] ?? ''), null);
  for (const checkpoint of kept) {
    assert.deepEqual(await read(kit, checkpoint.id), checkpoint);
  }
  assert.equal(kept[0].metadata.parentCheckpointId, ids[1], 'it still names its parent');
  assert.deepEqual(await idsOfThread(kit, threadId), [ids[4], ids[3], ids[2]]);
  assert.equal(await latestId(kit, threadId), ids[4]);
  assert.equal(await contentOf(kit, projectId), content - 2, 'the state of each that no other has');
  await checkContent(kit, projectId);
});

test('deleteCheckpointsBefore above the highest step deletes the thread, unless a trace ran in it', async () => {
  const [threadId, withTrace] = [newId('thread'), newId('thread')];
  await growing(threadId, [3]);
  await growing(withTrace, [3]);
  await kit.ask('mutation ($id: ID!) { createTrace(input: { threadId: $id }) { id } }', { id: withTrace });
  assert.equal(await deleteBefore(kit, threadId, 2 ** 53), 1);
  assert.equal(await deleteBefore(kit, withTrace, 4), 1);
  const query = 'query ($id: ID!) { thread(id: $id) { id latestCheckpoint { id } traces { nodes { id } } } }';
  assert.equal((await kit.ask(query, { id: threadId })).thread, null);
  const { thread } = await kit.ask(query, { id: withTrace });
  assert.deepEqual([thread.latestCheckpoint, thread.traces.nodes.length], [null, 1]);
  const { checkpointThreads } = await kit.ask(
    'query { checkpointThreads(limit: 10000) { metadata { threadId } } }',
  );
  assert.ok(
    !checkpointThreads.some(({ metadata }: any) => [threadId, withTrace].includes(metadata.threadId)),
  );
  await checkContent(kit, projectId);
});

test('deleteCheckpointThread removes the whole thread; a branch elsewhere stays intact and names its parent', async () => {
  const [threadId, branchId, onward] = [newId('thread'), newId('branch'), newId('onward')];
  const ids = await growing(threadId, [0, 1, 2]);
  const branch = await fork(kit, { id: ids[1] ?? '', threadId: branchId });
  const next = await put(
    kit,
    { threadId: onward, step: 0, parentCheckpointId: ids[2] ?? '' },
    { messages: [`${threadId} message 0`, 'another way'], state: { same: big(threadId) } },
  );
  assert.equal(await deleteThread(kit, threadId), 3);
  assert.equal(await deleteThread(kit, threadId), 0);
  assert.deepEqual(await idsOfThread(kit, threadId), []);
  assert.deepEqual(await read(kit, branch.id), branch);
  assert.deepEqual(await read(kit, next.id), next);
  const { checkpoint } = await kit.ask(
    'query ($id: ID!) { checkpoint(id: $id) { parent { id } lineage { nodes { id } } metadata { parentCheckpointId } } }',
    { id: branch.id },
  );
  assert.deepEqual(checkpoint, {
    parent: null,
    lineage: { nodes: [] },
    metadata: { parentCheckpointId: ids[1] },
  });
  await checkContent(kit, projectId);
});

test('deleting one branch never harms another, in any order', async () => {
  for (const order of [
    ['s', 't', 'u'],
    ['u', 't', 's'],
    ['t', 'u', 's'],
  ]) {
    const word = newId('tree');
    const [, source = ''] = await growing(`${word}/s`, [0, 1]);
    const forks = [
      await fork(kit, { id: source, threadId: `${word}/t` }),
      await fork(kit, { id: source, threadId: `${word}/u` }),
    ];
    const more = await put(
      kit,
      { threadId: `${word}/t`, step: 1, parentCheckpointId: forks[0].id },
      { messages: [...forks[0].messages, 'and on'], state: forks[0].state },
    );
    const all = [await read(kit, `${word}/s/0`), await read(kit, source), ...forks, more];
    for (const [index, thread] of order.entries()) {
      await deleteThread(kit, `${word}/${thread}`);
      for (const checkpoint of all) {
        const deleted = order.slice(0, index + 1).includes(checkpoint.metadata.threadId.split('/').at(-1));
        assert.deepEqual(await read(kit, checkpoint.id), deleted ? null : checkpoint);
      }
      await checkContent(kit, projectId);
    }
  }
});

test('deleting what does not exist returns 0 and changes nothing', async () => {
  const before = await everything(kit, projectId);
  assert.equal(await deleteThread(kit, newId('unknown')), 0);
  assert.equal(await deleteBefore(kit, newId('unknown'), 5), 0);
  assert.deepEqual(await everything(kit, projectId), before);
});

test('deleteCheckpointsBefore accepts a negative step and returns 0, because nothing is below it', async () => {
  const threadId = newId('thread');
  const ids = await growing(threadId, [0, 1]);
  const before = await everything(kit, projectId);
  for (const step of [-1, -2, -(2 ** 53)]) {
    assert.equal(await deleteBefore(kit, threadId, step), 0, `as a variable: ${step}`);
    const literal = `mutation { deleteCheckpointsBefore(threadId: "${threadId}", beforeStep: ${step}) }`;
    assert.deepEqual(await kit.ask(literal), { deleteCheckpointsBefore: 0 });
  }
  assert.deepEqual(await everything(kit, projectId), before);
  assert.deepEqual(await idsOfThread(kit, threadId), [ids[1], ids[0]]);
});

test('a deleted id can be reused in any thread, and the write order of a deleted thread starts over', async () => {
  const [threadId, other, checkpointId] = [newId('thread'), newId('other'), newId('checkpoint')];
  await put(kit, { threadId, checkpointId, step: 7 }, { messages: ['old'] });
  await deleteThread(kit, threadId);
  const again = await put(kit, { threadId: other, checkpointId, step: 0 }, { messages: ['new'] });
  assert.deepEqual([again.metadata.threadId, again.messages], [other, ['new']]);
  await put(kit, { threadId, step: 1 });
  assert.deepEqual(
    await kit.cypher('MATCH (t:Thread {projectId: $projectId, id: $threadId}) RETURN t.lastWrite AS writes', {
      projectId,
      threadId,
    }),
    [{ writes: 1 }],
  );
});

test('more checkpoints than fit one transaction are deleted in several, lowest steps first, and all are counted', async () => {
  const threadId = newId('thread');
  const input = (step: number): object => ({
    metadata: { threadId, checkpointId: `${threadId}/${step}`, step },
    messages: [`${threadId} first`, `${step % 50}`],
  });
  const query = 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }';
  for (let from = 0; from < 1_100; from += 275) {
    await Promise.all(range(from, from + 274).map((step) => kit.ask(query, { input: input(step) })));
  }
  assert.equal(await deleteBefore(kit, threadId, 1_090), 1_090);
  assert.deepEqual(
    await idsOfThread(kit, threadId),
    range(0, 9).map((index) => `${threadId}/${1_099 - index}`),
  );
  await checkContent(kit, projectId);
  assert.equal(await deleteThread(kit, threadId), 10);
});

test('after every thread and trace is deleted, no node is left', async () => {
  const threads = await kit.cypher('MATCH (t:Thread {projectId: $projectId}) RETURN t.id AS id', {
    projectId,
  });
  assert.ok(threads.length > 5 && (await contentOf(kit, projectId)) > 5);
  for (const { id } of threads) {
    await deleteThread(kit, id);
  }
  const { traces } = await kit.ask('query { traces { nodes { id } } }');
  for (const { id } of traces.nodes) {
    await kit.ask('mutation ($id: ID!) { deleteTrace(id: $id) { traces } }', { id });
  }
  assert.deepEqual(await nodesOf(kit, projectId), {});
});
