import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../kit/kit.js';

// No N+1 queries: the tests check the list of statements sent, however many objects a query touches.

let kit: Kit;
let sent: string[] = [];
const uid = newId('uid');
before(async () => {
  kit = await startKit({ observe: (name) => sent.push(name) });
  await Promise.all(Array.from({ length: 50 }, (_, index) => fill(`${uid}-${index}`)));
});
after(() => kit.close());

/** A trace with nested goals, and steps that fan in. */
async function fill(id: string): Promise<void> {
  await kit.ask('mutation ($input: CreateTraceInput!) { createTrace(input: $input) { id } }', {
    input: { id, uid, context: { id } },
  });
  await kit.ask(
    'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { goals { id } } }',
    {
      id,
      goals: [
        { goalId: 'a', description: 'all' },
        { goalId: 'b', description: 'part', parentId: 'a' },
        { goalId: 'c', description: 'other part', parentId: 'a' },
      ],
    },
  );
  await kit.ask('mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }', {
    inputs: [
      { id: `${id}/1`, traceId: id, type: 'LLM_CALL', goalId: 'b', data: { model: 'm', prompt_tokens: 3 } },
      { id: `${id}/2`, traceId: id, type: 'TOOL_CALL', parentIds: [`${id}/1`], data: { tool_name: 'x' } },
      { id: `${id}/3`, traceId: id, type: 'TOOL_CALL', parentIds: [`${id}/1`], data: { tool_name: 'y' } },
      {
        id: `${id}/4`,
        traceId: id,
        type: 'CONCLUSION',
        goalId: 'c',
        parentIds: [`${id}/2`, `${id}/3`],
        data: {},
      },
    ],
  });
  await kit.ask('mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }', {
    inputs: [
      { traceId: id, role: 'user', content: 'hello' },
      {
        traceId: id,
        role: 'assistant',
        content: [{ type: 'text', text: 'hi' }],
        goalId: 'b',
        stepId: `${id}/1`,
      },
    ],
  });
}

/** The statements that a query sends, in alphabetical order. */
async function statementsOf(query: string, variables: object, by = kit): Promise<string[]> {
  sent = [];
  await by.ask(query, variables);
  return [...sent].sort();
}

test('50 traces with their goals, steps and parents are read by a fixed list of statements', async () => {
  const query = `query ($first: Int!, $uid: String!) {
    traces(first: $first, filter: { uid: $uid }) {
      nodes {
        id totalTokens
        rootGoals { goalId children { goalId cumulativeStats { totalTokens } } }
        steps { nodes { id type data goal { goalId } parents { id type } } }
      }
    }
  }`;
  const fifty = await statementsOf(query, { first: 50, uid });
  assert.deepEqual(fifty, [
    'goals/children',
    'goals/read',
    'goals/roots',
    'steps/by-traces',
    'steps/read-payloads',
    'traces/list-by-uid',
  ]);
  assert.deepEqual(await statementsOf(query, { first: 1, uid }), fifty);
});

test('50 traces with everything linked to them need one statement per level of the query, not per object', async () => {
  const query = `query ($first: Int!, $uid: String!) {
    traces(first: $first, filter: { uid: $uid }) {
      nodes {
        id context
        parent { id }
        stats(includeSubTraces: true) { totalCost }
        goalTree { goals { goalId messages(first: 3) { nodes { id } } steps(first: 3) { nodes { id } } subTraces(first: 3) { nodes { id } } } }
        subTraces { nodes { id } }
        events(first: 3) { nodes { eventId payload } }
        messages { nodes { content step { id } goal { goalId } } }
        steps(first: 5) { nodes { parents { parents { id } } children(first: 3) { nodes { id } } ancestors(first: 5) { nodes { id } } descendants(first: 5) { nodes { id } } messages(first: 3) { nodes { id } } } }
      }
    }
  }`;
  const fifty = await statementsOf(query, { first: 50, uid });
  // The steps of messages are taken from the page of steps, unless the messages arrive before it.
  assert.deepEqual(
    [...new Set(fifty)].filter((name) => name !== 'steps/read'),
    [
      'events/by-traces',
      'goals/read',
      'goals/read-trees',
      'messages/by-goals',
      'messages/by-steps',
      'messages/by-traces',
      'messages/read',
      'steps/ancestors',
      'steps/by-goals',
      'steps/by-traces',
      'steps/children',
      'steps/descendants',
      'traces/by-goals',
      'traces/by-parents',
      'traces/list-by-uid',
      'traces/read',
      'traces/tree-stats',
    ],
  );
  assert.ok(fifty.length <= 20, fifty.join(' '));
});

test('500 messages added together are written by a fixed number of statements', async () => {
  const add = async (by: Kit, count: number): Promise<string[]> =>
    await statementsOf(
      'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id sequence } }',
      {
        inputs: Array.from({ length: count }, (_, index) => ({
          traceId: `${uid}-${index % 50}`,
          role: 'user',
          content: `message ${index}`,
          goalId: 'b',
          promptTokens: 1,
        })),
      },
      by,
    );
  // The server need not read what it wrote last; another server must.
  assert.deepEqual(await add(kit, 500), ['traces/append']);
  assert.deepEqual(await add(kit, 1), ['traces/append']);
  const stranger = await startKit({ observe: (name) => sent.push(name) });
  assert.deepEqual(await add(stranger, 500), [
    'goals/read-chains',
    'messages/read',
    'traces/append',
    'traces/lock',
    'traces/read',
  ]);
  await stranger.close();
});

test('writes that arrive together share their statements', async () => {
  sent = [];
  await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      kit.ask(
        'mutation ($id: ID!) { addMessage(input: { traceId: $id, role: "user", content: "x" }) { id } }',
        {
          id: `${uid}-${index % 50}`,
        },
      ),
    ),
  );
  const batches = sent.filter((name) => name === 'traces/append').length;
  assert.ok(batches < 32, `64 writes went in ${batches} batches`);
});
