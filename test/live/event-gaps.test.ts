import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKit, type Kit } from '../kit/kit.js';
import { addMessage, addMessages, newTrace, take, trim, TRACE_EVENTS } from '../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

/** A trace with ten events, those from `from` to `to` removed. */
async function traceWithout(from: number, to: number): Promise<string> {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 10);
  await trim(kit, { traceId, from, to });
  return traceId;
}

/** The updates after the snapshot: event ids, and gaps as [requested, earliest, latest]. Writes one more event at the end. */
async function shortForm(traceId: string, since: number, count: number): Promise<unknown[]> {
  const live = kit.follow(TRACE_EVENTS, { traceId, since });
  const [snapshot] = await take(live, 1);
  assert.equal(snapshot.__typename, 'TraceSnapshot');
  const updates = await take(live, count - 1);
  await addMessage(kit, traceId);
  updates.push(...(await take(live, 1)));
  live.stop();
  return updates.map(({ __typename, eventId, requested, earliest, latest }) =>
    __typename === 'EventGap' ? [requested, earliest, latest] : eventId,
  );
}

test('a gap at the start of the log is reported before its first event', async () => {
  const traceId = await traceWithout(1, 4);
  assert.deepEqual(await shortForm(traceId, 0, 8), [[0, 5, 10], 5, 6, 7, 8, 9, 10, 11]);
});

test('a since inside a gap reports the gap from there', async () => {
  const traceId = await traceWithout(1, 4);
  assert.deepEqual(await shortForm(traceId, 2, 8), [[2, 5, 10], 5, 6, 7, 8, 9, 10, 11]);
});

test('a since at the end of a gap reports no gap', async () => {
  const traceId = await traceWithout(1, 4);
  assert.deepEqual(await shortForm(traceId, 4, 7), [5, 6, 7, 8, 9, 10, 11]);
});

test('a gap in the middle is reported where it is', async () => {
  const traceId = await traceWithout(4, 6);
  assert.deepEqual(await shortForm(traceId, 1, 8), [2, 3, [3, 7, 10], 7, 8, 9, 10, 11]);
});

test('a gap at the end is reported with the next event to come as the earliest', async () => {
  const traceId = await traceWithout(8, 10);
  assert.deepEqual(await shortForm(traceId, 5, 4), [6, 7, [7, 11, 10], 11]);
});

test('a completely deleted log is reported as one gap', async () => {
  const traceId = await traceWithout(1, 10);
  assert.deepEqual(await shortForm(traceId, 0, 2), [[0, 11, 10], 11]);
});

test('several gaps are reported one by one', async () => {
  const traceId = await traceWithout(3, 4);
  await trim(kit, { traceId, from: 8, to: 8 });
  assert.deepEqual(await shortForm(traceId, 0, 10), [1, 2, [2, 5, 10], 5, 6, 7, [7, 9, 10], 9, 10, 11]);
});

test('trimming a log keeps the messages and steps that were its entries, with their stats', async () => {
  const traceId = await traceWithout(1, 6);
  const { trace } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) { totalMessages messages { nodes { id sequence content } } events { nodes { eventId } } } }`,
    { id: traceId },
  );
  assert.equal(trace.totalMessages, 10);
  assert.equal(trace.messages.nodes.length, 10);
  assert.deepEqual(
    trace.events.nodes.map(({ eventId }: any) => eventId),
    [7, 8, 9, 10],
  );
  const [{ id }] = trace.messages.nodes;
  const { updateMessage } = await kit.ask(
    'mutation ($id: ID!) { updateMessage(id: $id, input: { role: "system" }) { role sequence } }',
    { id },
  );
  assert.deepEqual(updateMessage, { role: 'system', sequence: 1 });
});
