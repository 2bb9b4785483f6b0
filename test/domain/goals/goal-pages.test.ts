import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { startKit, type Kit } from '../../kit/kit.js';
import { range, seeded } from '../../kit/live.js';
import { addGoal, createTrace, setGoalTree, updateGoal } from '../../kit/writes.js';

// Paging the goals of a trace while other writers, also on another server, change its tree.

const statements: string[] = [];
let kit: Kit;
let other: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
  other = await startKit();
});
after(async () => {
  await kit.close();
  await other.close();
});

interface Read {
  readonly goalId: string;
  readonly parentId: string | null;
}

/** Reads all pages; `between` runs after each page, except the last. */
async function readPages(
  traceId: string,
  size: number,
  between: (read: readonly Read[]) => Promise<void> = () => Promise.resolve(),
): Promise<Read[]> {
  const read: Read[] = [];
  for (let after: string | null = null; ;) {
    const { trace } = await kit.ask(
      `query ($id: ID!, $first: Int!, $after: String) { trace(id: $id) { goals(first: $first, after: $after) {
        nodes { goalId parentId } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
      { id: traceId, first: size, after },
    );
    const { nodes, edges, pageInfo } = trace.goals;
    read.push(...nodes);
    assert.equal(edges.at(-1)?.cursor ?? null, pageInfo.endCursor);
    assert.equal(pageInfo.hasPreviousPage, after !== null);
    if (!pageInfo.hasNextPage) {
      return read;
    }
    assert.equal(nodes.length, size);
    after = pageInfo.endCursor;
    await between(read);
  }
}

const ids = (goals: readonly { readonly goalId: string }[]): string[] => goals.map(({ goalId }) => goalId);

test('goals are paged in the order in which they were added, whatever their ids, order and place in the tree', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'z' });
  await addGoal(kit, id, { goalId: 'a', order: -5 });
  await addGoal(kit, id, { goalId: 'm', parentId: 'z' });
  await updateGoal(kit, id, 'z', { parentId: 'a' });
  await addGoal(kit, id, { goalId: 'a', description: 'updated' });
  await addGoal(other, id, { goalId: 'b' });
  assert.deepEqual(ids(await readPages(id, 2)), ['z', 'a', 'm', 'b']);
});

test('setGoalTree adds parents before their children, in whatever order they are listed', async () => {
  const { id } = await createTrace(kit);
  const goal = (goalId: string, parentId?: string): object => ({ goalId, description: goalId, parentId });
  await setGoalTree(kit, id, [goal('leaf', 'middle'), goal('last'), goal('middle', 'top'), goal('top')]);
  assert.deepEqual(ids(await readPages(id, 1)), ['last', 'top', 'middle', 'leaf']);
  await setGoalTree(kit, id, [goal('new', 'newer'), goal('leaf'), goal('newer', 'top'), goal('top')]);
  assert.deepEqual(ids(await readPages(id, 3)), ['top', 'leaf', 'newer', 'new']);
});

test('a goal that is deleted and added again is another goal: it comes last', async () => {
  const { id } = await createTrace(kit);
  const goal = (goalId: string): object => ({ goalId, description: goalId });
  await setGoalTree(kit, id, [goal('a'), goal('b'), goal('c')]);
  await setGoalTree(kit, id, [goal('b'), goal('c')]);
  await addGoal(kit, id, { goalId: 'a' });
  assert.deepEqual(ids(await readPages(id, 2)), ['b', 'c', 'a']);
});

test('a goal that is moved between two pages is neither skipped nor returned twice', async () => {
  const { id } = await createTrace(kit);
  for (const goalId of ['a', 'b', 'c', 'd']) {
    await addGoal(kit, id, { goalId });
  }
  // In the order of the tree, `d` would move before the cursor, and `a` behind it.
  const read = await readPages(id, 2, async () => {
    await updateGoal(other, id, 'd', { order: -1 });
    await updateGoal(other, id, 'a', { parentId: 'c' });
  });
  assert.deepEqual(ids(read), ['a', 'b', 'c', 'd']);
});

/** One change of the tree between two pages. */
type Change =
  | { readonly kind: 'move'; readonly goal: number; readonly under: number }
  | { readonly kind: 'reorder'; readonly goal: number; readonly order: number }
  | { readonly kind: 'add'; readonly under: number }
  | { readonly kind: 'replace'; readonly drop: number };

const number = fc.nat(1_000);
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), goal: number, under: number }),
  fc.record({ kind: fc.constant('reorder' as const), goal: number, order: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ kind: fc.constant('add' as const), under: number }),
  fc.record({ kind: fc.constant('replace' as const), drop: number }),
);

test('whatever changes between pages, a goal that exists all the time is returned exactly once, and no goal twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.array(changes, { maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.nat(),
      async (count, size, rounds, seed) => {
        const { id } = await createTrace(kit);
        const random = seeded(seed);
        const parents = new Map<string, string | null>();
        for (const index of range(0, count - 1)) {
          const goalId = `g${Math.floor(random() * 1_000)}-${index}`;
          const under = Math.floor(random() * (parents.size + 1));
          parents.set(goalId, [...parents.keys()][under] ?? null);
          await addGoal(kit, id, { goalId, parentId: parents.get(goalId) ?? null });
        }
        const always = new Set(parents.keys());
        const moved = new Set<string>();
        let added = 0;
        const isBelow = (goalId: string | null, above: string): boolean =>
          goalId !== null && (goalId === above || isBelow(parents.get(goalId) ?? null, above));

        const apply = async (change: Change): Promise<void> => {
          const by = random() < 0.5 ? kit : other;
          const existing = [...parents.keys()];
          const pick = (index: number): string | undefined => existing[index % (existing.length + 1)];
          switch (change.kind) {
            case 'move': {
              const [goalId, parentId = null] = [pick(change.goal), pick(change.under)];
              if (goalId !== undefined && !isBelow(parentId, goalId)) {
                await updateGoal(by, id, goalId, { parentId });
                parents.set(goalId, parentId);
                moved.add(goalId);
              }
              break;
            }
            case 'reorder': {
              const goalId = pick(change.goal);
              if (goalId !== undefined) {
                await updateGoal(by, id, goalId, { order: change.order });
              }
              break;
            }
            case 'add': {
              added += 1;
              const parentId = pick(change.under) ?? null;
              await addGoal(by, id, { goalId: `added-${added}`, parentId });
              parents.set(`added-${added}`, parentId);
              break;
            }
            case 'replace': {
              // Drops a goal; its children become roots. The others are listed in another order.
              const dropped = pick(change.drop);
              parents.delete(dropped ?? '');
              always.delete(dropped ?? '');
              for (const [goalId, parentId] of parents) {
                if (parentId === dropped) {
                  parents.set(goalId, null);
                  moved.add(goalId);
                }
              }
              const goals = [...parents].map(([goalId, parentId]) => ({
                goalId,
                parentId,
                description: 'x',
              }));
              await setGoalTree(by, id, random() < 0.5 ? goals : goals.reverse());
            }
          }
        };

        let round = 0;
        const read = await readPages(id, size, async () => {
          for (const change of rounds[round] ?? []) {
            await apply(change);
          }
          round += 1;
        });
        const found = ids(read);
        assert.equal(new Set(found).size, found.length, `returned twice: ${found.join(' ')}`);
        assert.deepEqual(
          [...always].filter((goalId) => !found.includes(goalId)),
          [],
          'skipped',
        );
        // Goals that were added in between come last, and parents come before those that were never moved.
        const isAdded = found.map((goalId) => goalId.startsWith('added-'));
        assert.deepEqual(isAdded, isAdded.toSorted());
        for (const [index, { goalId, parentId }] of read.entries()) {
          if (parentId !== null && !moved.has(goalId)) {
            assert.ok(!found.slice(index).includes(parentId), `${goalId} is before its parent ${parentId}`);
          }
        }
        // Without changes in between, the pages are the same again, and link to the same tree.
        const again = await readPages(id, size);
        assert.deepEqual(again.map(({ goalId, parentId }) => [goalId, parentId]).sort(), [...parents].sort());
      },
    ),
    { numRuns: 15 },
  );
});

test('while many writers move, add and remove goals, a reader of small pages misses none that stays and sees none twice', async () => {
  const { id } = await createTrace(kit);
  const stable = range(1, 60).map((index) => `s${index}`);
  const goal = (goalId: string): object => ({ goalId, description: goalId });
  await setGoalTree(kit, id, stable.map(goal));
  const writing = { on: true };
  const writers = range(1, 4).map(async (seed) => {
    const random = seeded(seed);
    const by = seed % 2 === 0 ? kit : other;
    const pick = (): string => stable[Math.floor(random() * stable.length)] as string;
    for (let count = 0; writing.on; count += 1) {
      const parentId = random() < 0.4 ? null : pick();
      // A move that would close a cycle is rejected, and does no harm.
      await by.send(
        `mutation ($id: ID!, $goalId: String!, $parentId: String, $new: String!) {
          updateGoal(traceId: $id, goalId: $goalId, input: { parentId: $parentId }) { id }
          addGoal(traceId: $id, input: { goalId: $new, description: "new" }) { id } }`,
        { id, goalId: pick(), parentId, new: `w${seed}-${count % 10}` },
      );
    }
  });
  try {
    for (const size of [2, 17]) {
      const found = ids(await readPages(id, size));
      assert.equal(new Set(found).size, found.length);
      assert.deepEqual(found.slice(0, stable.length), stable);
    }
  } finally {
    writing.on = false;
    await Promise.all(writers);
  }
});

test('the goals in a snapshot are those of its moment, page by page', async () => {
  const { id } = await createTrace(kit);
  await addGoal(kit, id, { goalId: 'z' });
  await addGoal(kit, id, { goalId: 'a', parentId: 'z' });
  const live = kit.follow(
    `subscription ($id: ID!) { traceEvents(traceId: $id) { ... on TraceSnapshot { trace {
      one: goals(first: 1) { nodes { goalId } pageInfo { hasNextPage endCursor } } all: goals { nodes { goalId } } } } } }`,
    { id },
  );
  const { data } = await live.next();
  const { one, all } = data.traceEvents.trace;
  assert.deepEqual([ids(one.nodes), one.pageInfo.hasNextPage, ids(all.nodes)], [['z'], true, ['z', 'a']]);
  live.stop();
  const { trace } = await kit.ask(
    'query ($id: ID!, $after: String) { trace(id: $id) { goals(after: $after) { nodes { goalId } } } }',
    { id, after: one.pageInfo.endCursor },
  );
  assert.deepEqual(ids(trace.goals.nodes), ['a']);
});

test('a page is read from the index: it costs the same however many goals the trace has', async () => {
  const { id } = await createTrace(kit);
  await setGoalTree(
    kit,
    id,
    range(1, 3_000).map((index) => ({ goalId: `g${index}`, description: 'x' })),
  );
  statements.length = 0;
  await kit.ask('query ($id: ID!) { trace(id: $id) { goals(first: 20) { nodes { goalId } } } }', { id });
  assert.deepEqual(
    statements.filter((name) => name.startsWith('goals/')),
    ['goals/by-traces'],
  );
});
