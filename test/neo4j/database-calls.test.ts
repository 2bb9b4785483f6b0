import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase, type Database, type StatementDone } from '../../src/neo4j/database.js';
import { StemmaError } from '../../src/base/errors.js';
import { createRequestScope, type RequestScope } from '../../src/base/request-scope.js';
import { newId, testNeo4j, until } from '../kit/kit.js';

// The limits of a request stop its transactions in Neo4j too.

let database: Database;
before(() => {
  database = openDatabase(testNeo4j());
});
after(() => database.close());

const statement = (text: string): { name: string; text: string } => ({ name: 'test', text });

function scopeOf({ timeoutMs = 30_000, maxBytes = 1_000_000 } = {}): {
  readonly scope: RequestScope;
  readonly leave: () => void;
} {
  let leave = (): void => undefined;
  const scope = createRequestScope({ timeoutMs, maxBytes, onLeave: (left) => (leave = left) });
  return { scope, leave: () => leave() };
}

/** How many transactions run a statement that contains this word. */
async function running(word: string): Promise<number> {
  const rows = await database.run<{ query: string }>(
    statement('SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery AS query'),
    {},
  );
  return rows.filter(({ query }) => query.includes(word) && !query.includes('SHOW')).length;
}

const endless = (word: string): { name: string; text: string } =>
  statement(`UNWIND range(1, 1000000000000) AS ${word} WITH ${word} WHERE ${word} < 0 RETURN count(*) AS n`);

/** Fails unless all of these transactions end within 1 s. */
const noneLeft = (word: string): Promise<void> => until(async () => (await running(word)) === 0, 1_000);

test('a client that disconnects stops its statement in Neo4j within 1 s', async () => {
  const { scope, leave } = scopeOf();
  const word = `w${newId().replaceAll('-', '')}`;
  const result = database.within(scope).run(endless(word), {});
  result.catch(() => undefined);
  await until(async () => (await running(word)) === 1, 20_000);
  leave();
  await assert.rejects(result, (error) => error === scope.signal.reason);
  await noneLeft(word);
});

test('a deadline stops statements in Neo4j within 1 s, both standalone and in a transaction', async () => {
  const { scope } = scopeOf({ timeoutMs: 1_500 });
  const view = database.within(scope);
  const words = [0, 1].map(() => `w${newId().replaceAll('-', '')}`) as [string, string];
  const results = await Promise.allSettled([
    view.run(endless(words[0]), {}),
    view.write('test', (transaction) => transaction.run(endless(words[1]), {})),
  ]);
  assert.ok(results.every((result) => result.status === 'rejected' && result.reason.code === 'UNAVAILABLE'));
  await Promise.all(words.map(noneLeft));
});

test('a transaction that waits for a lock is stopped in Neo4j within 1 s', async () => {
  const id = newId('lock');
  const lock = statement('MERGE (h:Health {projectId: $id, id: $id}) SET h.probedAt = 1');
  await database.run(lock, { id });
  let release = (): void => undefined;
  const untilReleased = new Promise<void>((resolve) => (release = resolve));
  let locked = (): void => undefined;
  const hasLock = new Promise<void>((resolve) => (locked = resolve));
  const holding = database.write('test', async (transaction) => {
    await transaction.run(lock, { id });
    locked();
    await untilReleased;
  });
  await hasLock;
  const { scope, leave } = scopeOf();
  const waiting = database.within(scope).write('test', (transaction) => transaction.run(lock, { id }));
  waiting.catch(() => undefined);
  const blocked = async (): Promise<number> =>
    (
      await database.run<{ status: string }>(
        statement(
          "SHOW TRANSACTIONS YIELD status, currentQuery WHERE status STARTS WITH 'Blocked' RETURN status",
        ),
        {},
      )
    ).length;
  await until(async () => (await blocked()) > 0, 20_000);
  leave();
  await assert.rejects(waiting, StemmaError);
  await until(async () => (await blocked()) === 0, 1_000);
  release();
  await holding;
  await database.run(statement('MATCH (h:Health {projectId: $id, id: $id}) DELETE h'), { id });
});

