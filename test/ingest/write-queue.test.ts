import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StemmaError } from '../../src/base/errors.js';
import { createIngest } from '../../src/ingest/group-commit.js';
import { startKit, type Kit } from '../kit/kit.js';
import { newTrace } from '../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit({ limits: { maxQueuedBytes: 150_000 } });
});
after(() => kit.close());

test('writes that together hold too many bytes are rejected with 503, and one is always accepted', async () => {
  const traceId = await newTrace(kit);
  const answers: { response: Response; body: any }[] = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const response = await fetch(`${kit.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query:
            'mutation ($t: ID!, $c: JSON) { addMessage(input: { traceId: $t, role: "user", content: $c }) { id } }',
          variables: { t: traceId, c: 'x'.repeat(100_000) },
        }),
      });
      return { response, body: await response.json() };
    }),
  );
  const refused = answers.filter(({ response }) => response.status !== 200);
  assert.ok(refused.length > 0 && refused.length < answers.length, `${refused.length} refused`);
  for (const { response, body } of refused) {
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
    assert.match(body.errors[0].message, /the write queue is full \(\d+ bytes\)/);
    assert.deepEqual(body.errors[0].extensions, { code: 'UNAVAILABLE', written: 'NO' });
  }
});

test('at its deadline, a waiting write is dropped, and one in a transaction may still be written', async () => {
  const [projectId, traceId] = ['default', await newTrace(kit)];
  const ingest = createIngest(kit.database);
  const applied: string[] = [];
  const submit = (name: string, signal: AbortSignal): Promise<unknown> =>
    ingest.for({ client: {}, signal }).submit({
      traces: [{ projectId, id: traceId }],
      needs: {},
      cost: 1,
      apply: () => applied.push(name),
    });
  const reasons: unknown[] = [];
  await kit.database.write('test', async (transaction) => {
    await transaction.run(
      { name: 'test', text: 'MATCH (t:Trace {id: $traceId}) SET t.locked = true' },
      { traceId },
    );
    const deadline = new AbortController();
    const running = submit('running', deadline.signal).catch((error: unknown) => reasons.push(error));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = submit('waiting', deadline.signal).catch((error: unknown) => reasons.push(error));
    await new Promise((resolve) => setImmediate(resolve));
    deadline.abort(new StemmaError('UNAVAILABLE', 'too late'));
    await Promise.all([running, waiting]);
  });
  await ingest.idle();
  assert.deepEqual(
    reasons.map((error) => (error as StemmaError).written),
    ['UNKNOWN', 'NO'],
  );
  assert.deepEqual(applied, ['running']);
});
