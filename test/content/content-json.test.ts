import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { checkContent, FORK, PUT, READ, sendExactly } from '../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../kit/kit.js';

let kit: Kit;
before(async () => {
  kit = await startKit({ projectId: newId('json') });
});
after(() => kit.close());

const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'messages', '', 'a', 'b', '\u2028', '🎭', '"],["'),
  fc.nat({ max: 20 }).map(String),
);
const number = fc
  .oneof(
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(2 ** 53, -(2 ** 53)),
  )
  .filter((value) => Math.abs(value) <= 2 ** 53 || Math.abs(value) >= 1e21);
/** JSON as text, as the server writes it: JavaScript objects would sort keys that look like numbers. */
const { list, object } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      number.map((value) => JSON.stringify(value)),
      fc.constantFrom('null', 'true', 'false', '[]', '{}', '"\u2028\u2029"', JSON.stringify('\u0000🎭')),
      fc.integer({ min: 250, max: 260 }).map((length) => `"${'x'.repeat(length)}"`),
    ),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 6 }).map((values) => `[${values.join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 6, selector: ([name]) => name })
    .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
}));

test('any messages, state and tool results come back character for character', async () => {
  await fc.assert(
    fc.asyncProperty(list, object, object, async (messages, state, toolsResult) => {
      const id = newId('checkpoint');
      const payload = `"messages":${messages},"state":${state},"toolsResult":${toolsResult}`;
      const metadata = `{"threadId":"t","checkpointId":"${id}","step":0}`;
      const written = await sendExactly(kit, PUT, `{"input":{"metadata":${metadata},${payload}}}`);
      const found = await sendExactly(kit, READ, `{"id":"${id}"}`);
      const forked = await sendExactly(kit, FORK, `{"id":"${id}"}`);
      for (const text of [written, found, forked]) {
        assert.ok(text.includes(`${payload}}`), `sent ${payload}\ngot  ${text}`);
      }
    }),
    { numRuns: 25 },
  );
  await checkContent(
    kit,
    (await kit.cypher('MATCH (c:Checkpoint {threadId: "t"}) RETURN c.projectId AS id LIMIT 1'))[0].id,
  );
});
