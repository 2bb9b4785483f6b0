import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import neo4j, { type Driver, type Session } from 'neo4j-driver';
import type { Database } from '../../src/neo4j/database.js';
import { createIngest } from '../../src/ingest/group-commit.js';
import { addMessages } from '../../src/domain/messages/messages.js';
import { createTrace as makeTrace } from '../../src/domain/traces/traces.js';
import { newId, startKit, testNeo4j, until, type Kit } from '../kit/kit.js';
import {
  ADD_MESSAGE,
  addGoal,
  addMessage,
  addStep,
  checkStats,
  createTrace,
  DELETE_TRACE,
  eventsOf,
  lastEventId,
  setGoalTree,
  updateTrace,
} from '../kit/writes.js';

// A server writes to what it wrote last without rereading it. In these tests, others have written in between.

let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
let sent: string[] = [];
let driver: Driver;
before(async () => {
  kit = await startKit({ observe: (name) => sent.push(name) });
  otherKit = await startKit();
  const { uri, username, password } = testNeo4j();
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
});
after(async () => {
  await kit.close();
  await otherKit.close();
  await driver.close();
});
let holder: Session | undefined;
afterEach(async () => {
  await holder?.close();
  holder = undefined;
});

const SHORT = ['traces/append'];

/** The statements that the server sends during `work`. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  sent = [];
  await work();
  return sent;
}

/** A trace that the server has just written to, with a goal under a goal. */
async function cachedTrace(input: object = {}): Promise<string> {
  const { id } = await createTrace(kit, input);
  await addGoal(kit, id, { goalId: 'a' });
  await addGoal(kit, id, { goalId: 'b', parentId: 'a' });
  await addMessage(kit, id, { goalId: 'b' });
  assert.deepEqual(await statementsOf(() => addMessage(kit, id, { goalId: 'b' })), SHORT);
  return id;
}

/** Holds the lock of a trace until the returned function applies `change` and releases it. */
async function holding(id: string): Promise<(change: string) => Promise<void>> {
  holder = driver.session();
  const transaction = holder.beginTransaction();
  await transaction.run(`MATCH (t:Trace {projectId: 'default', id: $id}) SET t.locked = true`, { id });
  return async (change) => {
    await transaction.run(`MATCH (t:Trace {projectId: 'default', id: $id}) ${change}`, { id });
    await transaction.commit();
  };
}

/** Resolves once some transaction waits for a lock. */
async function someoneWaits(): Promise<void> {
  await until(async () => {
    const rows = await otherKit.cypher(
      `SHOW TRANSACTIONS YIELD status, currentQuery WHERE status STARTS WITH 'Blocked' RETURN currentQuery`,
    );
    return rows.some(({ currentQuery }) => currentQuery.includes('$messageOwners'));
  });
}

