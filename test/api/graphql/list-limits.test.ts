import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isNonNullType, Kind, type GraphQLField } from 'graphql';
import { createSchema } from '../../../src/api/graphql/build-schema.js';
import { MAX_LISTED } from '../../../src/domain/threads/list-limit.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';

// The lists come from the schema, so that a new one cannot be forgotten.

let kit: Kit;
before(async () => {
  kit = await startKit({ projectId: newId('project') });
});
after(() => kit.close());

const lists = (
  Object.values(createSchema().getQueryType()?.getFields() ?? {}) as GraphQLField<unknown, unknown>[]
).filter(({ args }) => args.some(({ name }) => name === 'limit'));

test('the lists of run events and checkpoints have a limit', () => {
  assert.deepEqual(lists.map(({ name }) => name).sort(), [
    'checkpointThreads',
    'checkpoints',
    'runEvents',
    'runMessages',
    'threadMessages',
  ]);
  assert.equal(MAX_LISTED, 10_000);
});

for (const { name, args, astNode } of lists) {
  const ids = args.filter(({ type }) => isNonNullType(type)).map((argument) => `${argument.name}: "x", `);
  const query = `query ($limit: Int) { ${name}(${ids.join('')}limit: $limit) { __typename } }`;

  test(`${name} accepts a limit of 1 to ${MAX_LISTED}, or none`, async () => {
    for (const limit of [1, MAX_LISTED, null]) {
      assert.deepEqual(await kit.ask(query, { limit }), { [name]: [] });
    }
  });

  test(`${name} rejects any other limit by name, and says what it got`, async () => {
    for (const limit of [0, -1, -(2 ** 31), MAX_LISTED + 1, 1_000_000, 2 ** 31 - 1]) {
      const literal = query.replace('($limit: Int) ', '').replace('$limit', String(limit));
      for (const { message, extensions } of [await kit.fail(query, { limit }), await kit.fail(literal)]) {
        assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', 'limit'], message);
        assert.equal(message, `limit: expected 1 to ${MAX_LISTED}, got ${limit}`);
      }
    }
  });

  test(`${name} declares that maximum in its @listSize`, () => {
    const directive = astNode?.directives?.find((node) => node.name.value === 'listSize');
    const most = directive?.arguments?.find((argument) => argument.name.value === 'most')?.value;
    assert.equal(most?.kind === Kind.INT ? Number(most.value) : undefined, MAX_LISTED);
  });
}
