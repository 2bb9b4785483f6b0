import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deleteThread, fork, put, PUT, sendExactly } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

let kit: Kit;
let sent: string[] = [];
before(async () => {
  kit = await startKit({ projectId: newId('diff'), observe: (name) => sent.push(name) });
});
after(() => kit.close());

const DIFF = `query ($from: ID!, $to: ID!) { checkpointDiff(from: $from, to: $to) {
  from { id } to { id } commonMessages fromMessages toMessages changes { path kind from to } } }`;

/** Stores two payloads and returns their diff. */
async function diff(from: object, to: object): Promise<any> {
  const [a, b] = [
    await put(kit, { threadId: newId('from'), step: 0 }, from),
    await put(kit, { threadId: newId('to'), step: 0 }, to),
  ];
  const { checkpointDiff } = await kit.ask(DIFF, { from: a.id, to: b.id });
  assert.deepEqual([checkpointDiff.from.id, checkpointDiff.to.id], [a.id, b.id]);
  return checkpointDiff;
}

/** The changes as `kind path from to`. */
async function changes(from: object, to: object): Promise<string[]> {
  return (await diff(from, to)).changes.map(
    (change: any) =>
      `${change.kind} ${change.path} ${JSON.stringify(change.from)} ${JSON.stringify(change.to)}`,
  );
}

test('messages: the diff counts the equal ones at the start and lists the rest of each side', async () => {
  const all = ['a', { b: 1 }, null, ['d']];
  for (const [from, to, common] of [
    [all, all, 4],
    [all, all.slice(0, 2), 2],
    [[], all, 0],
    [[], [], 0],
    [all, ['other', ...all.slice(1)], 0],
    [all, [...all.slice(0, 3), 'x', 'y'], 3],
  ] as const) {
    const found = await diff({ messages: from }, { messages: to });
    assert.deepEqual(found.commonMessages, common);
    assert.deepEqual([found.fromMessages, found.toMessages], [from.slice(common), to.slice(common)]);
    assert.deepEqual(found.changes, []);
  }
});

test('state and tool results: added, removed and changed values are reported by path, in document order', async () => {
  assert.deepEqual(
    await changes(
      { state: { a: 1, gone: { x: [1] }, deep: { in: { n: null, same: true } } }, toolsResult: { hit: 1 } },
      { state: { a: 2, deep: { in: { n: 0, same: true, more: {} } }, new: [1] }, toolsResult: {} },
    ),
    [
      'CHANGED /state/a 1 2',
      'REMOVED /state/gone {"x":[1]} null',
      'CHANGED /state/deep/in/n null 0',
      'ADDED /state/deep/in/more null {}',
      'ADDED /state/new null [1]',
      'REMOVED /tools_result/hit 1 null',
    ],
  );
});

test('lists are compared item by item; a value of another type is one change', async () => {
  assert.deepEqual(
    await changes(
      { state: { list: [1, { a: 1 }, 3, [4]], kind: [], other: {}, text: '1', nothing: null } },
      { state: { list: [1, { a: 2 }, 'x'], kind: {}, other: 'text', text: 1, nothing: false } },
    ),
    [
      'CHANGED /state/list/1/a 1 2',
      'CHANGED /state/list/2 3 "x"',
      'REMOVED /state/list/3 [4] null',
      'CHANGED /state/kind [] {}',
      'CHANGED /state/other {} "text"',
      'CHANGED /state/text "1" 1',
      'CHANGED /state/nothing null false',
    ],
  );
  assert.deepEqual(await changes({ state: { list: [] } }, { state: { list: [null] } }), [
    'ADDED /state/list/0 null null',
  ]);
});

test('paths are JSON Pointers: ~ becomes ~0 and / becomes ~1, and keys are otherwise unchanged', async () => {
  const keys = ['a/b', '~', '~1', '/', '', ' ', '🎭\u2028', '10', '2', '__proto__', 'constructor'];
  const [from, to] = [newId('from'), newId('to')];
  for (const [id, value] of [
    [from, 1],
    [to, 2],
  ] as const) {
    const state = `{${keys.map((key) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
    const metadata = `{"threadId":"${id}","checkpointId":"${id}","step":0}`;
    await sendExactly(kit, PUT, `{"input":{"metadata":${metadata},"state":${state}}}`);
  }
  const { checkpointDiff } = await kit.ask(DIFF, { from, to });
  assert.deepEqual(
    checkpointDiff.changes.map(({ path }: any) => path),
    ['a~1b', '~0', '~01', '~1', '', ' ', '🎭\u2028', '10', '2', '__proto__', 'constructor'].map(
      (key) => `/state/${key}`,
    ),
  );
});

test('the diff covers the next node too', async () => {
  assert.deepEqual(await changes({ nextNode: 'tools' }, { nextNode: '' }), ['CHANGED /next_node "tools" ""']);
  assert.deepEqual(await changes({ nextNode: 'same' }, { nextNode: 'same' }), []);
});

test('key order is not a difference; values stored as content are compared like others', async () => {
  const [x, y] = ['x'.repeat(300), 'y'.repeat(300)];
  assert.deepEqual(await changes({ state: { a: x, b: { c: y } } }, { state: { b: { c: y }, a: x } }), []);
  assert.deepEqual(
    await changes({ state: { a: x, b: { c: x, d: 1 } } }, { state: { a: 'short', b: { c: y, d: 1 } } }),
    [`CHANGED /state/a "${x}" "short"`, `CHANGED /state/b/c "${x}" "${y}"`],
  );
});

test('a checkpoint does not differ from itself or from its fork', async () => {
  const payload = { messages: [1, 2], state: { a: 'x'.repeat(300) }, toolsResult: { b: [] }, nextNode: 'n' };
  const { id } = await put(kit, { threadId: newId('thread'), step: 3 }, payload);
  for (const to of [id, (await fork(kit, { id })).id]) {
    const { checkpointDiff } = await kit.ask(DIFF, { from: id, to });
    const { commonMessages, fromMessages, toMessages, changes: found } = checkpointDiff;
    assert.deepEqual([commonMessages, fromMessages, toMessages, found], [2, [], [], []]);
  }
});

test('a diff is NOT_FOUND if either checkpoint is missing', async () => {
  const threadId = newId('thread');
  const { id } = await put(kit, { threadId, step: 0 });
  for (const variables of [
    { from: id, to: newId('unknown') },
    { from: newId('unknown'), to: id },
  ]) {
    assert.equal((await kit.fail(DIFF, variables)).extensions.code, 'NOT_FOUND');
  }
  await deleteThread(kit, threadId);
  assert.equal((await kit.fail(DIFF, { from: id, to: id })).extensions.code, 'NOT_FOUND');
});

test('a diff does not read the messages that both checkpoints share', async () => {
  const messages = Array.from({ length: 50 }, (_, index) => `message ${index}`);
  const threadId = newId('thread');
  const a = await put(kit, { threadId, step: 0 }, { messages });
  const b = await put(kit, { threadId, step: 1 }, { messages: [...messages, 'one more'] });
  sent = [];
  const { checkpointDiff } = await kit.ask(DIFF, { from: a.id, to: b.id });
  assert.deepEqual([checkpointDiff.commonMessages, checkpointDiff.toMessages], [50, ['one more']]);
  assert.ok(!sent.includes('content/read-chains'), sent.join(' '));
});
