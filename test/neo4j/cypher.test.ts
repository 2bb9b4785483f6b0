import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import neo4j, { type Driver, type Plan } from 'neo4j-driver';
import { expandedText } from '../../src/model/statement.js';
import { testNeo4j } from '../kit/kit.js';

const folder = fileURLToPath(new URL('../../../cypher/', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.cypher') && !name.startsWith('migrations/'))
  .sort();

const textOf = (file: string): string => expandedText(file.replace('.cypher', ''));

let driver: Driver;
before(() => {
  const { uri, username, password } = testNeo4j();
  driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
});
after(() => driver.close());

/** The operators of a statement's plan, without running it. */
async function operators(text: string): Promise<string[]> {
  // EXPLAIN needs a value for every parameter, but any value will do.
  const parameters = Object.fromEntries([...text.matchAll(/\$(\w+)/g)].map(([, name]) => [name, null]));
  const session = driver.session();
  try {
    const { summary } = await session.run(`EXPLAIN ${text}`, parameters);
    const all = (plan: Plan | false): string[] =>
      plan === false ? [] : [plan.operatorType.replace(/@.*/, ''), ...plan.children.flatMap(all)];
    return all(summary.plan);
  } finally {
    await session.close();
  }
}

describe('every Cypher file', () => {
  for (const file of files) {
    const text = textOf(file);

    test(`${file} opens with a sentence on what it does`, () => {
      assert.match(text, /^\/\/ [A-Z][^\n]+/);
    });

    test(`${file} starts from an index: no scan of a label, all nodes or all edges, and no cartesian product`, async () => {
      const bad = (await operators(text)).filter((operator) =>
        /AllNodesScan|NodeByLabelScan|LabelScan|RelationshipTypeScan|AllRelationshipsScan|CartesianProduct/.test(
          operator,
        ),
      );
      assert.deepEqual(bad, []);
    });
  }
});

describe('paged lists', () => {
  const paged = files.filter((file) =>
    /^(traces\/(list|list-by-.*|by-parents|by-threads)|checkpoints\/(by-thread|latest-of-threads|children)|threads\/point-to-latest|steps\/(by-traces|by-goals)|messages\/(by-traces|by-goals|newest-in-goal)|events\/(page|by-traces|bounds)|run-events\/(page|by-run|metadata-page|first-of-types|messages-.*|run-messages-.*)|runs\/by-threads)\.cypher$/.test(
      file,
    ),
  );
  for (const file of paged) {
    test(`${file} uses the order of its index and does not sort`, async () => {
      const found = await operators(textOf(file));
      assert.deepEqual(
        found.filter((operator) => /Sort|Top/.test(operator)),
        [],
        found.join(' '),
      );
    });
  }

  test('there are 28 of them', () => {
    assert.equal(paged.length, 28);
  });
});

describe('statements that remove a limited number of rows at a time', () => {
  const clearing = files.filter((file) => /\/(clear.*|take-released)\.cypher$/.test(file));
  for (const file of clearing) {
    test(`${file} reads no more rows than it removes`, async () => {
      const found = await operators(textOf(file));
      assert.deepEqual(
        found.filter((operator) => /Sort|Top|ExhaustiveLimit/.test(operator)),
        [],
        found.join(' '),
      );
    });
  }

  test('there are 10 of them', () => {
    assert.equal(clearing.length, 10);
  });
});
