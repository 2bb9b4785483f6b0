import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { sizeOf } from './test-files.js';

/** Half an hour, or with STEMMA_TEST_SHORTEST=1 the smallest soak that has every part in it. */
const minutes = sizeOf({ full: '30', shortest: '0.4' });

test(`a soak of ${minutes} minutes passes every check`, () => {
  const soak = fileURLToPath(new URL('./soak/soak.js', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    ['--enable-source-maps', soak, '--minutes', minutes, '--seed', '30'],
    {
      stdio: 'inherit',
    },
  );
  assert.equal(status, 0, 'the soak says above which check failed, and how to run it again');
});
