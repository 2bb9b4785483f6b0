import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TABLES } from '../../src/model/tables.js';
import { startKit, type Kit } from '../kit/kit.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

test('the key that each kind of row declares is unique in the graph', async () => {
  const unique = await kit.cypher<{ labels: readonly string[]; properties: readonly string[] }>(
    'SHOW CONSTRAINTS YIELD labelsOrTypes AS labels, properties',
  );
  const constraints = new Set(
    unique.map(({ labels, properties }) => `${labels.join()} ${properties.join()}`),
  );
  // A reference is an edge, whose writing statement merges it.
  const { references: _, ...nodes } = TABLES;
  for (const { label, key } of Object.values(nodes)) {
    assert.ok(constraints.has(`${label} ${key.join()}`), `${label}: ${key.join()}`);
  }
});
