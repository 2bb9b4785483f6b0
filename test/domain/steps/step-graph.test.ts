import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { ADD_STEPS, createTrace } from '../../kit/writes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

/** Adds conclusions in one batch, each naming its parents by their index in the list; returns their ids. */
async function addGraph(parents: readonly (readonly number[])[]): Promise<string[]> {
  const { id: traceId } = await createTrace(kit);
  const ids = parents.map(() => newId('step'));
  const inputs = parents.map((indexes, index) => ({
    id: ids[index],
    traceId,
    type: 'CONCLUSION',
    parentIds: indexes.map((parent) => ids[parent]),
  }));
  await kit.ask(ADD_STEPS, { inputs });
  return ids;
}

/** All of a step's ancestors or descendants as [index in the list, depth]. */
async function related(
  ids: readonly string[],
  of: number,
  way: 'ancestors' | 'descendants',
  { first = 10_000, maxDepth = null }: { first?: number; maxDepth?: number | null } = {},
): Promise<number[][]> {
  const found: number[][] = [];
  for (let cursor: string | null = null; ;) {
    const { step } = await kit.ask(
      `query ($id: ID!, $first: Int, $after: String, $maxDepth: Int) { step(id: $id) {
        page: ${way}(first: $first, after: $after, maxDepth: $maxDepth) {
          edges { depth node { id } } pageInfo { hasNextPage endCursor } } } }`,
      { id: ids[of], first, after: cursor, maxDepth },
    );
    assert.ok(step.page.edges.length <= first);
    found.push(...step.page.edges.map(({ depth, node }: any) => [ids.indexOf(node.id), depth]));
    if (!step.page.pageInfo.hasNextPage) {
      return found;
    }
    cursor = step.page.pageInfo.endCursor;
  }
}

// A diamond on a stem, with a shortcut: 0 -> 1 -> (2, 3) -> 4, and 0 -> 4.
const DIAMOND = [[], [0], [1], [1], [2, 3, 0]];

test('ancestors are all steps that a step depends on, once each, newest first, by the shortest path', async () => {
  const ids = await addGraph(DIAMOND);
  const all = [
    [3, 1],
    [2, 1],
    [1, 2],
    [0, 1],
  ];
  assert.deepEqual(await related(ids, 4, 'ancestors'), all);
  assert.deepEqual(await related(ids, 4, 'ancestors', { first: 1 }), all);
  assert.deepEqual(await related(ids, 0, 'ancestors'), []);
});

test('descendants are all steps that depend on a step, once each, oldest first, by the shortest path', async () => {
  const ids = await addGraph(DIAMOND);
  const all = [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 1],
  ];
  assert.deepEqual(await related(ids, 0, 'descendants'), all);
  assert.deepEqual(await related(ids, 0, 'descendants', { first: 3 }), all);
  assert.deepEqual(await related(ids, 4, 'descendants'), []);
});

test('maxDepth limits how many edges away a step may be', async () => {
  const ids = await addGraph(DIAMOND);
  assert.deepEqual(await related(ids, 4, 'ancestors', { maxDepth: 1 }), [
    [3, 1],
    [2, 1],
    [0, 1],
  ]);
  assert.deepEqual(await related(ids, 0, 'descendants', { maxDepth: 1 }), [
    [1, 1],
    [4, 1],
  ]);
  const error = await kit.fail(
    'query ($id: ID!) { step(id: $id) { ancestors(maxDepth: 0) { nodes { id } } } }',
    {
      id: ids[4],
    },
  );
  assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'maxDepth']);
});

test('children are paged by sequence', async () => {
  const ids = await addGraph([[], [0], [0], [1], [0], [0]]);
  const found: number[] = [];
  for (let cursor: string | null = null; ;) {
    const { step } = await kit.ask(
      `query ($id: ID!, $after: String) { step(id: $id) { children(first: 3, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } } }`,
      { id: ids[0], after: cursor },
    );
    found.push(...step.children.nodes.map(({ id }: any) => ids.indexOf(id)));
    if (!step.children.pageInfo.hasNextPage) {
      break;
    }
    cursor = step.children.pageInfo.endCursor;
  }
  assert.deepEqual(found, [1, 2, 4, 5]);
});

test('a page of related steps holds 1 to 10,000', async () => {
  const [id] = await addGraph([[]]);
  for (const first of [0, 10_001]) {
    const error = await kit.fail(
      'query ($id: ID!, $first: Int) { step(id: $id) { descendants(first: $first) { nodes { id } } } }',
      { id, first },
    );
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'first']);
  }
});

test('500 steps in layers of ten, each depending on the whole layer before, are each returned once', async () => {
  const width = 10;
  const ids = await addGraph(
    Array.from({ length: 500 }, (_, index) => {
      const layer = Math.floor(index / width);
      return layer === 0
        ? []
        : Array.from({ length: width }, (_unused, place) => (layer - 1) * width + place);
    }),
  );
  const begun = Date.now();
  const above = await related(ids, 499, 'ancestors');
  assert.equal(above.length, 490);
  assert.deepEqual(above.at(-1), [0, 49]);
  assert.equal(new Set(above.map(([index]) => index)).size, 490);
  assert.equal((await related(ids, 0, 'descendants', { first: 100 })).length, 490);
  assert.equal((await related(ids, 499, 'ancestors', { maxDepth: 2 })).length, 20);
  // There are 10^49 paths here: an answer within seconds shows that none is enumerated.
  assert.ok(Date.now() - begun < 10_000);
});

test('a chain of 500 steps returns each depth', async () => {
  const ids = await addGraph(Array.from({ length: 500 }, (_, index) => (index === 0 ? [] : [index - 1])));
  const above = await related(ids, 499, 'ancestors');
  assert.deepEqual(
    above,
    Array.from({ length: 499 }, (_, index) => [498 - index, index + 1]),
  );
});
