import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';
import {
  trim,
  addGoal,
  addMessage,
  addMessages,
  deleteTrace,
  newTrace,
  openSocket,
  range,
  sendText,
  updateTrace,
  type Socket,
} from '../../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const watch = (traceId: string, since?: number | string): Promise<Socket> =>
  openSocket(
    kit,
    `/api/traces/${encodeURIComponent(traceId)}/watch${since === undefined ? '' : `?since_event_id=${since}`}`,
  );
const nextFrames = async (socket: Socket, count: number): Promise<any[]> => {
  const frames: any[] = [];
  while (frames.length < count) {
    frames.push(await socket.next());
  }
  return frames;
};
const ids = (frames: readonly any[]): number[] => frames.map((frame) => frame.event_id);
/** Waits until everything sent so far has been answered: the pong comes last. */
const untilPong = async (socket: Socket): Promise<void> => {
  socket.send('ping');
  assert.equal(await socket.text(), '{"event":"pong"}');
};

test('the connected frame has the documented fields', async () => {
  const traceId = await newTrace(kit, { task: 'mission' });
  await addGoal(kit, traceId, { goalId: '1', description: 'G', reason: 'why' });
  const sub = await newTrace(kit, { parentTraceId: traceId, status: 'COMPLETED' });
  await sendText(
    kit,
    'mutation ($id: ID!, $context: JSON) { updateTrace(id: $id, input: { context: $context }) { id } }',
    `{"id":"${sub}","context":{"10":1,"2":2}}`,
  );
  const socket = await watch(traceId);
  const text = await socket.text();
  const frame = JSON.parse(text);
  assert.deepEqual(Object.keys(frame), [
    'event',
    'trace_id',
    'current_event_id',
    'trace_status',
    'is_running',
    'goal_tree',
    'sub_traces',
  ]);
  const { goal_tree: tree, sub_traces: subTraces, ...rest } = frame;
  assert.deepEqual(rest, {
    event: 'connected',
    trace_id: traceId,
    current_event_id: 3,
    trace_status: 'running',
    is_running: true,
  });
  assert.equal(tree.mission, 'mission');
  assert.equal(tree.goals[0].id, '1');
  assert.equal(tree.goals[0].self_stats.message_count, 0);
  assert.deepEqual(Object.keys(subTraces), [sub]);
  assert.equal(subTraces[sub].parent_trace_id, traceId);
  assert.equal(subTraces[sub].status, 'completed');
  assert.ok(text.includes('"context":{"10":1,"2":2}'));
  socket.raw.terminate();
  const bare = await watch(await newTrace(kit, { status: 'STOPPED' }));
  const empty = await bare.next();
  assert.deepEqual(
    [empty.goal_tree, empty.sub_traces, empty.is_running, empty.trace_status],
    [null, {}, false, 'stopped'],
  );
  bare.raw.terminate();
});

test('each change is a frame with exactly the documented fields, identical live and on replay', async () => {
  const traceId = await newTrace(kit);
  const live = await watch(traceId);
  await live.next();
  await addGoal(kit, traceId, { goalId: '1', description: 'G' });
  await addMessage(kit, traceId, { goalId: '1', content: { camelCase: true }, promptTokens: 3 });
  await kit.ask(
    'mutation ($id: ID!) { updateGoal(traceId: $id, goalId: "1", input: { status: IN_PROGRESS }) { id } }',
    { id: traceId },
  );
  const sub = await newTrace(kit, { parentTraceId: traceId, parentGoalId: '1', agentType: 'a', task: 't' });
  await updateTrace(kit, sub, { status: 'COMPLETED' });
  await kit.ask(
    'mutation ($id: ID!) { addStep(input: { traceId: $id, type: CONCLUSION, data: { isIt: 1 } }) { id } }',
    {
      id: traceId,
    },
  );
  await sendText(
    kit,
    'mutation ($id: ID!, $payload: JSON) { appendEvent(traceId: $id, type: "custom", payload: $payload) { id } }',
    `{"id":"${traceId}","payload":{"10":1,"2":2,"camelCase":{"a":[]}}}`,
  );
  await updateTrace(kit, traceId, { status: 'COMPLETED' });
  const texts: string[] = [];
  while (texts.length < 9) {
    texts.push(await live.text());
  }
  const frames = texts.map((text) => JSON.parse(text));
  const head = ['event', 'event_id', 'ts'];
  assert.deepEqual(
    frames.map((frame) => [frame.event, ...Object.keys(frame).filter((key) => !head.includes(key))]),
    [
      ['goal_added', 'goal'],
      ['message_added', 'message', 'affected_goals', 'totals'],
      ['goal_updated', 'goal_id', 'patch', 'affected_goals'],
      ['sub_trace_started', 'trace_id', 'parent_goal_id', 'agent_type', 'task'],
      ['sub_trace_completed', 'trace_id', 'status', 'summary', 'stats'],
      ['step_added', 'step', 'affected_goals', 'totals'],
      ['custom', '2', '10', 'camelCase'],
      ['trace_status_changed', 'trace_id', 'status', 'total_cost', 'total_messages'],
      ['trace_completed', 'trace_id', 'total_messages'],
    ],
  );
  assert.deepEqual(ids(frames), range(1, 9));
  assert.match(frames[0].ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(frames[1].message.message_id.length, 36);
  assert.deepEqual(frames[1].message.content, { camelCase: true });
  assert.deepEqual(frames[1].affected_goals[0].goal_id, '1');
  assert.equal(frames[1].affected_goals[0].self_stats.total_tokens, 3);
  assert.equal(frames[1].totals.message_count, 1);
  assert.deepEqual(frames[2].patch, { status: 'in_progress' });
  assert.equal(frames[3].trace_id, sub);
  assert.equal(frames[4].summary, '');
  assert.equal(frames[5].step.data.isIt, 1);
  assert.ok(texts[6]?.includes('"10":1,"2":2'));
  assert.equal(frames[8].trace_id, traceId);
  live.raw.terminate();

  const replay = await watch(traceId, 0);
  await replay.next();
  for (const text of texts) {
    assert.equal(await replay.text(), text);
  }
  replay.raw.terminate();
});

test('since_event_id 0 or absent replays all events, a number those after it, a negative number none', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 3);
  for (const [since, first] of [
    [undefined, 1],
    [0, 1],
    [2, 3],
    [-1, 0],
    [99, 0],
  ] as const) {
    const socket = await watch(traceId, since);
    const current: number = (await socket.next()).current_event_id;
    await addMessage(kit, traceId);
    const from = first === 0 ? current + 1 : first;
    assert.deepEqual(ids(await nextFrames(socket, current + 2 - from)), range(from, current + 1));
    await untilPong(socket);
    socket.raw.terminate();
  }
});

