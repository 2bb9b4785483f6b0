import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  checkContent,
  contentOf,
  deleteBefore,
  deleteThread,
  nodesOf,
  put,
  read,
} from '../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { range } from '../kit/live.js';

// A state of many keys is content: the whole of it once, then what changes. Each test has a project of its own.

const kits: Kit[] = [];
before(() => assert.equal(kits.length, 0));
after(() => Promise.all(kits.map((kit) => kit.close())));

async function start(): Promise<{ kit: Kit; projectId: string }> {
  const projectId = newId('states');
  const kit = await startKit({ projectId });
  kits.push(kit);
  return { kit, projectId };
}

const keys = (count: number): Record<string, string> =>
  Object.fromEntries(range(1, count).map((key) => [`key ${key}`, `value ${key}`]));

/** How many characters a project's content and the payloads of its checkpoints have. */
async function lengthOf(kit: Kit, projectId: string): Promise<number> {
  const [{ length }] = await kit.cypher(
    `MATCH (n:Content|Checkpoint {projectId: $projectId})
     RETURN sum(size(coalesce(n.text, '') + coalesce(n.state, '') + coalesce(n.stateIds, ''))) AS length`,
    { projectId },
  );
  return length;
}

test('of a state of 5,000 keys that is resent with one changed, only the change is stored', async () => {
  const { kit, projectId } = await start();
  const state = keys(5_000);
  await put(kit, { threadId: 't', checkpointId: 'c0', step: 0 }, { state });
  const whole = await lengthOf(kit, projectId);
  for (const step of range(1, 20)) {
    state[`key ${step * 37}`] = `changed ${step}`;
    await put(
      kit,
      {
        threadId: 't',
        checkpointId: `c${step}`,
        step,
        // By its parent, or by the latest checkpoint of the thread.
        parentCheckpointId: step % 2 === 0 ? `c${step - 1}` : null,
      },
      { state },
    );
  }
  assert.equal(await contentOf(kit, projectId), 21);
  const grown = (await lengthOf(kit, projectId)) - whole;
  assert.ok(grown <= 20 * 30, `${grown} characters for 20 changes`);
  for (const step of range(21, 40)) {
    state[`key ${step * 37}`] = `changed ${step}`;
    const stateAfter = { checkpointId: `c${step - 1}`, set: { [`key ${step * 37}`]: `changed ${step}` } };
    await put(kit, { threadId: 't', checkpointId: `c${step}`, step }, { stateAfter });
  }
  assert.equal(await contentOf(kit, projectId), 41);
  const found = await read(kit, 'c40');
  assert.equal(JSON.stringify(found.state), JSON.stringify(state));
  await put(kit, { threadId: 'other', checkpointId: 'same', step: 0, parentCheckpointId: 'c40' }, { state });
  assert.equal(await contentOf(kit, projectId), 41, 'the same state again costs nothing');
  await checkContent(kit, projectId);
  await deleteBefore(kit, 't', 40);
  assert.equal(JSON.stringify((await read(kit, 'c40')).state), JSON.stringify(state));
  await checkContent(kit, projectId);
  await deleteThread(kit, 't');
  assert.equal(JSON.stringify((await read(kit, 'same')).state), JSON.stringify(state));
  await deleteThread(kit, 'other');
  assert.deepEqual(await nodesOf(kit, projectId), {});
});

test('the order of the keys is kept, whatever is added, removed or moved', async () => {
  const { kit, projectId } = await start();
  const all = Object.entries(keys(100));
  const orders = [
    all,
    all.toReversed(),
    [...all.slice(50), ...all.slice(0, 50)],
    all.filter((_, index) => index % 3 > 0),
    [['new', 'first'], ...all],
    [...all, ['new', 'last']],
    all.map(([key, value], index) => [key, index % 10 === 0 ? 'changed' : value]),
    [...all.slice(1), all[0]],
  ] as [string, string][][];
  for (const [step, entries] of [...orders, ...orders.toReversed()].entries()) {
    const { state } = await put(
      kit,
      {
        threadId: 't',
        checkpointId: `c${step}`,
        step,
        parentCheckpointId: step === 0 ? null : `c${step - 1}`,
      },
      { state: Object.fromEntries(entries) },
    );
    assert.deepEqual(Object.entries(state), entries, `${step}`);
  }
  await checkContent(kit, projectId);
});

