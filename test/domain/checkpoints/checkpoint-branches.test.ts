import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  branches,
  checkContent,
  deleteBefore,
  deleteThread,
  everything,
  FORK,
  fork,
  idsOfThread,
  latestId,
  nodesOf,
  put,
  read,
} from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

const projectId = newId('branches');
let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
before(async () => {
  kit = await startKit({ projectId });
  otherKit = await startKit({ projectId });
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const names = (nodes: readonly { id: string }[]): string =>
  nodes.map(({ id }) => id.split('/').at(-1)).join(' ');

test("a fork starts a thread at step 0 with its parent's payload and adds no content", async () => {
  const state = { plan: 'p'.repeat(400), '10': 1, '2': ['x'.repeat(300)] };
  const source = await put(
    kit,
    { threadId: newId('thread'), step: 8, tags: ['t'], summary: 's' },
    { messages: [1, { a: 2 }], state, toolsResult: { hit: 'y'.repeat(300), no: null }, nextNode: 'n' },
  );
  const nodes = await nodesOf(kit, projectId);
  const [threadId, checkpointId] = [newId('fork'), newId('fork')];
  const { writtenAt, ...branch } = await fork(kit, { id: source.id, threadId, checkpointId });
  const { messages, messageCount, toolsResult, nextNode } = source;
  const metadata = { threadId, checkpointId, step: 0, parentCheckpointId: source.id, createdAt: writtenAt };
  assert.deepEqual(branch, {
    id: checkpointId,
    metadata: { ...metadata, tags: [], summary: '' },
    ...{ messages, messageCount, state: source.state, toolsResult, nextNode },
  });
  assert.deepEqual(await read(otherKit, checkpointId), { writtenAt, ...branch });
  const { Checkpoint = 0, Thread = 0, ...others } = nodes;
  assert.deepEqual(await nodesOf(kit, projectId), {
    Checkpoint: Checkpoint + 1,
    Thread: Thread + 1,
    ...others,
  });
  assert.equal(others['Content'], 5, 'two messages, two values of state, one tool result');
  assert.equal(await latestId(kit, threadId), checkpointId);
  assert.deepEqual(await read(kit, source.id), source, 'the source is as it was');
  await checkContent(kit, projectId);
});

test('a fork generates a new thread and id each time unless they are given', async () => {
  const { id } = await put(kit, { threadId: newId('thread'), step: 1 });
  const [a, b] = [await fork(kit, { id }), await fork(kit, { id })];
  assert.equal(new Set([a.id, b.id, a.metadata.threadId, b.metadata.threadId]).size, 4);
  const { checkpoint } = await kit.ask(
    'query ($id: ID!) { checkpoint(id: $id) { children { nodes { id } } } }',
    {
      id,
    },
  );
  assert.deepEqual(checkpoint.children.nodes, [{ id: a.id }, { id: b.id }]);
});

test('a fork resent with the same checkpointId returns what is stored, with or without a thread, even concurrently', async () => {
  const source = await put(kit, { threadId: newId('thread'), step: 1 }, { messages: ['m'] });
  for (const threadId of [newId('fork'), undefined]) {
    const variables = {
      id: source.id,
      checkpointId: newId('fork'),
      ...(threadId === undefined ? {} : { threadId }),
    };
    const first = await fork(kit, variables);
    const before = await everything(kit, projectId);
    assert.deepEqual(await fork(otherKit, variables), first);
    assert.deepEqual(await everything(kit, projectId), before);
    const atOnce = {
      ...variables,
      checkpointId: newId('fork'),
      ...(threadId === undefined ? {} : { threadId: newId() }),
    };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => fork(index % 2 === 0 ? kit : otherKit, atOnce)),
    );
    answers.forEach((answer) => assert.deepEqual(answer, answers[0]));
    assert.deepEqual(await idsOfThread(kit, answers[0].metadata.threadId), [atOnce.checkpointId]);
  }
  await put(
    kit,
    { threadId: source.metadata.threadId, checkpointId: source.id, step: 1 },
    { messages: ['other'] },
  );
  const late = { id: source.id, checkpointId: newId('fork'), threadId: newId('fork') };
  const branch = await fork(kit, late);
  assert.deepEqual(branch.messages, ['other']);
  await put(
    kit,
    { threadId: source.metadata.threadId, checkpointId: source.id, step: 1 },
    { messages: ['third'] },
  );
  assert.deepEqual(await fork(kit, late), branch, 'a retry does not look at the source again');
});

