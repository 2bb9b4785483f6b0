import { costOf } from './demo-agent.js';
import type { Scene } from './demo-scene.js';

/** The cause is known: the agent rolls back the deploy and watches the error rate. */
export async function repair({ client, tell, ids, agent }: Scene): Promise<void> {
  await agent.updateGoal('repair', { status: 'IN_PROGRESS' });
  await agent.addGoal({ goalId: 'rollback', parentId: 'repair', description: 'Roll deploy 2291 back' });
  await agent.addGoal({ goalId: 'watch', parentId: 'repair', description: 'Watch the error rate fall' });
  const report = { traceId: ids.incident, goalId: 'repair', id: agent.id('report'), role: 'assistant' };
  const draft = { ...report, content: 'Status:', status: 'streaming' };
  await client.ask('mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }', {
    input: draft,
  });
  const text = 'Status: cause found, rolling back deploy 2291, all well in five minutes.';
  const usage = { promptTokens: 940, completionTokens: 38 };
  await tell('a status report streams in, as updates of one message', 500);
  for (const input of [
    { content: text.slice(0, 40) },
    { content: text, status: 'done', ...usage, cost: costOf('claude-haiku-4-5', usage) },
  ]) {
    await client.ask(
      'mutation ($id: ID!, $input: UpdateMessageInput!) { updateMessage(id: $id, input: $input) { id } }',
      { id: report.id, input },
    );
  }
  await tell('the report is done', 500);
  const undo = { name: 'undo', tool: 'rollback_deploy', arguments: { deploy: 2291 } };
  await agent.think('act', {
    goal: 'rollback',
    on: ['cause', 'approval'],
    promptTokens: 11_240,
    completionTokens: 96,
    says: 'I roll deploy 2291 back.',
    calls: [undo],
  });
  await agent.call([undo], { goal: 'rollback', by: 'act' });
  await tell('rolls the deploy back', 1_200);
  await agent.answer('undo', { goal: 'rollback', result: 'deploy 2292: DB_POOL_MAX=50', durationMs: 21_400 });
  await agent.updateGoal('rollback', { status: 'COMPLETED' });
  const rate = {
    name: 'rate-after',
    tool: 'get_error_rate',
    arguments: { service: 'checkout-api', window: '2m' },
  };
  await agent.think('check', {
    goal: 'watch',
    on: ['undo-result'],
    promptTokens: 11_690,
    completionTokens: 52,
    says: 'Did it help?',
    calls: [rate],
  });
  await agent.call([rate], { goal: 'watch', by: 'check' });
  await tell('watches the error rate', 1_000);
  await agent.answer('rate-after', { goal: 'watch', result: '0.2 % of requests fail', durationMs: 390 });
  await agent.updateGoal('watch', { status: 'COMPLETED' });
  await tell('it falls to 0.2 %', 800);
}

/** The agent writes a memory; completing its last goal completes the goals above it, up to the root. */
export async function finish({ tell, ids, agent }: Scene): Promise<void> {
  const rule = 'Look at DB_POOL_MAX in the last deploy and roll it back.';
  await agent.think('lesson', {
    goal: 'learn',
    on: ['cause', 'rate-after-result'],
    promptTokens: 12_100,
    completionTokens: 141,
    says: 'A restart could not help, as the limit came with the deploy.',
  });
  await agent.step('remember', {
    type: 'MEMORY_WRITE',
    goal: 'learn',
    on: ['lesson'],
    data: {
      experience_id: `${ids.experience}-roll-back`,
      condition: 'checkout-api waits for connections',
      rule,
    },
  });
  await tell('writes a memory', 800);
  const content = 'Checkout works again: deploy 2291 had cut the connection pool, and is rolled back.';
  await agent.step('verdict', {
    type: 'CONCLUSION',
    goal: 'fix',
    on: ['lesson', 'rate-after-result'],
    data: { content, is_final: true },
  });
  await agent.hear('assistant', content, { goal: 'fix' });
  await tell('concludes', 800);
  await agent.updateGoal('learn', { status: 'COMPLETED' });
  await tell('completes its last goal; the completion runs up to the root', 900);
  await agent.updateTrace({ summary: content });
  await agent.updateTrace({ status: 'COMPLETED' });
  await tell('the run is complete', 0);
}
