import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { everything, PUT, put } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { postRaw } from '../../kit/writes.js';

/** A project of its own, so that a test can compare everything in it. */
const projectId = newId('bad');
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId });
  await put(
    kit,
    { threadId: 't', checkpointId: 'there', step: 1 },
    { messages: ['m'], state: { a: 'x'.repeat(300) } },
  );
});
after(() => kit.close());

/** Runs `tries` and checks that they wrote nothing. */
async function writesNothing(tries: () => Promise<unknown>): Promise<void> {
  const before = await everything(kit, projectId);
  await tries();
  assert.deepEqual(await everything(kit, projectId), before);
}

const METADATA_CASES: readonly (readonly [string, unknown, RegExp])[] = [
  ['threadId', '', /1 to 200 characters/],
  ['threadId', 'x'.repeat(201), /1 to 200 characters/],
  ['threadId', '🎭'.repeat(201), /1 to 200 characters/],
  ['threadId', 'a\u0000b', /control character/],
  ['threadId', null, /non-nullable|null/],
  ['checkpointId', '', /1 to 200 characters/],
  ['checkpointId', 'x'.repeat(201), /1 to 200 characters/],
  ['checkpointId', 'a\nb', /control character/],
  ['checkpointId', ['a'], /ID cannot represent/],
  ['parentCheckpointId', '', /1 to 200 characters/],
  ['parentCheckpointId', 'x'.repeat(201), /1 to 200 characters/],
  ['parentCheckpointId', 'a\u007f', /control character/],
  ['step', -1, /whole number from 0/],
  ['step', 1.5, /whole number from 0/],
  ['step', 2 ** 53, /whole number from 0 to 2\^53 - 1/],
  ['step', 1e300, /whole number from 0/],
  ['step', '1', /whole number from 0/],
  ['step', null, /non-nullable|null/],
  ['tags', Array.from({ length: 101 }, (_, index) => `${index}`), /at most 100 tags, got 101/],
  ['tags', [null], /non-nullable|null/],
  ['tags', [1], /String cannot represent/],
  ['tags', { a: 1 }, /String cannot represent/],
  ['summary', 7, /String cannot represent/],
  ['createdAt', '', /a time of ISO 8601/],
  ['createdAt', 'yesterday', /a time of ISO 8601/],
  ['createdAt', '2026-13-01', /a time of ISO 8601/],
  ['createdAt', '2026-01-31T25:00:00Z', /a time of ISO 8601/],
  ['createdAt', '2026-01-31T12:00:00.000Z; DROP', /a time of ISO 8601/],
  ['createdAt', `2026-01-31T12:00:00.${'0'.repeat(200)}Z`, /a time of ISO 8601/],
  ['createdAt', 1_767_225_600, /String cannot represent/],
  ['writtenAt', 'x', /not defined/],
  ['write', 1, /not defined/],
];

test('invalid metadata is rejected by field name, and nothing is written', async () => {
  await writesNothing(async () => {
    for (const [name, value, message] of METADATA_CASES) {
      const metadata = { threadId: 't', checkpointId: newId(), step: 0, [name]: value };
      const error = await kit.fail(PUT, { input: { metadata, messages: ['new'] } });
      const shown = `${name} ${JSON.stringify(value).slice(0, 50)}: ${error.message}`;
      assert.equal(error.extensions.code, 'BAD_USER_INPUT', shown);
      assert.ok(
        error.extensions.field?.startsWith(`input.metadata.${name}`),
        `${shown} ${error.extensions.field}`,
      );
      assert.match(error.message, message);
    }
  });
});

test('non-list messages, non-object state or tool results, and unknown steps are rejected by field name', async () => {
  const wrong = {
    messages: [{}, { '0': 1 }, 'text', 7, true],
    state: [[], [1], 'text', 7, false],
    toolsResult: [[], 'text', 0],
  };
  await writesNothing(async () => {
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        const error = await kit.fail(PUT, { input: { metadata: { threadId: 'u', step: 0 }, [name]: value } });
        assert.deepEqual(
          [error.extensions.code, error.extensions.field],
          ['BAD_USER_INPUT', `input.${name}`],
        );
        const expected = name === 'messages' ? 'list' : 'object';
        assert.ok(
          error.message.includes(`expected a JSON ${expected}, got ${JSON.stringify(value)}`),
          error.message,
        );
      }
    }
    for (const stepId of [newId('unknown'), '', 'x'.repeat(201), 'there']) {
      const input = { metadata: { threadId: 'u', step: 0 }, messages: ['new'], stepId };
      const error = await kit.fail(PUT, { input });
      assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'input.stepId']);
    }
    for (const input of [
      {},
      { metadata: null },
      { metadata: { step: 0 } },
      { metadata: { threadId: 't' } },
    ]) {
      assert.equal((await kit.fail(PUT, { input })).extensions.code, 'BAD_USER_INPUT');
    }
  });
});

