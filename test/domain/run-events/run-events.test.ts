import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { range, sendText } from '../../kit/live.js';
import { deleteRun, PUT, PUT_ALL, put, putAll, putMany, runEvent, stored } from '../../kit/run-event-kit.js';
import { startServerProcess } from '../../kit/server-process.js';

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

const seqsOf = (events: readonly any[]): number[] => events.map(({ seq }) => seq);

test('an event is returned complete, as stored, and reads back the same', async () => {
  const threadId = newId('thread/ü');
  const given = {
    runId: 'run-1',
    eventType: 'tool_end',
    category: 'trace',
    content: { b: 1, a: [null, 'x'] },
    metadata: { '2': 'two', '1': 'one', model: 'm' },
    createdAt: '2026-04-04T08:49:25.123456+08:00',
  };
  const event = await put(kit, threadId, given);
  const [{ generation }] = await kit.cypher(
    'MATCH (t:Thread {projectId: "default", id: $threadId}) RETURN t.generation AS generation',
    { threadId },
  );
  const id = `${encodeURIComponent(threadId)}/${generation}/1`;
  assert.deepEqual(event, { id, threadId, seq: 1, ...given });
  const { runEvents } = await kit.ask(
    `query ($threadId: ID!) { runEvents(threadId: $threadId, runId: "run-1") {
      id threadId runId seq eventType category content metadata createdAt } }`,
    { threadId },
  );
  assert.deepEqual(runEvents, [event]);
});

test('content and metadata may be omitted: they default to an empty string and an empty object', async () => {
  const threadId = newId('thread');
  const input = { threadId, runId: 'r', eventType: 'run_start', category: 'lifecycle' };
  const { putRunEvent: event } = await kit.ask(PUT, { input });
  assert.deepEqual([event.content, event.metadata], ['', {}]);
  assert.match(event.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const { putRunEvent: nulls } = await kit.ask(PUT, { input: { ...input, metadata: null, createdAt: null } });
  assert.deepEqual([nulls.metadata, typeof nulls.createdAt], [{}, 'string']);
});

test('any JSON value comes back equal, text or not', async () => {
  const threadId = newId('thread');
  const contents = [
    '',
    ' ',
    'a\u0000b',
    '\u2028',
    '🎭'.repeat(1_000),
    '{"not":"parsed"}',
    'null',
    null,
    0,
    -1.5e-7,
    2 ** 53,
    true,
    false,
    [],
    {},
    [[]],
    { '': '' },
    [{ type: 'text', text: 'hi' }],
    'x'.repeat(1_000_000),
  ];
  const written = await putAll(
    kit,
    threadId,
    contents.map((content) => ({ content })),
  );
  assert.deepEqual(
    written.map(({ content }) => content),
    contents,
  );
  const { threadMessages } = await kit.ask(
    'query ($threadId: ID!) { threadMessages(threadId: $threadId) { content } }',
    { threadId },
  );
  assert.deepEqual(
    threadMessages.map(({ content }: any) => content),
    contents,
  );
});

test('keys keep their order, in content and in metadata', async () => {
  const threadId = newId('thread');
  const text = '{"z":1,"2":2,"1":1,"a":0}';
  await sendText(
    kit,
    PUT,
    `{"input":{"threadId":"${threadId}","runId":"r","eventType":"t","category":"message","content":${text},"metadata":${text}}}`,
  );
  const response = await fetch(`${kit.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ threadMessages(threadId: "${threadId}") { content metadata } }` }),
  });
  assert.equal(
    (await response.text()).trim(),
    `{"data":{"threadMessages":[{"content":${text},"metadata":${text}}]}}`,
  );
});

