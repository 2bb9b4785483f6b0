import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openDatabase } from '../../../src/neo4j/database.js';
import { endThreadGeneration } from '../../../src/domain/run-events/ended-generations.js';
import { finishDeletions } from '../../../src/finish-deletions.js';
import { newId, startKit, testNeo4j, until, type Followed, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';
import {
  deleteThread,
  put,
  putAll,
  putMany,
  runEvent,
  RUN_EVENTS,
  stored,
  take,
  shortForm,
} from '../../kit/run-event-kit.js';

let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
before(async () => {
  kit = await startKit();
  otherKit = await startKit();
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const following: Followed[] = [];
afterEach(() => following.splice(0).forEach((live) => live.stop()));

/** Follows the thread from after the event with this id. */
function resume(threadId: string, afterId: string): Followed {
  const live = kit.follow(RUN_EVENTS, { threadId, after: afterId });
  following.push(live);
  return live;
}

const RUN_OF_ALL = `query ($threadId: ID!) {
  runEvents(threadId: $threadId, runId: "run") { seq content }
  runMessages(threadId: $threadId, runId: "run") { seq content }
  threadMessages(threadId: $threadId) { seq content }
  threadMessageCount(threadId: $threadId)
  thread(id: $threadId) { lastSeq }
}`;

for (const [place, deleter] of [
  ['this server', () => kit],
  ['another', () => otherKit],
] as const) {
  test(`resuming after event 5 of a generation ended by ${place}: RunEventsDeleted, then all 7 events of the next`, async () => {
    const threadId = newId('thread');
    const [, , , , fifth] = await putMany(kit, threadId, 6);
    await deleteThread(deleter(), threadId);
    const written = await putMany(deleter(), threadId, 7);
    const live = resume(threadId, fifth.id);
    assert.deepEqual(shortForm(await take(live, 8)), ['RunEventsDeleted', ...range(1, 7)]);
    await put(kit, threadId);
    assert.deepEqual(shortForm(await take(live, 1)), [8]);
    assert.notEqual(written[4].id, fifth.id, 'the same seq in another generation is another event');
  });
}

test('resuming after an event of the current generation delivers the events after it', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 2);
  await deleteThread(kit, threadId);
  const [, second] = await putMany(kit, threadId, 4);
  assert.deepEqual(shortForm(await take(resume(threadId, second.id), 2)), [3, 4]);
});

test('several generations that ended since are one RunEventsDeleted, followed by the current one', async () => {
  const threadId = newId('thread');
  const { id } = await put(kit, threadId);
  for (const count of [2, 3]) {
    await deleteThread(kit, threadId);
    await putMany(kit, threadId, count);
  }
  assert.deepEqual(shortForm(await take(resume(threadId, id), 4)), ['RunEventsDeleted', 1, 2, 3]);
});

test('if no generation has begun since, a resume waits for the next and delivers it from its first event', async () => {
  for (const writer of [kit, otherKit]) {
    const threadId = newId('thread');
    const { id } = await put(kit, threadId);
    await deleteThread(kit, threadId);
    const live = resume(threadId, id);
    assert.deepEqual(shortForm(await take(live, 1)), ['RunEventsDeleted']);
    await putMany(writer, threadId, 3);
    assert.deepEqual(shortForm(await take(live, 3)), [1, 2, 3]);
  }
});

test('while a client is connected, each end of a generation is emitted, followed by the next generation', async () => {
  const threadId = newId('thread');
  const { id } = await put(kit, threadId);
  const live = resume(threadId, id);
  await until(() => kit.server.store.threadTails.watched === 1);
  for (const deleter of [kit, otherKit, kit]) {
    await deleteThread(deleter, threadId);
    assert.deepEqual(shortForm(await take(live, 1)), ['RunEventsDeleted']);
    await putMany(deleter, threadId, 2);
    assert.deepEqual(shortForm(await take(live, 2)), [1, 2]);
  }
});

test('an invalid id, one of another thread, one beyond the newest event, or both positions at once is rejected', async () => {
  const [threadId, otherId] = [newId('thread'), newId('thread/%2F é')];
  const { id } = await put(kit, threadId);
  const stranger = await put(kit, otherId);
  const later = id.replace(/1$/, '2');
  for (const [variables, message] of [
    [{ after: 'x' }, /after: expected the id of a run event, got "x"/],
    [{ after: stranger.id }, /after: expected an event of thread .*, got one of/],
    [{ after: later }, /after: expected at most 1, the newest event's, got 2/],
    [{ after: id, afterSeq: 1 }, /afterSeq: expected only one of after and afterSeq, got both/],
  ] as const) {
    const live = kit.follow(RUN_EVENTS, { threadId, ...variables });
    following.push(live);
    const { errors } = await live.next();
    assert.match(errors[0].message, message);
  }
  await putMany(kit, otherId, 2);
  assert.deepEqual(shortForm(await take(resume(otherId, stranger.id), 2)), [2, 3]);
});

test('once a generation ends, no reader sees its events, writes begin the next, and a restart clears the rest', async () => {
  const threadId = newId('thread');
  await putAll(kit, threadId, [
    { idempotencyKey: 'k', content: 'old' },
    { content: 'old' },
    { content: 'old' },
  ]);
  const ended = await endThreadGeneration(
    kit.database,
    { projectId: 'default', id: threadId },
    () => undefined,
  );
  assert.equal(ended?.events, 3);
  // As if the server had been killed here: the three events are still in the graph.
  assert.deepEqual((await stored(kit, threadId)).seqs, [1, 2, 3]);
  const none = await kit.ask(RUN_OF_ALL, { threadId });
  assert.deepEqual(
    [none.runEvents, none.runMessages, none.threadMessages, none.threadMessageCount],
    [[], [], [], 0],
  );
  const event = { seq: 1, content: 'new' };
  const written = await put(otherKit, threadId, { idempotencyKey: 'k', content: 'new' });
  assert.deepEqual({ seq: written.seq, content: written.content }, event);
  assert.deepEqual(await kit.ask(RUN_OF_ALL, { threadId }), {
    ...{ runEvents: [event], runMessages: [event], threadMessages: [event] },
    ...{ threadMessageCount: 1, thread: { lastSeq: 1 } },
  });
  assert.ok((await finishDeletions(kit.database)) >= 1);
  assert.deepEqual(await stored(kit, threadId), { seqs: [1], lastSeq: 1 });
  const [left] = await kit.cypher(
    `MATCH (n:Run|RunEvent|EndedGeneration {projectId: 'default', threadId: $threadId})
     RETURN count(DISTINCT n.generation) AS generations, count(n) AS nodes`,
    { threadId },
  );
  assert.deepEqual(left, { generations: 1, nodes: 2 });
});

test('a deletion ends the generation in its first transaction and clears events without locking the thread', async () => {
  const statements: string[] = [];
  const database = openDatabase(testNeo4j(), (name) => statements.push(name));
  const threadId = newId('thread');
  await putMany(kit, threadId, 600);
  const ended = await endThreadGeneration(database, { projectId: 'default', id: threadId }, () => undefined);
  assert.deepEqual(statements, ['threads/lock', 'threads/end-generation', 'threads/remove-empty']);
  assert.equal(ended?.events, 600);
  await database.close();
  await finishDeletions(kit.database);
  assert.deepEqual(await stored(kit, threadId), { seqs: [], lastSeq: null });
});

test('two concurrent deletions count each event once', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 500);
  const counts = await Promise.all([deleteThread(kit, threadId), deleteThread(otherKit, threadId)]);
  assert.deepEqual(
    counts.toSorted((a, b) => a - b),
    [0, 500],
  );
  assert.deepEqual((await stored(kit, threadId)).seqs, []);
  assert.equal(
    (
      await kit.send('mutation ($input: RunEventInput!) { putRunEvent(input: $input) { seq } }', {
        input: runEvent(threadId),
      })
    ).data.putRunEvent.seq,
    1,
  );
});