test('a result that exceeds the byte budget stops its statement, and the error names the limit', async () => {
  const { scope } = scopeOf({ maxBytes: 10_000 });
  const word = `w${newId().replaceAll('-', '')}`;
  await assert.rejects(
    database
      .within(scope)
      .run(statement(`UNWIND range(1, 100000000) AS ${word} RETURN 'x' + ${word} AS text`), {}),
    { code: 'BAD_USER_INPUT', message: /10000 bytes/ },
  );
  await noneLeft(word);
});

test('a page with a node that is being deleted is read again, alone and in a transaction', async () => {
  const incomplete = { rows: 3 };
  const once = {
    ...statement('UNWIND [1, 2] AS n RETURN n'),
    // As if the second node had lost its properties in the first two reads.
    isWhole: ({ n }: { readonly n: number }): boolean => n === 1 || (incomplete.rows -= 1) < 1,
  };
  assert.deepEqual(await database.run(once, {}), [{ n: 1 }, { n: 2 }]);
  assert.equal(incomplete.rows, 0);
  incomplete.rows = 3;
  assert.deepEqual(await database.readLocked('test', (transaction) => transaction.run(once, {})), [
    { n: 1 },
    { n: 2 },
  ]);
  assert.equal(incomplete.rows, 0);
});

test('Neo4j shows the name of a statement, and of the transaction that it is in', async () => {
  const word = `w${newId().replaceAll('-', '')}`;
  const name = 'tests/endless';
  const text = `/* ${name} */ ${endless(word).text}`;
  const { scope, leave } = scopeOf();
  const view = database.within(scope);
  const results = [
    view.run({ name, text }, {}),
    view.write('wait for ever', (transaction) => transaction.run({ name, text }, {})),
    view.readLocked('read for ever', (transaction) => transaction.run({ name, text }, {})),
  ];
  const shown = (): Promise<{ query: string; metaData: object }[]> =>
    database.run(
      statement(
        'SHOW TRANSACTIONS YIELD currentQuery, metaData WHERE currentQuery CONTAINS $name RETURN currentQuery AS query, metaData',
      ),
      { name: word },
    );
  await until(async () => (await shown()).length === 3, 20_000);
  const rows = await shown();
  assert.ok(rows.every(({ query }) => query.includes(name)));
  assert.deepEqual(
    new Set(rows.map(({ metaData }) => JSON.stringify(metaData))),
    new Set([
      `{"statement":"${name}"}`,
      '{"transaction":"wait for ever"}',
      '{"transaction":"read for ever"}',
    ]),
  );
  leave();
  await Promise.allSettled(results);
});

test('a statement that only reads is sent in READ access mode, so that a follower of a cluster may serve it', async () => {
  // Judged by its text, this one only reads.
  const write = statement("CALL db . createLabel('TestLabel')");
  await assert.rejects(database.run(write, {}), /read access mode/i);
  await database.write('test', (transaction) => transaction.run(write, {}));
});

test('each statement that succeeded is reported with its duration and its rows', async () => {
  const done: StatementDone[] = [];
  const observed = openDatabase(testNeo4j(), undefined, { onStatement: (each) => done.push(each) });
  await observed.run(statement('UNWIND [1, 2] AS n RETURN n'), {});
  await observed.write('test', (transaction) => transaction.run(statement('RETURN 1 AS n'), {}));
  await assert.rejects(observed.run(statement('RETURN 1 / 0 AS n'), {}));
  await observed.close();
  assert.deepEqual(
    done.map(({ statement: name, rows, ms }) => [name, rows, ms >= 0]),
    [
      ['test', 2, true],
      ['test', 1, true],
    ],
  );
});
