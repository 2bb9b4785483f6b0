import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAppend } from '../../src/ingest/fast-append.js';
import { UnitOfWork } from '../../src/ingest/unit-of-work.js';
import type { Runner } from '../../src/neo4j/database.js';
import { flush } from '../../src/ingest/write-rows.js';

// Which changes of a batch the fast path writes, and that no path reports success for one that nothing writes.

const stats = { messageCount: 0, promptTokens: 0, completionTokens: 0, cost: 0n, preview: null };
const row = {
  ...{ projectId: 'p', traceId: 't', threadId: 'h', id: 'x', goalId: 'g', parentId: null, parentIds: [] },
  ...{ self: stats, cumulative: stats, content: '' },
};

/** A batch in which a trace has changed, so that it may be appended to. */
function changedTrace(): UnitOfWork {
  const unit = new UnitOfWork('2026-01-01T00:00:00.000Z');
  unit.traces.load({ projectId: 'p', id: 't', lastEventId: 1 } as never);
  unit.traces.put({ projectId: 'p', id: 't', lastEventId: 2 } as never);
  return unit;
}

const TABLES = {
  traces: (unit: UnitOfWork) => unit.traces,
  threads: (unit: UnitOfWork) => unit.threads,
  goals: (unit: UnitOfWork) => unit.goals('p', 't'),
  messages: (unit: UnitOfWork) => unit.messages,
  steps: (unit: UnitOfWork) => unit.steps,
  events: (unit: UnitOfWork) => unit.events,
  runEvents: (unit: UnitOfWork) => unit.runEvents,
  checkpoints: (unit: UnitOfWork) => unit.checkpoints,
  references: (unit: UnitOfWork) => unit.references,
};
const CHANGES = Object.keys(TABLES).flatMap((name) =>
  ['added', 'changed', 'removed'].map((what) => `${name} ${what}`),
);

function batchWith(change: string): UnitOfWork {
  const unit = changedTrace();
  const [name, what] = change.split(' ') as [keyof typeof TABLES, string];
  const table = TABLES[name](unit);
  if (what !== 'added') {
    table.load(row as never);
  }
  if (what === 'removed') {
    table.remove(row as never);
  } else {
    table.put({ ...row, changed: true } as never);
  }
  return unit;
}

test('the fast path is taken for what its one statement writes, and for nothing else', () => {
  assert.ok(isAppend(changedTrace()));
  assert.deepEqual(
    CHANGES.filter((change) => isAppend(batchWith(change))),
    ['traces changed', 'goals changed', 'messages added', 'steps added', 'steps changed', 'events added'],
  );
});

test('a goal that moved and a trace that was only read take the locked path', () => {
  const moved = changedTrace();
  moved.goals('p', 't').load(row as never);
  moved.goals('p', 't').put({ ...row, parentId: 'other' } as never);
  assert.equal(isAppend(moved), false);
  const read = changedTrace();
  read.traces.load({ projectId: 'p', id: 'read' } as never);
  assert.equal(isAppend(read), false);
});

test('a change that no statement writes is an error, and nothing is sent', async () => {
  const refused = [];
  for (const change of CHANGES) {
    const sent: string[] = [];
    const runner: Runner = {
      run({ name }) {
        sent.push(name);
        return Promise.reject(new Error('sent'));
      },
    };
    const error = await flush(runner, batchWith(change)).then(
      () => new Error('nothing was sent'),
      (thrown: unknown) => thrown as Error,
    );
    if (error.message === `expected changes that are written, got ${change}`) {
      assert.deepEqual(sent, []);
      refused.push(change);
    }
  }
  assert.deepEqual(refused, [
    'traces removed',
    'threads removed',
    'messages removed',
    'steps removed',
    'events changed',
    'events removed',
    'runEvents changed',
    'runEvents removed',
    'checkpoints removed',
    'references changed',
    'references removed',
  ]);
});