test('a given time comes back character for character, whatever its format', async () => {
  const threadId = newId('thread');
  const times = [
    '2026-04-04T08:49:25Z',
    '2026-04-04T08:49:25+08:00',
    '2026-04-04T08:49:25.1-0330',
    '2026-04-04T08:49:25.123456789+08',
    '2026-04-04 08:49:25',
    '2026-04-04 08:49:25 +08:00',
    '2026-04-04',
    '2026-04-04t08:49z',
    '2024-02-29T23:59:60Z',
    '0001-01-01T00:00:00,5Z',
  ];
  const events = await putAll(
    kit,
    threadId,
    times.map((createdAt) => ({ createdAt })),
  );
  assert.deepEqual(
    events.map(({ createdAt }) => createdAt),
    times,
  );
  const read = await kit.ask('query ($threadId: ID!) { threadMessages(threadId: $threadId) { createdAt } }', {
    threadId,
  });
  assert.deepEqual(
    read.threadMessages.map(({ createdAt }: any) => createdAt),
    times,
  );
});

test('seq counts from 1 in each thread, across all its runs, in write order', async () => {
  const [a, b] = [newId('thread'), newId('thread')];
  assert.equal((await put(kit, a, { runId: 'one' })).seq, 1);
  assert.equal((await put(kit, a, { runId: 'two' })).seq, 2);
  assert.equal((await put(kit, b, { runId: 'one' })).seq, 1);
  const batch = await putAll(
    kit,
    a,
    ['two', 'one', 'three', 'one'].map((runId) => ({ runId })),
  );
  assert.deepEqual(
    batch.map(({ seq, runId }) => [seq, runId]),
    [
      [3, 'two'],
      [4, 'one'],
      [5, 'three'],
      [6, 'one'],
    ],
  );
  assert.deepEqual(await stored(kit, a), { seqs: range(1, 6), lastSeq: 6 });
});

test('events belong to their run, and runs to their thread', async () => {
  const threadId = newId('thread');
  await putAll(kit, threadId, [{ runId: 'one' }, { runId: 'two' }, { runId: 'one' }]);
  await put(kit, threadId, { runId: 'two' });
  const rows = await kit.cypher(
    `MATCH (e:RunEvent)-[:BELONGS_TO]->(r:Run)-[:BELONGS_TO]->(t:Thread {projectId: 'default', id: $threadId})
     WHERE e.projectId = 'default' AND r.projectId = 'default' AND e.threadId = t.id AND r.threadId = t.id AND e.runId = r.id
     WITH r, e ORDER BY e.seq
     RETURN r.id AS run, collect(e.seq) AS seqs, r.createdAt < r.updatedAt AS writtenAgain ORDER BY run`,
    { threadId },
  );
  assert.deepEqual(rows, [
    { run: 'one', seqs: [1, 3], writtenAgain: false },
    { run: 'two', seqs: [2, 4], writtenAgain: true },
  ]);
  const [{ edges }] = await kit.cypher(
    'MATCH (t:Thread {projectId: "default", id: $threadId})<-[b]-() RETURN count(b) AS edges',
    { threadId },
  );
  assert.equal(edges, 2);
});

test('a batch of 1,000 or 5,000 events is one transaction', async () => {
  for (const count of [1_000, 5_000]) {
    const threadId = newId('thread');
    statements.length = 0;
    const events = await putMany(kit, threadId, count);
    assert.deepEqual(seqsOf(events), range(1, count));
    const times = (name: string): number => statements.filter((statement) => statement === name).length;
    assert.deepEqual(['threads/lock', 'run-events/read-by-keys'].map(times), [1, 1]);
    // Encoding more than 500 rows at once would block the event loop for long.
    assert.deepEqual(['runs/touch', 'run-events/create'].map(times), [count / 500, count / 500]);
    assert.deepEqual(await stored(kit, threadId), { seqs: range(1, count), lastSeq: count });
  }
});

test('a batch of no events writes nothing', async () => {
  statements.length = 0;
  assert.deepEqual(await putAll(kit, 'none', []), []);
  assert.deepEqual(statements, []);
});

