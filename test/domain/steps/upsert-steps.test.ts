import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { seeded } from '../../kit/live.js';
import { checkTrace } from '../../kit/recount.js';
import { ADD_STEP, addGoal, createTrace, eventsOf, lastEventId } from '../../kit/writes.js';

let kit: Kit;
let otherKit: Kit;
before(async () => {
  kit = await startKit();
  otherKit = await startKit();
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const FIELDS = `id traceId sequence type goalId status name kind provider requestModel agentName toolCallId firstTokenMs finishReason
  startedAt endedAt durationMs tags parentIds withinId data input output attributes resource scope error { type message stack }
  model promptTokens completionTokens cacheReadTokens cacheWriteTokens reasoningTokens cost costSource toolName`;
const UPSERT = `mutation ($inputs: [UpsertStepInput!]!) { upsertSteps(inputs: $inputs) { ${FIELDS} } }`;
const STEP = `query ($id: ID!) { step(id: $id) { ${FIELDS} } }`;

async function upsert(server: Kit, ...inputs: object[]): Promise<any[]> {
  return (await server.ask(UPSERT, { inputs })).upsertSteps;
}
async function stepOf(id: string): Promise<any> {
  return (await kit.ask(STEP, { id })).step;
}

test('upsertSteps adds a step with every field, and returns it', async () => {
  const { id: traceId } = await createTrace(kit);
  await addGoal(kit, traceId, { goalId: 'g' });
  const input = {
    id: newId('step'),
    traceId,
    type: 'SPAN',
    goalId: 'g',
    status: 'ERROR',
    name: 'call',
    kind: 'retriever',
    provider: 'p',
    requestModel: 'm-latest',
    agentName: 'a',
    toolCallId: 'tc',
    firstTokenMs: 12.5,
    finishReason: 'stop',
    data: { model: 'm-1', more: [1, { x: null }] },
    input: ['in'],
    output: { out: 1 },
    attributes: { 'a.b': 'c' },
    resource: { 'service.name': 's' },
    scope: { name: 'lib' },
  };
  const given = {
    ...input,
    startedAt: '2026-03-01T11:00:00.5+01:00',
    endedAt: '1772359201000001000',
    tags: ['z', 'a', 'z'],
    error: { type: 'Timeout', message: 'too slow', stack: 'at x' },
    usage: {
      promptTokens: 10,
      completionTokens: 5,
      cacheReadTokens: 4,
      cacheWriteTokens: 1,
      reasoningTokens: 2,
      cost: 0.5,
    },
  };
  const [step] = await upsert(kit, given);
  const { sequence, ...rest } = step;
  assert.equal(sequence, 1);
  assert.deepEqual(rest, {
    ...input,
    startedAt: '2026-03-01T10:00:00.500Z',
    endedAt: '2026-03-01T10:00:01.000001Z',
    durationMs: 500.001,
    tags: ['a', 'z'],
    parentIds: [],
    withinId: null,
    error: given.error,
    model: 'm-1',
    ...given.usage,
    costSource: 'GIVEN',
    toolName: null,
  });
  assert.deepEqual(await stepOf(input.id), step);
  await checkTrace(kit.database, traceId);
  const since = await lastEventId(kit, traceId);
  assert.deepEqual(await upsert(otherKit, given), [step]);
  assert.equal(await lastEventId(kit, traceId), since, 'the same input changes nothing');
});

test('a final input completes a running step: omitted fields stay, null clears, tags and parents are added', async () => {
  const { id: traceId } = await createTrace(kit);
  await addGoal(kit, traceId, { goalId: 'g' });
  const [id, parent, other] = [newId('step'), newId('parent'), newId('other')];
  await upsert(kit, { id: parent, traceId, type: 'SPAN' }, { id: other, traceId, type: 'SPAN' });
  await upsert(kit, {
    id,
    traceId,
    type: 'LLM_CALL',
    parentIds: [parent],
    tags: ['x'],
    name: 'first',
    provider: 'p',
    startedAt: '2026-03-01T10:00:00Z',
    data: { messages: [{ role: 'user', content: 'hi' }], model: 'm' },
  });
  const since = await lastEventId(kit, traceId);
  const [step] = await upsert(otherKit, {
    id,
    traceId,
    type: 'LLM_CALL',
    status: 'OK',
    goalId: 'g',
    parentIds: [other],
    tags: ['y'],
    provider: null,
    endedAt: '2026-03-01T10:00:02Z',
    data: {
      response: 'hello',
      usage: { prompt_tokens: 7, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 5 } },
    },
  });
  assert.deepEqual(
    [step.status, step.name, step.provider, step.tags, step.parentIds, step.durationMs, step.goalId],
    ['OK', 'first', null, ['x', 'y'], [parent, other], 2000, 'g'],
  );
  assert.deepEqual(step.data.messages, [{ role: 'user', content: 'hi' }]);
  assert.equal(step.data.response, 'hello');
  assert.deepEqual(
    [step.model, step.promptTokens, step.completionTokens, step.cacheReadTokens],
    ['m', 7, 3, 5],
  );
  await checkTrace(kit.database, traceId);
  const [event] = await eventsOf(kit, traceId, since);
  assert.equal(event.type, 'step_updated');
  assert.equal(event.payload.stepId, id, JSON.stringify(event));
  assert.equal(event.payload.patch.status, 'ok');
  assert.equal(event.payload.totals.promptTokens, 7);
  assert.deepEqual(
    event.payload.affectedGoals.map(({ goalId }: any) => goalId),
    ['g'],
  );
  const added = (await eventsOf(kit, traceId)).find(({ payload }) => payload.step?.id === id);
  assert.deepEqual(
    [
      added.payload.step.status,
      added.payload.step.parentIds,
      added.payload.step.tags,
      added.payload.step.goalId,
    ],
    ['running', [parent], ['x'], null],
    'the event of its addition still shows the step as it was',
  );
  assert.equal('response' in added.payload.step.data, false);
});

test('a running input after a final one fills only what is unset, and of two final ones the later end wins field by field', async () => {
  const { id: traceId } = await createTrace(kit);
  const id = newId('step');
  const base = { id, traceId, type: 'SPAN' };
  await upsert(kit, {
    ...base,
    status: 'OK',
    name: 'final',
    kind: null,
    endedAt: '2026-03-01T10:00:05Z',
    output: 1,
  });
  await upsert(kit, { ...base, name: 'running', kind: 'agent', provider: 'p', input: 2 });
  let step = await stepOf(id);
  assert.deepEqual(
    [step.status, step.name, step.kind, step.provider, step.input, step.output],
    ['OK', 'final', null, 'p', 2, 1],
  );
  await upsert(kit, {
    ...base,
    status: 'ERROR',
    name: 'earlier',
    agentName: 'a',
    endedAt: '2026-03-01T10:00:04Z',
  });
  step = await stepOf(id);
  assert.deepEqual(
    [step.status, step.name, step.agentName, step.endedAt],
    ['OK', 'final', 'a', '2026-03-01T10:00:05.000Z'],
  );
  await upsert(kit, { ...base, status: 'ERROR', name: 'later', endedAt: '2026-03-01T10:00:06Z' });
  step = await stepOf(id);
  assert.deepEqual([step.status, step.name, step.agentName, step.output], ['ERROR', 'later', 'a', 1]);
  await checkTrace(kit.database, traceId);
});

test('another type or trace is a conflict, and addStep compares with the earlier addStep only', async () => {
  const [one, two] = [await createTrace(kit), await createTrace(kit)];
  const id = newId('step');
  const added = { id, traceId: one.id, type: 'SPAN', name: 'added' };
  await kit.ask(ADD_STEP, { input: added });
  for (const [change, field] of [
    [{ traceId: two.id }, 'inputs[0].traceId'],
    [{ type: 'CONCLUSION' }, 'inputs[0].type'],
  ] as const) {
    const error = await kit.fail(UPSERT, { inputs: [{ ...added, ...change }] });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['CONFLICT', field]);
  }
  await upsert(kit, {
    id,
    traceId: one.id,
    type: 'SPAN',
    status: 'OK',
    name: 'upserted',
    endedAt: '2026-03-01T10:00:00Z',
  });
  const { addStep } = await kit.ask(`mutation ($input: AddStepInput!) { addStep(input: $input) { name } }`, {
    input: added,
  });
  assert.equal(addStep.name, 'upserted', 'the same addStep again returns the step as it is');
  const created = newId('step');
  await upsert(kit, { id: created, traceId: one.id, type: 'SPAN', name: 'x' });
  const error = await kit.fail(ADD_STEP, {
    input: { id: created, traceId: one.id, type: 'SPAN', name: 'y' },
  });
  assert.equal(error.extensions.code, 'CONFLICT');
});

