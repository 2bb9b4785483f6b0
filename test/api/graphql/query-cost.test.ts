import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import {
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  getOperationAST,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import { createSchema } from '../../../src/api/graphql/build-schema.js';
import { DEFAULT_LIMITS } from '../../../src/base/limits.js';
import { queryCost } from '../../../src/api/graphql/query-cost.js';
import { createQueryLimits } from '../../../src/api/graphql/query-limits.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

const schema = createSchema();
const limits = createQueryLimits(schema, DEFAULT_LIMITS);

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

function costOf(query: string, variables: Readonly<Record<string, unknown>> = {}): number {
  const document = parse(query);
  const operation = getOperationAST(document);
  assert.ok(operation);
  return queryCost({ schema, document, operation, variables }).total;
}

/** The message with which the limits reject a query; undefined if it may run. */
function refusal(query: string, variables: Readonly<Record<string, unknown>> = {}): string | undefined {
  const document = limits.parse(query);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const name = operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined;
  return limits.check(document, name, variables)[0]?.message;
}

test('a query costs one per field of its result, and each list multiplies the cost of its selection', () => {
  assert.equal(costOf('{ trace(id: "t") { id task } }'), 3);
  assert.equal(costOf('{ traces(first: 10) { nodes { id task } } }'), 2 + 10 * 2);
  assert.equal(costOf('{ traces { nodes { id } edges { cursor node { id } } } }'), 3 + 50 + 50 * 3);
  assert.equal(
    costOf('{ traces(first: 10) { nodes { steps(first: 20) { nodes { id } } } } }'),
    2 + 10 * (2 + 20),
  );
  assert.equal(costOf('{ checkpoints(threadId: "t") { id } }'), 1 + 100);
});

test('page sizes may come from variables and their defaults, and a mutation counts its actual inputs', () => {
  const query = 'query ($n: Int = 7) { traces(first: $n) { nodes { id } } }';
  assert.equal(costOf(query), 2 + 7);
  assert.equal(costOf(query, { n: 30 }), 2 + 30);
  assert.equal(
    costOf('mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id type } }', {
      inputs: [{}, {}, {}],
    }),
    1 + 3 * 2,
  );
  assert.equal(costOf('query ($n: Int) { traces(first: $n) { nodes { id } } }'), 2 + 50);
});

test('merged and skipped fields do not count, and of alternative types only the most expensive one counts', () => {
  assert.equal(costOf('{ trace(id: "t") { id id ...F } } fragment F on Trace { id task }'), 3);
  assert.equal(
    costOf('query ($no: Boolean!) { trace(id: "t") { id task @include(if: $no) } }', { no: false }),
    2,
  );
  const events =
    'events(first: 10) { nodes { eventId ... on GoalAdded { payload type } ... on StepAdded { at } } }';
  assert.equal(costOf(`{ trace(id: "t") { ${events} } }`), 1 + 1 + 1 + 10 * 3);
});

test('nested children belong to one tree and do not multiply, unless the query goes through a parent', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'goalId' : `goalId children { ${nested(depth - 1)} }`;
  const up = (depth: number): string => (depth === 0 ? 'goalId' : `children { parent { ${up(depth - 1)} } }`);
  assert.ok(costOf(`{ trace(id: "t") { rootGoals { ${nested(20)} } } }`) < 10_000);
  assert.ok(costOf(`{ trace(id: "t") { rootGoals { ${up(4)} } } }`) > 1e8);
});

test('every list of objects is bounded by a page size, the number of its inputs or a @listSize', () => {
  const without: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (
      !isObjectType(type) ||
      type.name.startsWith('__') ||
      /(Connection|^Query|^Mutation)$/.test(type.name)
    ) {
      continue;
    }
    for (const field of Object.values(type.getFields())) {
      const isList = isListType(getNullableType(field.type)) && !isLeafType(getNamedType(field.type));
      const hasSize = field.astNode?.directives?.some(({ name }) => name.value === 'listSize') === true;
      if (isList && !hasSize) {
        without.push(`${type.name}.${field.name}`);
      }
    }
  }
  assert.deepEqual(without, []);
});

const GOAL =
  'id goalId traceId parentId description reason type status summary order createdAt ' +
  'selfStats { messageCount promptTokens completionTokens totalTokens totalCost preview } ' +
  'cumulativeStats { messageCount promptTokens completionTokens totalTokens totalCost preview }';
const STEP =
  'id traceId sequence type goalId data createdAt model promptTokens completionTokens cost parentIds parents { id }';
const MESSAGE =
  'id traceId sequence role content goalId toolCallId stepId promptTokens completionTokens cost createdAt';

test('the limits allow typical large queries', () => {
  const nested = (depth: number): string =>
    depth === 0 ? GOAL : `${GOAL} children { ${nested(depth - 1)} }`;
  for (const query of [
    '{ step(id: "s") { descendants(first: 10000) { nodes { id parents { id } } } } }',
    '{ step(id: "s") { descendants(first: 10000) { nodes { id parentIds } edges { depth node { id parentIds } } } } }',
    `{ trace(id: "t") { steps(first: 500) { nodes { ${STEP} } pageInfo { hasNextPage endCursor } } } }`,
    `{ traces(first: 50) { nodes { id goals(first: 50) { nodes { ${GOAL} } } steps(first: 50) { nodes { ${STEP} } } messages(first: 50) { nodes { ${MESSAGE} } } } } }`,
    `{ traces(first: 50) { nodes { id goalTree { goals { goalId description status selfStats { totalTokens totalCost } } } steps { nodes { ${STEP} } } messages { nodes { ${MESSAGE} } } } } }`,
    `{ trace(id: "t") { rootGoals { ${nested(19)} } goalTree { roots { ${nested(19)} } } } }`,
    getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true }),
  ]) {
    assert.equal(refusal(query), undefined, query);
  }
});

