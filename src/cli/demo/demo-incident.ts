import type { Client } from '../api-client.js';
import { startAgent } from './demo-agent.js';
import { finish, repair } from './demo-repair.js';
import { runReview } from './demo-review.js';
import type { DemoIds, Scene, Tell } from './demo-scene.js';
import type { DemoThread } from './demo-thread.js';

const MODEL = 'claude-sonnet-4-5';
const SERVICE = 'checkout-api';
const TASK = 'Since 14:05 one checkout in five fails. Find out why, and stop it.';

/** The run to watch: an agent finds out why checkouts fail, makes a mistake, is corrected, and fixes the problem. */
export async function runIncident(
  client: Client,
  {
    tell,
    ids,
    thread,
    onCreated,
  }: {
    readonly tell: Tell;
    readonly ids: DemoIds;
    readonly thread: DemoThread;
    readonly onCreated: () => void;
  },
): Promise<void> {
  const agent = await startAgent(client, {
    model: MODEL,
    thread,
    trace: {
      id: ids.incident,
      task: TASK,
      agentType: 'incident-responder',
      promptName: 'incident-v3',
      uid: 'demo',
      context: { service: SERVICE, alert: 'checkout-error-rate > 5 %' },
    },
  });
  onCreated();
  const scene = { client, tell, ids, agent, thread };
  await tell('the run to watch begins', 2_000);
  await setOut(scene);
  await gatherEvidence(scene);
  await err(scene);
  await checkAgain(scene);
  await explain(scene);
  await repair(scene);
  await finish(scene);
}

async function setOut({ client, tell, ids, agent }: Scene): Promise<void> {
  const note = { text: 'paged by checkout-error-rate', severity: 2 };
  await client.ask(
    'mutation ($id: ID!, $note: JSON!) { appendEvent(traceId: $id, type: "note", payload: $note) { id } }',
    { id: ids.incident, note },
  );
  await tell('appends an event of its own type: note', 600);
  await agent.hear('system', `You are on call for ${SERVICE}. Change nothing without a reason.`);
  const status = 'IN_PROGRESS';
  const goals = [
    { goalId: 'fix', description: 'Stop the failing checkouts', status },
    { goalId: 'cause', parentId: 'fix', description: 'Find the cause', status },
    { goalId: 'evidence', parentId: 'cause', description: 'Read logs, error rate and pool', status },
    { goalId: 'network', parentId: 'cause', description: 'Look at the network to the database' },
    { goalId: 'deploys', parentId: 'cause', description: 'Review the last deploys', type: 'AGENT_CALL' },
    { goalId: 'repair', parentId: 'fix', description: 'Put it right' },
  ];
  await client.ask(
    'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { mission } }',
    { id: ids.incident, goals },
  );
  await agent.hear('user', TASK, { goal: 'fix' });
  await tell('sets its goals: six of them, three deep', 1_000);
  const rule = 'A restart does not help. Compare the limits of the connection pool.';
  await agent.step('recall', {
    type: 'MEMORY_READ',
    goal: 'cause',
    data: {
      experiences: [{ experience_id: ids.experience, rule, score: 0.83 }],
      skills: [{ name: 'read-the-logs' }, { name: 'undo-a-deploy' }],
      experiences_count: 1,
      skills_count: 2,
    },
  });
  await tell("reads memory: Monday's failure says that a restart does not help", 900);
}

async function gatherEvidence({ tell, agent }: Scene): Promise<void> {
  const goal = 'evidence';
  const calls = [
    {
      name: 'logs',
      tool: 'search_logs',
      arguments: { service: SERVICE, query: 'level:error', since: '14:00' },
    },
    { name: 'rate', tool: 'get_error_rate', arguments: { service: SERVICE, window: '15m' } },
    { name: 'pool', tool: 'get_pool_stats', arguments: { service: SERVICE } },
  ];
  await agent.think('plan', {
    goal,
    on: ['recall'],
    promptTokens: 2_310,
    completionTokens: 184,
    says: 'No restart this time. I read the logs, the error rate and the pool at once.',
    calls,
  });
  await agent.call(calls, { goal, by: 'plan' });
  await tell('calls three tools in parallel', 1_000);
  await agent.answer('rate', {
    goal,
    result: '19.4 % of requests fail, all of them writes',
    durationMs: 410,
  });
  await tell('  get_error_rate answers', 500);
  await agent.answer('pool', { goal, result: '5 of 5 connections in use, 212 waiting', durationMs: 1_830 });
  await tell('  get_pool_stats answers', 500);
  await agent.answer('logs', {
    goal,
    result: '1,204 x TimeoutError: no connection within 5000 ms',
    durationMs: 2_610,
  });
  await tell('  search_logs answers', 700);
  await agent.save('evidence', {
    at: 'logs-result',
    nextNode: 'think',
    summary: 'three answers, no guess yet',
  });
  await tell('saves a checkpoint of its thread', 500);
}

