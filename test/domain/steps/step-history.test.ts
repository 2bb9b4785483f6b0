import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKit, type Kit } from '../../kit/kit.js';
import { seeded } from '../../kit/live.js';
import { checkTrace } from '../../kit/recount.js';
import { ADD_STEPS, addGoal, createTrace } from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const STEPS = 1_000;
const PAGE = 250;

/** All events of a trace, in pages. */
async function allEvents(id: string): Promise<any[]> {
  const events: any[] = [];
  for (;;) {
    const { trace } = await kit.ask(
      `query ($id: ID!, $since: Long) { trace(id: $id) {
        events(since: $since, first: 500) { nodes { eventId type payload } } } }`,
      { id, since: events.length },
    );
    events.push(...trace.events.nodes);
    if (trace.events.nodes.length < 500) {
      return events;
    }
  }
}

test('after 1,000 steps changed goal, usage and parents, the log still has each step as it was added', async () => {
  const { id: traceId } = await createTrace(kit);
  const goals = ['a', 'b', 'c', 'd'];
  for (const [index, goalId] of goals.entries()) {
    await addGoal(kit, traceId, { goalId, parentId: index === 0 ? null : goals[index - 1] });
  }
  const random = seeded(5);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const inputs = Array.from({ length: STEPS }, (_, index) => ({
    id: `${traceId}-${index}`,
    traceId,
    type: 'SPAN',
    status: 'RUNNING',
    name: `step ${index}`,
    goalId: pick(goals),
    parentIds: index === 0 ? [] : [`${traceId}-${Math.floor(random() * index)}`],
    usage: { promptTokens: Math.floor(random() * 50), cost: 0.5 },
    input: { n: index },
    data: { kept: index },
  }));
  for (let start = 0; start < STEPS; start += PAGE) {
    await kit.ask(ADD_STEPS, { inputs: inputs.slice(start, start + PAGE) });
  }
  const asAdded = (await allEvents(traceId)).filter(({ type }) => type === 'step_added');
  assert.equal(asAdded.length, STEPS);

  const changes = inputs.map(({ id, type }, index) => ({
    id,
    traceId,
    type,
    status: 'OK',
    endedAt: '2026-03-01T10:00:00Z',
    goalId: pick([...goals, null]),
    parentIds: index < 10 ? [] : [`${traceId}-${Math.floor(random() * index)}`],
    usage: { promptTokens: Math.floor(random() * 90), completionTokens: 3 },
    input: { changed: index },
    output: [index],
    data: { kept: -index, more: true },
  }));
  const upsert = 'mutation ($inputs: [UpsertStepInput!]!) { upsertSteps(inputs: $inputs) { id } }';
  for (let start = 0; start < STEPS; start += PAGE) {
    await kit.ask(upsert, { inputs: changes.slice(start, start + PAGE) });
  }
  await kit.ask(
    'mutation ($id: ID!) { setGoalTree(traceId: $id, goals: [{ goalId: "a" }, { goalId: "d" }]) { mission } }',
    { id: traceId },
  );
  await checkTrace(kit.database, traceId);
  const replayed = await allEvents(traceId);
  assert.deepEqual(
    replayed.map(({ eventId }) => eventId),
    replayed.map((_, index) => index + 1),
  );
  assert.deepEqual(
    replayed.filter(({ type }) => type === 'step_added'),
    asAdded,
  );
  assert.equal(replayed.filter(({ type }) => type === 'step_updated').length, STEPS);
});
