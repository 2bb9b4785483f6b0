import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { branches, deleteBefore, everything, PUT, put } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

const projectId = newId('parents');
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

test('a parent may arrive later, again, or in another thread: it is linked on arrival and named throughout', async () => {
  const [child, parent, threadId] = [newId('child'), newId('parent'), newId('thread')];
  await put(kit, { threadId, checkpointId: child, step: 1, parentCheckpointId: parent });
  const seen = async (): Promise<unknown> => {
    const { checkpoint } = await kit.ask(
      'query ($id: ID!) { checkpoint(id: $id) { metadata { parentCheckpointId } parent { id } lineage { nodes { id } } } }',
      { id: child },
    );
    assert.equal(checkpoint.metadata.parentCheckpointId, parent);
    return [checkpoint.parent?.id ?? null, ...checkpoint.lineage.nodes.map(({ id }: any) => id)];
  };
  assert.deepEqual(await seen(), [null]);
  for (const thread of [newId('other'), threadId, newId('third')]) {
    await put(otherKit, { threadId: thread, checkpointId: parent, step: 0 });
    assert.deepEqual(await seen(), [parent, parent]);
    await put(kit, { threadId: thread, checkpointId: parent, step: 0 }, { nextNode: 'changed' });
    assert.deepEqual(await seen(), [parent, parent], 'after the parent was replaced');
    await deleteBefore(kit, thread, 1);
    assert.deepEqual(await seen(), [null]);
  }
});

test('a write that makes a checkpoint its own ancestor is rejected: directly, indirectly or by an awaited parent', async () => {
  const word = await branches(kit, ['s', 'a'], ['t', 'b', 'a'], ['u', 'c', 'b'], ['v', 'd', 'awaited']);
  const before = await everything(kit, projectId);
  for (const [thread, name, parent] of [
    ['s', 'a', 'a'],
    ['s', 'a', 'b'],
    ['s', 'a', 'c'],
    ['t', 'b', 'c'],
    ['v', 'd', 'd'],
    ['w', 'new', 'new'],
    ['w', 'awaited', 'd'],
  ] as const) {
    const { extensions, message } = await kit.fail(PUT, {
      input: {
        metadata: {
          threadId: `${word}/${thread}`,
          checkpointId: `${word}/${name}`,
          step: 9,
          parentCheckpointId: `${word}/${parent}`,
        },
        messages: ['new'],
      },
    });
    assert.deepEqual(
      [extensions.code, extensions.field],
      ['BAD_USER_INPUT', 'input.metadata.parentCheckpointId'],
    );
    assert.match(message, parent === name ? /itself/ : /descend/);
  }
  assert.deepEqual(await everything(kit, projectId), before);
  await put(kit, {
    threadId: `${word}/w`,
    checkpointId: `${word}/awaited`,
    step: 0,
    parentCheckpointId: `${word}/c`,
  });
});

test('concurrent writes that together would create a cycle do not all succeed', async () => {
  for (let round = 0; round < 15; round += 1) {
    const word = await branches(kit, ['s', 'a', 'b'], ['t', 'c', 'd'], ['u', 'b'], ['v', 'd']);
    const move = (server: Kit, thread: string, name: string, parent: string): Promise<any> =>
      server.send(PUT, {
        input: {
          metadata: {
            threadId: `${word}/${thread}`,
            checkpointId: `${word}/${name}`,
            step: 0,
            parentCheckpointId: `${word}/${parent}`,
          },
        },
      });
    const answers = await Promise.all([move(kit, 'u', 'b', 'c'), move(otherKit, 'v', 'd', 'a')]);
    assert.deepEqual(answers.map(({ errors }) => errors?.[0].extensions.code ?? 'written').sort(), [
      'BAD_USER_INPUT',
      'written',
    ]);
  }
});

test('a checkpoint rewritten while its awaited parent arrives has only the parent that it names', async () => {
  for (let round = 0; round < 30; round += 1) {
    const word = newId('tree');
    const child = { threadId: `${word}/s`, checkpointId: `${word}/child`, step: 0 };
    await put(kit, { ...child, parentCheckpointId: `${word}/late` });
    await Promise.all([
      put(kit, { threadId: `${word}/t`, checkpointId: `${word}/late`, step: 0 }),
      put(otherKit, { ...child, parentCheckpointId: `${word}/none` }),
    ]);
    assert.deepEqual(
      await kit.cypher(
        'MATCH (p:Checkpoint)-[:PARENT_OF]->(c:Checkpoint {projectId: $projectId, id: $id}) RETURN p.id AS parent',
        { projectId, id: `${word}/child` },
      ),
      [],
      `round ${round}`,
    );
  }
});
