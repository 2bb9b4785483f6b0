import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startKit, type Kit } from '../kit/kit.js';
import { PROJECT_LABELS } from '../kit/project-nodes.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

test('the tests look for the nodes of a project under every label with an index on projectId', async () => {
  const indexes = await kit.cypher<{ labels: readonly string[] }>(
    `SHOW INDEXES YIELD labelsOrTypes, properties WHERE 'projectId' IN properties RETURN labelsOrTypes AS labels`,
  );
  assert.deepEqual([...new Set(indexes.flatMap(({ labels }) => labels))].sort(), PROJECT_LABELS);
});