test('resending an event with its idempotencyKey returns the first and changes nothing', async () => {
  const threadId = newId('thread');
  const given = {
    content: { a: 1 },
    metadata: { b: 2 },
    createdAt: '2026-04-04T08:49:25Z',
    idempotencyKey: 'k',
  };
  const first = await put(kit, threadId, given);
  await put(kit, threadId);
  assert.deepEqual(await put(kit, threadId, given), first);
  assert.deepEqual(await put(otherKit, threadId, given), first);
  assert.deepEqual(await stored(kit, threadId), { seqs: [1, 2], lastSeq: 2 });
});

test('an event sent without a time keeps its first time when it is resent', async () => {
  const threadId = newId('thread');
  const first = await put(kit, threadId, { idempotencyKey: 'k' });
  assert.equal((await put(kit, threadId, { idempotencyKey: 'k' })).createdAt, first.createdAt);
});

test('a key reused for a different event is a CONFLICT and writes nothing', async () => {
  const threadId = newId('thread');
  const given = { content: 'a', metadata: { b: 2 }, createdAt: '2026-04-04T08:49:25Z', idempotencyKey: 'k' };
  await put(kit, threadId, given);
  const others = [
    { content: 'b' },
    { content: ['a'] },
    { metadata: {} },
    { createdAt: '2026-04-04T08:49:25+00:00' },
    { createdAt: null },
    { runId: 'other' },
    { eventType: 'other' },
    { category: 'other' },
  ];
  for (const other of others) {
    const { message, extensions } = await kit.fail(PUT, {
      input: runEvent(threadId, { ...given, ...other }),
    });
    assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'input.idempotencyKey']);
    assert.match(message, /^input\.idempotencyKey: .*different content/);
  }
  const inputs = [{}, { ...given, content: 'b' }, {}].map((input) => runEvent(threadId, input));
  const { extensions } = await kit.fail(PUT_ALL, { inputs });
  assert.deepEqual([extensions.code, extensions.field], ['CONFLICT', 'inputs[1].idempotencyKey']);
  assert.deepEqual(await stored(kit, threadId), { seqs: [1], lastSeq: 1 });
});

test('a batch resent in whole or in part is written once, even if it repeats keys', async () => {
  const threadId = newId('thread');
  const keyed = (...keys: string[]): object[] => keys.map((key) => ({ content: key, idempotencyKey: key }));
  const first = await putAll(kit, threadId, keyed('a', 'b', 'a'));
  assert.deepEqual(seqsOf(first), [1, 2, 1]);
  assert.deepEqual(await putAll(kit, threadId, keyed('a', 'b', 'a')), first);
  assert.deepEqual(seqsOf(await putAll(kit, threadId, keyed('c', 'b', 'd'))), [3, 2, 4]);
  assert.deepEqual(await stored(kit, threadId), { seqs: [1, 2, 3, 4], lastSeq: 4 });
});

test('a key belongs to its thread: another thread may use it too', async () => {
  const [a, b] = [newId('thread'), newId('thread')];
  await put(kit, a, { idempotencyKey: 'k', content: 'a' });
  assert.equal((await put(kit, b, { idempotencyKey: 'k', content: 'b' })).content, 'b');
});

test('twenty concurrent requests with one key, to two servers, write one event', async () => {
  const threadId = newId('thread');
  const events = await Promise.all(
    range(1, 20).map((n) => put(n % 2 === 0 ? kit : otherKit, threadId, { idempotencyKey: 'k' })),
  );
  events.forEach((event) => assert.deepEqual(event, events[0]));
  assert.deepEqual(await stored(kit, threadId), { seqs: [1], lastSeq: 1 });
});

