import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createClock } from '../../src/ingest/clock.js';
import { FairQueue, type Waiting } from '../../src/ingest/fair-queue.js';
import { createQueue } from '../../src/ingest/group-commit.js';
import { lockAndLoad } from '../../src/ingest/lock.js';
import { loadFromCache } from '../../src/ingest/read-rows.js';
import { RowCache } from '../../src/ingest/row-cache.js';
import { UnitOfWork } from '../../src/ingest/unit-of-work.js';
import type { Write } from '../../src/ingest/write.js';
import type { Database } from '../../src/neo4j/database.js';

// The core of group commit, without a database. sabotage.test.ts checks that each test here fails without what it tests.

/** A queue that commits to nowhere: the batches in the order in which they were committed, each until it is let through. */
function startQueue(): {
  readonly submit: (name: string, trace: string, write?: Partial<Write<unknown>>) => Promise<unknown>;
  readonly running: string[][];
  readonly batches: string[][];
  readonly finish: (index: number) => Promise<void>;
} {
  const running: string[][] = [];
  const batches: string[][] = [];
  const finishing: (() => void)[] = [];
  const names = new Map<Write<unknown>, string>();
  const queue = createQueue({} as Database, async (writes) => {
    const batch = writes.map((write) => names.get(write) ?? '?');
    running.push(batch);
    await new Promise<void>((resolve) => finishing.push(resolve));
    batches.push(batch);
    return writes.map(() => ({ value: null }));
  });
  const ingest = queue.for({ client: {} });
  return {
    running,
    batches,
    submit(name, trace, options = {}) {
      const write = {
        ...{ traces: [{ projectId: 'p', id: trace }], needs: {}, cost: 1, apply: () => null },
        ...options,
      };
      names.set(write, name);
      return ingest.submit(write);
    },
    async finish(index) {
      finishing[index]?.();
      await turn();
      await turn();
    },
  };
}

test('the writes to a trace are committed in the order submitted, one batch after another', async () => {
  const { submit, running, finish } = startQueue();
  const done = [submit('a1', 'a')];
  await turn();
  done.push(submit('a2', 'a'), submit('b1', 'b'), submit('a3', 'a'));
  await turn();
  // The second lane takes the other trace, and passes the writes that wait for the first.
  assert.deepEqual(running, [['a1'], ['b1']]);
  await finish(1);
  assert.deepEqual(running, [['a1'], ['b1']]);
  await finish(0);
  assert.deepEqual(running, [['a1'], ['b1'], ['a2', 'a3']]);
  await finish(2);
  await Promise.all(done);
});

test('a write that waits for two traces keeps later writes to either behind it', async () => {
  const { submit, running, finish } = startQueue();
  const done = [submit('a1', 'a')];
  await turn();
  const both = ['a', 'b'].map((id) => ({ projectId: 'p', id }));
  done.push(submit('ab', 'a', { traces: both }), submit('b1', 'b'), submit('c1', 'c'));
  await turn();
  assert.deepEqual(running, [['a1'], ['c1']]);
  await finish(0);
  assert.deepEqual(running[2], ['ab', 'b1']);
  await finish(1);
  await finish(2);
  await Promise.all(done);
});

test('an exclusive write has a batch to itself', async () => {
  const { submit, running, finish } = startQueue();
  const done = [
    submit('first', 'a', { exclusive: true }),
    submit('b', 'b'),
    submit('last', 'c', { exclusive: true }),
    submit('d', 'd'),
  ];
  await turn();
  await finish(0);
  await finish(1);
  await finish(2);
  await Promise.all(done);
  assert.deepEqual(running, [['first'], ['b', 'd'], ['last']]);
});

test('the clock gives no two batches the same time, even if the time of the system stands still or goes back', () => {
  const times = [1_000, 1_000, 999, 500, 2_000, 2_000];
  const left = [...times];
  const now = createClock(() => left.shift() ?? 0);
  const read = times.map(() => Date.parse(now()));
  assert.deepEqual(read, [1_000, 1_001, 1_002, 1_003, 2_000, 2_001]);
});

test('traces are locked before threads, each in one order and once, whatever the order of the writes', async () => {
  const sent: [string, string[]][] = [];
  const runner = {
    run: (statement: { name: string }, parameters: Record<string, { projectId: string; id: string }[]>) => {
      if (statement.name.endsWith('/lock')) {
        const keys = Object.values(parameters)[0] ?? [];
        sent.push([statement.name, keys.map(({ projectId, id }) => `${projectId}/${id}`)]);
      }
      return Promise.resolve([]);
    },
  };
  const keys = ['q/a', 'p/b', 'p/a', 'p/b'].map((key) => {
    const [projectId = '', id = ''] = key.split('/');
    return { projectId, id };
  });
  await lockAndLoad(runner as never, new UnitOfWork(''), { traces: keys, threads: keys }, []);
  const sorted = ['p/a', 'p/b', 'q/a'];
  assert.deepEqual(sent, [
    ['traces/lock', sorted],
    ['threads/lock', sorted],
  ]);
});

