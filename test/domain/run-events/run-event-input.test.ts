import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { MATCH_PROJECT_NODES } from '../../kit/project-nodes.js';
import { DELETE_THREAD, PUT, PUT_ALL, put, runEvent, RUN_EVENTS } from '../../kit/run-event-kit.js';

/** A project of its own, so that a test can count everything in it. */
const projectId = newId('project');
const threadId = newId('thread');
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId });
  await put(kit, threadId);
});
after(() => kit.close());

const LONG = 'x'.repeat(201);

/** What the project holds: nodes by label, and the counter of its thread. */
async function size(): Promise<any[]> {
  return await kit.cypher(
    `${MATCH_PROJECT_NODES} RETURN labels(n)[0] AS label, count(*) AS nodes, max(n.lastSeq) AS lastSeq, max(n.updatedAt) AS at
     ORDER BY label`,
    { projectId },
  );
}

/** Sends a request that must be rejected for this field, and checks that it wrote nothing. */
async function refused(query: string, variables: object, field: string, expected: RegExp): Promise<void> {
  const before = await size();
  const { message, extensions } = await kit.fail(query, variables);
  assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', field], message);
  assert.match(message, expected);
  assert.ok(message.startsWith(`${field}: expected `), message);
  assert.deepEqual(await size(), before);
}

for (const [field, value, expected] of [
  ['threadId', '', /1 to 200 characters/],
  ['threadId', LONG, /1 to 200 characters/],
  ['threadId', 'a\nb', /control character/],
  ['runId', '', /1 to 200 characters/],
  ['runId', LONG, /1 to 200 characters/],
  ['eventType', '', /1 to 200 characters/],
  ['eventType', LONG, /1 to 200 characters/],
  ['category', '', /1 to 200 characters/],
  ['category', LONG, /1 to 200 characters/],
  ['idempotencyKey', '', /1 to 200 characters/],
  ['idempotencyKey', LONG, /1 to 200 characters/],
  ['metadata', [], /a JSON object, got \[\]/],
  ['metadata', 'text', /a JSON object, got "text"/],
  ['metadata', 7, /a JSON object, got 7/],
  ['metadata', true, /a JSON object, got true/],
  ['createdAt', '', /ISO 8601/],
  ['createdAt', 'yesterday', /ISO 8601, .* got "yesterday"/],
  ['createdAt', '08:49:25', /ISO 8601/],
  ['createdAt', '2026-13-04T08:49:25Z', /ISO 8601/],
  ['createdAt', '2026-00-04T08:49:25Z', /ISO 8601/],
  ['createdAt', '2026-02-29T08:49:25Z', /ISO 8601/],
  ['createdAt', '2026-04-31T08:49:25Z', /ISO 8601/],
  ['createdAt', '2026-04-00T08:49:25Z', /ISO 8601/],
  ['createdAt', '2026-04-04T24:49:25Z', /ISO 8601/],
  ['createdAt', '2026-04-04T08:60:25Z', /ISO 8601/],
  ['createdAt', '2026-04-04T08:49:61Z', /ISO 8601/],
  ['createdAt', '2026-04-04T08:49:25+24:00', /ISO 8601/],
  ['createdAt', '2026-04-04T08:49:25Z ', /ISO 8601/],
  ['createdAt', '1712191765', /ISO 8601/],
] as const) {
  test(`an event with ${field} ${JSON.stringify(value).slice(0, 40)} is rejected, alone and in a batch`, async () => {
    await refused(PUT, { input: runEvent(threadId, { [field]: value }) }, `input.${field}`, expected);
    const inputs = [{}, { [field]: value }].map((input) => runEvent(threadId, input));
    await refused(PUT_ALL, { inputs }, `inputs[1].${field}`, expected);
  });
}

test('ids of 1 and of 200 characters are accepted, whatever the characters', async () => {
  for (const id of ['x', 'y'.repeat(200), '🎭'.repeat(200), 'a/b?c#d e', '__proto__']) {
    const event = await put(kit, id, { runId: id, eventType: id, category: id, idempotencyKey: id });
    assert.deepEqual([event.threadId, event.runId, event.eventType, event.category], [id, id, id, id]);
    assert.equal((await kit.ask(DELETE_THREAD, { threadId: id })).deleteThreadEvents, 1);
  }
});

test('a batch that mixes threads is rejected', async () => {
  const inputs = [runEvent(threadId), runEvent(threadId), runEvent('other')];
  await refused(PUT_ALL, { inputs }, 'inputs[2].threadId', /the one thread of the batch, got "other"/);
});

test('a batch of more than 5,000 is rejected', async () => {
  const inputs = Array.from({ length: 5_001 }, () => runEvent(threadId));
  await refused(PUT_ALL, { inputs }, 'inputs', /at most 5000 run events, got 5001/);
});

test('content that would not come back equal is rejected', async () => {
  const before = await size();
  const { extensions } = await kit.fail(
    `mutation { putRunEvent(input: { threadId: "${threadId}", runId: "r", eventType: "t", category: "c", content: 9007199254740993 }) { seq } }`,
  );
  assert.equal(extensions.code, 'BAD_USER_INPUT');
  assert.deepEqual(await size(), before);
});

test('a seq that is negative or not an integer is rejected', async () => {
  for (const value of [-1, 1.5, '3', 2 ** 53 + 2]) {
    for (const field of ['beforeSeq', 'afterSeq']) {
      const query = `query ($value: Long) { threadMessages(threadId: "${threadId}", ${field}: $value) { seq } }`;
      assert.equal((await kit.fail(query, { value })).extensions.code, 'BAD_USER_INPUT', `${field} ${value}`);
    }
  }
});

test('a subscription after an event that does not exist yet is rejected', async () => {
  for (const [variables, field, expected] of [
    [{ threadId, afterSeq: 2 }, 'afterSeq', /at most 1, the newest event's, got 2/],
    [{ threadId: newId('none'), afterSeq: 1 }, 'afterSeq', /at most 0, the newest event's, got 1/],
  ] as const) {
    const before = await size();
    const live = kit.follow(RUN_EVENTS, variables);
    const result = await live.next().catch((error: unknown) => error);
    const text = result instanceof Error ? result.message : JSON.stringify(result);
    assert.match(text, /"code":"BAD_USER_INPUT"/);
    assert.match(text, new RegExp(`"field":"${field}"`));
    assert.match(text, expected);
    await live.ended;
    assert.deepEqual(await size(), before);
  }
  assert.equal(kit.server.store.threadTails.watched, 0);
});
