import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import neo4j, { type ResultSummary } from 'neo4j-driver';
import { expandedText } from '../../../src/model/statement.js';
import { newId, startKit, testNeo4j, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';
import { deleteRun, deleteThread, put, putAll, putMany } from '../../kit/run-event-kit.js';

const statements: string[] = [];
let kit: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
});
after(() => kit.close());

const RUN = 'id runId threadId createdAt updatedAt lastAssistantMessage { seq runId content }';

/** All runs of a thread, by pages of this size. */
async function runsOf(threadId: string, first = 50): Promise<any[]> {
  const runs: any[] = [];
  for (let cursor: string | null = null; ;) {
    const { thread }: any = await kit.ask(
      `query ($threadId: ID!, $first: Int, $after: String) { thread(id: $threadId) {
        runs(first: $first, after: $after) { nodes { ${RUN} } pageInfo { hasNextPage endCursor } } } }`,
      { threadId, first, after: cursor },
    );
    assert.ok(thread.runs.nodes.length <= first);
    runs.push(...thread.runs.nodes);
    if (thread.runs.pageInfo.hasNextPage !== true) {
      return runs;
    }
    cursor = thread.runs.pageInfo.endCursor;
  }
}

/** The seq of the last message of the assistant in run "run". */
async function lastSeq(threadId: string, rule = ''): Promise<number | null> {
  const { runs } = await kit.ask(
    `query ($threadId: ID!) { runs(threadId: $threadId, runIds: ["run"]) { lastAssistantMessage${rule} { seq } } }`,
    { threadId },
  );
  return runs[0].lastAssistantMessage?.seq ?? null;
}

test("Thread.runs lists a thread's runs, the one begun last first, in pages", async () => {
  const threadId = newId('thread');
  const ids = range(1, 7).map((n) => `run ${n}/é`);
  for (const runId of ids) {
    await put(kit, threadId, { runId });
  }
  await put(kit, threadId, { runId: ids[0] });
  for (const first of [1, 3, 7, 50]) {
    assert.deepEqual(
      (await runsOf(threadId, first)).map(({ runId }) => runId),
      ids.toReversed(),
      `${first} a page`,
    );
  }
  const oldest = (await runsOf(threadId)).at(-1);
  assert.equal(oldest.threadId, threadId);
  assert.ok(oldest.createdAt < oldest.updatedAt);
  assert.equal(new Set((await runsOf(threadId)).map(({ id }) => id)).size, 7);
});

test('a deleted run is not listed, and written again it is the newest; another log generation has runs of its own', async () => {
  const threadId = newId('thread');
  await putAll(kit, threadId, [{ runId: 'a' }]);
  await putAll(kit, threadId, [{ runId: 'b' }]);
  const names = async (): Promise<string[]> => (await runsOf(threadId)).map(({ runId }) => runId);
  await deleteRun(kit, threadId, 'a');
  assert.deepEqual(await names(), ['b']);
  await put(kit, threadId, { runId: 'a' });
  assert.deepEqual(await names(), ['a', 'b']);
  const [, before] = await runsOf(threadId);
  await deleteThread(kit, threadId);
  assert.equal((await kit.ask('query ($id: ID!) { thread(id: $id) { id } }', { id: threadId })).thread, null);
  await put(kit, threadId, { runId: 'b' });
  const [again, ...more] = await runsOf(threadId);
  assert.deepEqual([again.runId, more], ['b', []]);
  assert.notEqual(again.id, before.id, 'a run of the same name in another generation is another run');
});

test('a thread without run events has no runs', async () => {
  const threadId = newId('thread');
  await kit.ask('mutation ($id: ID!) { createTrace(input: { threadId: $id }) { id } }', { id: threadId });
  assert.deepEqual(await runsOf(threadId), []);
});

test('runs(runIds:) returns the named runs once each, in that order, and leaves out unknown ones', async () => {
  const [threadId, otherThread] = [newId('thread'), newId('thread')];
  await putAll(kit, threadId, [{ runId: 'a' }, { runId: 'b' }, { runId: 'c' }]);
  await put(kit, otherThread, { runId: 'd' });
  const query =
    'query ($threadId: ID!, $runIds: [ID!]!) { runs(threadId: $threadId, runIds: $runIds) { runId } }';
  const named = async (thread: string, runIds: readonly string[]): Promise<string[]> =>
    (await kit.ask(query, { threadId: thread, runIds })).runs.map(({ runId }: any) => runId);
  assert.deepEqual(await named(threadId, ['c', 'x', 'a', 'd', 'c', 'a']), ['c', 'a']);
  assert.deepEqual(await named(threadId, []), []);
  assert.deepEqual(await named(newId('none'), ['a']), []);
  const tooMany = await kit.fail(query, { threadId, runIds: range(1, 10_001).map(String) });
  assert.deepEqual([tooMany.extensions.code, tooMany.extensions.field], ['BAD_USER_INPUT', 'runIds']);
  assert.match(tooMany.message, /at most 10000 runs, got 10001/);
});

