import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { newTrace, openGraphQL } from '../../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

/** Makes a request large enough to be parsed in the worker, without changing what it asks for. */
const FILLING = ' '.repeat(300_000);

async function post(query: string, variables: string): Promise<any> {
  const response = await fetch(`${kit.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  return await response.text();
}

const KEYS = '{"10":1,"2":[2.5,"é😀",null],"__proto__":{"a":"b"},"text":"shown"}';
const MESSAGES = JSON.stringify(
  Array.from({ length: 20 }, (_, index) => ({ role: 'user', content: `m${index} ${'z'.repeat(300)}` })),
);

const WRITES: Readonly<
  Record<string, { query: string; variables: (id: string, traceId: string) => string }>
> = {
  'a message': {
    query: 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id content } }',
    variables: (id, traceId) =>
      `{"input":{"id":"${id}","traceId":"${traceId}","role":"user","content":${KEYS}}}`,
  },
  'a message, its content a variable of its own': {
    query:
      'mutation ($id: ID!, $t: ID!, $content: JSON) { addMessage(input: { id: $id, traceId: $t, role: "user", content: $content }) { id content } }',
    variables: (id, traceId) => `{"id":"${id}","t":"${traceId}","content":${KEYS}}`,
  },
  'a message, a variable inside of its content': {
    query:
      'mutation ($id: ID!, $t: ID!, $part: JSON) { addMessage(input: { id: $id, traceId: $t, role: "user", content: { part: $part } }) { id content } }',
    variables: (id, traceId) => `{"id":"${id}","t":"${traceId}","part":${KEYS}}`,
  },
  'a model call': {
    query: 'mutation ($input: AddStepInput!) { addStep(input: $input) { id model promptTokens data } }',
    variables: (id, traceId) =>
      `{"input":{"id":"${id}","traceId":"${traceId}","type":"LLM_CALL","data":{"model":"m","prompt_tokens":7,"messages":${MESSAGES},"more":${KEYS}}}}`,
  },
  'a tool call, its type and data variables': {
    query:
      'mutation ($id: ID!, $t: ID!, $type: StepType!, $data: JSON) { addStep(input: { id: $id, traceId: $t, type: $type, data: $data }) { id toolName data } }',
    variables: (id, traceId) =>
      `{"id":"${id}","t":"${traceId}","type":"TOOL_CALL","data":{"tool_name":"t","arguments":${KEYS},"messages":[1]}}`,
  },
  'a trace': {
    query: 'mutation ($input: CreateTraceInput!) { createTrace(input: $input) { id context } }',
    variables: (id) => `{"input":{"id":"${id}","context":${KEYS}}}`,
  },
  'an event': {
    query:
      'mutation ($t: ID!, $key: String, $payload: JSON) { appendEvent(traceId: $t, type: "mine", payload: $payload, idempotencyKey: $key) { eventId payload } }',
    variables: (id, traceId) => `{"t":"${traceId}","key":"${id}","payload":${KEYS}}`,
  },
  'a run event': {
    query: 'mutation ($input: RunEventInput!) { putRunEvent(input: $input) { id content metadata } }',
    variables: (id) =>
      `{"input":{"threadId":"${id}","runId":"r","eventType":"e","category":"message","content":${KEYS},"metadata":{"m":1},"createdAt":"2026-01-01T00:00:00Z","idempotencyKey":"k"}}`,
  },
  'a checkpoint': {
    query:
      'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id messages state toolsResult metadata { createdAt } } }',
    variables: (id) =>
      `{"input":{"metadata":{"threadId":"${id}","checkpointId":"${id}","step":1},"messages":${MESSAGES},"state":{"long":"${'s'.repeat(400)}","short":${KEYS}},"toolsResult":{"10":1,"2":2}}}`,
  },
};

for (const [what, { query, variables }] of Object.entries(WRITES)) {
  test(`${what} in a large request gets the same response as in a small one`, async () => {
    const [smallFirst, largeFirst] = [newId('id'), newId('id')];
    const traceId = await newTrace(kit);
    const small = await post(query, variables(smallFirst, traceId));
    assert.ok(small.startsWith('{"data":{"'), small);
    assert.equal(await post(query, FILLING + variables(smallFirst, traceId)), small);
    const large = await post(query, FILLING + variables(largeFirst, traceId));
    assert.ok(large.startsWith('{"data":{"'), large);
    assert.equal(await post(query, variables(largeFirst, traceId)), large);
  });
}

test('an invalid large request gets the same error as a small one', async () => {
  const traceId = await newTrace(kit);
  const add = 'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }';
  const step = 'mutation ($input: AddStepInput!) { addStep(input: $input) { id } }';
  for (const [query, variables] of [
    [add, `{"inputs":[{"traceId":"${traceId}","role":"user","content":9007199254740993}]}`],
    [add, `{"inputs":[{"traceId":"${traceId}","role":"","content":{}}]}`],
    [add, `{"inputs":[{"traceId":"${traceId}","role":"user","other":1}]}`],
    [add, '{"inputs":7}'],
    [add, '[]'],
    ['{ nothing }', '{}'],
    ['{', '{}'],
    [step, `{"input":{"traceId":"${traceId}","type":"LLM_CALL","data":{"messages":{}}}}`],
    [step, `{"input":{"traceId":"${traceId}","type":"TOOL_CALL","data":[]}}`],
    [
      'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }',
      '{"input":{"metadata":{"threadId":"x","step":1},"messages":{"a":1}}}',
    ],
  ] as const) {
    // The filling comes last, so that it does not shift any position that a message names.
    const small = await post(query, variables);
    assert.match(small, /BAD_USER_INPUT|BAD_REQUEST|GRAPHQL/, small);
    assert.equal(await post(query, variables + FILLING), small, query);
  }
});

test('a list of too many inputs is rejected before it is copied', async () => {
  const traceId = await newTrace(kit);
  const inputs = Array.from({ length: 6_000 }, () => ({ traceId, role: 'user', content: 'x' }));
  const error = await kit.fail(
    'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }',
    { inputs },
  );
  assert.equal(error.extensions.code, 'BAD_USER_INPUT');
  assert.match(error.message, /expected at most 5000 messages, got 6000/);
});

test('a large message over a WebSocket is also returned exactly, and messages behind it keep their order', async () => {
  const socket = await openGraphQL(kit);
  const traceId = await newTrace(kit);
  const query =
    'mutation ($t: ID!, $content: JSON) { addMessage(input: { traceId: $t, role: "user", content: $content }) { content } }';
  socket.send(
    `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"t":"${traceId}","content":${KEYS}}}${FILLING}}`,
  );
  socket.send('{"id":"2","type":"subscribe","payload":{"query":"{ __typename }"}}');
  const texts = [await socket.text(), await socket.text(), await socket.text(), await socket.text()];
  assert.ok(
    texts.some((text) => text.includes(`"content":${KEYS}`)),
    texts.join('\n'),
  );
  assert.ok(texts.some((text) => text.includes('"__typename":"Query"')));
  socket.raw.terminate();
});
