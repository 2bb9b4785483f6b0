import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { addGoal, addMessage, appendEvent, newTrace, take, updateTrace } from '../../kit/live.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const ALL = `subscription ($traceId: ID!, $since: Long) {
  traceEvents(traceId: $traceId, since: $since) {
    __typename
    ... on TraceEvent { id eventId traceId type at payload }
    ... on GoalAdded { goal { id goalId parentId description status type order selfStats { messageCount } cumulativeStats { messageCount } } affectedGoals { goalId status } }
    ... on GoalUpdated { goalId patch affectedGoals { goalId status } }
    ... on GoalTreeUpdated { goals { goalId status cumulativeStats { messageCount } } }
    ... on MessageAdded { added: message { id sequence role content goalId promptTokens goal { goalId description } trace { id } } affectedGoals { goalId selfStats { messageCount totalTokens } cumulativeStats { messageCount } } }
    ... on MessageUpdated { messageId patch updated: message { id content } affectedGoals { goalId } }
    ... on StepAdded { step { id sequence type data model toolName parents { id } } affectedGoals { goalId selfStats { totalTokens } } }
    ... on SubTraceStarted { subTraceId subTrace { id status } parentGoalId agentType task }
    ... on SubTraceCompleted { subTraceId subTrace { id status } completedAs: status summary stats { messageCount } }
    ... on TraceStatusChanged { status totalCost totalMessages }
    ... on TraceCompleted { totalMessages }
    ... on TraceUpdated { patch }
  }
}`;

/** Checks the fields that every event has, and returns the others. */
function typed({ id, eventId, traceId, at, payload, ...rest }: any): any {
  assert.equal(id, `${encodeURIComponent(traceId)}/${eventId}`);
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(typeof payload, 'object');
  return rest;
}

test('every change arrives as its event type, with its fields, the same live and replayed', async () => {
  const traceId = await newTrace(kit, { task: 'all' });
  const live = kit.follow(ALL, { traceId });
  await take(live, 1);
  const seen: any[] = [];
  const next = async (): Promise<any> => {
    const [event] = await take(live, 1);
    seen.push(event);
    return typed(event);
  };

  await addGoal(kit, traceId, { goalId: 'top', description: 'Top' });
  assert.deepEqual(await next(), {
    __typename: 'GoalAdded',
    type: 'goal_added',
    goal: {
      id: `${traceId}/top`,
      goalId: 'top',
      parentId: null,
      description: 'Top',
      status: 'PENDING',
      type: 'NORMAL',
      order: 0,
      selfStats: { messageCount: 0 },
      cumulativeStats: { messageCount: 0 },
    },
    affectedGoals: [],
  });
  await addGoal(kit, traceId, { goalId: 'low', parentId: 'top', description: 'Low' });
  await next();

  const messageId = await addMessage(kit, traceId, {
    goalId: 'low',
    content: { text: 'hi' },
    promptTokens: 4,
  });
  assert.deepEqual(await next(), {
    __typename: 'MessageAdded',
    type: 'message_added',
    added: {
      id: messageId,
      sequence: 1,
      role: 'user',
      content: { text: 'hi' },
      goalId: 'low',
      promptTokens: 4,
      goal: { goalId: 'low', description: 'Low' },
      trace: { id: traceId },
    },
    affectedGoals: [
      { goalId: 'low', selfStats: { messageCount: 1, totalTokens: 4 }, cumulativeStats: { messageCount: 1 } },
      { goalId: 'top', selfStats: null, cumulativeStats: { messageCount: 1 } },
    ],
  });

  await kit.ask('mutation ($id: ID!) { updateMessage(id: $id, input: { content: "bye" }) { id } }', {
    id: messageId,
  });
  assert.deepEqual(await next(), {
    __typename: 'MessageUpdated',
    type: 'message_updated',
    messageId,
    patch: { content: 'bye' },
    updated: { id: messageId, content: 'bye' },
    affectedGoals: [{ goalId: 'low' }, { goalId: 'top' }],
  });

  const call = newId('step');
  const data = { messages: [{ role: 'user', content: 'long' }], response: 'r', model: 'm', prompt_tokens: 2 };
  await kit.ask('mutation ($input: AddStepInput!) { addStep(input: $input) { id } }', {
    input: { id: call, traceId, type: 'LLM_CALL', goalId: 'low', data },
  });
  const step = await next();
  assert.deepEqual(step.step, {
    id: call,
    sequence: 1,
    type: 'LLM_CALL',
    data,
    model: 'm',
    toolName: null,
    parents: [],
  });
  assert.deepEqual(step.affectedGoals[0], { goalId: 'low', selfStats: { totalTokens: 6 } });
  assert.equal('messages' in seen.at(-1).payload.step.data, false);
  await kit.ask('mutation ($input: AddStepInput!) { addStep(input: $input) { id } }', {
    input: { traceId, type: 'TOOL_CALL', parentIds: [call], data: { tool_name: 'search' } },
  });
  const tool = await next();
  assert.deepEqual(
    [tool.step.toolName, tool.step.parents, tool.affectedGoals],
    ['search', [{ id: call }], []],
  );

  await kit.ask(
    'mutation ($traceId: ID!) { updateGoal(traceId: $traceId, goalId: "low", input: { status: COMPLETED, summary: "done" }) { id } }',
    { traceId },
  );
  assert.deepEqual(await next(), {
    __typename: 'GoalUpdated',
    type: 'goal_updated',
    goalId: 'low',
    patch: { status: 'completed', summary: 'done' },
    affectedGoals: [{ goalId: 'top', status: 'COMPLETED' }],
  });

  const subTraceId = await newTrace(kit, {
    parentTraceId: traceId,
    parentGoalId: 'top',
    agentType: 'explorer',
    task: 'sub',
  });
  assert.deepEqual(await next(), {
    __typename: 'SubTraceStarted',
    type: 'sub_trace_started',
    subTraceId,
    subTrace: { id: subTraceId, status: 'RUNNING' },
    parentGoalId: 'top',
    agentType: 'explorer',
    task: 'sub',
  });
  await updateTrace(kit, subTraceId, { status: 'FAILED', summary: 'no' });
  assert.deepEqual(await next(), {
    __typename: 'SubTraceCompleted',
    type: 'sub_trace_completed',
    subTraceId,
    subTrace: { id: subTraceId, status: 'FAILED' },
    completedAs: 'FAILED',
    summary: 'no',
    stats: { messageCount: 0 },
  });

  await kit.ask(
    'mutation ($traceId: ID!) { setGoalTree(traceId: $traceId, goals: [{ goalId: "new", description: "New" }, { goalId: "low" }]) { mission } }',
    { traceId },
  );
  assert.deepEqual(await next(), {
    __typename: 'GoalTreeUpdated',
    type: 'goal_tree_updated',
    goals: [
      { goalId: 'new', status: 'PENDING', cumulativeStats: { messageCount: 0 } },
      { goalId: 'low', status: 'COMPLETED', cumulativeStats: { messageCount: 1 } },
    ],
  });

  await updateTrace(kit, traceId, { summary: 'so', context: { a: 1 } });
  const updated = await next();
  assert.deepEqual(updated, {
    __typename: 'TraceUpdated',
    type: 'trace_updated',
    patch: { summary: 'so', context: { a: 1 } },
  });

  await appendEvent(kit, traceId, 'my own', { '10': 1, '2': [null] });
  assert.deepEqual(await next(), { __typename: 'CustomEvent', type: 'my own' });
  assert.equal(JSON.stringify(seen.at(-1).payload.constructor === Object), 'true');

  await updateTrace(kit, traceId, { status: 'COMPLETED' });
  assert.deepEqual(await next(), {
    __typename: 'TraceStatusChanged',
    type: 'trace_status_changed',
    status: 'COMPLETED',
    totalCost: 0,
    totalMessages: 1,
  });
  assert.deepEqual(await next(), { __typename: 'TraceCompleted', type: 'trace_completed', totalMessages: 1 });

  const replayed = kit.follow(ALL, { traceId, since: 0 });
  await take(replayed, 1);
  const again = await take(replayed, seen.length);
  // Loaded objects are in their current state; everything else is as of the change.
  const kept = (event: any): any => ({
    ...event,
    updated: null,
    subTrace: null,
    added: event.added?.content,
  });
  assert.deepEqual(again.map(kept), seen.map(kept));
});
