import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKit, type Kit } from '../kit/kit.js';
import { createTrace, lastEventId, postRaw } from '../kit/writes.js';

let kit: Kit;
let traceId: string;
before(async () => {
  kit = await startKit();
  traceId = (await createTrace(kit)).id;
});
after(() => kit.close());

/** Where JSON goes in, and every way it comes out again: the mutation's answer, a query and the log. */
const PLACES = [
  {
    name: 'message content',
    write:
      'mutation ($t: ID!, $json: JSON) { addMessage(input: { traceId: $t, role: "user", content: $json }) { id json: content } }',
    read: 'query ($id: ID!, $t: ID!) { message(id: $id) { json: content } trace(id: $t) { messages(first: 500) { nodes { id json: content } } } }',
    onlyObjects: false,
  },
  {
    name: 'step data',
    write:
      'mutation ($t: ID!, $json: JSON) { addStep(input: { traceId: $t, type: CONCLUSION, data: $json }) { id json: data } }',
    read: 'query ($id: ID!, $t: ID!) { step(id: $id) { json: data } trace(id: $t) { id } }',
    onlyObjects: true,
  },
  {
    name: 'trace context',
    write:
      'mutation ($json: JSON, $t: ID) { createTrace(input: { parentTraceId: $t, context: $json }) { id json: context } }',
    read: 'query ($id: ID!, $t: ID!) { trace(id: $id) { json: context } other: trace(id: $t) { id } }',
    onlyObjects: true,
  },
  {
    name: 'event payload',
    write:
      'mutation ($t: ID!, $json: JSON) { appendEvent(traceId: $t, type: "t", payload: $json) { id json: payload } }',
    read: null,
    onlyObjects: true,
  },
] as const;

/** The text of each `"json":` value in an answer, as it came over the wire. */
function jsonIn(text: string): string[] {
  const found: string[] = [];
  for (let from = text.indexOf('"json":'); from >= 0; from = text.indexOf('"json":', from + 1)) {
    let depth = 0;
    let inText = false;
    let at = from + '"json":'.length;
    const start = at;
    for (; ; at += 1) {
      const character = text[at] ?? '';
      if (inText) {
        if (character === '\\') {
          at += 1;
        } else if (character === '"') {
          inText = false;
        }
      } else if (character === '"') {
        inText = true;
      } else if ('[{'.includes(character)) {
        depth += 1;
      } else if (']},'.includes(character) && (depth === 0 || character !== ',')) {
        if (depth === 0) {
          break;
        }
        depth -= 1;
      }
    }
    found.push(text.slice(start, at));
  }
  return found;
}

/** Sends `json` verbatim to a place; returns the texts in which it came back, including the newest of a list. */
async function roundTrip(json: string, place: (typeof PLACES)[number]): Promise<string[]> {
  const body = `{"query":${JSON.stringify(place.write)},"variables":{"t":"${traceId}","json":${json}}}`;
  const { text, answer } = await postRaw(kit, body);
  assert.equal(
    answer.errors,
    undefined,
    `${place.name} refused ${json.slice(0, 100)}: ${text.slice(0, 300)}`,
  );
  const written = jsonIn(text);
  if (place.read === null) {
    const since = (await lastEventId(kit, traceId)) - 1;
    const read = await postRaw(
      kit,
      JSON.stringify({
        query: `query { trace(id: "${traceId}") { events(since: ${since}) { nodes { json: payload } } } }`,
      }),
    );
    return [...written, ...jsonIn(read.text)];
  }
  const { id } = Object.values<any>(answer.data)[0];
  const read = await postRaw(kit, JSON.stringify({ query: place.read, variables: { id, t: traceId } }));
  assert.ok(read.answer.errors === undefined, `${place.name} cannot be read: ${read.text.slice(0, 300)}`);
  const texts = jsonIn(read.text);
  return [...written, ...texts.slice(0, 1), ...texts.slice(-1)];
}

const KEPT = [
  '{"b":1,"10":2,"2":3}',
  '{"x":{"z":[{"9":1,"1":{"b":1,"10":2,"2":3}}],"0":0}}',
  '{"a":"\\u0000","\\u0000":1}',
  '{"a":"\u2028\u2029","\u2028":1}',
  '{"🎭":"👩‍👩‍👧 é é"}',
  '{"n":9007199254740992,"m":-9007199254740992}',
  '{"n":1e-7,"m":1.5,"k":-0.1,"e":1e+21}',
  '{"__proto__":{"a":1},"constructor":2,"toString":3}',
  '{"2":{"__proto__":[1]},"1":0}',
  '{"":{"":1}}',
  '{"toJSON":1,"then":2,"length":3}',
  '{"a":[],"b":{},"c":null,"d":true,"e":"","f":[null,[[]]]}',
  '{"text":"a \\"quoted\\" back\\\\slash \\u0007"}',
];