test('JSON that would not come back equal is rejected', async () => {
  await writesNothing(async () => {
    for (const value of ['9007199254740993', '1e400', '"\\ud800"', `${'['.repeat(600)}${']'.repeat(600)}`]) {
      for (const [name, json] of [
        ['messages', `[${value}]`],
        ['state', `{"a":${value}}`],
        ['toolsResult', `{"a":[${value}]}`],
      ] as const) {
        const variables = `{"input":{"metadata":{"threadId":"u","step":0},"${name}":${json}}}`;
        const { answer } = await postRaw(kit, `{"query":${JSON.stringify(PUT)},"variables":${variables}}`);
        assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT', `${name} ${json.slice(0, 50)}`);
      }
    }
  });
});

test('a limit below 1 or above 10,000 and an offset below 0 are rejected by name', async () => {
  for (const [list, types, variables] of [
    ['checkpoints(threadId: "t", ', '', {}],
    ['checkpointThreads(', '', {}],
  ] as const) {
    const query = `query ($limit: Int, $offset: Int${types}) { ${list}limit: $limit, offset: $offset) { id } }`;
    for (const [part, field, message] of [
      [{ limit: 0 }, 'limit', /1 to 10000, got 0/],
      [{ limit: -1 }, 'limit', /1 to 10000, got -1/],
      [{ limit: 10_001 }, 'limit', /1 to 10000, got 10001/],
      [{ offset: -1 }, 'offset', /from 0, got -1/],
      [{ limit: 1.5 }, 'limit', /Int cannot represent/],
      [{ offset: 2 ** 31 }, 'offset', /Int cannot represent/],
    ] as const) {
      const error = await kit.fail(query, { ...variables, ...part });
      assert.deepEqual(
        [error.extensions.code, error.extensions.field],
        ['BAD_USER_INPUT', field],
        error.message,
      );
      assert.match(error.message, message);
    }
    assert.deepEqual((await kit.ask(query, { limit: null, offset: null }))[list.split('(')[0] ?? ''], [
      { id: 'there' },
    ]);
  }
});

test('lineage and children accept page sizes from 1 to their maximum, and only their own cursors', async () => {
  for (const [list, most] of [
    ['lineage', 10_000],
    ['children', 500],
  ] as const) {
    const query = `query ($first: Int, $after: String) { checkpoint(id: "there") { ${list}(first: $first, after: $after) { nodes { id } } } }`;
    for (const [page, field] of [
      [{ first: 0 }, 'first'],
      [{ first: -1 }, 'first'],
      [{ first: most + 1 }, 'first'],
      [{ after: 'no cursor' }, 'after'],
      [{ after: Buffer.from(list === 'lineage' ? '"text"' : '7').toString('base64url') }, 'after'],
    ] as const) {
      const { extensions } = await kit.fail(query, page);
      assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', field], JSON.stringify(page));
    }
    assert.deepEqual(await kit.ask(query, { first: most }), { checkpoint: { [list]: { nodes: [] } } });
  }
});

test('deleting before a step that is a fraction, not a number or beyond 2^53 is rejected', async () => {
  const query = 'mutation ($step: Long!) { deleteCheckpointsBefore(threadId: "t", beforeStep: $step) }';
  await writesNothing(async () => {
    for (const step of [0.5, -0.5, '7', '-1', null, 2 ** 54, -(2 ** 54)]) {
      assert.equal((await kit.fail(query, { step })).extensions.code, 'BAD_USER_INPUT', `${step}`);
    }
  });
});

test('among many concurrent writes, only the rejected ones fail', async () => {
  const bad = [
    { metadata: { threadId: 'other', checkpointId: 'there', step: 0 } },
    { metadata: { threadId: 'many', checkpointId: 'loop', step: 0, parentCheckpointId: 'loop-end' } },
    { metadata: { threadId: 'many', step: 0 }, stepId: 'unknown' },
    { metadata: { threadId: 'many', step: -1 } },
  ];
  await put(kit, { threadId: 'loops', checkpointId: 'loop-end', step: 0, parentCheckpointId: 'loop' });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      kit.send(PUT, {
        input:
          index % 10 === 5
            ? bad[(index - 5) / 10]
            : { metadata: { threadId: 'many', step: index }, messages: [1, index] },
      }),
    ),
  );
  answers.forEach(({ errors }, index) =>
    assert.equal(errors !== undefined, index % 10 === 5, JSON.stringify(errors)),
  );
  const codes = answers.flatMap(({ errors }) => errors?.[0]?.extensions.code ?? []);
  assert.deepEqual(codes, ['CONFLICT', 'BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT']);
  const { checkpoints } = await kit.ask('query { checkpoints(threadId: "many") { metadata { step } } }');
  assert.equal(checkpoints.length, 36);
});
