import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { JsonText } from '../../../src/base/json-text.js';
import { metadataFilterOf } from '../../../src/domain/run-events/metadata-filter.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';
import { postRaw } from '../../kit/writes.js';
import { deleteThread, put, putAll, putMany } from '../../kit/run-event-kit.js';

const statements: string[] = [];
let kit: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
});
after(() => kit.close());

const FIND = `query ($threadId: ID!, $metadata: JSON, $limit: Int, $afterSeq: Long, $eventTypes: [String!]) {
  runEvents(threadId: $threadId, runId: "run", metadata: $metadata, limit: $limit, afterSeq: $afterSeq, eventTypes: $eventTypes) {
    seq metadata } }`;

/** The seqs of the run's events with this metadata. */
async function find(threadId: string, metadata: unknown, more: object = {}): Promise<number[]> {
  const { runEvents } = await kit.ask(FIND, { threadId, metadata, ...more });
  return runEvents.map(({ seq }: any) => seq);
}

/** Writes an event for each text of metadata, and stores the text exactly as it is spelt. */
async function putTexts(threadId: string, texts: readonly string[]): Promise<void> {
  await putMany(kit, threadId, texts.length);
  await kit.cypher(
    `UNWIND range(1, size($texts)) AS seq
     MATCH (e:RunEvent {projectId: 'default', threadId: $threadId, seq: seq})
     SET e.metadata = $texts[seq - 1]`,
    { threadId, texts },
  );
}

/** The same as `find`, with the filter as it is spelt. */
async function findText(threadId: string, metadata: string): Promise<number[]> {
  const variables = `{"threadId":"${threadId}","metadata":${metadata}}`;
  const { answer } = await postRaw(kit, `{"query":${JSON.stringify(FIND)},"variables":${variables}}`);
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data.runEvents.map(({ seq }: any) => seq);
}

test('only events whose metadata has all given entries are returned, in the order of seq', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    [
      { task_id: 'a', step: 1 },
      { task_id: 'b', step: 1 },
      { step: 1 },
      { task_id: 'a', step: 2, more: true },
      { other: { task_id: 'a' } },
      {},
      { step: 1, task_id: 'a' },
    ].map((metadata) => ({ metadata })),
  );
  assert.deepEqual(await find(threadId, { task_id: 'a' }), [1, 4, 7]);
  assert.deepEqual(await find(threadId, { task_id: 'a', step: 1 }), [1, 7]);
  assert.deepEqual(await find(threadId, { task_id: 'c' }), []);
  assert.deepEqual(await find(threadId, { task_id: 'a', step: '1' }), []);
  for (const all of [{}, null]) {
    assert.deepEqual(await find(threadId, all), range(1, 7));
  }
});

test('an entry in the query text is the same as one in a variable', async () => {
  const threadId = newId('thread');
  await putAll(kit, threadId, [{ metadata: { task_id: 'a' } }, { metadata: { task_id: 'b' } }]);
  const { runEvents } = await kit.ask(
    `{ runEvents(threadId: "${threadId}", runId: "run", metadata: { task_id: "b" }) { seq } }`,
  );
  assert.deepEqual(runEvents, [{ seq: 2 }]);
});

test('values are equal as JSON: numbers by decimal value, keys in any order, characters however they are escaped', async () => {
  const threadId = newId('thread');
  const spellings = {
    one: ['1', '1.0', '1e0', '10e-1', '0.1e1', '1.00E+0'],
    zero: ['0', '-0', '0.0', '0e5', '-0.0e-3'],
    text: ['"a/b\\u00e9"', '"a\\/bé"', '"\\u0061/b\\u00E9"'],
    object: ['{"x":1,"y":[2,null]}', '{ "y" : [ 2.0 , null ] , "x" : 1e0 }', '{"x":7,"x":1,"y":[2,null]}'],
  };
  const values = Object.values(spellings).flat();
  await putTexts(
    threadId,
    values.map((value) => `{"k":${value}}`),
  );
  let from = 1;
  for (const [name, texts] of Object.entries(spellings)) {
    const expected = range(from, from + texts.length - 1);
    for (const text of texts) {
      assert.deepEqual(await findText(threadId, `{"k":${text}}`), expected, `${name} ${text}`);
    }
    from += texts.length;
  }
});

test('keys are found however they are escaped, and the last of two equal keys counts', async () => {
  const threadId = newId('thread');
  await putTexts(threadId, [
    '{"task_id":"a"}',
    '{ "\\u0074ask\\u005fid" : "\\u0061" }',
    '{"task_id":"b","task_id":"a"}',
    '{"task_id":"a","task_id":"b"}',
    '{"note":"\\"task_id\\":\\"a\\""}',
    '{"task_id":null,"a":"a"}',
  ]);
  assert.deepEqual(await find(threadId, { task_id: 'a' }), [1, 2, 3]);
});

