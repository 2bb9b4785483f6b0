import type { Client } from '../api-client.js';
import { startAgent } from './demo-agent.js';
import type { Tell } from './demo-scene.js';

const SUMMARY =
  'Deploy 2291 at 13:58 lowered DB_POOL_MAX from 50 to 5 for checkout-api; nothing else changed.';

/** The sub-agent: works in its own trace for one of the parent's goals, and returns its summary. */
export async function runReview(
  client: Client,
  tell: Tell,
  parent: { readonly id: string; readonly parentTraceId: string; readonly parentGoalId: string },
): Promise<string> {
  const agent = await startAgent(client, {
    model: 'claude-haiku-4-5',
    trace: {
      ...parent,
      task: 'List what was deployed to checkout-api before 14:05 and what it changed.',
      agentType: 'deploy-reviewer',
      promptName: 'review-v1',
      uid: 'demo',
    },
  });
  await tell(`a sub-agent starts: trace ${agent.traceId}`, 500);
  await agent.addGoal({ goalId: 'review', description: 'Name the suspicious deploy', status: 'IN_PROGRESS' });
  const goal = 'review';
  await agent.hear('user', 'What was deployed to checkout-api before 14:05, and what did it change?', {
    goal,
  });
  const list = {
    name: 'list',
    tool: 'list_deploys',
    arguments: { service: 'checkout-api', before: '14:05' },
  };
  await agent.think('plan', {
    goal,
    promptTokens: 1_120,
    completionTokens: 64,
    says: 'I list the deploys.',
    calls: [list],
  });
  await agent.call([list], { goal, by: 'plan' });
  await tell('  sub-agent: lists the deploys', 900);
  await agent.answer('list', { goal, result: '2291 at 13:58, 2290 yesterday 16:12', durationMs: 720 });
  const diff = { name: 'diff', tool: 'diff_deploy', arguments: { deploy: 2291 } };
  await agent.think('look', {
    goal,
    on: ['list-result'],
    promptTokens: 1_390,
    completionTokens: 58,
    says: '2291 came seven minutes before the errors. What is in it?',
    calls: [diff],
  });
  await agent.call([diff], { goal, by: 'look' });
  await tell('  sub-agent: reads the difference of deploy 2291', 900);
  await agent.answer('diff', {
    goal,
    result: 'config/db.env: -DB_POOL_MAX=50 +DB_POOL_MAX=5',
    durationMs: 1_050,
  });
  await agent.think('sum-up', {
    goal,
    on: ['list-result', 'diff-result'],
    promptTokens: 1_610,
    completionTokens: 71,
    says: SUMMARY,
  });
  await agent.step('verdict', {
    type: 'CONCLUSION',
    goal,
    on: ['sum-up'],
    data: { content: SUMMARY, is_final: true },
  });
  await agent.updateGoal('review', { status: 'COMPLETED', summary: SUMMARY });
  await agent.updateTrace({ status: 'COMPLETED', summary: SUMMARY });
  await tell('  sub-agent: done; its summary and its cost are told in the parent trace', 900);
  return SUMMARY;
}
