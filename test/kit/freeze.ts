import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ask,
  checkAnswers,
  checkLog,
  startUnderLoad,
  untilReadyIs,
  untilWritten,
  type OwnNeo4j,
} from './outage-kit.js';

/**
 * Freezes a Neo4j for `seconds` while clients read and write, and checks that the server on it answers each request within the
 * deadline, loses no acknowledged write, answers a read that began during the freeze, and logs little. The first write must be
 * acknowledged within `recoveryMs` of the end of the freeze.
 */
export async function checkFreeze(
  t: TestContext,
  neo4j: OwnNeo4j,
  {
    seconds,
    deadlineMs,
    recoveryMs,
  }: { readonly seconds: number; readonly deadlineMs: number; readonly recoveryMs: number },
): Promise<void> {
  const { server, traceId, clients } = await startUnderLoad(t, neo4j, deadlineMs);
  neo4j.signal('SIGSTOP');
  const noticedMs = await untilReadyIs(503, server);
  await delay(seconds * 1_000 - noticedMs - 500);
  const reading = ask(server, 'read', traceId, 2 * deadlineMs);
  await delay(500);
  neo4j.signal('SIGCONT');
  const recoveredMs = await untilWritten(server, traceId);
  await untilReadyIs(200, server);
  await clients.stop();
  assert.equal((await reading).code, undefined, 'a read that began in the outage needs no retry');
  assert.ok(noticedMs < 2_000, `/readyz noticed after ${noticedMs} ms`);
  t.diagnostic(`the first write was acknowledged ${Math.round(recoveredMs)} ms after Neo4j went on`);
  assert.ok(recoveredMs < recoveryMs, `recovered after ${recoveredMs} ms`);
  if (seconds * 1_000 > deadlineMs) {
    assert.ok(clients.answers.some(({ code }) => code === 'UNAVAILABLE'));
  }
  await checkAnswers(neo4j, traceId, clients.answers, deadlineMs);
  assert.equal(await server.stop(), 0);
  checkLog(server.output(), Math.floor(seconds / 30));
}