test('more than 100 missed events cause one error frame before live events resume; 100 are replayed', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 101);
  const socket = await watch(traceId, 0);
  await socket.next();
  assert.equal(
    await socket.text(),
    '{"event":"error","message":"Too many missed events (101), please reload via REST API"}',
  );
  await addMessages(kit, traceId, 150);
  assert.deepEqual(ids(await nextFrames(socket, 150)), range(102, 251));
  await untilPong(socket);
  socket.raw.terminate();
  const hundred = await watch(traceId, 151);
  await hundred.next();
  assert.deepEqual(ids(await nextFrames(hundred, 100)), range(152, 251));
  hundred.raw.terminate();
});

test('events that were deleted from the log do not count as missed', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 150);
  await trim(kit, { traceId, from: 1, to: 60 });
  const socket = await watch(traceId, 0);
  await socket.next();
  assert.deepEqual(ids(await nextFrames(socket, 90)), range(61, 150));
  socket.raw.terminate();
});

test('"ping" is answered with a pong, but never before the connected frame; anything else is ignored', async () => {
  const traceId = await newTrace(kit);
  const socket = await watch(traceId);
  socket.send('ping');
  assert.equal((await socket.next()).event, 'connected');
  assert.equal(await socket.text(), '{"event":"pong"}');
  socket.send('PING');
  socket.send('{"event":"ping"}');
  socket.raw.send(Buffer.from('ping'), { binary: true });
  await untilPong(socket);
  assert.equal(socket.waiting, 0);
  socket.raw.terminate();
});

test('a trace that does not exist causes an error frame, and then the socket closes', async () => {
  const socket = await watch(newId('none'));
  assert.equal(await socket.text(), '{"event":"error","message":"Trace not found"}');
  assert.equal((await socket.closed).code, 1000);
});

test('deleting a trace closes its sockets', async () => {
  const traceId = await newTrace(kit);
  const socket = await watch(traceId);
  await socket.next();
  await deleteTrace(kit, traceId);
  assert.deepEqual(await socket.next(), { event: 'error', message: 'Trace not found' });
  assert.equal((await socket.closed).code, 1000);
});

test('a since_event_id that is not a whole number is rejected at the handshake', async () => {
  for (const since of ['abc', '1.5', '', '1e3', '9'.repeat(20)]) {
    await assert.rejects(
      watch(await newTrace(kit), since),
      /^Error: 400 since_event_id: expected a whole number/,
      since,
    );
  }
});

test('a trace id with any characters can be watched in its encoded form', async () => {
  for (const id of ['a/b', '100%', 'ünï/ço?dé#&=', '日本 語', '%2F']) {
    const traceId = await newTrace(kit, { id: newId(id) });
    const socket = await watch(traceId);
    assert.equal((await socket.next()).trace_id, traceId);
    await addMessage(kit, traceId);
    assert.equal((await socket.next()).event_id, 1);
    socket.raw.terminate();
  }
  await until(() => kit.server.store.tails.watched === 0, 20_000);
});