test('numbers that a double cannot tell apart are different', () => {
  const matches = (wanted: string, stored: string): boolean | undefined =>
    metadataFilterOf(new JsonText(`{"k":${wanted}}`), 'metadata')?.matches(`{"k":${stored}}`);
  for (const [a, b] of [
    ['1175928847299117063', '1175928847299117064'],
    ['0.1', '0.10000000000000000001'],
    ['1e400', '1e401'],
    ['1e-400', '0'],
    ['100', '10'],
    ['-1', '1'],
  ] as const) {
    assert.equal(matches(a, b), false, `${a} ${b}`);
    assert.equal(matches(a, a), true);
  }
  assert.equal(matches('1175928847299117063', '1175928847299117063.00'), true);
  assert.equal(matches('1e400', '10e399'), true);
  assert.equal(matches('1e99999999999999999999', '0.1e100000000000000000000'), true);
});

test('values of another type or with other content are different', async () => {
  const threadId = newId('thread');
  const values = [
    null,
    false,
    true,
    0,
    1,
    '',
    '1',
    'true',
    'null',
    [],
    [1],
    [1, 2],
    [2, 1],
    {},
    { a: 1 },
    { a: 1, b: 2 },
  ];
  await putAll(
    kit,
    threadId,
    values.map((k) => ({ metadata: { k } })),
  );
  for (const [index, k] of values.entries()) {
    assert.deepEqual(await find(threadId, { k }), [index + 1], JSON.stringify(k));
  }
  assert.deepEqual(await find(threadId, { absent: null }), [], 'a key that is absent is not null');
});

test('every filter on random metadata matches a reference computed from the values', async () => {
  const key = fc.constantFrom('a', 'b', '"', '\\', 'é', '1', 'a"b', '__proto__');
  const value = fc.oneof(
    fc.constantFrom<unknown>(1, 2, 0.5, 'a', '"a"', '\\', 'null', null, true, false, [], {}),
    fc.record({ a: fc.constantFrom(1, 'a') }),
    fc.array(fc.constantFrom(1, 'a'), { maxLength: 2 }),
  );
  const object = fc
    .array(fc.tuple(key, value), { maxLength: 4 })
    .map((entries) => new Map(entries.map(([name, item]) => [name, JSON.stringify(item)])));
  const textOf = (entries: ReadonlyMap<string, string>): string =>
    `{${[...entries].map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(',')}}`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(object, { minLength: 1, maxLength: 30 }),
      fc.array(object, { minLength: 1, maxLength: 8 }),
      async (stored, filters) => {
        const threadId = newId('random');
        await putTexts(threadId, stored.map(textOf));
        for (const filter of filters) {
          const expected = stored.flatMap((entries, index) =>
            [...filter].every(([name, item]) => entries.get(name) === item) ? [index + 1] : [],
          );
          assert.deepEqual(await findText(threadId, textOf(filter)), expected, textOf(filter));
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('the filter applies before the limit, together with types, and afterSeq pages through all matches', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 5_000).map((n) => ({
      eventType: n % 2 === 0 ? 'even' : 'odd',
      // Numbers are not searched for in the database, so that most of these are read and dropped.
      metadata: { task: n % 100, seq: n },
    })),
  );
  const expected = range(0, 49).map((n) => 100 * n + 40);
  assert.deepEqual(await find(threadId, { task: 40 }), expected);
  assert.deepEqual(await find(threadId, { task: 40 }, { limit: 3 }), expected.slice(0, 3));
  assert.deepEqual(await find(threadId, { task: 40 }, { eventTypes: ['odd'] }), []);
  assert.deepEqual(
    await find(threadId, { task: 40 }, { eventTypes: ['even'], limit: 2, afterSeq: 4_000 }),
    [4_040, 4_140],
  );
  const found: number[] = [];
  for (let page = await find(threadId, { task: 40 }, { limit: 7 }); page.length > 0;) {
    found.push(...page);
    page = await find(threadId, { task: 40 }, { limit: 7, afterSeq: page.at(-1) });
  }
  assert.deepEqual(found, expected);
});

test('a text is searched for in the database: two statements, however long the run', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 5_000).map((n) => ({ metadata: { task_id: `task-${n % 100}` } })),
  );
  statements.length = 0;
  assert.deepEqual(await find(threadId, { task_id: 'task-40' }, { limit: 2 }), [40, 140]);
  assert.deepEqual(statements, ['run-events/metadata-page', 'run-events/read-by-seqs']);
});

test('events of other runs, threads and log generations are not found', async () => {
  const threadId = newId('thread');
  const metadata = { task_id: 'a' };
  await put(kit, threadId, { metadata });
  await put(kit, newId('other'), { metadata });
  await put(kit, threadId, { metadata, runId: 'other' });
  assert.deepEqual(await find(threadId, metadata), [1]);
  await deleteThread(kit, threadId);
  assert.deepEqual(await find(threadId, metadata), []);
  await put(kit, threadId);
  await put(kit, threadId, { metadata });
  assert.deepEqual(await find(threadId, metadata), [2]);
});

test('a filter that is not a JSON object is rejected by name', async () => {
  for (const metadata of [[], 'task_id', 7, true, [['task_id', 'a']]]) {
    const { message, extensions } = await kit.fail(FIND, { threadId: 't', metadata });
    assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'metadata']);
    assert.ok(message.startsWith('metadata: expected a JSON object, got '), message);
  }
});