test('a fork of a missing checkpoint is NOT_FOUND; into a thread with checkpoints or under a used id, a CONFLICT', async () => {
  const thread = newId('thread');
  const { id } = await put(kit, { threadId: thread, step: 1 });
  const other = await put(kit, { threadId: newId('other'), step: 1 });
  const before = await everything(kit, projectId);
  for (const [variables, code, field] of [
    [{ id: newId('unknown') }, 'NOT_FOUND', undefined],
    [{ id, threadId: thread }, 'CONFLICT', 'threadId'],
    [{ id, threadId: other.metadata.threadId }, 'CONFLICT', 'threadId'],
    [{ id, checkpointId: id }, 'CONFLICT', 'checkpointId'],
    [{ id, checkpointId: other.id, threadId: newId() }, 'CONFLICT', 'checkpointId'],
    [{ id: '' }, 'BAD_USER_INPUT', 'id'],
    [{ id, threadId: '' }, 'BAD_USER_INPUT', 'threadId'],
    [{ id, checkpointId: 'a\u0007' }, 'BAD_USER_INPUT', 'checkpointId'],
  ] as const) {
    const { extensions } = await kit.fail(FORK, variables);
    assert.deepEqual([extensions.code, extensions.field], [code, field], JSON.stringify(variables));
  }
  const checkpointId = newId('fork');
  await fork(kit, { id, checkpointId });
  const { extensions } = await kit.fail(FORK, { id: other.id, checkpointId });
  assert.equal(extensions.code, 'CONFLICT', 'the same id from another source');
  await deleteThread(kit, (await read(kit, checkpointId)).metadata.threadId);
  assert.deepEqual(await everything(kit, projectId), before);
});