test('the limits allow every query in the README and on the GraphiQL page', () => {
  const root = new URL('../../../../', import.meta.url);
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const operations = [...readme.matchAll(/^ {4}(?=mutation|subscription|query|\{)[\s\S]*?(?=\n\n)/gm)].map(
    ([text]) => text,
  );
  const [, sent = ''] = /"query": "(.*)",\n/.exec(readme) ?? [];
  const page = readFileSync(new URL('src/api/http/graphiql-page.ts', root), 'utf8');
  const [, welcome = ''] = /WELCOME = `([\s\S]*?)`/.exec(page) ?? [];
  const queries = [...operations, JSON.parse(`"${sent}"`) as string, welcome];
  assert.ok(queries.length >= 4, `found ${queries.length}`);
  for (const query of queries) {
    assert.equal(refusal(query), undefined, query);
  }
});

test('a query that exceeds a limit is rejected before it is executed, over HTTP and over a WebSocket', async () => {
  const aliases = (count: number, field: string): string =>
    Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
  const cases: [query: string, message: RegExp, field: string][] = [
    [
      '{ trace(id: "t") { steps(first: 500) { nodes { parents { parents { parents { parents { parents { id } } } } } } } } }',
      /costs at most 200000 .* costs 55555503, 50000000 of it here/,
      'trace.steps.nodes.parents.parents.parents.parents.parents',
    ],
    [`{ ${aliases(51, 'traces(first: 1) { nodes { id } }')} }`, /at most 50 root fields, got 51/, 'query'],
    [`{ trace(id: "t") { ${aliases(201, 'id')} } }`, /Aliases limit of 200 exceeded, found 201/, 'query'],
    [
      `{ trace(id: "t") { ${'parent { '.repeat(60)} id ${'} '.repeat(60)} } }`,
      /depth limit of 50 exceeded/,
      'query',
    ],
    [
      `{ trace(id: "t") { ${'id '.repeat(30)} } }`,
      /at most 10 fields "id" in one selection, got 30/,
      'query',
    ],
    [
      `{ trace(id: "${'x'.repeat(1024 * 1024)}") { id } }`,
      /at most 1048576 characters.*send long values as variables/,
      'query',
    ],
  ];
  for (const [query, message, field] of cases) {
    const error = await kit.fail(query);
    assert.match(error.message, message);
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', field]);
    await assert.rejects(kit.follow(query).next(), (failure: Error) => {
      assert.match(failure.message, /BAD_USER_INPUT/);
      assert.match(JSON.parse(failure.message.slice(failure.message.indexOf('[')))[0].message, message);
      return true;
    });
  }
  const tokens = await kit.fail(`{ ${'id '.repeat(6_000)} }`);
  assert.match(tokens.message, /more tha[nt] 5000 tokens/);
  assert.equal(tokens.extensions.code, 'BAD_USER_INPUT');
});

test('a list longer than its @listSize counts in full: beyond the limit the request fails and names the list', async () => {
  const small = await startKit({ limits: { maxQueryCost: 3_000 } });
  const id = newId('trace');
  await kit.ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id });
  await kit.ask(
    'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { mission } }',
    {
      id,
      goals: Array.from({ length: 1_001 }, (_, index) => ({ goalId: `g${index}`, description: 'a goal' })),
    },
  );
  const query = 'query ($id: ID!) { trace(id: $id) { goalTree { goals { goalId status description } } } }';
  const error = await small.fail(query, { id });
  assert.equal(error.extensions.code, 'BAD_USER_INPUT');
  assert.equal(error.extensions.field, 'trace.goalTree.goals');
  assert.match(error.message, /at most 3000 fields, got more/);
  assert.equal((await kit.ask(query, { id })).trace.goalTree.goals.length, 1_001);
  await small.close();
});

test('a response that reads or holds too many bytes is BAD_USER_INPUT and names the list to page', async () => {
  const small = await startKit({ limits: { maxResponseBytes: 100_000 } });
  const id = newId('trace');
  await kit.ask(
    'mutation ($id: ID!, $task: String!) { createTrace(input: { id: $id, task: $task }) { id } }',
    {
      id,
      task: 'x'.repeat(10_000),
    },
  );
  await kit.ask('mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }', {
    inputs: Array.from({ length: 20 }, () => ({
      traceId: id,
      role: 'user',
      content: [{ text: 'x'.repeat(9_000) }],
    })),
  });
  const read = await small.fail(
    'query ($id: ID!) { trace(id: $id) { messages(first: 20) { nodes { content } } } }',
    { id },
  );
  assert.deepEqual([read.extensions.code, read.extensions.field], ['BAD_USER_INPUT', 'trace.messages']);
  assert.match(read.message, /at most 100000 bytes/);
  // The trace is read once, but the response contains it once per message.
  const shared = 'query ($id: ID!) { trace(id: $id) { messages(first: 20) { nodes { trace { task } } } } }';
  const written = await small.fail(shared, { id });
  assert.deepEqual([written.extensions.code, written.extensions.field], ['BAD_USER_INPUT', 'trace.messages']);
  await assert.rejects(async () => {
    const { errors } = await small.follow(shared, { id }).next();
    throw new Error(errors[0].extensions.code as string);
  }, /BAD_USER_INPUT/);
  const page = await small.ask(
    'query ($id: ID!) { trace(id: $id) { messages(first: 5) { nodes { content } } } }',
    { id },
  );
  assert.equal(page.trace.messages.nodes.length, 5);
  await small.close();
});
