import type { Client } from '../api-client.js';
import { startAgent, type Agent, type ToolCall } from './demo-agent.js';
import type { DemoIds } from './demo-scene.js';
import type { DemoThread } from './demo-thread.js';

/** One turn: the model calls one tool and gets its answer. */
async function turn(
  agent: Agent,
  call: ToolCall,
  turn: {
    readonly on: readonly string[];
    readonly promptTokens: number;
    readonly says: string;
    readonly result: string;
    readonly durationMs: number;
  },
): Promise<void> {
  const { on, promptTokens, says, result, durationMs } = turn;
  const goal = 'restore';
  const by = `ask-${call.name}`;
  await agent.think(by, { goal, on, promptTokens, completionTokens: 90, says, calls: [call] });
  await agent.call([call], { goal, by });
  await agent.answer(call.name, { goal, result, durationMs });
}

/** Monday: the agent restarts the service without success, writes a memory of that, and gives up. */
export async function runMonday(
  client: Client,
  thread: DemoThread,
  { monday, experience }: DemoIds,
): Promise<void> {
  const agent = await startAgent(client, {
    model: 'claude-sonnet-4-5',
    thread,
    trace: {
      id: monday,
      task: 'Checkout answers 502 now and then. Restore it.',
      agentType: 'incident-responder',
      promptName: 'incident-v2',
      uid: 'demo',
      context: { service: 'checkout-api' },
    },
  });
  await agent.addGoal({ goalId: 'restore', description: 'Restore checkout', status: 'IN_PROGRESS' });
  await agent.hear('user', 'Checkout answers 502 now and then. Restore it.', { goal: 'restore' });
  await turn(
    agent,
    { name: 'logs', tool: 'search_logs', arguments: { service: 'checkout-api', query: 'level:error' } },
    {
      on: [],
      promptTokens: 1_480,
      says: 'I look at the errors first.',
      result: '312 x TimeoutError: no connection within 5000 ms',
      durationMs: 1_640,
    },
  );
  await turn(
    agent,
    { name: 'restart', tool: 'restart_service', arguments: { service: 'checkout-api' } },
    {
      on: ['logs-result'],
      promptTokens: 2_210,
      says: 'Timeouts: a restart should clear them.',
      result: 'restarted 6 of 6 instances',
      durationMs: 48_200,
    },
  );
  await turn(
    agent,
    { name: 'rate', tool: 'get_error_rate', arguments: { service: 'checkout-api', window: '5m' } },
    {
      on: ['restart-result'],
      promptTokens: 2_450,
      says: 'Did it help?',
      result: '18.9 % of requests failed, before the restart 19.2 %',
      durationMs: 380,
    },
  );
  await agent.think('give-up', {
    goal: 'restore',
    on: ['rate-result'],
    promptTokens: 2_700,
    completionTokens: 140,
    says: 'The restart changed nothing; I stop here and keep that for the next time.',
  });
  await agent.save('monday', {
    at: 'rate-result',
    nextNode: 'think',
    summary: 'the restart did not help',
  });
  await agent.step('remember', {
    type: 'MEMORY_WRITE',
    goal: 'restore',
    on: ['give-up'],
    data: {
      experience_id: experience,
      condition: 'checkout-api times out waiting for a database connection',
      rule: 'A restart does not help. Compare the limits of the connection pool before and after the last deploy.',
    },
  });
  await agent.step('verdict', {
    type: 'CONCLUSION',
    goal: 'restore',
    on: ['give-up'],
    data: { content: 'Not restored: the restart changed nothing.', is_final: true },
  });
  await agent.updateTrace({ status: 'FAILED', error: 'gave up: still 18.9 % errors after the restart' });
}

/** Tuesday: another agent tries the same for the cart service, and a person objects. */
export async function runTuesday(client: Client, { tuesday }: DemoIds): Promise<void> {
  const agent = await startAgent(client, {
    model: 'claude-haiku-4-5',
    trace: {
      id: tuesday,
      task: 'Baskets time out. Restore the cart service.',
      agentType: 'night-watch',
      promptName: 'incident-v2',
      uid: 'demo',
      context: { service: 'cart-api' },
    },
  });
  await agent.addGoal({ goalId: 'restore', description: 'Restore the basket', status: 'IN_PROGRESS' });
  await agent.hear('user', 'Baskets time out. Restore the cart service.', { goal: 'restore' });
  await turn(
    agent,
    { name: 'logs', tool: 'search_logs', arguments: { service: 'cart-api', query: 'level:error' } },
    {
      on: [],
      promptTokens: 1_210,
      says: 'The errors, please.',
      result: '97 x TimeoutError: no connection within 5000 ms',
      durationMs: 1_210,
    },
  );
  await turn(
    agent,
    { name: 'restart', tool: 'restart_service', arguments: { service: 'cart-api' } },
    {
      on: ['logs-result'],
      promptTokens: 1_830,
      says: 'I restart it.',
      result: 'restarted 4 of 4 instances',
      durationMs: 36_900,
    },
  );
  await turn(
    agent,
    { name: 'rate', tool: 'get_error_rate', arguments: { service: 'cart-api', window: '5m' } },
    {
      on: ['restart-result'],
      promptTokens: 2_020,
      says: 'And now?',
      result: '7.1 % of requests failed',
      durationMs: 410,
    },
  );
  await agent.step('verdict', {
    type: 'CONCLUSION',
    goal: 'restore',
    on: ['rate-result'],
    data: { content: 'Restarted; the rate should fall by itself.', is_final: true },
  });
  await agent.step('objection', {
    type: 'FEEDBACK',
    on: ['verdict'],
    data: {
      target_step_id: agent.id('verdict'),
      feedback_type: 'negative',
      content: 'It did not fall. Restarting is not a cure.',
    },
  });
  await agent.updateTrace({ status: 'FAILED', error: 'the on-call engineer took over' });
}
