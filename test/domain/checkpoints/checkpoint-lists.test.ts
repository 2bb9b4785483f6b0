import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  deleteBefore,
  deleteThread,
  HEAD,
  idsOfThread,
  latestId,
  nodesOf,
  put,
} from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

const projectId = newId('lists');
let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
let sent: string[] = [];
before(async () => {
  kit = await startKit({ projectId, observe: (name) => sent.push(name) });
  otherKit = await startKit({ projectId });
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const LONG = 'x'.repeat(300);
const PAYLOAD = {
  messages: [{ role: 'user', content: 'hi' }, 'a text', 7, null, [[]], { a: {} }],
  state: { plan: LONG, step: 3, nothing: null, list: [1, null, []] },
  toolsResult: { search: { hits: [LONG] }, none: {} },
  nextNode: 'tools',
};

test('latestCheckpoint is the one with the highest step; among equals, the last written', async () => {
  const [threadId, a, b, c] = [newId('thread'), newId('a'), newId('b'), newId('c')];
  assert.equal(await latestId(kit, threadId), null);
  const steps = [
    { write: [a, 10], latest: a },
    { write: [b, 9], latest: a },
    { write: [c, 10], latest: c },
    { write: [b, 11], latest: b },
    { write: [b, 10], latest: b },
    { write: [c, 3], latest: b },
    { write: [b, 0], latest: a },
    { write: [a, 1], latest: c },
  ] as const;
  for (const { write, latest } of steps) {
    await put(kit, { threadId, checkpointId: write[0], step: write[1] });
    assert.equal(await latestId(otherKit, threadId), latest, `after ${write.join(' at step ')}`);
    const { thread } = await kit.ask(
      `query ($threadId: ID!) { thread(id: $threadId) { latestCheckpoint { id } } }`,
      { threadId },
    );
    assert.equal(thread.latestCheckpoint.id, latest);
  }
  assert.deepEqual(await idsOfThread(kit, threadId), [c, a, b]);
  assert.equal(await deleteBefore(kit, threadId, 3), 2);
  assert.equal(await latestId(kit, threadId), c);
  assert.equal(await deleteThread(kit, threadId), 1);
  assert.equal(await latestId(kit, threadId), null);
  await put(kit, { threadId, checkpointId: a, step: 0 });
  assert.equal(await latestId(kit, threadId), a);
});

test('latestCheckpoint follows an edge instead of sorting, and lists read payloads only if asked', async () => {
  const threadId = newId('thread');
  for (const step of [0, 1, 2]) {
    await put(kit, { threadId, step }, PAYLOAD);
  }
  const statements = async (query: string): Promise<string[]> => {
    sent = [];
    await kit.ask(query, { threadId });
    return [...sent].sort();
  };
  assert.deepEqual(
    await statements(`query ($threadId: ID!) { latestCheckpoint(threadId: $threadId) { ${HEAD} } }`),
    ['checkpoints/latest'],
  );
  const list = (fields: string): string =>
    `query ($threadId: ID!) { checkpoints(threadId: $threadId) { ${fields} } }`;
  // The thread is read before and after the list, in one transaction, to detect concurrent changes.
  const listed = ['checkpoints/by-thread', 'threads/read', 'threads/read'];
  assert.deepEqual(await statements(list(HEAD)), listed);
  assert.deepEqual(await statements(`query { checkpointThreads { ${HEAD} } }`), [
    'checkpoints/latest-of-threads',
  ]);
  assert.deepEqual(await statements(list(`${HEAD} messages`)), [
    ...['checkpoints/by-thread', 'checkpoints/read-whole', 'checkpoints/read-whole'],
    ...['content/read-chains', 'threads/read', 'threads/read'],
  ]);
  assert.deepEqual(await statements(list('state toolsResult parent { id } thread { id } step { id }')), [
    ...[
      'checkpoints/by-thread',
      'checkpoints/read-whole',
      'checkpoints/read-whole',
      'checkpoints/steps',
      'content/read',
      'threads/read',
      'threads/read',
      'threads/read',
    ],
  ]);
  const plan = await kit.cypher(
    `MATCH (t:Thread {projectId: $projectId, id: $threadId})-[latest:LATEST]->(c)
    RETURN COUNT { (t)-[:LATEST]->() } AS pointers, c.step AS step`,
    { projectId, threadId },
  );
  assert.deepEqual(plan, [{ pointers: 1, step: 2 }]);
});

test('checkpoints lists a thread by descending step, last written first among equals, limit after offset', async () => {
  const threadId = newId('thread');
  const ids = Array.from({ length: 7 }, (_, index) => `${threadId}/${index}`);
  for (const [index, step] of [4, 0, 2, 2, 9, 2, 1].entries()) {
    await put(kit, { threadId, checkpointId: ids[index], step });
  }
  const order = [4, 0, 5, 3, 2, 6, 1].map((index) => ids[index]);
  assert.deepEqual(await idsOfThread(kit, threadId), order);
  for (let offset = 0; offset <= 8; offset += 1) {
    for (const limit of [1, 3, 10_000]) {
      assert.deepEqual(
        await idsOfThread(kit, threadId, { limit, offset }),
        order.slice(offset, offset + limit),
      );
    }
  }
  await put(kit, { threadId, checkpointId: ids[2], step: 2 }, { nextNode: 'again' });
  assert.deepEqual((await idsOfThread(kit, threadId)).slice(2, 5), [ids[2], ids[5], ids[3]]);
  assert.deepEqual(await idsOfThread(kit, newId('unknown')), []);
});

test('checkpointThreads lists the latest of each thread, last-written thread first, limit after offset', async () => {
  const project = newId('list');
  const own = await startKit({ projectId: project });
  try {
    const list = async (part: object = {}): Promise<string[]> =>
      (
        await own.ask(
          'query ($limit: Int, $offset: Int) { checkpointThreads(limit: $limit, offset: $offset) { id } }',
          part,
        )
      ).checkpointThreads.map(({ id }: any) => id);
    assert.deepEqual(await list(), []);
    for (const [threadId, checkpointId, step] of [
      ['s', 's5', 5],
      ['t', 't1', 1],
      ['u', 'u0', 0],
      ['s', 's4', 4],
      ['v', 'v9', 9],
    ] as const) {
      await put(own, { threadId, checkpointId, step });
    }
    assert.deepEqual(await list(), ['v9', 's5', 'u0', 't1']);
    await put(own, { threadId: 't', checkpointId: 't1', step: 1 });
    assert.deepEqual(await list(), ['v9', 's5', 'u0', 't1'], 'the same again is no write');
    await put(own, { threadId: 't', checkpointId: 't1', step: 2 });
    assert.deepEqual(await list(), ['t1', 'v9', 's5', 'u0']);
    assert.deepEqual(await list({ limit: 2, offset: 1 }), ['v9', 's5']);
    assert.deepEqual(await list({ offset: 4 }), []);
    await deleteThread(own, 'v');
    assert.deepEqual(await list(), ['t1', 's5', 'u0']);
    for (const threadId of ['s', 't', 'u']) {
      await deleteThread(own, threadId);
    }
    assert.deepEqual(await nodesOf(own, project), {});
  } finally {
    await own.close();
  }
});
