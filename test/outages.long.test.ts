import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_LIMITS } from '../src/limits.js';
import {
  ask,
  checkAnswers,
  checkLog,
  createTrace,
  startClients,
  startOwnNeo4j,
  startServerOn,
  untilReadyIs,
  untilWritten,
  type OwnNeo4j,
} from './outage-kit.js';
import { sizeOf } from './test-files.js';

// Freezes at full length, with the default deadline.

const DEADLINE_MS = DEFAULT_LIMITS.requestTimeoutMs;

let neo4j: OwnNeo4j;
before(async () => {
  neo4j = await startOwnNeo4j();
});
after(() => neo4j.stop());

for (const seconds of sizeOf({ full: [30, 75], shortest: [8] })) {
  test(`a freeze of ${seconds} s: every request is answered within its deadline, and it goes on within 2 s`, async (t) => {
    const server = await startServerOn(neo4j, DEADLINE_MS);
    t.after(() => server.stop('SIGKILL'));
    const traceId = await createTrace(server);
    const clients = startClients(server, traceId, 2 * DEADLINE_MS);
    t.after(() => clients.stop());
    await delay(1_000);
    neo4j.signal('SIGSTOP');
    const noticedMs = await untilReadyIs(503, server);
    await delay(seconds * 1_000 - noticedMs - 1_000);
    const reading = ask(server, 'read', traceId, 2 * DEADLINE_MS);
    await delay(1_000);
    neo4j.signal('SIGCONT');
    const recoveredMs = await untilWritten(server, traceId);
    await untilReadyIs(200, server);
    await clients.stop();
    assert.equal((await reading).code, undefined, 'a read that began in the outage needs no retry');
    assert.ok(noticedMs < 2_000, `/readyz noticed after ${noticedMs} ms`);
    t.diagnostic(`the first write was acknowledged ${Math.round(recoveredMs)} ms after Neo4j went on`);
    // The smallest case runs beside other tests, which take this time from it.
    assert.ok(recoveredMs < sizeOf({ full: 2_000, shortest: 6_000 }), `recovered after ${recoveredMs} ms`);
    await checkAnswers(neo4j, traceId, clients.answers, DEADLINE_MS);
    assert.equal(await server.stop(), 0);
    checkLog(server.output(), Math.ceil(seconds / 30));
  });
}
