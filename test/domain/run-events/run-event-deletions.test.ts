import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';
import { newTrace, range } from '../../kit/live.js';
import { MATCH_PROJECT_NODES } from '../../kit/project-nodes.js';
import { deleteRun, deleteThread, put, putAll, putMany, stored } from '../../kit/run-event-kit.js';

const statements: string[] = [];
let kit: Kit;
/** Another server on the same database. */
let otherKit: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
  otherKit = await startKit();
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const count = (name: string): number => statements.filter((statement) => statement === name).length;

/** Counts what is left of a thread in the database, by label. */
async function remains(threadId: string): Promise<any[]> {
  return await kit.cypher(
    `${MATCH_PROJECT_NODES} WITH n WHERE n.threadId = $threadId OR n.id = $threadId
     RETURN labels(n)[0] AS label, count(*) AS nodes ORDER BY label`,
    { projectId: 'default', threadId },
  );
}

/** Writes many events straight into Neo4j, in a new thread created through the API. */
async function bigThread(size: number): Promise<string> {
  const threadId = newId('big');
  await put(kit, threadId);
  await kit.cypher(
    `MATCH (t:Thread {projectId: 'default', id: $threadId})<-[:BELONGS_TO]-(r:Run)
     SET t.lastSeq = $size, t.eventCount = $size
     WITH r, t.generation AS generation UNWIND range(2, $size) AS seq
     CREATE (e:RunEvent)-[:BELONGS_TO]->(r)
     SET e = {projectId: 'default', threadId: $threadId, generation: generation, seq: seq, runId: r.id, eventType: 't', category: 'message',
       content: 'x', metadata: '{}', createdAt: '2026-04-04T08:49:25Z', key: 'auto:' + seq}`,
    { threadId, size },
  );
  return threadId;
}

test('deleting a run removes the run and its events, and returns how many events it had', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    ['a', 'b', 'a', 'b', 'a'].map((runId) => ({ runId })),
  );
  assert.equal(await deleteRun(kit, threadId, 'a'), 3);
  assert.deepEqual(await stored(kit, threadId), { seqs: [2, 4], lastSeq: 5 });
  assert.deepEqual(await remains(threadId), [
    { label: 'Run', nodes: 1 },
    { label: 'RunEvent', nodes: 2 },
    { label: 'Thread', nodes: 1 },
  ]);
  assert.equal(await deleteRun(kit, threadId, 'a'), 0);
});

test('the seq counter survives deleting the newest run and the last run', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 2, { runId: 'old' });
  await putMany(kit, threadId, 3, { runId: 'new' });
  assert.equal(await deleteRun(kit, threadId, 'new'), 3);
  assert.equal((await put(kit, threadId, { runId: 'newer' })).seq, 6);
  assert.equal(await deleteRun(otherKit, threadId, 'old'), 2);
  assert.equal(await deleteRun(otherKit, threadId, 'newer'), 1);
  assert.deepEqual(await stored(kit, threadId), { seqs: [], lastSeq: 6 });
  assert.equal((await put(otherKit, threadId, { runId: 'newer' })).seq, 7);
});

test('deleting the events of a thread leaves nothing behind, and seq starts at 1 again', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 20).map((n) => ({ runId: `run-${n % 3}` })),
  );
  assert.equal(await deleteThread(kit, threadId), 20);
  assert.deepEqual(await remains(threadId), []);
  assert.equal((await put(kit, threadId)).seq, 1);
});

test('deleting what does not exist returns 0, also the second time', async () => {
  const threadId = newId('thread');
  assert.equal(await deleteThread(kit, threadId), 0);
  assert.equal(await deleteRun(kit, threadId, 'run'), 0);
  await put(kit, threadId);
  assert.equal(await deleteRun(kit, threadId, 'other'), 0);
  assert.equal(await deleteThread(kit, threadId), 1);
  assert.equal(await deleteThread(kit, threadId), 0);
  assert.deepEqual(await remains(threadId), []);
});

test('a thread whose runs were all deleted keeps its counter until its events are deleted', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 3);
  await deleteRun(kit, threadId, 'run');
  assert.equal(await deleteThread(kit, threadId), 0);
  assert.deepEqual(await stored(kit, threadId), { seqs: [], lastSeq: null });
  assert.equal((await put(kit, threadId)).seq, 1);
});

test('a thread that something else belongs to stays, with its counter at 0', async () => {
  const [withTrace, withCheckpoint] = [newId('thread'), newId('thread')];
  await newTrace(kit, { threadId: withTrace });
  await putMany(kit, withTrace, 3);
  await putMany(kit, withCheckpoint, 3);
  await kit.cypher(
    `MATCH (t:Thread {projectId: 'default', id: $id})
     CREATE (:Checkpoint {projectId: 'default', id: $id, threadId: $id})-[:BELONGS_TO]->(t)`,
    { id: withCheckpoint },
  );
  for (const threadId of [withTrace, withCheckpoint]) {
    assert.equal(await deleteThread(kit, threadId), 3);
    assert.deepEqual(await stored(kit, threadId), { seqs: [], lastSeq: 0 });
    assert.equal((await put(kit, threadId)).seq, 1);
  }
});