test('writers in two processes on one thread skip no seq and keep batches together', async () => {
  const server = await startServerProcess();
  try {
    const threadId = newId('thread');
    const there = async (inputs: readonly object[]): Promise<any[]> => {
      const { data, errors } = await server.send(PUT_ALL, {
        inputs: inputs.map((input) => runEvent(threadId, input)),
      });
      assert.equal(errors, undefined, JSON.stringify(errors));
      return data.putRunEvents as any[];
    };
    const here = (inputs: readonly object[]): Promise<any[]> => putAll(kit, threadId, inputs);
    const writers = range(1, 8).map(async (writer) => {
      const all: any[][] = [];
      for (const n of range(1, 15)) {
        const inputs = range(1, 1 + ((writer * n) % 7)).map(() => ({ runId: `run-${writer}` }));
        all.push(await (writer % 2 === 0 ? here : there)(inputs));
      }
      return all;
    });
    const written = await Promise.all(writers);
    const seqs = written.flat().map(seqsOf);
    for (const batch of seqs) {
      assert.deepEqual(batch, range(batch[0] ?? 0, (batch[0] ?? 0) + batch.length - 1));
    }
    for (const batches of written) {
      const own = batches.flatMap(seqsOf);
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
      );
    }
    const last = seqs.flat().length;
    assert.deepEqual(
      seqs.flat().sort((a, b) => a - b),
      range(1, last),
    );
    assert.deepEqual(await stored(kit, threadId), { seqs: range(1, last), lastSeq: last });
  } finally {
    await server.stop();
  }
});

test('many writers can write the first events of a thread concurrently', async () => {
  for (const _ of range(1, 5)) {
    const threadId = newId('thread');
    await Promise.all(range(1, 10).map((n) => put(n % 2 === 0 ? kit : otherKit, threadId)));
    assert.deepEqual(await stored(kit, threadId), { seqs: range(1, 10), lastSeq: 10 });
    const [{ logs }] = await kit.cypher(
      'MATCH (t:Thread {projectId: "default", id: $threadId}) RETURN collect(t.generation) AS logs',
      { threadId },
    );
    assert.equal(logs.length, 1);
  }
});

test('a trace and run events with one thread id share the thread', async () => {
  const threadId = newId('thread');
  await kit.ask('mutation ($threadId: ID!) { createTrace(input: { threadId: $threadId }) { id } }', {
    threadId,
  });
  await put(kit, threadId);
  const traces = await kit.cypher(
    'MATCH (:Run)-[:BELONGS_TO]->(t:Thread {id: $threadId})<-[:BELONGS_TO]-(:Trace) RETURN t.lastSeq AS lastSeq',
    { threadId },
  );
  assert.deepEqual(traces, [{ lastSeq: 1 }]);
  await deleteRun(kit, threadId, 'run');
  assert.equal((await put(kit, threadId)).seq, 2);
});

test('two projects can use the same threads, runs and keys without seeing each other', async () => {
  const projectId = newId('project');
  const stranger = await startKit({ projectId });
  try {
    const threadId = newId('thread');
    await putMany(kit, threadId, 3);
    await put(kit, threadId, { idempotencyKey: 'k', content: 'mine' });
    const seen = await stranger.ask(
      `query ($threadId: ID!) {
        threadMessages(threadId: $threadId) { seq }
        runMessages(threadId: $threadId, runId: "run") { seq }
        runEvents(threadId: $threadId, runId: "run") { seq }
        threadMessageCount(threadId: $threadId)
      }`,
      { threadId },
    );
    assert.deepEqual(seen, { threadMessages: [], runMessages: [], runEvents: [], threadMessageCount: 0 });
    const theirs = await put(stranger, threadId, { idempotencyKey: 'k', content: 'theirs' });
    assert.deepEqual([theirs.seq, theirs.content], [1, 'theirs']);
    assert.equal(await deleteRun(stranger, threadId, 'run'), 1);
    assert.deepEqual(await stored(kit, threadId), { seqs: range(1, 4), lastSeq: 4 });
    const strays = await kit.cypher(
      'MATCH (a:RunEvent|Run {projectId: $projectId})-[]-(b) WHERE b.projectId <> $projectId RETURN b',
      { projectId },
    );
    assert.deepEqual(strays, []);
  } finally {
    await stranger.close();
  }
});
