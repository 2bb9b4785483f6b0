import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failures, soak } from './soak-process.js';

test('a short soak with all its parts passes every check', async () => {
  const { code, output } = await soak(['--minutes', '0.4', '--seed', '11', '--rate', '40']);
  assert.equal(code, 0, output);
  assert.deepEqual(failures(output), [], output);
});