async function err({ tell, agent }: Scene): Promise<void> {
  const goal = 'network';
  await agent.updateGoal(goal, { status: 'IN_PROGRESS' });
  const calls = [{ name: 'capture', tool: 'packet_capture', arguments: { host: 'db-1', seconds: 120 } }];
  await agent.think('suspect', {
    goal,
    on: ['logs-result', 'rate-result', 'pool-result'],
    promptTokens: 4_960,
    completionTokens: 221,
    says: 'Connections time out: the network to the database is slow. I capture packets to prove it.',
    calls,
  });
  await tell('one call of the model rests on all three answers', 900);
  await agent.call(calls, { goal, by: 'suspect' });
  await agent.step('guess', {
    type: 'CONCLUSION',
    goal,
    on: ['suspect'],
    data: { content: 'The network to the database is slow.', is_final: false },
  });
  await agent.save('guess', { at: 'guess', nextNode: 'wait', summary: 'thinks that the network is slow' });
  await tell('concludes that the network is slow', 1_200);
  await agent.updateTrace({ status: 'STOPPED' });
  const objection = 'No: the database answers others in 2 ms. Look at what was deployed.';
  await agent.step('objection', {
    type: 'FEEDBACK',
    on: ['guess'],
    data: { target_step_id: agent.id('guess'), feedback_type: 'negative', content: objection },
  });
  await agent.hear('user', objection, { goal: 'cause' });
  await tell('a person stops the run and objects', 1_500);
  await agent.updateTrace({ status: 'RUNNING' });
  await agent.addGoal({ goalId: 'learn', parentId: 'cause', description: 'Write down what was learnt' });
  await agent.hear('user', 'Afterwards write down why a restart could not help.', { goal: 'learn' });
  await tell('the run goes on, with one goal more', 700);
  await agent.answer('capture', { goal, result: 'timed out after 20000 ms', durationMs: 20_000 });
  await agent.updateGoal(goal, { status: 'ABANDONED', summary: 'The database answers others in 2 ms.' });
  await tell('abandons the goal of the network; the late answer of its tool is never used', 900);
}

async function checkAgain({ client, tell, ids, agent, thread }: Scene): Promise<void> {
  const again = { name: 'pool-again', tool: 'get_pool_stats', arguments: { service: SERVICE } };
  const delegate = {
    name: 'delegate',
    tool: 'delegate',
    arguments: { to: 'deploy-reviewer', before: '14:05' },
  };
  await agent.updateGoal('deploys', { status: 'IN_PROGRESS' });
  await agent.think('reconsider', {
    goal: 'cause',
    on: ['objection', 'pool-result'],
    promptTokens: 7_420,
    completionTokens: 158,
    says: 'Five connections are few. I read the pool again and have the deploys reviewed.',
    calls: [again, delegate],
  });
  await agent.call([again], { goal: 'evidence', by: 'reconsider' });
  await agent.call([delegate], { goal: 'deploys', by: 'reconsider' });
  await tell('thinks again: repeats a tool call, and hands a goal to another agent', 900);
  const branch = await thread.fork('evidence', ids.branch);
  await agent.save('again', {
    into: branch,
    at: 'reconsider',
    nextNode: 'tools',
    summary: 'reads the pool again instead of guessing',
  });
  await tell('goes back: a fork of the checkpoint before the wrong guess, in a thread of its own', 900);
  const result = '5 of 5 connections in use, 230 waiting';
  await agent.answer('pool-again', { goal: 'evidence', result, durationMs: 1_790 });
  const parent = { id: ids.review, parentTraceId: ids.incident, parentGoalId: 'deploys' };
  const summary = await runReview(client, tell, parent);
  await agent.answer('delegate', { goal: 'deploys', result: summary, durationMs: 4_870 });
  await agent.updateGoal('deploys', { status: 'COMPLETED', summary });
  await tell('takes the summary over', 800);
}

async function explain({ tell, agent }: Scene): Promise<void> {
  const goal = 'evidence';
  const says =
    'Deploy 2291 cut the pool from 50 connections to 5: requests wait for a connection until they time out.';
  await agent.think('explain', {
    goal,
    on: ['logs-result', 'pool-again-result', 'delegate-result'],
    promptTokens: 9_880,
    completionTokens: 212,
    says,
  });
  await agent.step('cause', {
    type: 'CONCLUSION',
    goal,
    on: ['explain', 'objection'],
    data: { content: says, is_final: false, corrects: agent.id('guess') },
  });
  await agent.save('cause', { at: 'cause', nextNode: 'repair', summary: 'the pool was cut from 50 to 5' });
  await tell('concludes anew: the pool was cut from 50 to 5', 1_200);
  await agent.step('approval', {
    type: 'FEEDBACK',
    on: ['cause'],
    data: { target_step_id: agent.id('cause'), feedback_type: 'positive', content: 'Yes. Roll it back.' },
  });
  await tell('the person agrees', 700);
  await agent.updateGoal('learn', { parentId: 'repair' });
  await tell('moves a goal: its messages now count below the repair', 800);
  await agent.updateGoal(goal, { status: 'COMPLETED', summary: 'The pool is exhausted.' });
  await tell('completes a goal; with it the goal above is complete', 900);
}
