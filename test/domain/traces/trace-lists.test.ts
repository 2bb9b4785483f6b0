import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { createTrace } from '../../kit/writes.js';

let kit: Kit;
after(() => kit.close());

const LIST = `query ($filter: TraceFilter, $first: Int, $after: String) { traces(filter: $filter, first: $first, after: $after) {
  edges { cursor node { id mode agentType uid status createdAt } } nodes { id }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

/** Reads every page of the list. */
async function readAll(first: number, filter: object | null = null): Promise<any[]> {
  const found: any[] = [];
  for (let cursor: string | null = null; ;) {
    const { traces } = await kit.ask(LIST, { first, after: cursor, filter });
    assert.ok(traces.edges.length <= first);
    assert.equal(traces.pageInfo.hasPreviousPage, cursor !== null);
    assert.equal(traces.pageInfo.startCursor, traces.edges[0]?.cursor ?? null);
    assert.deepEqual(
      traces.nodes.map(({ id }: any) => id),
      traces.edges.map(({ node }: any) => node.id),
    );
    found.push(...traces.edges.map(({ node }: any) => node));
    if (!traces.pageInfo.hasNextPage) {
      return found;
    }
    cursor = traces.pageInfo.endCursor;
  }
}

const MODES = ['CALL', 'AGENT'];
const STATUSES = ['RUNNING', 'FAILED'];
const AGENT_TYPES = ['a', 'b'];
const UIDS = ['u', 'v'];
const all: any[] = [];

before(async () => {
  kit = await startKit({ projectId: newId('lists') });
  const inputs = MODES.flatMap((mode) =>
    STATUSES.flatMap((status) =>
      AGENT_TYPES.flatMap((agentType) => UIDS.map((uid) => ({ mode, status, agentType, uid }))),
    ),
  );
  // Concurrent, so that many are created within one millisecond.
  all.push(...(await Promise.all([...inputs, ...inputs, {}].map((input) => createTrace(kit, input)))));
});

test('pages of any size return every trace once, newest first', async () => {
  const expected = all.map(({ id }) => id).sort();
  for (const first of [2, 7, all.length, 500]) {
    const found = await readAll(first);
    assert.deepEqual(found.map(({ id }) => id).sort(), expected, `pages of ${first}`);
    const times = found.map(({ createdAt }) => createdAt);
    assert.deepEqual(times, [...times].sort().reverse());
  }
});

test('each filter and each combination of filters lists exactly the matching traces', async () => {
  const choices = (values: readonly string[]): readonly (string | null)[] => [null, ...values.slice(0, 1)];
  for (const mode of choices(MODES)) {
    for (const status of choices(STATUSES)) {
      for (const agentType of choices(AGENT_TYPES)) {
        for (const uid of choices(UIDS)) {
          const filter = { mode, status, agentType, uid };
          const wanted = all.filter((trace) =>
            Object.entries(filter).every(([name, value]) => value === null || trace[name] === value),
          );
          assert.deepEqual(
            (await readAll(10, filter)).map(({ id }) => id).sort(),
            wanted.map(({ id }) => id).sort(),
            JSON.stringify(filter),
          );
        }
      }
    }
  }
});

test('a filter that nothing matches returns an empty page', async () => {
  const { traces } = await kit.ask(LIST, { filter: { uid: 'nobody' } });
  assert.deepEqual(traces, {
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('a page holds 50 by default, and a size below 1 or above 500 is rejected', async () => {
  for (const first of [0, -1, 501]) {
    const error = await kit.fail(LIST, { first });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'first']);
  }
  await Promise.all(Array.from({ length: 60 - all.length }, () => createTrace(kit)));
  assert.equal((await kit.ask(LIST)).traces.nodes.length, 50);
  assert.equal((await kit.ask(LIST, { first: null })).traces.nodes.length, 50);
});

test('a value that is not a cursor of the list is rejected', async () => {
  for (const cursor of ['', 'x', 'bm9uc2Vuc2U', Buffer.from('12').toString('base64url')]) {
    const error = await kit.fail(LIST, { after: cursor });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'after'], cursor);
  }
});

test('sub-traces are paged oldest first', async () => {
  const parent = await createTrace(kit);
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push((await createTrace(kit, { parentTraceId: parent.id })).id);
  }
  const found: string[] = [];
  for (let cursor: string | null = null; ;) {
    const { trace } = await kit.ask(
      `query ($id: ID!, $after: String) { trace(id: $id) { subTraces(first: 2, after: $after) {
        nodes { id createdAt } pageInfo { hasNextPage endCursor } } } }`,
      { id: parent.id, after: cursor },
    );
    found.push(...trace.subTraces.nodes.map(({ id }: any) => id));
    if (!trace.subTraces.pageInfo.hasNextPage) {
      break;
    }
    cursor = trace.subTraces.pageInfo.endCursor;
  }
  assert.deepEqual(found.toSorted(), ids.toSorted());
  assert.equal(found.length, 5);
});
