import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { soak } from './soak-process.js';
import { processesWith } from './leftovers.js';

test('a soak that is interrupted leaves no process and no folder behind', async () => {
  let sent = false;
  const { code, output, folder } = await soak(['--minutes', '5', '--seed', '13'], (printed, signal) => {
    if (!sent && /server A is ready/.test(printed)) {
      sent = true;
      signal('SIGTERM');
    }
  });
  assert.equal(code, 130, output);
  assert.ok(folder !== '' && !existsSync(folder), output);
  assert.deepEqual(processesWith(`STEMMA_TEST_SOAK=${folder}`), []);
});
