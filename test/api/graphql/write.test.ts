import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { checkTrace } from '../../kit/recount.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const WRITE = `mutation ($operations: [WriteOperation!]!, $onError: OnError) { write(operations: $operations, onError: $onError) {
  index error { code message field }
  trace { id status } goals { goalId } goal { goalId status } step { id status sequence } message { id content }
  event { type } runEvent { seq } checkpoint { id }
} }`;

async function write(operations: object[], onError = 'ABORT'): Promise<any[]> {
  return (await kit.ask(WRITE, { operations, onError })).write;
}

/** A flush of an agent's run: everything that one trace has. */
function flush(traceId: string, threadId: string): object[] {
  return [
    { createTrace: { id: traceId, task: 't', threadId } },
    {
      setGoalTree: {
        traceId,
        goals: [
          { goalId: 'a', description: 'A' },
          { goalId: 'b', parentId: 'a', description: 'B' },
        ],
      },
    },
    { addGoal: { traceId, input: { goalId: 'c', parentId: 'a', description: 'C' } } },
    {
      addStep: {
        id: `${traceId}-s1`,
        traceId,
        type: 'LLM_CALL',
        goalId: 'b',
        data: { prompt_tokens: 3, messages: ['x'] },
      },
    },
    { upsertStep: { id: `${traceId}-s2`, traceId, type: 'SPAN', parentIds: [`${traceId}-s1`] } },
    {
      upsertStep: {
        id: `${traceId}-s2`,
        traceId,
        type: 'SPAN',
        status: 'OK',
        endedAt: '2026-03-01T10:00:00Z',
      },
    },
    {
      addMessage: { id: `${traceId}-m1`, traceId, role: 'user', content: 'hi', goalId: 'c', promptTokens: 2 },
    },
    { updateMessage: { id: `${traceId}-m1`, input: { content: 'changed', goalId: 'b' } } },
    { appendEvent: { traceId, type: 'note', payload: { n: 1 }, idempotencyKey: 'k' } },
    {
      putRunEvent: {
        threadId,
        runId: 'r',
        eventType: 'e',
        category: 'message',
        content: 'x',
        idempotencyKey: 'e1',
      },
    },
    { putRunEventIfAbsent: { threadId, runId: 'r', eventType: 'start', category: 'trace', content: 'y' } },
    {
      putCheckpoint: {
        metadata: { threadId, checkpointId: `${traceId}-c1`, step: 1 },
        messages: ['m'],
        stepId: `${traceId}-s1`,
      },
    },
    { updateGoal: { traceId, goalId: 'b', input: { status: 'COMPLETED' } } },
    { updateTrace: { id: traceId, input: { status: 'COMPLETED' } } },
  ];
}

test('write applies operations of every kind in order and returns what each wrote; a retry changes nothing', async () => {
  const [traceId, threadId] = [newId('trace'), newId('thread')];
  const results = await write(flush(traceId, threadId));
  assert.deepEqual(
    results.map(({ index, error }) => [index, error]),
    results.map((_, index) => [index, null]),
  );
  assert.equal(results.length, 14);
  assert.deepEqual(results[5].step, { id: `${traceId}-s2`, status: 'OK', sequence: 2 });
  assert.deepEqual(results[7].message, { id: `${traceId}-m1`, content: 'changed' });
  assert.deepEqual([results[9].runEvent.seq, results[10].runEvent.seq], [1, 2]);
  assert.deepEqual(results[13].trace, { id: traceId, status: 'COMPLETED' });
  await checkTrace(kit.database, traceId);
  const state = (): Promise<unknown> =>
    kit.ask(
      `query ($id: ID!, $thread: ID!) {
        trace(id: $id) { lastEventId totalTokens totalSteps goals { nodes { goalId status cumulativeStats { totalTokens } } } }
        thread(id: $thread) { lastSeq } checkpoints(threadId: $thread) { id messages step { id } } }`,
      { id: traceId, thread: threadId },
    );
  const before = await state();
  // The tree is as it was sent, with the goal that was added later: sending it again would remove that.
  const again = flush(traceId, threadId).filter(
    (operation) => !('setGoalTree' in operation) && !('updateMessage' in operation),
  );
  const repeated = await write(again, 'CONTINUE');
  assert.deepEqual(
    repeated.map(({ error }) => error?.code ?? null),
    repeated.map(() => null),
  );
  assert.deepEqual(await state(), before);
});

test('with ABORT nothing is written if one operation is rejected, and the error names its field', async () => {
  const traceId = newId('trace');
  for (const [bad, field] of [
    [{ addMessage: { traceId, role: '' } }, 'operations[2].addMessage.role'],
    [{ addMessage: { traceId, role: 'user', goalId: 'none' } }, 'operations[2].addMessage.goalId'],
    [{ updateGoal: { traceId, goalId: 'none', input: { summary: 'x' } } }, 'operations[2]'],
  ] as const) {
    const operations = [{ createTrace: { id: traceId } }, { addStep: { traceId, type: 'SPAN' } }, bad];
    const error = await kit.fail(WRITE, { operations });
    assert.equal(error.extensions.field, field);
    assert.equal((await kit.ask('query ($id: ID!) { trace(id: $id) { id } }', { id: traceId })).trace, null);
  }
});

test('with CONTINUE rejected operations return their errors, what refers to them is rejected, and the rest is written', async () => {
  const [traceId, other] = [newId('trace'), newId('trace')];
  const step = newId('step');
  const results = await write(
    [
      { createTrace: { id: traceId } },
      { createTrace: { id: other, parentGoalId: 'no parent' } },
      { addMessage: { traceId: other, role: 'user', content: 'lost with its trace' } },
      { addStep: { id: step, traceId, type: 'TOOL_CALL', data: {} } },
      { addStep: { traceId, type: 'SPAN', parentIds: [step] } },
      { addMessage: { traceId, role: 'user', goalId: 'none' } },
      { addMessage: { id: `${traceId}-m`, traceId, role: 'user', content: 'kept' } },
      { updateMessage: { id: 'no such message', input: { role: 'x' } } },
      { updateTrace: { id: traceId, input: { status: 'FAILED' } } },
    ],
    'CONTINUE',
  );
  assert.deepEqual(
    results.map(({ error }) => (error === null ? null : [error.code, error.field])),
    [
      null,
      ['BAD_USER_INPUT', 'operations[1].createTrace.parentGoalId'],
      ['BAD_USER_INPUT', 'operations[2].addMessage'],
      ['BAD_USER_INPUT', 'operations[3].addStep.data.tool_name'],
      ['BAD_USER_INPUT', 'operations[4].addStep'],
      ['BAD_USER_INPUT', 'operations[5].addMessage.goalId'],
      null,
      ['NOT_FOUND', null],
      null,
    ],
  );
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { status totalSteps messages { nodes { content } } } }',
    { id: traceId },
  );
  assert.deepEqual(trace, { status: 'FAILED', totalSteps: 0, messages: { nodes: [{ content: 'kept' }] } });
  await checkTrace(kit.database, traceId);
});

test('a journal that puts a failed batch back at its front gets through', async () => {
  const traceId = newId('trace');
  await kit.ask('mutation ($id: ID) { createTrace(input: { id: $id }) { id } }', { id: traceId });
  const items = Array.from({ length: 60 }, (_, index) => ({
    addMessage: {
      id: `${traceId}-${index}`,
      traceId,
      role: index === 7 ? 'x'.repeat(51) : 'user',
      content: `${index}`,
    },
  }));
  let queue: object[] = items;
  const refused: string[] = [];
  for (let turn = 0; queue.length > 0 && turn < 20; turn += 1) {
    const batch = queue.slice(0, 10);
    const results = await write(batch, 'CONTINUE');
    refused.push(...results.flatMap(({ error }) => (error === null ? [] : [error.code as string])));
    queue = queue.slice(10);
  }
  assert.deepEqual(refused, ['BAD_USER_INPUT']);
  const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { totalMessages } }', { id: traceId });
  assert.equal(trace.totalMessages, 59);
});

test('for every ordered pair of operations, write gives the graph that they give one at a time', async () => {
  const pairs = (traceId: string, threadId: string): Record<string, object> => ({
    updateTrace: { id: traceId, input: { summary: 's' } },
    setGoalTree: { traceId, goals: [{ goalId: 'a', description: 'A' }] },
    addGoal: { traceId, input: { goalId: 'c', parentId: 'b', description: 'C', status: 'COMPLETED' } },
    updateGoal: { traceId, goalId: 'b', input: { parentId: null } },
    addStep: { id: `${traceId}-x`, traceId, type: 'SPAN', goalId: 'b', usage: { promptTokens: 5 } },
    upsertStep: {
      id: `${traceId}-s`,
      traceId,
      type: 'SPAN',
      status: 'OK',
      goalId: 'a',
      usage: { promptTokens: 7 },
    },
    addMessage: { id: `${traceId}-y`, traceId, role: 'user', content: 'y', goalId: 'b', promptTokens: 3 },
    updateMessage: { id: `${traceId}-m`, input: { goalId: 'b', promptTokens: 9 } },
    appendEvent: { traceId, type: 'note' },
    putRunEvent: {
      threadId,
      runId: 'r',
      eventType: 'e',
      category: 'message',
      content: 'x',
      idempotencyKey: 'k',
    },
    putCheckpoint: { metadata: { threadId, checkpointId: `${traceId}-c`, step: 1 }, messages: ['m'] },
  });
  const prepare = async (): Promise<readonly [string, string]> => {
    const [traceId, threadId] = [newId('trace'), newId('thread')];
    await write([
      { createTrace: { id: traceId } },
      {
        setGoalTree: {
          traceId,
          goals: [
            { goalId: 'a', description: 'A' },
            { goalId: 'b', parentId: 'a', description: 'B' },
          ],
        },
      },
      {
        addStep: {
          id: `${traceId}-s`,
          traceId,
          type: 'SPAN',
          goalId: 'b',
          status: 'RUNNING',
          usage: { promptTokens: 1 },
        },
      },
      {
        addMessage: { id: `${traceId}-m`, traceId, role: 'user', content: 'm', goalId: 'b', promptTokens: 2 },
      },
    ]);
    return [traceId, threadId];
  };
  const graphOf = async (traceId: string, threadId: string): Promise<string> => {
    const data = await kit.ask(
      `query ($id: ID!, $thread: ID!) { trace(id: $id) { summary lastEventId totalSteps totalMessages totalTokens
        goals { nodes { goalId parentId status selfStats { messageCount stepCount totalTokens preview } cumulativeStats { messageCount stepCount totalTokens preview } } }
        steps { nodes { id goalId status promptTokens } } messages { nodes { id goalId promptTokens } } events { nodes { type } } }
        thread(id: $thread) { lastSeq } checkpoints(threadId: $thread) { id messages } }`,
      { id: traceId, thread: threadId },
    );
    return JSON.stringify(data).replaceAll(traceId, 'trace').replaceAll(threadId, 'thread');
  };
  const names = Object.keys(pairs('t', 'x'));
  for (const first of names) {
    for (const second of names) {
      const [one, two] = [await prepare(), await prepare()];
      const operations = (place: readonly [string, string]): object[] =>
        [first, second].map((name) => ({ [name]: pairs(...place)[name] }));
      const together = await write(operations(one), 'CONTINUE');
      const apart: any[] = [];
      for (const operation of operations(two)) {
        apart.push(...(await write([operation], 'CONTINUE')));
      }
      const codes = (results: any[]): unknown[] => results.map(({ error }) => error?.code ?? null);
      assert.deepEqual(codes(together), codes(apart), `${first}, ${second}`);
      assert.equal(await graphOf(...one), await graphOf(...two), `${first}, ${second}`);
    }
  }
});
