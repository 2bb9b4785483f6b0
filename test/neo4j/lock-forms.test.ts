import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import neo4j, { type Driver, type Session, type Transaction } from 'neo4j-driver';
import { cypherText } from '../../src/neo4j/cypher.js';
import { newId, testNeo4j } from '../kit/kit.js';
import { range } from '../kit/live.js';

let driver: Driver;
before(() => {
  const { uri, username, password } = testNeo4j();
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
});
after(() => driver.close());

/** Runs `work` in its own transaction, and returns the code of the error it fails with, or 'committed'. */
async function transact(work: (transaction: Transaction) => Promise<void>, name = ''): Promise<string> {
  const session: Session = driver.session();
  const transaction = session.beginTransaction({ metadata: { name } });
  try {
    await work(transaction);
    await transaction.commit();
    return 'committed';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  } finally {
    await session.close();
  }
}

interface Case {
  /** Takes the lock first, and does its work before it commits. */
  readonly first: (transaction: Transaction) => Promise<void>;
  /** Waits for the lock. */
  readonly waiter: (transaction: Transaction) => Promise<void>;
}

/** The outcomes of the first transaction, and of three that wait while it does its work and commits. */
async function threeWaiters({ first, waiter }: Case): Promise<string[]> {
  const name = newId('waiters');
  let waiting: Promise<string>[] = [];
  const holder = await transact(async (transaction) => {
    await first(transaction);
    waiting = range(1, 3).map(() => transact(waiter, name));
    await untilBlocked(name, 3);
  });
  return [holder, ...(await Promise.all(waiting))];
}

/** Waits until `count` transactions of this name wait for a lock. */
async function untilBlocked(name: string, count: number): Promise<void> {
  for (let poll = 1; poll <= 200; poll += 1) {
    const { records } = await driver.executeQuery(
      `SHOW TRANSACTIONS YIELD status, metaData
       WHERE status STARTS WITH 'Blocked' AND metaData.name = $name RETURN count(*) AS blocked`,
      { name },
    );
    if (Number(records[0]?.get('blocked')) >= count) {
      return;
    }
    await delay(25);
  }
  throw new Error(`expected ${count} transactions to wait for a lock`);
}

const run = async (transaction: Transaction, text: string, parameters: object): Promise<number> =>
  (await transaction.run(text, parameters)).records.length;

const DELETE_THREAD = 'MATCH (t:Thread {projectId: $projectId, id: $id}) DELETE t';
const FIND_THREAD = 'MATCH (t:Thread {projectId: $projectId, id: $id}) RETURN t.id';

/** Locks a thread, then creates it if it does not exist, as a write to it does. */
function writeThread(lock: string, key: { projectId: string; id: string }) {
  return async (transaction: Transaction): Promise<void> => {
    await run(transaction, lock, { threads: [key] });
    if ((await run(transaction, FIND_THREAD, key)) === 0) {
      await run(transaction, cypherText('threads/create'), { threads: [key] });
    }
  };
}

async function threadOutcomes(lock: string): Promise<string[]> {
  const key = { projectId: newId('locks'), id: 'thread' };
  await driver.executeQuery('CREATE (:Thread {projectId: $projectId, id: $id})', key);
  return await threeWaiters({
    first: async (transaction) => {
      await run(transaction, lock, { threads: [key] });
      await run(transaction, DELETE_THREAD, key);
    },
    waiter: writeThread(lock, key),
  });
}

test('writers that wait for a thread while it is deleted recreate it without a deadlock', async () => {
  for (const _ of range(1, 3)) {
    const outcomes = await threadOutcomes(cypherText('threads/lock'));
    assert.equal(outcomes[0], 'committed');
    assert.ok(outcomes.slice(1).includes('committed'));
    assert.ok(
      outcomes.every((code) => code === 'committed' || /ConstraintValidationFailed/.test(code)),
      `one creates it, and others find it or are run again: ${outcomes.join(', ')}`,
    );
  }
});

test('the same with a lock that seeks by the constraint key ends in a deadlock: this test can detect one', async () => {
  const outcomes = await threadOutcomes(
    `UNWIND $threads AS key
     MATCH (t:Thread) USING INDEX t:Thread(projectId, id) WHERE t.projectId = key.projectId AND t.id = key.id
     SET t.locked = true`,
  );
  assert.match(outcomes.join(' '), /DeadlockDetected/);
});

test('writers of checkpoints that wait for a thread while it is deleted recreate it without a deadlock', async () => {
  const lock = cypherText('checkpoints/lock');
  const key = { projectId: newId('locks'), id: 'thread' };
  await driver.executeQuery('CREATE (:Thread {projectId: $projectId, id: $id})', key);
  const keys = range(1, 3).map((n) => ({ projectId: key.projectId, id: `checkpoint-${n}` }));
  const outcomes = await threeWaiters({
    first: async (transaction) => {
      await run(transaction, cypherText('threads/lock'), { threads: [key] });
      await run(transaction, DELETE_THREAD, key);
    },
    waiter: async (transaction) => {
      await run(transaction, lock, { threads: [key], keys });
      if ((await run(transaction, FIND_THREAD, key)) === 0) {
        await run(transaction, cypherText('threads/create'), { threads: [key] });
      }
    },
  });
  assert.equal(outcomes[0], 'committed');
  assert.ok(outcomes.slice(1).includes('committed'));
  assert.ok(
    outcomes.every((code) => code === 'committed' || /ConstraintValidationFailed/.test(code)),
    outcomes.join(', '),
  );
});