interface Half {
  readonly inputs: readonly object[];
}

/** The steps of a run: each in two halves, running and final, or whole. */
function run(traceId: string, seed: number, count: number): Half[] {
  const random = seeded(seed);
  const pick = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: count }, (_, index) => {
    const id = `${traceId}-${index}`;
    const second = (offset: number): string =>
      new Date(Date.UTC(2026, 2, 1, 10, 0, index + offset)).toISOString();
    const base = { id, traceId, type: index % 3 === 0 ? 'LLM_CALL' : 'SPAN' };
    const goalId = ['a', 'b', 'c', null][pick(4)];
    const running = {
      ...base,
      name: `step ${index}`,
      startedAt: second(0),
      parentIds: index === 0 ? [] : [`${traceId}-${pick(index)}`],
      within: index === 0 ? null : `${traceId}-${Math.floor((index - 1) / 4)}`,
      tags: [`t${pick(3)}`],
      data: { model: `m${pick(2)}` },
      input: { n: index },
      ...(pick(2) === 0 ? { goalId } : {}),
    };
    const final = {
      ...base,
      status: pick(4) === 0 ? 'ERROR' : 'OK',
      endedAt: second(1 + pick(5)),
      parentIds: index < 2 ? [] : [`${traceId}-${pick(index)}`],
      tags: [`u${pick(2)}`],
      data: { response: `r${index}` },
      output: [index],
      goalId,
      usage: {
        promptTokens: pick(100),
        completionTokens: pick(10),
        ...(pick(3) === 0 ? {} : { cost: pick(1000) / 1000 }),
      },
      ...(pick(5) === 0 ? { error: { message: 'bad' } } : {}),
    };
    return { inputs: [running, final] };
  });
}

