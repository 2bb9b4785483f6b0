import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectTo } from '../../src/cli/api-client.js';
import { followTrace } from '../../src/cli/follow-trace.js';
import { startFreezableProxy, type FreezableProxy } from '../kit/frozen-proxy.js';
import { newId, startKit, until, type Kit } from '../kit/kit.js';
import { addGoal, addMessage, deleteTrace, newTrace, updateTrace } from '../kit/live.js';

// npx stemma watch TRACE

let kit: Kit;
let proxy: FreezableProxy;
before(async () => {
  kit = await startKit();
  proxy = await startFreezableProxy(kit.url);
});
after(async () => {
  proxy.close();
  await kit.close();
});

test('watching prints each event once, in order, on one line, even across a lost connection; a deletion ends it', async () => {
  const traceId = await newTrace(kit, { task: 'Find\nthe bug' });
  await addGoal(kit, traceId, { goalId: 'fix', description: 'Fix it' });
  const lines: string[] = [];
  const following = followTrace(connectTo(proxy.uri.replace('bolt', 'http')), {
    traceId,
    say: (line) => lines.push(line),
    signal: new AbortController().signal,
  });
  await until(() => lines.length === 2);
  await addMessage(kit, traceId, { content: 'It fails on empty input.', goalId: 'fix' });
  await until(() => lines.length === 3);
  proxy.cut();
  await until(() => lines.length === 4);
  await updateTrace(kit, traceId, { status: 'COMPLETED' });
  await until(() => lines.length === 6);
  await deleteTrace(kit, traceId);
  await following;
  assert.deepEqual(
    lines.map((line) => line.replace(/^\d\d:\d\d:\d\d/, 'TIME')),
    [
      'RUNNING, 1 events so far: Find the bug',
      'TIME     1  goal_added           normal  fix  Fix it',
      'TIME     2  message_added        user  fix  It fails on empty input.',
      'the connection was lost: trying again ...',
      'TIME     3  trace_status_changed completed',
      'TIME     4  trace_completed      {"totalMessages":1}',
      'the trace was deleted',
    ],
  );
});

test('watching a missing trace fails with NOT_FOUND', async () => {
  const traceId = newId('none');
  await assert.rejects(
    followTrace(connectTo(kit.url), { traceId, say: () => undefined, signal: new AbortController().signal }),
    { code: 'NOT_FOUND', message: new RegExp(`^the server says: .*${traceId}`) },
  );
});

test('watching ends when it is aborted', async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const following = followTrace(connectTo(kit.url), {
    traceId: await newTrace(kit),
    say: (line) => lines.push(line),
    signal: stop.signal,
  });
  await until(() => lines.length === 1);
  stop.abort();
  await following;
  assert.equal(lines.length, 1);
});