test('writers of checkpoints lock threads and ids one after the other, and report the threads that exist', async () => {
  const projectId = newId('locks');
  const threads = range(1, 3).map((n) => ({ projectId, id: `thread-${n}` }));
  const keys = range(1, 3).map((n) => ({ projectId, id: `checkpoint-${n}` }));
  await driver.executeQuery('UNWIND $threads AS key CREATE (t:Thread) SET t = key', {
    threads: threads.slice(0, 2),
  });
  const locked: unknown[] = [];
  const lock = async (transaction: Transaction): Promise<void> => {
    const { records } = await transaction.run(cypherText('checkpoints/lock'), { threads, keys });
    locked.push(...records.map((record) => record.get('locked') as unknown));
  };
  const outcomes = await threeWaiters({ first: lock, waiter: lock });
  assert.deepEqual(outcomes, Array<string>(4).fill('committed'));
  assert.deepEqual(locked, Array<unknown>(4).fill(threads.slice(0, 2)));
  const { records } = await driver.executeQuery(
    'MATCH (lock:CheckpointLock {projectId: $projectId}) RETURN lock',
    { projectId },
  );
  assert.deepEqual(records, [], 'nothing is left behind');
});

test('writers that store the same chunks at the same time store each once, without a deadlock', async () => {
  const projectId = newId('locks');
  const chunks = range(1, 20).map((n) => ({
    ...{ projectId, id: `chunk-${String(n).padStart(2, '0')}` },
    properties: { text: `${n}`, position: n },
  }));
  const links = range(2, 20).map((n) => ({
    ...{
      projectId,
      id: `chunk-${String(n).padStart(2, '0')}`,
      afterId: `chunk-${String(n - 1).padStart(2, '0')}`,
    },
  }));
  const store = async (transaction: Transaction): Promise<void> => {
    await run(transaction, cypherText('content/create'), { chunks });
    await run(transaction, cypherText('content/link'), { links, values: [] });
  };
  const outcomes = await threeWaiters({ first: store, waiter: store });
  assert.deepEqual(outcomes, Array<string>(4).fill('committed'));
  const { records } = await driver.executeQuery(
    `MATCH (c:Content {projectId: $projectId})
     RETURN count(c) AS chunks, sum(COUNT { (c)-[:AFTER]->() }) AS links`,
    { projectId },
  );
  assert.deepEqual(
    records.map((record) => [Number(record.get('chunks')), Number(record.get('links'))]),
    [[20, 19]],
  );
});

test('writers that wait for a trace while it is marked as deleted see the mark, without a deadlock', async () => {
  const key = { projectId: newId('locks'), id: 'trace' };
  await driver.executeQuery('CREATE (:Trace {projectId: $projectId, id: $id})', key);
  const lock = cypherText('traces/lock');
  let deleted = 0;
  const outcomes = await threeWaiters({
    first: async (transaction) => {
      await run(transaction, lock, { traces: [key] });
      await run(transaction, cypherText('traces/mark-deleting'), { traces: [key] });
    },
    // A write that would create the trace again finds it being deleted, and is rejected.
    waiter: async (transaction) => {
      await run(transaction, lock, { traces: [key] });
      deleted += await run(transaction, cypherText('traces/read-deleting'), { traces: [key] });
    },
  });
  assert.deepEqual(outcomes, Array<string>(4).fill('committed'));
  assert.equal(deleted, 3);
});

test('deletions that wait for a chunk of content while it is freed find it freed, without a deadlock', async () => {
  const key = { projectId: newId('locks'), id: 'chunk' };
  await driver.executeQuery('CREATE (:Content {projectId: $projectId, id: $id, position: 1})', key);
  const collect = async (transaction: Transaction): Promise<void> => {
    const { records } = await transaction.run(cypherText('content/find-nodes'), { chunks: [key] });
    const chunks = records.map((record) => record.toObject());
    await run(transaction, cypherText('content/lock'), { chunks });
    await run(transaction, cypherText('content/collect'), { chunks });
  };
  const outcomes = await threeWaiters({ first: collect, waiter: collect });
  assert.deepEqual(outcomes, Array<string>(4).fill('committed'));
});

test('writers that wait for the ids of checkpoints lock them one after the other, without a deadlock', async () => {
  const keys = range(1, 3).map((n) => ({ projectId: newId('locks'), id: `checkpoint-${n}` }));
  const lock = async (transaction: Transaction): Promise<void> => {
    await run(transaction, cypherText('checkpoints/lock-keys'), { keys });
  };
  const outcomes = await threeWaiters({ first: lock, waiter: lock });
  assert.deepEqual(outcomes, Array<string>(4).fill('committed'));
});
