import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { checkFreeze } from '../kit/freeze.js';
import {
  ask,
  checkAnswers,
  checkLog,
  startOwnNeo4j,
  startUnderLoad,
  untilReadyIs,
  untilWritten,
  type OwnNeo4j,
} from '../kit/outage-kit.js';
import type { ServerProcess } from '../kit/server-process.js';

const DEADLINE_MS = 4_000;

let neo4j: OwnNeo4j;
before(async () => {
  neo4j = await startOwnNeo4j();
});
after(() => neo4j.stop());

test('while Neo4j is frozen every request is answered within its deadline, and service resumes when Neo4j does', (t) =>
  // The tests run in parallel, so only outages.long.test.ts expects a recovery faster than the deadline.
  checkFreeze(t, neo4j, { seconds: 5, deadlineMs: DEADLINE_MS, recoveryMs: DEADLINE_MS }));

test('when Neo4j is killed and restarted every request is answered, and nothing acknowledged is lost', async (t) => {
  const { server, traceId, clients } = await startUnderLoad(t, neo4j, DEADLINE_MS);
  neo4j.signal('SIGKILL');
  const noticedMs = await untilReadyIs(503, server);
  const began = performance.now();
  const rejected = await ask(server, 'write', traceId, 2 * DEADLINE_MS);
  const rejectedMs = performance.now() - began;
  await untilReadyIs(200, server);
  const recoveredMs = await untilWritten(server, traceId);
  await clients.stop();
  assert.ok(noticedMs < 2_000, `/readyz noticed after ${noticedMs} ms`);
  assert.deepEqual([rejected.code, rejected.written], ['UNAVAILABLE', 'NO']);
  assert.ok(rejectedMs < DEADLINE_MS / 2, `a write was rejected after ${rejectedMs} ms: not at once`);
  // A JVM that has just started plans its first statements slowly, so this is measured rather than asserted.
  t.diagnostic(`the first write was acknowledged ${Math.round(recoveredMs)} ms after /readyz returned 200`);
  await checkAnswers(neo4j, traceId, clients.answers, DEADLINE_MS);
  assert.equal(await server.stop(), 0);
  // How long Neo4j takes to start depends on the machine; the log has one count every 30 s.
  checkLog(server.output(), 6);
});

test('when the disk is full, /readyz returns 503, no acknowledged write is lost, and the log is short', async (t) => {
  const { server, traceId, clients } = await startUnderLoad(t, neo4j, DEADLINE_MS);
  neo4j.limitFiles('1');
  const noticedMs = await untilReadyIs(503, server);
  const rejected = await ask(server, 'write', traceId, 2 * DEADLINE_MS);
  const { status, body } = await readiness(server);
  await delay(3_000);
  const later = await readiness(server);
  neo4j.limitFiles('unlimited');
  // After a write to its log has failed, Neo4j keeps a database closed until it is restarted.
  neo4j.signal('SIGKILL');
  await untilReadyIs(200, server);
  await untilWritten(server, traceId);
  await clients.stop();
  t.diagnostic(body);
  assert.ok(noticedMs < 2_000, `/readyz noticed after ${noticedMs} ms`);
  assert.deepEqual([status, later.status], [503, 503]);
  assert.equal(rejected.code, 'UNAVAILABLE');
  await checkAnswers(neo4j, traceId, clients.answers, DEADLINE_MS);
  assert.equal(await server.stop(), 0);
  checkLog(server.output(), 6);
});

async function readiness(server: ServerProcess): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, body: await response.text() };
}
