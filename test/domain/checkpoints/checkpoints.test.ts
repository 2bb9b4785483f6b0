import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  deleteThread,
  everything,
  idsOfThread,
  latestId,
  PUT,
  put,
  read,
} from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

const projectId = newId('checkpoints');
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

const LONG = 'x'.repeat(300);
const PAYLOAD = {
  messages: [{ role: 'user', content: 'hi' }, 'a text', 7, null, [[]], { a: {} }],
  state: { plan: LONG, step: 3, nothing: null, list: [1, null, []] },
  toolsResult: { search: { hits: [LONG] }, none: {} },
  nextNode: 'tools',
};

test('putCheckpoint stores every given field and returns it', async () => {
  const metadata = {
    threadId: newId('thread'),
    checkpointId: newId('checkpoint'),
    step: 3,
    parentCheckpointId: newId('unknown'),
    createdAt: '2026-07-02T09:59:00.123456+08:00',
    tags: ['b', 'a', 'b', '', '🎭\u2028'],
    summary: 'after the search\u0000',
  };
  const written = await put(kit, metadata, PAYLOAD);
  const { writtenAt, ...rest } = written;
  assert.match(writtenAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, { id: metadata.checkpointId, metadata, messageCount: 6, ...PAYLOAD });
  assert.deepEqual(await read(kit, metadata.checkpointId), written);
  assert.deepEqual(await read(otherKit, metadata.checkpointId), written);
});

test('omitted fields are empty: parent, tags, summary, messages, state, tool results and next node', async () => {
  const threadId = newId('thread');
  const { id, writtenAt, ...written } = await put(kit, { threadId, step: 0 });
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(written, {
    metadata: {
      threadId,
      checkpointId: id,
      step: 0,
      parentCheckpointId: null,
      createdAt: writtenAt,
      tags: [],
      summary: '',
    },
    messageCount: 0,
    messages: [],
    state: {},
    toolsResult: {},
    nextNode: '',
  });
  const nulls = await put(
    kit,
    {
      threadId,
      checkpointId: newId(),
      step: 0,
      parentCheckpointId: null,
      createdAt: null,
      tags: null,
      summary: null,
    },
    { messages: null, state: null, toolsResult: null, nextNode: null, stepId: null },
  );
  assert.deepEqual([nulls.messages, nulls.state, nulls.toolsResult, nulls.nextNode], [[], {}, {}, '']);
  assert.deepEqual([nulls.metadata.tags, nulls.metadata.summary], [[], '']);
});

test('resending a checkpoint changes nothing: not its time or order, nor any node, edge or property', async () => {
  const [a, b, threadId] = [newId('a'), newId('b'), newId('thread')];
  const metadata = { threadId, checkpointId: a, step: 5, parentCheckpointId: b, tags: ['t'] };
  const first = await put(kit, metadata, PAYLOAD);
  await put(kit, { threadId, checkpointId: b, step: 5 }, PAYLOAD);
  const before = await everything(kit, projectId);
  assert.deepEqual(await put(kit, metadata, PAYLOAD), first);
  assert.deepEqual(await put(otherKit, metadata, PAYLOAD), first);
  assert.deepEqual(await everything(kit, projectId), before);
  assert.deepEqual(await idsOfThread(kit, threadId), [b, a]);
});

test('of twenty equal concurrent requests to two servers, one writes', async () => {
  const metadata = { threadId: newId('thread'), checkpointId: newId('checkpoint'), step: 1 };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => put(index % 2 === 0 ? kit : otherKit, metadata, PAYLOAD)),
  );
  answers.forEach((answer) => assert.deepEqual(answer, answers[0]));
  assert.deepEqual(
    await kit.cypher(
      `MATCH (c:Checkpoint {projectId: $projectId, id: $id})-[:BELONGS_TO]->(t:Thread)
      RETURN c.write AS write, t.lastWrite AS lastWrite, COUNT { (c)--() } AS edges`,
      { projectId, id: metadata.checkpointId },
    ),
    [{ write: 1, lastWrite: 1, edges: 5 }],
  );
});

