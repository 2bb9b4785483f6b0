import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StemmaError } from '../../src/base/errors.js';
import { FairQueue, type Waiting } from '../../src/ingest/fair-queue.js';
import { createIngest } from '../../src/ingest/group-commit.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { newTrace } from '../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit({ limits: { maxQueuedBytes: 150_000 } });
});
after(() => kit.close());

const item = (client: object, cost: number, key = newId('key'), sizeBytes = 100): Waiting => ({
  client,
  keys: [key],
  cost,
  sizeBytes,
  exclusive: false,
});
const ANY = { allowLarge: true, largeFirst: false };

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
  await kit.database.write(async (transaction) => {
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

test('a batch is bounded in bytes; a larger write gets its own batch', () => {
  const queue = new FairQueue<Waiting>({ maxCost: 1000, maxBytes: 1_000 });
  const client = {};
  [600, 600, 5_000, 100].forEach((sizeBytes) => queue.push(item(client, 1, newId('key'), sizeBytes)));
  const sizes = [];
  while (queue.size > 0) {
    sizes.push(queue.takeBatch(new Set(), ANY).items.map(({ sizeBytes }) => sizeBytes));
  }
  assert.deepEqual(sizes, [[600, 100], [600], [5_000]]);
});

test('the writes of a client to one trace keep their order and pass those that wait for another trace', () => {
  const queue = new FairQueue<Waiting>({ maxCost: 1000, maxBytes: 1e6 });
  const client = {};
  const items = ['a', 'b', 'a', 'b'].map((key) => item(client, 1, key));
  items.forEach((each) => queue.push(each));
  assert.deepEqual(queue.takeBatch(new Set(['a']), ANY).items, [items[1], items[3]]);
  assert.deepEqual(queue.takeBatch(new Set(), ANY).items, [items[0], items[2]]);
});

test('single writes go before the large ones of another client, however many connections it uses', () => {
  const queue = new FairQueue<Waiting>({ maxCost: 1000, maxBytes: 1e8 });
  for (let connection = 0; connection < 200; connection += 1) {
    const client = {};
    queue.push(item(client, 1_000));
    queue.push(item(client, 1_000));
  }
  const singles = Array.from({ length: 64 }, () => item({}, 1));
  singles.forEach((each) => queue.push(each));
  const first = queue.takeBatch(new Set(), ANY);
  assert.deepEqual(new Set(first.items), new Set(singles));
  assert.equal(first.isLarge, false);
  // One lane is for large writes, so they are not starved.
  assert.equal(queue.takeBatch(new Set(), { allowLarge: true, largeFirst: true }).items[0]?.cost, 1_000);
  assert.equal(queue.takeBatch(new Set(), { allowLarge: false, largeFirst: false }).items.length, 0);
});
