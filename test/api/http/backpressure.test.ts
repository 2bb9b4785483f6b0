import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { peakMemoryBytes, sendMessage, type Outcome } from '../../kit/many-requests.js';
import { startServerProcess, type ServerProcess } from '../../kit/server-process.js';

const MB = 1024 * 1024;

let kit: Kit;
let server: ServerProcess;
before(async () => {
  kit = await startKit();
  // A machine busy with both sides of this test may exceed the default deadlines, which this test does not cover.
  server = await startServerProcess({
    STEMMA_REQUEST_TIMEOUT_MS: '300000',
    STEMMA_HEADERS_TIMEOUT_MS: '120000',
  });
});
after(async () => {
  await server.stop();
  await kit.close();
});

/** Requests /healthz repeatedly until `stop` is called, which returns the statuses. */
function watchHealth(): { stop: () => Promise<number[]> } {
  const watch = { running: true };
  const statuses: number[] = [];
  const done = (async () => {
    while (watch.running) {
      const { status } = await fetch(`${server.url}/healthz`);
      statuses.push(status);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      watch.running = false;
      await done;
      return statuses;
    },
  };
}

for (const [count, sizeBytes] of [
  [150, 10 * MB],
  [2_000, MB],
] as const) {
  test(`some of ${count} concurrent requests of ${sizeBytes / MB} MB are written once, and the others get 503`, async () => {
    const traceId = newId('trace');
    await server.send('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: traceId });
    const agent = new Agent({ keepAlive: false });
    const filling = Buffer.alloc(sizeBytes, 'x');
    const health = watchHealth();
    const ids = Array.from({ length: count }, () => newId('message'));
    const outcomes = await Promise.all(
      ids.map((id) => sendMessage(server.url, { id, traceId, filling, agent })),
    );
    assert.ok((await health.stop()).every((status) => status === 200));

    const isWritten = ({ body }: Outcome): boolean => body?.errors === undefined && body?.data != null;
    const written = ids.filter((_, index) => isWritten(outcomes[index] as Outcome));
    const rejected = outcomes.filter((outcome) => !isWritten(outcome));
    for (const { status, headers, body } of rejected) {
      assert.equal(status, 503, JSON.stringify(body));
      assert.equal(headers['retry-after'], '1');
      assert.equal(body.errors[0].extensions.code, 'UNAVAILABLE');
      assert.equal(body.errors[0].extensions.written, 'NO');
    }
    assert.ok(written.length > 0);
    assert.ok(rejected.length > 0);
    const stored = await kit.cypher<{ id: string }>(
      'MATCH (m:Message {traceId: $traceId}) RETURN m.id AS id',
      {
        traceId,
      },
    );
    assert.deepEqual(stored.map(({ id }) => id).sort(), [...written].sort());
    const peak = peakMemoryBytes(server.pid);
    assert.ok(peak < 1024 * MB, `expected a peak under 1 GB, got ${Math.round(peak / MB)} MB`);
    console.log(`${written.length} written, ${rejected.length} rejected, peak ${Math.round(peak / MB)} MB`);
  });
}