test('lineage is paged upwards across threads, nearest first; parent is its first entry', async () => {
  const word = await branches(
    kit,
    ['s', 'a'],
    ['s', 'b', 'a'],
    ['t', 'c', 'b'],
    ['u', 'd', 'c'],
    ['u', 'e', 'd'],
  );
  const lineage = async (name: string, page: object = {}): Promise<any> =>
    (
      await kit.ask(
        `query ($id: ID!, $first: Int, $after: String) { checkpoint(id: $id) { parent { id } lineage(first: $first, after: $after) {
          nodes { id metadata { step } } pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id } } } } }`,
        { id: `${word}/${name}`, ...page },
      )
    ).checkpoint;
  const { parent, lineage: all } = await lineage('e');
  assert.equal(names(all.nodes), 'd c b a');
  assert.equal(parent.id, `${word}/d`);
  assert.deepEqual((await lineage('a')).lineage.nodes, []);
  let after: string | null = null;
  const pages: string[] = [];
  do {
    const { nodes, pageInfo }: any = (await lineage('e', { first: 3, after })).lineage;
    pages.push(names(nodes));
    assert.equal(pageInfo.hasPreviousPage, after !== null);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  assert.deepEqual(pages, ['d c b', 'a']);
  await deleteThread(kit, `${word}/t`);
  assert.equal(names((await lineage('e')).lineage.nodes), 'd', 'it ends where a checkpoint is gone');
});

test('children are paged across all threads, oldest write first', async () => {
  const word = await branches(
    kit,
    ['s', 'a'],
    ['s', 'b', 'a'],
    ['t', 'c', 'a'],
    ['u', 'd', 'a'],
    ['u', 'e', 'd'],
  );
  const children = async (page: object = {}): Promise<any> =>
    (
      await kit.ask(
        `query ($id: ID!, $first: Int, $after: String) { checkpoint(id: $id) { children(first: $first, after: $after) {
          nodes { id } pageInfo { hasNextPage endCursor } } } }`,
        { id: `${word}/a`, ...page },
      )
    ).checkpoint.children;
  assert.equal(names((await children()).nodes), 'b c d');
  const first = await children({ first: 2 });
  assert.deepEqual([names(first.nodes), first.pageInfo.hasNextPage], ['b c', true]);
  const rest = await children({ first: 2, after: first.pageInfo.endCursor });
  assert.deepEqual([names(rest.nodes), rest.pageInfo.hasNextPage], ['d', false]);
  await put(
    kit,
    { threadId: `${word}/s`, checkpointId: `${word}/b`, step: 1, parentCheckpointId: `${word}/a` },
    { nextNode: 'changed' },
  );
  assert.equal(names((await children()).nodes), 'c d b', 'by when each was last written');
  await deleteThread(kit, `${word}/u`);
  assert.equal(names((await children()).nodes), 'c b');
});

const TREE = `query ($threadId: ID!) { checkpointTree(threadId: $threadId) {
  threadId truncated nodes { depth checkpoint { id } } } }`;

test('checkpointTree lists related checkpoints of all threads after their parents, with depth, older branch first', async () => {
  const word = await branches(
    kit,
    ...([
      ['s', 'a'],
      ['s', 'b', 'a'],
      ['s', 'c', 'b'],
      ['t', 'd', 'a'],
      ['t', 'e', 'd'],
    ] as const),
    ...([
      ['u', 'f', 'b'],
      ['u', 'g', 'f'],
      ['s', 'root2'],
      ['v', 'h', 'root2'],
      ['w', 'stranger'],
      ['s', 'i', 'lost'],
    ] as const),
  );
  const tree = async (thread: string): Promise<string> => {
    const { checkpointTree } = await kit.ask(TREE, { threadId: `${word}/${thread}` });
    assert.deepEqual([checkpointTree.threadId, checkpointTree.truncated], [`${word}/${thread}`, false]);
    return checkpointTree.nodes
      .map(({ depth, checkpoint }: any) => `${depth}${names([checkpoint])}`)
      .join(' ');
  };
  assert.equal(await tree('s'), '0a 1b 2c 2f 3g 1d 2e 0root2 1h 0i');
  assert.equal(await tree('t'), '0a 1b 2c 2f 3g 1d 2e');
  assert.equal(await tree('u'), await tree('t'));
  assert.equal(await tree('v'), '0root2 1h');
  assert.equal(await tree('w'), '0stranger');
  assert.equal(await tree('unknown'), '');
  await deleteBefore(kit, `${word}/s`, 1);
  assert.equal(await tree('s'), '0b 1c 1f 2g 0root2 1h 0i');
  assert.equal(await tree('t'), '0d 1e', 'a branch whose root is gone stands alone');
});

test('commonCheckpoint is the nearest common ancestor or self; null if none, NOT_FOUND if either is missing', async () => {
  const word = await branches(
    kit,
    ...([
      ['s', 'a'],
      ['s', 'b', 'a'],
      ['s', 'c', 'b'],
      ['t', 'd', 'b'],
      ['u', 'e', 'd'],
      ['v', 'x'],
    ] as const),
  );
  const query = 'query ($a: ID!, $b: ID!) { commonCheckpoint(a: $a, b: $b) { id metadata { threadId } } }';
  const common = async (a: string, b: string): Promise<string | null> => {
    const { commonCheckpoint } = await kit.ask(query, { a: `${word}/${a}`, b: `${word}/${b}` });
    return commonCheckpoint === null ? null : names([commonCheckpoint]);
  };
  for (const [a, b, nearest] of [
    ['c', 'e', 'b'],
    ['e', 'c', 'b'],
    ['e', 'd', 'd'],
    ['b', 'e', 'b'],
    ['a', 'a', 'a'],
    ['e', 'x', null],
  ] as const) {
    assert.equal(await common(a, b), nearest, `${a} and ${b}`);
  }
  await deleteBefore(kit, `${word}/s`, 2);
  assert.equal(await common('c', 'e'), null);
  for (const variables of [
    { a: `${word}/c`, b: `${word}/b` },
    { a: `${word}/a`, b: `${word}/c` },
  ]) {
    assert.equal((await kit.fail(query, variables)).extensions.code, 'NOT_FOUND');
  }
});