test('however often a state changes, reading it follows at most 200 changes, and all it was stays readable', async () => {
  const { kit, projectId } = await start();
  const state = keys(400);
  const was: string[] = [];
  for (const step of range(0, 450)) {
    state['key 7'] = `${step}`;
    was.push(JSON.stringify(state));
    const meta = { threadId: 't', checkpointId: `c${step}`, step };
    const stateAfter = { checkpointId: `c${step - 1}`, set: { 'key 7': `${step}` } };
    await put(kit, meta, step === 0 ? { state } : { stateAfter });
  }
  const [{ longest, wholes }] = await kit.cypher(
    `MATCH (c:Content {projectId: $projectId})
     RETURN max(c.position) AS longest, sum(CASE c.position WHEN 1 THEN 1 ELSE 0 END) AS wholes`,
    { projectId },
  );
  assert.ok(longest <= 201, `${longest}`);
  assert.ok(wholes >= 2 && wholes <= 4, `${wholes} whole states`);
  for (const step of [0, 1, 199, 200, 201, 202, 300, 401, 402, 403, 450]) {
    assert.equal(JSON.stringify((await read(kit, `c${step}`)).state), was[step], `${step}`);
  }
  const { checkpoints } = await kit.ask('query { checkpoints(threadId: "t", limit: 500) { state } }');
  assert.deepEqual(
    checkpoints.map(({ state: found }: any) => JSON.stringify(found)),
    was.toReversed(),
  );
  await checkContent(kit, projectId);
});

test('changes that come to more than the state itself make it stored whole again', async () => {
  const { kit, projectId } = await start();
  const state = keys(100);
  await put(kit, { threadId: 't', checkpointId: 'c0', step: 0 }, { state });
  for (const step of range(1, 30)) {
    const set = { [`key ${step}`]: `${step}`.repeat(120) };
    Object.assign(state, set);
    await put(
      kit,
      { threadId: 't', checkpointId: `c${step}`, step },
      { stateAfter: { checkpointId: `c${step - 1}`, set } },
    );
  }
  const [{ longest }] = await kit.cypher(
    'MATCH (c:Content {projectId: $projectId}) RETURN max(c.position) AS longest',
    { projectId },
  );
  assert.ok(longest < 20, `${longest}`);
  assert.deepEqual((await read(kit, 'c30')).state, state);
  await checkContent(kit, projectId);
});

test('long values of a large state are content that its versions share, and go with the last of them', async () => {
  const { kit, projectId } = await start();
  const long = (word: string): string => `${word} `.repeat(100);
  const state: Record<string, string> = Object.fromEntries(
    range(1, 20).map((key) => [`key ${key}`, long(`value ${key % 10}`)]),
  );
  await put(kit, { threadId: 't', checkpointId: 'c0', step: 0 }, { state });
  assert.equal(await contentOf(kit, projectId), 10 + 1, 'ten distinct values and the object');
  state['key 3'] = long('other');
  await put(kit, { threadId: 't', checkpointId: 'c1', step: 1 }, { state });
  assert.equal(await contentOf(kit, projectId), 11 + 2);
  const edges = await kit.cypher(
    'MATCH (c:Checkpoint {projectId: $projectId}) RETURN COUNT { (c)-[:STATE]->() } AS edges',
    { projectId },
  );
  assert.deepEqual(edges, [{ edges: 1 }, { edges: 1 }]);
  state['key 4'] = long('other');
  const stateAfter = { checkpointId: 'c1', set: { 'key 4': long('other') } };
  const { state: found } = await put(kit, { threadId: 'u', checkpointId: 'c2', step: 1 }, { stateAfter });
  assert.deepEqual(found, state);
  assert.equal(await contentOf(kit, projectId), 11 + 3, 'the value is there');
  await put(kit, { threadId: 'v', checkpointId: 'c3', step: 1 }, { toolsResult: { one: long('value 4') } });
  await checkContent(kit, projectId);
  await deleteThread(kit, 't');
  assert.deepEqual((await read(kit, 'c2')).state, state);
  await checkContent(kit, projectId);
  await deleteThread(kit, 'u');
  assert.equal(await contentOf(kit, projectId), 1, 'the value that another owner has stays');
  await deleteThread(kit, 'v');
  assert.deepEqual(await nodesOf(kit, projectId), {});
});

