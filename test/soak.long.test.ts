import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

// The smallest case is in soak.test.ts.

test('a soak of half an hour passes every check', () => {
  const soak = fileURLToPath(new URL('./soak/soak.js', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    ['--enable-source-maps', soak, '--minutes', '30', '--seed', '30'],
    { stdio: 'inherit' },
  );
  assert.equal(status, 0, 'the soak says above which check failed, and how to run it again');
});