test('messages, steps, events and a new status of a cached trace are one statement each', async () => {
  const id = await cachedTrace();
  const parent = await addStep(kit, id, { goalId: 'a' });
  const step = { goalId: 'b', parentIds: [parent.id], type: 'TOOL_CALL', data: { tool_name: 'x' } };
  assert.deepEqual(await statementsOf(() => addStep(kit, id, step)), SHORT);
  assert.deepEqual(await statementsOf(() => addMessage(kit, id, { stepId: parent.id })), SHORT);
  const append =
    'mutation ($id: ID!) { appendEvent(traceId: $id, type: "note", payload: {}, idempotencyKey: "k") { id } }';
  assert.deepEqual(await statementsOf(() => kit.ask(append, { id })), SHORT);
  await checkStats(kit, id);
  const { trace } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) { totalSteps lastEventId
      steps { nodes { id sequence goal { goalId } parents { id } messages { nodes { stepId } } } } } }`,
    { id },
  );
  assert.equal(trace.totalSteps, 2);
  assert.deepEqual(trace.steps.nodes[1].parents, [{ id: parent.id }]);
  assert.equal(trace.steps.nodes[1].goal.goalId, 'b');
  assert.deepEqual(trace.steps.nodes[0].messages.nodes, [{ stepId: parent.id }]);
});

test("two servers that write to one trace in turn see each other's writes", async () => {
  const id = await cachedTrace();
  for (let turn = 0; turn < 5; turn += 1) {
    await addMessage(otherKit, id, { goalId: 'a', promptTokens: 3, content: `other ${turn}` });
    const statements = await statementsOf(() => addMessage(kit, id, { goalId: 'b', completionTokens: 2 }));
    assert.deepEqual(statements.slice(0, 2), ['traces/append', 'traces/lock']);
  }
  await checkStats(kit, id);
  const events = await eventsOf(kit, id);
  assert.deepEqual(
    events.map(({ eventId }) => eventId),
    events.map((_, index) => index + 1),
  );
});

test('a goal that another server removed is rejected, and nothing is written', async () => {
  const id = await cachedTrace();
  await setGoalTree(otherKit, id, [{ goalId: 'a', description: 'left' }]);
  const since = await lastEventId(kit, id);
  const error = await kit.fail(ADD_MESSAGE, { input: { traceId: id, role: 'user', goalId: 'b' } });
  assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'input.goalId']);
  assert.equal(await lastEventId(kit, id), since);
  await checkStats(kit, id);
});

test('setting a value again takes effect if another server changed it', async () => {
  const id = await cachedTrace();
  await updateTrace(kit, id, { task: 'first' });
  await updateTrace(otherKit, id, { task: 'second' });
  assert.equal((await updateTrace(kit, id, { task: 'first' })).task, 'first');
  const read = 'query ($id: ID!) { trace(id: $id) { task } }';
  assert.equal((await otherKit.ask(read, { id })).trace.task, 'first');
});

test('a goal that another server added is found', async () => {
  const id = await cachedTrace();
  await addGoal(otherKit, id, { goalId: 'c', parentId: 'b' });
  assert.equal((await addMessage(kit, id, { goalId: 'c' })).goalId, 'c');
  await checkStats(kit, id);
});

test('a sub-trace that lost its parent is emitted without one', async () => {
  const parent = await cachedTrace();
  const id = await cachedTrace({ parentTraceId: parent, parentGoalId: 'b' });
  const uid = newId('uid');
  await updateTrace(kit, id, { uid });
  const changes = kit.follow(
    `subscription ($uid: String) { traceChanges(filter: { uid: $uid }) { kind trace { id parent { id } } } }`,
    { uid },
  );
  await until(() => Promise.resolve(kit.server.store.listChanges.watched > 0));
  await otherKit.ask(DELETE_TRACE, { id: parent });
  await addMessage(kit, id);
  assert.deepEqual(await changes.next(), {
    data: { traceChanges: { kind: 'UPDATED', trace: { id, parent: null } } },
  });
  changes.stop();
});

test('a trace deleted by another server is NOT_FOUND, and so is one deleted while its writer waits', async () => {
  const id = await cachedTrace();
  await otherKit.ask(DELETE_TRACE, { id });
  const input = { traceId: id, role: 'user' };
  assert.equal((await kit.fail(ADD_MESSAGE, { input })).extensions.code, 'NOT_FOUND');

  const waited = await cachedTrace();
  const commit = await holding(waited);
  const answer = kit.fail(ADD_MESSAGE, { input: { traceId: waited, role: 'user', content: 'too late' } });
  await someoneWaits();
  await commit('SET t:Deleting REMOVE t:Trace');
  assert.equal((await answer).extensions.code, 'NOT_FOUND');
  const left = await kit.cypher(
    `MATCH (n:Message {projectId: 'default', traceId: $waited}) WHERE n.content = 'too late' RETURN n`,
    { waited },
  );
  assert.deepEqual(left, []);
});

test('a writer that waits for the lock continues from the state that the lock holder left', async () => {
  const id = await cachedTrace();
  const commit = await holding(id);
  const answer = addMessage(kit, id, { content: 'later' });
  await someoneWaits();
  // Advances what another server's message would: its sequence and its event id.
  await commit(`SET t.lastMessageSequence = t.lastMessageSequence + 1, t.lastEventId = t.lastEventId + 1`);
  assert.equal((await answer).sequence, 4);
});

test('a trace recreated under the id of a deleted one is a different trace', async () => {
  const id = await cachedTrace();
  const since = await lastEventId(kit, id);
  await otherKit.ask(DELETE_TRACE, { id });
  await createTrace(otherKit, { id });
  for (let event = 0; event < since; event += 1) {
    await addMessage(otherKit, id);
  }
  assert.equal(await lastEventId(kit, id), since);
  const error = await kit.fail(ADD_MESSAGE, { input: { traceId: id, role: 'user', goalId: 'b' } });
  assert.equal(error.extensions.field, 'input.goalId');
  assert.equal((await addMessage(kit, id)).sequence, since + 1);
  await checkStats(kit, id);
});

test('a message whose id is taken is looked up, and returned or rejected', async () => {
  const id = await cachedTrace();
  const given = { id: newId('m'), content: 'once', goalId: 'b' };
  const first = await addMessage(kit, id, given);
  assert.deepEqual(await addMessage(kit, id, given), first);
  const input = { traceId: id, role: 'user', ...given, content: 'other' };
  assert.equal((await kit.fail(ADD_MESSAGE, { input })).extensions.code, 'CONFLICT');
  const taken = { traceId: id, role: 'user', sequence: 1 };
  assert.equal((await kit.fail(ADD_MESSAGE, { input: taken })).extensions.field, 'input.sequence');
  await checkStats(kit, id);
});

test('a step that is not in the row cache is read', async () => {
  const id = await cachedTrace();
  const far = await addStep(kit, id);
  await kit.ask('mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }', {
    inputs: Array.from({ length: 250 }, () => ({ traceId: id, type: 'CONCLUSION' })),
  });
  const statements = await statementsOf(() => addStep(kit, id, { parentIds: [far.id] }));
  assert.deepEqual(statements, [
    'traces/lock',
    'traces/read',
    'steps/read',
    'steps/read-awaiting',
    'traces/append',
  ]);
});

for (const [name, lost] of [
  ['did not reach the database', false],
  ['was committed', true],
] as const) {
  test(`a write whose answer was lost is written once if it ${name}`, async () => {
    const projectId = newId('project');
    let left = 0;
    const database: Database = {
      ...kit.database,
      withBudget: () => database,
      async run<Row>(statement: { readonly name: string; readonly text: string }, parameters: object) {
        const lose = statement.name === 'traces/append' && left > 0;
        left -= lose ? 1 : 0;
        if (lose && !lost) {
          throw new Error('lost');
        }
        const rows = await kit.database.run<Row>(statement, parameters);
        if (lose) {
          throw new Error('lost');
        }
        return rows;
      },
    };
    const causes: string[] = [];
    const ingest = createIngest(database, {
      listeners: {
        appendFailed: (cause, failures) => causes.push(`${failures} ${(cause as Error).message}`),
      },
    });
    const { id: traceId } = await makeTrace(ingest, { projectId, input: {} });
    const add = async (): Promise<number> => {
      const [message] = await addMessages(ingest, {
        projectId,
        inputs: [{ traceId, role: 'user', content: 'x', promptTokens: 5 }],
        field: () => 'input',
      });
      return message?.sequence ?? 0;
    };
    left = 1;
    assert.deepEqual([await add(), await add(), left], [1, 2, 0]);
    assert.deepEqual(causes, ['1 lost']);
    const [counted] = await kit.cypher(
      `MATCH (t:Trace {projectId: $projectId}) RETURN t.promptTokens AS tokens, t.messageCount AS messages,
        t.lastEventId AS events, COUNT { (:Message)-[:BELONGS_TO]->(t) } AS nodes`,
      { projectId },
    );
    assert.deepEqual(counted, { tokens: 10, messages: 2, events: 2, nodes: 2 });
  });
}