/** What must be the same in whichever order the steps arrive. */
async function graphOf(traceId: string): Promise<unknown> {
  const { trace } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) {
      startedAt totalSteps totalTokens totalCost
      stats { stepCount errorCount unpricedCount promptTokens completionTokens }
      goals { nodes { goalId selfStats { stepCount errorCount unpricedCount totalTokens totalCost }
        cumulativeStats { stepCount errorCount unpricedCount totalTokens totalCost } } }
      steps(first: 500) { nodes { ${FIELDS} missingParentIds within { id } } }
    } }`,
    { id: traceId },
  );
  const steps = trace.steps.nodes.map(({ sequence: _, parentIds, ...step }: any) => ({
    ...step,
    parentIds: [...parentIds].sort(),
  }));
  steps.sort((a: any, b: any) => (a.id < b.id ? -1 : 1));
  return JSON.parse(JSON.stringify({ ...trace, steps }).replaceAll(traceId, 'trace'));
}

async function traceWithGoals(): Promise<string> {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'a' });
  await addGoal(kit, id, { goalId: 'b', parentId: 'a' });
  await addGoal(kit, id, { goalId: 'c', parentId: 'b' });
  return id;
}

for (const seed of [1, 2, 3]) {
  test(`steps that 8 writers send in random order, in halves and twice, from two servers, give the graph of the same in order (seed ${seed})`, async () => {
    const inOrder = await traceWithGoals();
    for (const { inputs } of run(inOrder, seed, 60)) {
      for (const input of inputs) {
        await upsert(kit, input);
      }
    }
    const shuffled = await traceWithGoals();
    const random = seeded(seed + 100);
    const all = run(shuffled, seed, 60)
      .flatMap(({ inputs }) => [...inputs, ...inputs])
      .map((input) => [random(), input] as const)
      .sort(([a], [b]) => a - b)
      .map(([, input]) => input);
    let next = 0;
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        while (next < all.length) {
          const size = 1 + Math.floor(random() * 4);
          const inputs = all.slice(next, next + size);
          next += size;
          await upsert(writer % 2 === 0 ? kit : otherKit, ...inputs);
        }
      }),
    );
    assert.deepEqual(await graphOf(shuffled), await graphOf(inOrder));
    await checkTrace(kit.database, shuffled);
    await checkTrace(kit.database, inOrder);
  });
}
