import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKit, type Kit } from '../../kit/kit.js';
import {
  addGoal,
  addMessage,
  addStep,
  checkStats,
  createTrace,
  setGoalTree,
  updateGoal,
  updateMessage,
} from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

test('stats stay equal to a recount after every kind of change', async () => {
  const { id } = await createTrace(kit);
  for (const [goalId, parentId] of [['top'], ['left', 'top'], ['right', 'top'], ['leaf', 'left']] as const) {
    await addGoal(kit, id, { goalId, parentId });
  }
  const message = async (input: object): Promise<string> => (await addMessage(kit, id, input)).id;
  const first = await message({ goalId: 'leaf', content: 'first', promptTokens: 10, cost: 0.1 });
  const second = await message({ goalId: 'leaf', content: 'second', completionTokens: 5, cost: 0.2 });
  await message({ goalId: 'right', content: 'third', promptTokens: 1, cost: 0.7 });
  const loose = await message({ content: 'fourth', cost: 1e-9 });
  await addStep(kit, id, {
    type: 'LLM_CALL',
    goalId: 'left',
    data: { prompt_tokens: 7, completion_tokens: 8, cost: 0.3 },
  });
  await addStep(kit, id, { type: 'TOOL_CALL', goalId: 'left', data: { tool_name: 't' } });
  await checkStats(kit, id);
  const steps: (() => Promise<unknown>)[] = [
    () => updateMessage(kit, first, { promptTokens: 20, cost: 0.30000000000000004 }),
    () => updateMessage(kit, second, { goalId: 'right' }),
    () => updateMessage(kit, second, { goalId: null, cost: 0.9 }),
    () => updateMessage(kit, second, { goalId: 'top', content: 'second again' }),
    () => updateMessage(kit, loose, { goalId: 'leaf', content: 'newest' }),
    () => updateMessage(kit, loose, { content: 'newest still', completionTokens: 4 }),
    () => updateMessage(kit, loose, { content: null }),
    () => updateMessage(kit, loose, { goalId: 'right', content: 'gone from leaf' }),
    () => updateMessage(kit, loose, { goalId: null }),
    () => updateGoal(kit, id, 'leaf', { parentId: 'right' }),
    () => updateGoal(kit, id, 'left', { parentId: 'leaf' }),
    () => updateGoal(kit, id, 'right', { parentId: null }),
    () =>
      setGoalTree(kit, id, [
        { goalId: 'leaf' },
        { goalId: 'top', parentId: 'leaf' },
        { goalId: 'new', description: 'n' },
      ]),
    () => updateMessage(kit, second, { goalId: 'new' }),
  ];
  for (const [index, step] of steps.entries()) {
    await step();
    await checkStats(kit, id).catch((error: unknown) => {
      throw new Error(`after change ${index}: ${String(steps[index])}`, { cause: error });
    });
  }
});

test('costs add up exactly: 0.1 plus 0.2 is 0.3, and removing them leaves 0', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'g' });
  const [a, b] = [
    await addMessage(kit, id, { goalId: 'g', cost: 0.1 }),
    await addMessage(kit, id, { goalId: 'g', cost: 0.2 }),
  ];
  const cost = async (): Promise<number[]> => {
    const { trace } = await kit.ask(
      'query ($id: ID!) { trace(id: $id) { totalCost goal(goalId: "g") { selfStats { totalCost } cumulativeStats { totalCost } } } }',
      { id },
    );
    return [trace.totalCost, trace.goal.selfStats.totalCost, trace.goal.cumulativeStats.totalCost];
  };
  assert.deepEqual(await cost(), [0.3, 0.3, 0.3]);
  await updateMessage(kit, a.id, { cost: null });
  await updateMessage(kit, b.id, { cost: 0 });
  assert.deepEqual(await cost(), [0, 0, 0]);
});

test('concurrent writers on one goal lose no usage', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'top' });
  await addGoal(kit, id, { goalId: 'leaf', parentId: 'top' });
  const added = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      addMessage(kit, id, {
        goalId: index % 2 === 0 ? 'leaf' : 'top',
        content: `${index}`,
        promptTokens: index,
        cost: 0.1,
      }),
    ),
  );
  await Promise.all(
    added.map((message, index) =>
      updateMessage(kit, message.id, index % 3 === 0 ? { goalId: 'leaf' } : { cost: 0.7 }),
    ),
  );
  await checkStats(kit, id);
  assert.deepEqual(
    added.map(({ sequence }) => sequence).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
});

test('a preview is the first 80 characters of the newest text, with whitespace collapsed', async () => {
  const { id } = await createTrace(kit);
  const preview = async (): Promise<string | null> =>
    (await kit.ask('query ($id: ID!) { trace(id: $id) { stats { preview } } }', { id })).trace.stats.preview;
  for (const [content, expected] of [
    ['  a\n\n b\t', 'a b'],
    ['🎭'.repeat(100), '🎭'.repeat(80)],
    [`${' '.repeat(1000)}late`, 'late'],
    [[{ type: 'image' }, { type: 'text', text: 'seen' }], 'seen'],
    [{ text: 'part' }, 'part'],
    [{ other: 'no text' }, null],
  ] as const) {
    await addMessage(kit, id, { content });
    assert.equal(await preview(), expected);
  }
});
