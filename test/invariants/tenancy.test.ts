import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../kit/kit.js';
import {
  addGoal,
  addMessage,
  addStep,
  APPEND_EVENT,
  createTrace,
  DELETE_TRACE,
  lastEventId,
  setGoalTree,
} from '../kit/writes.js';

const otherProject = newId('other');
let kit: Kit;
let otherKit: Kit;
before(async () => {
  kit = await startKit();
  otherKit = await startKit({ projectId: otherProject });
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

interface Ids {
  readonly id: string;
  readonly step: string;
  readonly message: string;
}

/** Fills a trace in the kit's project. */
async function fill(of: Kit, { id, step, message }: Ids): Promise<void> {
  await createTrace(of, { id, uid: id });
  await addGoal(of, id, { goalId: 'g' });
  await addStep(of, id, { id: step, goalId: 'g' });
  await addMessage(of, id, { id: message, goalId: 'g', stepId: step });
  await of.ask(APPEND_EVENT, { traceId: id, type: 't', key: 'key' });
}

const newIds = (): Ids => ({ id: newId('trace'), step: newId('step'), message: newId('message') });

test('another project sees nothing: queries return null, and lists are empty', async () => {
  const ids = newIds();
  await fill(kit, ids);
  const seen = await otherKit.ask(
    `query ($id: ID!, $step: ID!, $message: ID!, $uid: String!) {
      trace(id: $id) { id } goal(traceId: $id, goalId: "g") { goalId } step(id: $step) { id } message(id: $message) { id }
      all: traces { nodes { id } } byUid: traces(filter: { uid: $uid }) { nodes { id } }
      running: traces(filter: { status: RUNNING }) { nodes { id } } agents: traces(filter: { mode: AGENT }) { nodes { id } }
    }`,
    { ...ids, uid: ids.id },
  );
  const none = { nodes: [] };
  assert.deepEqual(seen, {
    trace: null,
    goal: null,
    step: null,
    message: null,
    all: none,
    byUid: none,
    running: none,
    agents: none,
  });
});

test('every mutation from another project fails with NOT_FOUND, never FORBIDDEN, and changes nothing', async () => {
  const ids = newIds();
  await fill(kit, ids);
  const since = await lastEventId(kit, ids.id);
  for (const mutation of [
    'createTrace(input: { parentTraceId: $id }) { id }',
    'updateTrace(id: $id, input: { task: "x" }) { id }',
    'deleteTrace(id: $id) { traces }',
    'setGoalTree(traceId: $id, goals: []) { mission }',
    'addGoal(traceId: $id, input: { description: "x" }) { id }',
    'updateGoal(traceId: $id, goalId: "g", input: { summary: "x" }) { id }',
    'addStep(input: { traceId: $id, type: FEEDBACK }) { id }',
    'addSteps(inputs: [{ traceId: $id, type: FEEDBACK }]) { id }',
    'addMessage(input: { traceId: $id, role: "x" }) { id }',
    'addMessages(inputs: [{ traceId: $id, role: "x" }]) { id }',
    'appendEvent(traceId: $id, type: "t") { id }',
  ]) {
    const { extensions } = await otherKit.fail(`mutation ($id: ID!) { ${mutation} }`, { id: ids.id });
    assert.equal(extensions.code, 'NOT_FOUND', mutation);
  }
  const update = 'mutation ($id: ID!) { updateMessage(id: $id, input: { content: "x" }) { id } }';
  assert.equal((await otherKit.fail(update, { id: ids.message })).extensions.code, 'NOT_FOUND');
  assert.equal(await lastEventId(kit, ids.id), since);
});

test('steps and goals of another project cannot be parents or owners', async () => {
  const ids = newIds();
  await fill(kit, ids);
  const { id } = await createTrace(otherKit);
  const message = 'addMessage(input: { traceId: $id, role: "x", stepId: $step }) { id }';
  const error = await otherKit.fail(`mutation ($id: ID!, $step: ID!) { ${message} }`, { id, step: ids.step });
  assert.equal(error.extensions.code, 'BAD_USER_INPUT');
  // A step may name one that arrives later, so this one counts as missing.
  const { addStep } = await otherKit.ask(
    `mutation ($id: ID!, $step: ID!) {
      addStep(input: { traceId: $id, type: FEEDBACK, parentIds: [$step], within: $step }) { missingParentIds parents { id } within { id } }
    }`,
    { id, step: ids.step },
  );
  assert.deepEqual(addStep, { missingParentIds: [ids.step], parents: [], within: null });
});

test('two projects can use the same ids for separate things', async () => {
  const ids = newIds();
  await fill(kit, ids);
  await fill(otherKit, ids);
  await addMessage(kit, ids.id, { goalId: 'g', content: 'only here', promptTokens: 5 });
  await setGoalTree(kit, ids.id, [{ goalId: 'g' }, { goalId: 'more', description: 'd', parentId: 'g' }]);
  const read = async (of: Kit): Promise<any> =>
    (
      await of.ask(
        `query ($id: ID!) { trace(id: $id) { totalMessages totalTokens lastEventId
          goals { nodes { goalId cumulativeStats { messageCount } } } messages { nodes { sequence } } steps { nodes { id } } } }`,
        { id: ids.id },
      )
    ).trace;
  assert.deepEqual(await read(otherKit), {
    totalMessages: 1,
    totalTokens: 0,
    lastEventId: 4,
    goals: { nodes: [{ goalId: 'g', cumulativeStats: { messageCount: 1 } }] },
    messages: { nodes: [{ sequence: 1 }] },
    steps: { nodes: [{ id: ids.step }] },
  });
  assert.equal((await read(kit)).totalMessages, 2);
  const before = await read(otherKit);
  await kit.ask(DELETE_TRACE, { id: ids.id });
  assert.deepEqual(await read(otherKit), before);
});

test('every node has its project, and no edge connects two projects', async () => {
  await fill(otherKit, newIds());
  assert.deepEqual(
    await kit.cypher(
      'MATCH (n:!Migration&!MigrationLock) WHERE n.projectId IS NULL RETURN DISTINCT labels(n) AS labels LIMIT 10',
    ),
    [],
  );
  assert.deepEqual(
    await kit.cypher(
      'MATCH (a)-[r]->(b) WHERE a.projectId <> b.projectId RETURN DISTINCT type(r) AS type LIMIT 10',
    ),
    [],
  );
});