for (const place of PLACES) {
  test(`${place.name} comes back character for character`, async () => {
    for (const json of KEPT) {
      for (const back of await roundTrip(json, place)) {
        assert.equal(back, json);
      }
    }
    for (const json of place.onlyObjects
      ? []
      : ['"\\u0000"', '[{"2":1,"1":2}]', '0', 'false', '"🎭"', '""']) {
      for (const back of await roundTrip(json, place)) {
        assert.equal(back, json);
      }
    }
  });
}

test('numbers come back equal, written as the shortest text of the same double', async () => {
  for (const [json, back] of [
    ['{"n":-0}', '{"n":0}'],
    ['{"n":1.0}', '{"n":1}'],
    ['{"n":1E2}', '{"n":100}'],
    ['{"n":0.1000000000000000055511151231257827}', '{"n":0.1}'],
    ['{"n":1.7976931348623157e308}', '{"n":1.7976931348623157e+308}'],
    ['{"n":5e-324}', '{"n":5e-324}'],
    ['{"n":0e-400}', '{"n":0}'],
  ] as const) {
    for (const place of PLACES) {
      for (const got of await roundTrip(json, place)) {
        assert.equal(got, back);
      }
    }
  }
});

test('escaped characters come back as themselves, and the last value of a duplicate key wins', async () => {
  for (const [json, back] of [
    ['{"a":"\\ud83c\\udfad","\\u0062":"\\/"}', '{"a":"🎭","b":"/"}'],
    ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ['{"2":1,"1":2,"2":3}', '{"2":3,"1":2}'],
  ] as const) {
    for (const place of PLACES) {
      for (const got of await roundTrip(json, place)) {
        assert.equal(got, back);
      }
    }
  }
});

test('a value that would not come back equal is rejected with its position in the request', async () => {
  for (const json of [
    '9007199254740993',
    '-9007199254740993',
    '9007199254740994.0',
    '12345678901234567890',
    '1e20',
    '123456789012345680e1',
    '1e400',
    '-1e400',
    '1e-400',
    '"\\ud800"',
    '"\\udfad\\ud83c"',
    '{"\\udc00":1}',
  ]) {
    for (const place of PLACES) {
      const body = `{"query":${JSON.stringify(place.write)},"variables":{"t":"${traceId}","json":{"a":${json}}}}`;
      const { status, answer } = await postRaw(kit, body);
      assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT', `${place.name} ${json}`);
      assert.match(answer.errors[0].message, /line 1, column \d+/);
      assert.equal(status, 400);
    }
  }
});

test('literals in the query follow the same rules as variables', async () => {
  const send = (literal: string): Promise<{ text: string; answer: any }> =>
    postRaw(
      kit,
      JSON.stringify({
        query: `mutation { addMessage(input: { traceId: "${traceId}", role: "user", content: ${literal} }) { id json: content } }`,
      }),
    );
  for (const [literal, back] of [
    ['{ b: 1, a: [1.5, "x", null, true], __proto__: {} }', '{"b":1,"a":[1.5,"x",null,true],"__proto__":{}}'],
    ['9007199254740992', '9007199254740992'],
    ['"\\u0000 🎭 \\u2028"', '"\\u0000 🎭 \u2028"'],
    ['1e-7', '1e-7'],
  ] as const) {
    assert.deepEqual(jsonIn((await send(literal)).text), [back]);
  }
  for (const literal of [
    '9007199254740993',
    '[[-9007199254740993]]',
    '1e400',
    '{ a: -1e400 }',
    '1e20',
    '9007199254740994.0',
    '1e-400',
    'WORD',
    '{ a: 1, a: 2 }',
  ]) {
    const { answer } = await send(literal);
    assert.equal(answer.errors?.[0].extensions.code, 'BAD_USER_INPUT', literal);
  }
  const mixed = await postRaw(
    kit,
    `{"query":"mutation ($v: JSON) { addMessage(input: { traceId: \\"${traceId}\\", role: \\"user\\", content: { b: $v } }) { json: content } }","variables":{"v":{"2":1,"1":2}}}`,
  );
  assert.deepEqual(jsonIn(mixed.text), ['{"b":{"2":1,"1":2}}']);
});

test('nesting 500 deep is kept; deeper nesting is rejected clearly, however deep', async () => {
  const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  for (const place of PLACES) {
    for (const back of await roundTrip(nested(500), place)) {
      assert.equal(back, nested(500));
    }
    for (const depth of [501, 5_000, 200_000]) {
      const body = `{"query":${JSON.stringify(place.write)},"variables":{"t":"${traceId}","json":${nested(depth)}}}`;
      const { answer } = await postRaw(kit, body);
      assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT', `${place.name} ${depth}`);
      assert.match(answer.errors[0].message, /500 deep/);
    }
  }
});

test('nesting of literals in the query is limited in the same way', async () => {
  for (const depth of [501, 5_000, 200_000]) {
    const query = `mutation { addMessage(input: { traceId: "${traceId}", role: "user", content: ${'['.repeat(depth)}${']'.repeat(depth)} }) { id } }`;
    const { answer } = await postRaw(kit, JSON.stringify({ query }));
    assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT', `${depth}`);
  }
});