test('a state becomes large and small again', async () => {
  const { kit, projectId } = await start();
  const large = keys(200);
  const forms: readonly (readonly [object, object])[] = [
    [{ state: { a: 1 } }, { a: 1 }],
    [{ stateAfter: { checkpointId: 'c0', set: large } }, { a: 1, ...large }],
    [{ stateAfter: { checkpointId: 'c1', remove: Object.keys(large) } }, { a: 1 }],
    [{ stateAfter: { checkpointId: 'c2', set: { b: 2 } } }, { a: 1, b: 2 }],
    [{ state: { a: 1, b: 2 } }, { a: 1, b: 2 }],
    [{ stateAfter: { checkpointId: 'c3', set: large, remove: ['a'] } }, { b: 2, ...large }],
    [{ toolsResultAfter: { checkpointId: 'c5', set: large } }, {}],
  ];
  for (const [step, [payload, state]] of forms.entries()) {
    const written = await put(kit, { threadId: 't', checkpointId: `c${step}`, step }, payload);
    assert.equal(JSON.stringify(written.state), JSON.stringify(state), `${step}`);
  }
  assert.deepEqual((await read(kit, 'c6')).toolsResult, large);
  await checkContent(kit, projectId);
});

test('a large state stored by an earlier version, on its checkpoint, is read, compared, forked and continued', async () => {
  const { kit, projectId } = await start();
  const state = { ...keys(300), long: 'l'.repeat(300) };
  await put(kit, { threadId: 't', checkpointId: 'new', step: 0 }, { state });
  await put(kit, { threadId: 't', checkpointId: 'old', step: 1 }, { state: { long: state.long } });
  const [{ id }] = await kit.cypher(
    'MATCH (:Checkpoint {projectId: $projectId, id: "old"})-[:STATE {key: "long"}]->(c) RETURN c.id AS id',
    { projectId },
  );
  await kit.cypher(
    'MATCH (c:Checkpoint {projectId: $projectId, id: "old"}) SET c.state = $state, c.stateIds = $ids',
    { projectId, state: JSON.stringify({ ...state, long: null }), ids: JSON.stringify([['long', id]]) },
  );
  assert.equal(JSON.stringify((await read(kit, 'old')).state), JSON.stringify(state));
  await checkContent(kit, projectId);
  const diff = 'query { checkpointDiff(from: "old", to: "new") { changes { path } } }';
  assert.deepEqual((await kit.ask(diff)).checkpointDiff.changes, []);
  const after = { checkpointId: 'old', set: { 'key 9': 'nine' } };
  const { state: continued } = await put(
    kit,
    { threadId: 't', checkpointId: 'next', step: 2 },
    { stateAfter: after },
  );
  assert.equal(JSON.stringify(continued), JSON.stringify({ ...state, 'key 9': 'nine' }));
  const { forkCheckpoint } = await kit.ask('mutation { forkCheckpoint(id: "old", threadId: "f") { state } }');
  assert.equal(JSON.stringify(forkCheckpoint.state), JSON.stringify(state));
  await deleteThread(kit, 't');
  await deleteThread(kit, 'f');
  assert.deepEqual(await nodesOf(kit, projectId), {});
});

test('checkpointDiff compares large states by path', async () => {
  const { kit } = await start();
  const state: Record<string, unknown> = { ...keys(300), long: 'l'.repeat(300), deep: { a: [1] } };
  await put(kit, { threadId: 't', checkpointId: 'a', step: 0 }, { state });
  const set = { 'key 9': 'nine', long: 'm'.repeat(300), deep: { a: [2] }, new: 1 };
  await put(
    kit,
    { threadId: 't', checkpointId: 'b', step: 1 },
    { stateAfter: { checkpointId: 'a', set, remove: ['key 3'] } },
  );
  const { checkpointDiff } = await kit.ask(
    'query { checkpointDiff(from: "a", to: "b") { changes { path kind from to } } }',
  );
  assert.deepEqual(
    checkpointDiff.changes.map(({ path, kind }: any) => `${kind} ${path}`),
    [
      ...['REMOVED /state/key 3', 'CHANGED /state/key 9', 'CHANGED /state/long', 'CHANGED /state/deep/a/0'],
      'ADDED /state/new',
    ],
  );
  assert.equal(checkpointDiff.changes[2].to, set.long);
});
