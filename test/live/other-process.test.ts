import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { newId, startKit, testNeo4j, until, type Followed, type Kit } from '../kit/kit.js';
import {
  addMessage,
  addMessages,
  deleteTrace,
  newTrace,
  openSocket,
  range,
  take,
  TRACE_EVENTS,
} from '../kit/live.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const statements: string[] = [];
let kit: Kit;
let child: ChildProcess;
/** The kit, with its operations sent to the other process. */
let other: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
  const { uri, username, password } = testNeo4j();
  child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      NEO4J_URI: uri,
      NEO4J_USERNAME: username,
      NEO4J_PASSWORD: password,
      STEMMA_PORT: '0',
      STEMMA_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  await until(() => /GraphQL over HTTP +\S+/.test(output), 30_000);
  const url = /GraphQL over HTTP +(\S+)\/graphql/.exec(output)?.[1] ?? '';
  other = { ...kit, ask: (query, variables) => askAt(url, query, variables) };
});
after(async () => {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
  await kit.close();
});

async function askAt(url: string, query: string, variables: object = {}): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

const ids = (updates: readonly any[]): number[] => updates.map(({ eventId }) => eventId);

test('writes of another process arrive exactly once and in order, together with those of this process', async (t) => {
  const traceId = await newTrace(other);
  const followers = range(1, 5).map(() => kit.follow(TRACE_EVENTS, { traceId }));
  const socket = await openSocket(kit, `/api/traces/${traceId}/watch`);
  await Promise.all(followers.map((live) => take(live, 1)));
  await socket.next();
  await Promise.all([
    ...range(1, 40).map(() => addMessage(other, traceId)),
    ...range(1, 40).map(() => addMessage(kit, traceId)),
    addMessages(other, traceId, 600),
  ]);
  for (const live of followers) {
    assert.deepEqual(ids(await take(live, 680)), range(1, 680));
  }
  for (const id of range(1, 680)) {
    assert.equal((await socket.next()).event_id, id);
  }
  const [live] = followers as [Followed];
  const delaysMs: number[] = [];
  for (const id of range(681, 710)) {
    await addMessage(other, traceId);
    const committed = performance.now();
    assert.deepEqual(ids(await take(live, 1)), [id]);
    delaysMs.push(performance.now() - committed);
  }
  delaysMs.sort((a, b) => a - b);
  t.diagnostic(
    `from the other's acknowledgement to arrival: ${[0, 15, 29].map((n) => delaysMs[n]?.toFixed(0)).join(', ')} ms (least, median, most)`,
  );
  assert.equal(socket.raw.readyState, socket.raw.OPEN);
  socket.raw.terminate();
  followers.forEach((follower) => follower.stop());
});

test('a subscription ends when another process deletes its trace, even if it is recreated at once', async () => {
  const traceId = await newTrace(other);
  const live = kit.follow(TRACE_EVENTS, { traceId });
  await take(live, 1);
  await deleteTrace(other, traceId);
  await newTrace(other, { id: traceId });
  await addMessages(other, traceId, 3);
  assert.equal((await take(live, 1))[0].__typename, 'TraceDeleted');
  await live.ended;
  const again = kit.follow(TRACE_EVENTS, { traceId, since: 0 });
  assert.deepEqual(ids(await take(again, 4)).slice(1), [1, 2, 3]);
  again.stop();
});

test('deleting a trace in another process ends the replay of its backlog without a gap', async () => {
  const traceId = await newTrace(other);
  await addMessages(other, traceId, 3_000);
  const live = kit.follow(TRACE_EVENTS, { traceId, since: 0 });
  await take(live, 1);
  await deleteTrace(other, traceId);
  let expected = 1;
  for (
    let [update] = await take(live, 1);
    update.__typename !== 'TraceDeleted';
    [update] = await take(live, 1)
  ) {
    assert.equal(update.eventId, expected, JSON.stringify(update));
    expected += 1;
  }
});

test('each poll checks all watched traces with one statement', async () => {
  const traces: string[] = [];
  for (const _ of range(1, 50)) {
    traces.push(await newTrace(other, { id: newId('watched') }));
  }
  const followers = traces.map((traceId) => kit.follow(TRACE_EVENTS, { traceId }));
  await Promise.all(followers.map((live) => take(live, 1)));
  assert.equal(kit.server.store.tails.watched, 50);
  statements.length = 0;
  await until(() => statements.length >= 10);
  assert.deepEqual([...new Set(statements)], ['traces/log-states']);
  for (const traceId of traces) {
    await addMessage(other, traceId);
  }
  for (const live of followers) {
    assert.deepEqual(ids(await take(live, 1)), [1]);
    live.stop();
  }
  await until(() => kit.server.store.tails.watched === 0, 20_000);
});
