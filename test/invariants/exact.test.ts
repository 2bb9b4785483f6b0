import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Database } from '../../src/neo4j/database.js';
import { openDatabase } from '../../src/neo4j/database.js';
import { newId, testNeo4j } from '../kit/kit.js';
import { checkTrace } from '../kit/recount.js';
import { startServerProcess, type ServerProcess } from '../kit/server-process.js';

// Random operations of eight concurrent writers, through two server processes on one database: whatever the order of the
// commits, the stored stats equal a recount, and ids and sequences have no gaps.

const WRITERS = 8;

let servers: readonly ServerProcess[];
let database: Database;
before(async () => {
  database = openDatabase(testNeo4j());
  servers = await Promise.all([startServerProcess(), startServerProcess()]);
});
after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database.close();
});

/** An operation on one of two traces; numbers refer to things that may exist by then. */
type Operation = (names: Names) => { readonly query: string; readonly variables: object };

interface Names {
  readonly trace: string;
  goal(index: number): string;
  message(index: number): string;
  newMessage(): string;
  newStep(): string;
  step(index: number): string;
}

const index = fc.nat({ max: 11 });
const usage = fc.record({
  promptTokens: fc.option(fc.nat({ max: 5_000 })),
  completionTokens: fc.option(fc.nat({ max: 900 })),
  cost: fc.option(fc.double({ min: 0, max: 3, noNaN: true })),
});
const status = fc.constantFrom('PENDING', 'IN_PROGRESS', 'COMPLETED', 'ABANDONED');
const text = fc.string({ unit: 'grapheme', maxLength: 120 });
const goalOrNone = fc.option(index);

const operations: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.record({ goal: goalOrNone, usage, content: text }), { minLength: 1, maxLength: 4 })
      .map((messages): Operation => (names) => ({
        query: 'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }',
        variables: {
          inputs: messages.map(({ goal, usage: used, content }) => ({
            id: names.newMessage(),
            traceId: names.trace,
            role: 'assistant',
            content,
            goalId: goal === null ? null : names.goal(goal),
            ...used,
          })),
        },
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ goal: goalOrNone, usage, parent: fc.option(index) })
      .map(({ goal, usage: used, parent }): Operation => (names) => ({
        query: 'mutation ($input: AddStepInput!) { addStep(input: $input) { id } }',
        variables: {
          input: {
            id: names.newStep(),
            traceId: names.trace,
            type: 'LLM_CALL',
            goalId: goal === null ? null : names.goal(goal),
            parentIds: parent === null ? [] : [names.step(parent)],
            data: {
              prompt_tokens: used.promptTokens,
              completion_tokens: used.completionTokens,
              cost: used.cost,
            },
          },
        },
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({ message: index, goal: goalOrNone, usage, content: text }, { requiredKeys: ['message'] })
      .map(({ message, goal, usage: used, content }): Operation => (names) => ({
        query:
          'mutation ($id: ID!, $input: UpdateMessageInput!) { updateMessage(id: $id, input: $input) { id } }',
        variables: {
          id: names.message(message),
          input: {
            ...used,
            ...(content === undefined ? {} : { content }),
            ...(goal === undefined ? {} : { goalId: goal === null ? null : names.goal(goal) }),
          },
        },
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ goal: index, parent: goalOrNone, status: fc.option(status, { nil: undefined }) })
      .map(({ goal, parent, status: set }): Operation => (names) => ({
        query: 'mutation ($id: ID!, $input: GoalInput!) { addGoal(traceId: $id, input: $input) { id } }',
        variables: {
          id: names.trace,
          input: {
            goalId: names.goal(goal),
            description: 'a goal',
            parentId: parent === null ? null : names.goal(parent),
            ...(set === undefined ? {} : { status: set }),
          },
        },
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ goal: index, parent: goalOrNone, status }, { requiredKeys: ['goal'] })
      .map(({ goal, parent, status: set }): Operation => (names) => ({
        query:
          'mutation ($id: ID!, $goal: String!, $input: UpdateGoalInput!) { updateGoal(traceId: $id, goalId: $goal, input: $input) { id } }',
        variables: {
          id: names.trace,
          goal: names.goal(goal),
          input: {
            ...(set === undefined ? {} : { status: set }),
            ...(parent === undefined ? {} : { parentId: parent === null ? null : names.goal(parent) }),
          },
        },
      })),
  },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(index, { maxLength: 8 }).map((goals): Operation => (names) => ({
      query:
        'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { goals { id } } }',
      variables: {
        id: names.trace,
        // Each goal is a root, or a child of the goal listed before it.
        goals: goals.map((goal, place) => ({
          goalId: names.goal(goal),
          description: 'a goal',
          parentId: place > 0 && goal % 3 > 0 ? names.goal(goals[place - 1] ?? 0) : null,
        })),
      },
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('RUNNING', 'STOPPED', 'COMPLETED', 'FAILED')
      .map((set): Operation => (names) => ({
        query:
          'mutation ($id: ID!, $input: UpdateTraceInput!) { updateTrace(id: $id, input: $input) { id } }',
        variables: { id: names.trace, input: { status: set } },
      })),
  },
  {
    weight: 1,
    arbitrary: fc.jsonValue({ maxDepth: 2 }).map((note): Operation => (names) => ({
      query:
        'mutation ($id: ID!, $payload: JSON) { appendEvent(traceId: $id, type: "note", payload: $payload) { id } }',
      variables: { id: names.trace, payload: { note } },
    })),
  },
);

/** How a rule may reject an operation on something that is missing, or no longer in the expected state. */
const EXPECTED = new Set(['BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT']);

test('after any operations of eight writers through two processes, stats equal a recount and ids have no gaps', async () => {
  const work = fc.array(
    fc.array(fc.record({ child: fc.boolean(), operation: operations }), { minLength: 4, maxLength: 14 }),
    {
      minLength: WRITERS,
      maxLength: WRITERS,
    },
  );
  await fc.assert(
    fc.asyncProperty(work, async (writers) => {
      const parent = newId('exact');
      const traces = [parent, `${parent}-sub`] as const;
      const [first] = servers;
      assert.ok(first);
      await first.send('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: traces[0] });
      await first.send(
        'mutation ($id: ID!, $parent: ID!) { createTrace(input: { id: $id, parentTraceId: $parent }) { id } }',
        {
          id: traces[1],
          parent: traces[0],
        },
      );
      const counts = { message: 0, step: 0 };
      const unexpected: unknown[] = [];
      await Promise.all(
        writers.map(async (todo, writer) => {
          for (const { child, operation } of todo) {
            const trace = traces[child ? 1 : 0];
            const { query, variables } = operation({
              trace,
              goal: (number) => `g${number}`,
              message: (number) => `${parent}-m${number % Math.max(1, counts.message)}`,
              newMessage: () => `${parent}-m${counts.message++}`,
              step: (number) => `${parent}-s${number % Math.max(1, counts.step)}`,
              newStep: () => `${parent}-s${counts.step++}`,
            });
            const { errors = [] } = (await servers[writer % servers.length]?.send(query, variables)) ?? {};
            unexpected.push(...errors.filter(({ extensions }) => !EXPECTED.has(extensions.code)));
          }
        }),
      );
      assert.deepEqual(unexpected, []);
      for (const id of traces) {
        await checkTrace(database, id);
      }
    }),
    { numRuns: 5 },
  );
});