test('the last assistant message of each run comes with the list of runs; null for a run without one', async () => {
  const threadId = newId('thread');
  const say = async (runId: string, eventType: string, content: string): Promise<void> => {
    await put(kit, threadId, { runId, eventType, content });
  };
  await say('one', 'llm.human.input', 'hello');
  await say('one', 'llm.ai.response', 'a first');
  await say('two', 'llm.human.input', 'and');
  await say('one', 'llm.ai.response', 'the last of one');
  await say('one', 'llm.tool.result', 'a tool');
  await say('three', 'ai_message', 'the last of three, by its former name');
  await say('four', 'llm.ai.response', 'new');
  await say('four', 'ai_message', 'old names and new ones are one list');
  await put(kit, threadId, {
    runId: 'one',
    eventType: 'llm.ai.response',
    category: 'trace',
    content: 'no message',
  });
  const last = (await runsOf(threadId)).map(({ runId, lastAssistantMessage }) => [
    runId,
    lastAssistantMessage,
  ]);
  assert.deepEqual(last, [
    ['four', { seq: 8, runId: 'four', content: 'old names and new ones are one list' }],
    ['three', { seq: 6, runId: 'three', content: 'the last of three, by its former name' }],
    ['two', null],
    ['one', { seq: 4, runId: 'one', content: 'the last of one' }],
  ]);
});

test('eventTypes says which events are messages of the assistant', async () => {
  const threadId = newId('thread');
  await putAll(kit, threadId, [
    { eventType: 'llm.ai.response' },
    { eventType: 'answer' },
    { eventType: 'reply' },
    { eventType: 'question' },
  ]);
  assert.equal(await lastSeq(threadId), 1);
  assert.equal(await lastSeq(threadId, '(eventTypes: ["answer"])'), 2);
  assert.equal(await lastSeq(threadId, '(eventTypes: ["reply", "answer", "reply", "unknown"])'), 3);
  assert.equal(await lastSeq(threadId, '(eventTypes: [])'), null);
  assert.equal(await lastSeq(threadId, '(eventTypes: null, includeMiddleware: null)'), 1);
  const query = `query ($types: [String!]) { runs(threadId: "${threadId}", runIds: ["run"]) {
    lastAssistantMessage(eventTypes: $types) { seq } } }`;
  const { message, extensions } = await kit.fail(query, { types: range(1, 21).map(String) });
  assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'eventTypes']);
  assert.match(message, /at most 20 types, got 21/);
});

test("a middleware's messages do not count unless asked for, however many they are", async () => {
  for (const count of [1, 7, 8, 9, 73, 600, 1_200]) {
    const threadId = newId('thread');
    await put(kit, threadId, { metadata: { caller: 'lead_agent' } });
    await putMany(kit, threadId, count, { metadata: { caller: 'middleware:title' } });
    assert.equal(await lastSeq(threadId), 1, `${count} of a middleware`);
    assert.equal(await lastSeq(threadId, '(includeMiddleware: true)'), count + 1);
  }
  const only = newId('thread');
  await putMany(kit, only, 40, { metadata: { caller: 'middleware:title' } });
  assert.equal(await lastSeq(only), null);
});

test('only a caller at the top level of the metadata that begins with "middleware:" is a middleware', async () => {
  for (const metadata of [
    {},
    { caller: 'subagent:x' },
    { caller: 'my middleware:x' },
    { caller: ['middleware:x'] },
    { inner: { caller: 'middleware:x' } },
    { note: '"caller":"middleware:x"' },
  ]) {
    const threadId = newId('thread');
    await put(kit, threadId, { metadata });
    assert.equal(await lastSeq(threadId), 1, JSON.stringify(metadata));
  }
});

test('500 runs with their last messages are read by a fixed number of statements', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 2_000).map((n) => ({ runId: `run-${n % 500}`, eventType: 'llm.ai.response', content: n })),
  );
  statements.length = 0;
  const runs = await runsOf(threadId, 500);
  assert.deepEqual(statements, ['threads/read', 'runs/by-threads', 'run-events/last-messages']);
  assert.equal(runs.length, 500);
  for (const { runId, lastAssistantMessage } of runs) {
    const n = Number(runId.slice('run-'.length));
    assert.equal(lastAssistantMessage.content, 1_500 + (n === 0 ? 500 : n));
  }
});

type QueryProfile = Exclude<ResultSummary['queryProfile'], false>;

/** How many records the statement reads from the database, by PROFILE. */
async function rowsRead(name: string, parameters: object): Promise<number> {
  const { uri, username, password } = testNeo4j();
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
  try {
    const { summary } = await driver.executeQuery(`PROFILE ${expandedText(name)}`, parameters);
    const rowsIn = ({ operatorType, rows, children }: QueryProfile): number =>
      children.reduce(
        (sum, child) => sum + rowsIn(child),
        /IndexSeek|IndexScan/.test(operatorType) ? (rows ?? 0) : 0,
      );
    assert.ok(summary.queryProfile);
    return rowsIn(summary.queryProfile);
  } finally {
    await driver.close();
  }
}

test('the last message of a run is read backwards from the end of an index: its length does not matter', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 2_000, { eventType: 'llm.ai.response' });
  await putMany(kit, threadId, 2_000, { eventType: 'llm.tool.result' });
  const [{ generation }] = await kit.cypher(
    'MATCH (t:Thread {projectId: "default", id: $threadId}) RETURN t.generation AS generation',
    { threadId },
  );
  const run = { place: 0, threadId, generation, id: 'run', before: neo4j.int(10_000) };
  const parameters = {
    ...{ projectId: 'default', runs: [run], limit: neo4j.int(1) },
    eventTypes: ['llm.ai.response', 'ai_message'],
  };
  const read = await rowsRead('run-events/last-messages', parameters);
  assert.ok(read >= 2 && read <= 5, String(read));
});
