import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { putCheckpoint } from '../../../src/domain/checkpoints/put-checkpoint.js';
import { createIngest } from '../../../src/ingest/group-commit.js';
import { put } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { newTrace, range } from '../../kit/live.js';
import { addStep } from '../../kit/writes.js';

// How many statements a write of a checkpoint sends to Neo4j.

const projectId = newId('statements');
let sent: string[] = [];
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId, observe: (name) => sent.push(name) });
});
after(() => kit.close());

const THREE = ['checkpoints/lock', 'checkpoints/read-for-write', 'checkpoints/write'];
const PUT_ID = 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }';

/** The statements of a put, in the order sent. */
async function statementsOf(metadata: object, rest: object = {}): Promise<string[]> {
  sent = [];
  await kit.ask(PUT_ID, { input: { metadata, ...rest } });
  return sent;
}

const history = (length: number): string[] => range(1, length).map((number) => `message ${number}`);
const large = (turn: number): object =>
  Object.fromEntries(range(1, 500).map((key) => [`key ${key}`, key === 7 ? turn : `value ${key}`]));

test('a put sends three statements: in a new thread, in an existing one, whole or in append form', async () => {
  const threadId = newId('thread');
  const id = (step: number): string => `${threadId}/${step}`;
  const meta = (step: number): object => ({
    ...{ threadId, checkpointId: id(step), step },
    parentCheckpointId: step === 1 ? null : id(step - 1),
  });
  assert.deepEqual(await statementsOf(meta(1), { messages: history(10), state: { a: 1 } }), THREE);
  for (const step of range(2, 6)) {
    const messages = history(10 + 3 * step);
    const state = { a: step, long: `${step}`.repeat(300) };
    assert.deepEqual(await statementsOf(meta(step), { messages, state, toolsResult: state }), THREE);
  }
  for (const step of range(7, 12)) {
    const base = { checkpointId: id(step - 1) };
    const messageCount = 28 + 2 * (step - 7);
    assert.deepEqual(
      await statementsOf(meta(step), {
        messagesAfter: { ...base, messageCount, append: [`a ${step}`, `b ${step}`] },
        stateAfter: { ...base, set: { a: step, more: `${step}`.repeat(300) } },
        toolsResultAfter: { ...base, remove: ['a'] },
      }),
      THREE,
    );
  }
  const elsewhere = { threadId: newId('thread'), checkpointId: newId(), step: 0 };
  const messagesAfter = { checkpointId: id(12), messageCount: 40, append: ['x'] };
  assert.deepEqual(await statementsOf(elsewhere, { messagesAfter }), THREE, 'a base in another thread');
});

test('a put of a large state of which one key changes sends three statements, whole or in append form', async () => {
  const threadId = newId('thread');
  const id = (step: number): string => `${threadId}/${step}`;
  for (const step of range(1, 5)) {
    assert.deepEqual(
      await statementsOf({ threadId, checkpointId: id(step), step }, { state: large(step) }),
      THREE,
    );
  }
  for (const step of range(6, 10)) {
    const stateAfter = { checkpointId: id(step - 1), set: { 'key 7': step } };
    assert.deepEqual(await statementsOf({ threadId, checkpointId: id(step), step }, { stateAfter }), THREE);
  }
});

test('a put at a step, one of 2,000 messages of which 40 are new, and a fork send three statements', async () => {
  const threadId = newId('thread');
  const step = await addStep(kit, await newTrace(kit));
  assert.deepEqual(await statementsOf({ threadId, step: 0 }, { stepId: step.id }), THREE);
  await put(kit, { threadId, checkpointId: `${threadId}/long`, step: 1 }, { messages: history(1_960) });
  assert.deepEqual(await statementsOf({ threadId, step: 2 }, { messages: history(2_000) }), THREE);
  sent = [];
  await kit.ask('mutation ($id: ID!) { forkCheckpoint(id: $id) { id } }', { id: `${threadId}/long` });
  assert.deepEqual(sent, THREE);
});

test('the same put again only reads', async () => {
  const metadata = { threadId: newId('thread'), checkpointId: newId(), step: 1 };
  await put(kit, metadata, { messages: history(3) });
  assert.deepEqual(await statementsOf(metadata, { messages: history(3) }), THREE.slice(0, 2));
});

test('replacing a checkpoint takes three statements more, and those that release content', async () => {
  const metadata = { threadId: newId('thread'), checkpointId: newId(), step: 1 };
  await put(kit, metadata, { nextNode: 'a' });
  const replaced = [
    'checkpoints/lock-keys',
    'checkpoints/replace',
    'checkpoints/write',
    'threads/point-to-latest',
  ];
  assert.deepEqual(await statementsOf(metadata, { messages: ['m'] }), [...THREE.slice(0, 2), ...replaced]);
  assert.deepEqual(await statementsOf(metadata, { messages: ['m', 'n'] }), [
    ...[...THREE.slice(0, 2), ...replaced],
    ...['content/find-nodes', 'content/lock', 'content/collect'],
  ]);
});

test('a put that children wait for takes three statements more', async () => {
  const [threadId, parent] = [newId('thread'), newId('parent')];
  await put(kit, { threadId, checkpointId: newId(), step: 2, parentCheckpointId: parent });
  assert.deepEqual(await statementsOf({ threadId, checkpointId: parent, step: 1 }), [
    ...THREE,
    ...['checkpoints/link-awaiting', 'checkpoints/lock-keys', 'checkpoints/find-circular'],
  ]);
});

test('puts of one batch share their statements', async () => {
  const threadId = newId('thread');
  const ingest = createIngest(kit.database);
  const { length } = sent;
  await Promise.all(
    range(1, 20).map((step) => {
      const parentCheckpointId = step === 1 ? null : `${threadId}/${step - 1}`;
      const metadata = { threadId, checkpointId: `${threadId}/${step}`, step, parentCheckpointId };
      const input = { metadata, messages: history(step), state: large(step) };
      return putCheckpoint(ingest, { projectId, input });
    }),
  );
  assert.deepEqual(sent.slice(length), THREE);
});