test('a key is free again once its event is deleted', async () => {
  const threadId = newId('thread');
  await put(kit, threadId, { idempotencyKey: 'k', content: 'one' });
  await deleteRun(kit, threadId, 'run');
  assert.equal((await put(kit, threadId, { idempotencyKey: 'k', content: 'two' })).seq, 2);
  await deleteThread(kit, threadId);
  assert.equal((await put(kit, threadId, { idempotencyKey: 'k', content: 'three' })).seq, 1);
});

for (const size of [250, 251, 6_000]) {
  test(`${size} events of a run or a thread are removed in short batches until none is left`, async () => {
    const whole = await bigThread(size);
    statements.length = 0;
    assert.equal(await deleteThread(kit, whole), size);
    // No batch has more than 5,000 events or, except for the last, fewer than 250.
    assert.ok(count('ended-generations/clear-events') >= 1 + Math.floor(size / 5_000));
    assert.ok(count('ended-generations/clear-events') <= 1 + Math.ceil(size / 250));
    assert.equal(count('threads/end-generation'), 1);
    assert.deepEqual(await remains(whole), []);

    const run = await bigThread(size);
    await put(kit, run, { runId: 'stays' });
    statements.length = 0;
    assert.equal(await deleteRun(kit, run, 'run'), size);
    assert.equal(count('threads/lock'), count('run-events/clear-run'));
    assert.ok(count('run-events/clear-run') >= 1 + Math.floor(size / 2_000));
    assert.deepEqual(await stored(kit, run), { seqs: [size + 1], lastSeq: size + 1 });
    assert.equal(await deleteThread(kit, run), 1);
  });
}

test('deleting a thread deletes its 5,000 runs of one event each', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 5_000).map((n) => ({ runId: `run-${n}` })),
  );
  assert.equal(await deleteThread(kit, threadId), 5_000);
  assert.deepEqual(await remains(threadId), []);
});

test('other runs can be written to while one is deleted, and no seq is used twice', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 2_000, { runId: 'old' });
  const [removed, ...written] = await Promise.all([
    deleteRun(otherKit, threadId, 'old'),
    ...range(1, 50).map((n) => put(n % 2 === 0 ? kit : otherKit, threadId, { runId: 'new' })),
  ]);
  assert.equal(removed, 2_000);
  const seqs = written.map(({ seq }) => seq as number).sort((a, b) => a - b);
  assert.deepEqual(seqs, range(2_001, 2_050));
  assert.deepEqual(await stored(kit, threadId), { seqs, lastSeq: 2_050 });
});

test('an event listed while it is deleted is either complete or missing', async () => {
  const threadId = newId('thread');
  const content = { text: 'x'.repeat(300) };
  const metadata = { model: 'm' };
  const query = `query ($threadId: ID!) {
    threadMessages(threadId: $threadId, limit: 3000) { seq runId eventType content metadata createdAt }
    runMessages(threadId: $threadId, runId: "run") { seq runId eventType content metadata createdAt }
    runEvents(threadId: $threadId, runId: "run", limit: 3000) { seq runId eventType content metadata createdAt }
  }`;
  for (const deletion of [
    () => deleteRun(otherKit, threadId, 'run'),
    () => deleteThread(otherKit, threadId),
  ]) {
    await putMany(kit, threadId, 3_000, { content, metadata });
    let deleting = true;
    const deleted = deletion().finally(() => {
      deleting = false;
    });
    await until(async () => {
      for (const list of Object.values<any[]>(await kit.ask(query, { threadId }))) {
        for (const event of list) {
          assert.deepEqual([event.content, event.metadata, event.runId], [content, metadata, 'run']);
        }
      }
      return !deleting;
    }, 20_000);
    assert.equal(await deleted, 3_000);
  }
});

test('a thread that is written to while it is deleted repeatedly stays consistent', async () => {
  const threadId = newId('thread');
  let writing = true;
  const writers = range(1, 6).map(async (writer) => {
    let written = 0;
    for (const n of range(1, 25)) {
      const events = await putMany(n % 2 === 0 ? kit : otherKit, threadId, (writer % 3) + 1);
      const [first] = events;
      assert.deepEqual(
        events.map(({ seq }) => seq),
        range(first.seq, first.seq + events.length - 1),
      );
      written += events.length;
    }
    return written;
  });
  const deleters = [kit, otherKit, kit].map(async (of) => {
    let removed = 0;
    while (writing) {
      removed += await deleteThread(of, threadId);
    }
    return removed;
  });
  const written = (await Promise.all(writers)).reduce((sum, n) => sum + n, 0);
  writing = false;
  const removed = (await Promise.all(deleters)).reduce((sum, n) => sum + n, 0);
  const { seqs, lastSeq } = await stored(kit, threadId);
  assert.equal(removed + seqs.length, written);
  assert.deepEqual(seqs, range(1, lastSeq ?? 0));
});