test('putting a checkpoint with an existing id replaces all of it', async () => {
  const [threadId, checkpointId, parent] = [newId('thread'), newId('checkpoint'), newId('parent')];
  await put(kit, { threadId, checkpointId: parent, step: 0 });
  const first = await put(
    kit,
    {
      threadId,
      checkpointId,
      step: 4,
      parentCheckpointId: parent,
      tags: ['t'],
      summary: 's',
      createdAt: '2026-01-01',
    },
    PAYLOAD,
  );
  const second = await put(kit, { threadId, checkpointId, step: 2 }, { state: { only: LONG } });
  assert.deepEqual(second, {
    id: checkpointId,
    metadata: {
      ...{ threadId, checkpointId, step: 2, parentCheckpointId: null, tags: [], summary: '' },
      createdAt: second.writtenAt,
    },
    ...{ messageCount: 0, nextNode: '', messages: [], state: { only: LONG }, toolsResult: {} },
    writtenAt: second.writtenAt,
  });
  assert.ok(second.writtenAt > first.writtenAt);
  assert.deepEqual(await read(kit, checkpointId), second);
  const { checkpoint } = await kit.ask(
    'query ($id: ID!) { checkpoint(id: $id) { children { nodes { id } } } }',
    { id: parent },
  );
  assert.deepEqual(checkpoint.children.nodes, []);
});

test('reusing the id of a checkpoint in another thread is a CONFLICT and changes nothing', async () => {
  const [checkpointId, threadId, other] = [newId('checkpoint'), newId('thread'), newId('other')];
  await put(kit, { threadId, checkpointId, step: 1 }, PAYLOAD);
  const before = await everything(kit, projectId);
  const metadata = { threadId: other, checkpointId, step: 1 };
  const { extensions, message } = await kit.fail(PUT, { input: { metadata, ...PAYLOAD } });
  assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'input.metadata.checkpointId']);
  assert.ok(message.includes(threadId));
  assert.deepEqual(await everything(kit, projectId), before);
  assert.equal((await kit.ask('query ($id: ID!) { thread(id: $id) { id } }', { id: other })).thread, null);
});

test('of several threads that write one id concurrently, one succeeds and the others get a CONFLICT', async () => {
  const checkpointId = newId('checkpoint');
  const answers = await Promise.all(
    [kit, otherKit, kit, otherKit].map((server) =>
      server.send(PUT, {
        input: { metadata: { threadId: newId('thread'), checkpointId, step: 1 }, ...PAYLOAD },
      }),
    ),
  );
  const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'written');
  assert.deepEqual(codes.sort(), ['CONFLICT', 'CONFLICT', 'CONFLICT', 'written']);
});

test('an unknown checkpoint is null', async () => {
  assert.equal(await read(kit, newId('unknown')), null);
  assert.equal(await read(kit, ''), null);
});

test('times come back character for character; without one, the server sets its own', async () => {
  const threadId = newId('thread');
  const times = [
    ...[
      '2026-07-02',
      '2026-07-02T09:59:00Z',
      '2026-07-02T09:59:00+08:00',
      '2026-07-02T09:59:00.123456+00:00',
    ],
    ...['2026-07-02 09:59:00', '2026-07-02T09:59', '2026-07-02T09:59:00.1', '2026-07-02t09:59:00z'],
    ...[
      '2026-07-02T09:59:00,123Z',
      '20260702T095900Z'.replace(/.*/, '2026-07-02T09:59:00-0330'),
      '2026-07-02T09:59:00+08',
    ],
    ...['0001-01-01T00:00:00', '9999-12-31T23:59:59.999999999Z'],
  ];
  for (const createdAt of times) {
    const { id, metadata } = await put(kit, { threadId, step: 0, createdAt });
    assert.equal(metadata.createdAt, createdAt);
    assert.equal((await read(kit, id)).metadata.createdAt, createdAt);
  }
});

test('ids are 1 to 200 characters of any Unicode plane', async () => {
  for (const word of [newId().slice(0, 20) + '🎭'.repeat(180), ` ${newId()}/\u2028"%'~`]) {
    const { id } = await put(kit, {
      threadId: word,
      checkpointId: word,
      step: 0,
      parentCheckpointId: word.slice(1),
    });
    assert.equal(id, word);
    assert.equal(await latestId(kit, word), word);
    assert.equal((await read(kit, word)).metadata.threadId, word);
  }
});

test('steps range from 0 to 2^53 - 1, and the highest is deleted with its thread', async () => {
  const threadId = newId('thread');
  const highest = await put(kit, { threadId, step: Number.MAX_SAFE_INTEGER });
  await put(kit, { threadId, step: 0 });
  assert.equal(highest.metadata.step, 9007199254740991);
  assert.equal(await latestId(kit, threadId), highest.id);
  assert.equal(await deleteThread(kit, threadId), 2);
  assert.equal(await read(kit, highest.id), null);
});