test('the row cache is bounded: the trace written longest ago is evicted first', () => {
  const cached = new RowCache();
  const goals = 100;
  const traces = Array.from({ length: 150 }, (_, index) => ({ projectId: 'p', id: `t${index}` }));
  for (const { projectId, id } of traces) {
    const unit = new UnitOfWork('2026-01-01T00:00:00.000Z');
    const row = { projectId, id, lastEventId: 1, createdAt: unit.now } as never;
    unit.traces.put(row);
    for (let goal = 0; goal < goals; goal += 1) {
      unit.goals(projectId, id).put({ projectId, traceId: id, goalId: `g${goal}`, parentId: null } as never);
    }
    cached.store(unit);
  }
  const isCached = traces.map(({ projectId, id }) =>
    loadFromCache(cached, new UnitOfWork(''), [
      { traces: [{ projectId, id }], needs: { goals: [{ projectId, traceId: id, goalId: 'g7' }] } },
    ]),
  );
  assert.equal(isCached.indexOf(true), 150 - Math.floor(10_000 / (goals + 1)));
  assert.ok(isCached.slice(isCached.indexOf(true)).every(Boolean));
});

test('removing a goal evicts the steps of its trace from the row cache: they may have lost it', () => {
  const cached = new RowCache();
  const key = { projectId: 'p', id: 't' };
  const row = { projectId: 'p', traceId: 't' };
  const trace = { ...key, createdAt: '2026-01-01T00:00:00.000Z', lastEventId: 1 };
  const first = new UnitOfWork('');
  first.traces.put(trace as never);
  first.goals('p', 't').put({ ...row, goalId: 'g', parentId: null } as never);
  first.steps.put({ ...row, id: 's', goalId: 'g' } as never);
  cached.store(first);
  const isCached = (): boolean =>
    loadFromCache(cached, new UnitOfWork(''), [
      { traces: [key], needs: { steps: [{ projectId: 'p', id: 's' }] } },
    ]);
  assert.equal(isCached(), true);
  const second = new UnitOfWork('');
  second.traces.load(trace as never);
  second.traces.put({ ...trace, lastEventId: 2 } as never);
  second.goals('p', 't').load({ ...row, goalId: 'g', parentId: null } as never);
  second.goals('p', 't').remove({ goalId: 'g' } as never);
  cached.store(second);
  assert.equal(isCached(), false);
});

const item = (client: object, cost: number, key: string = randomUUID(), sizeBytes = 100): Waiting => ({
  client,
  keys: [key],
  cost,
  sizeBytes,
  exclusive: false,
});
const ANY = { allowLarge: true, largeFirst: false };

test('a batch is bounded in bytes; a larger write gets its own batch', () => {
  const queue = new FairQueue<Waiting>({ maxCost: 1000, maxBytes: 1_000 });
  const client = {};
  [600, 600, 5_000, 100].forEach((sizeBytes) => queue.push(item(client, 1, randomUUID(), sizeBytes)));
  const sizes = [];
  while (queue.size > 0) {
    sizes.push(queue.takeBatch(new Set(), ANY).items.map(({ sizeBytes }) => sizeBytes));
  }
  assert.deepEqual(sizes, [[600, 100], [600], [5_000]]);
});

test('the writes of a client to one trace keep their order and pass those that wait for another trace', () => {
  const queue = new FairQueue<Waiting>({ maxCost: 1000, maxBytes: 1e6 });
  const client = {};
  const items = ['a', 'b', 'a', 'b'].map((key) => item(client, 1, key));
  items.forEach((each) => queue.push(each));
  assert.deepEqual(queue.takeBatch(new Set(['a']), ANY).items, [items[1], items[3]]);
  assert.deepEqual(queue.takeBatch(new Set(), ANY).items, [items[0], items[2]]);
});

test('single writes go before the large ones of another client, however many connections it uses', () => {
  const queue = new FairQueue<Waiting>({ maxCost: 1000, maxBytes: 1e8 });
  for (let connection = 0; connection < 200; connection += 1) {
    const client = {};
    queue.push(item(client, 1_000));
    queue.push(item(client, 1_000));
  }
  const singles = Array.from({ length: 64 }, () => item({}, 1));
  singles.forEach((each) => queue.push(each));
  const first = queue.takeBatch(new Set(), ANY);
  assert.deepEqual(new Set(first.items), new Set(singles));
  assert.equal(first.isLarge, false);
  // One lane is for large writes, so they are not starved.
  assert.equal(queue.takeBatch(new Set(), { allowLarge: true, largeFirst: true }).items[0]?.cost, 1_000);
  assert.equal(queue.takeBatch(new Set(), { allowLarge: false, largeFirst: false }).items.length, 0);
});
