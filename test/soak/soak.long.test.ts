import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failures, soak } from './soak-process.js';
import { processesWith } from './leftovers.js';

// The smallest case is in soak.test.ts.

test('a soak reports lost and duplicated writes, incomplete deletions, wrong counts and leftover processes', async () => {
  const { code, output, folder } = await soak([
    ...['--minutes', '0.1', '--seed', '12', '--rate', '40'],
    ...['--without', 'freezes,hostile,kills,large,neo4j,reads,restarts,watchers'],
    ...['--sabotage', 'copy,lose,process,revive,stat'],
  ]);
  assert.equal(code, 1, output);
  assert.deepEqual(
    failures(output),
    [
      'acknowledged writes lost',
      'acknowledged writes duplicated',
      'deletions that are complete',
      'a recount of every invariant',
      'no process and no folder left',
    ],
    output,
  );
  assert.match(output, /it was acknowledged and is not there \[trace-\d+\/m\d+\]/);
  assert.match(output, /"name":"totalTokens"/);
  assert.match(output, /process \d+ is left: sleep 300/);
  assert.deepEqual(processesWith(`STEMMA_TEST_SOAK=${folder}`), []);
});

test('a soak of half an hour passes every check', async () => {
  const { code, output } = await soak(['--minutes', '30', '--seed', '30'], (_, __, chunk) =>
    process.stdout.write(chunk),
  );
  assert.equal(code, 0, 'the soak says above which check failed, and how to run it again');
  assert.deepEqual(failures(output), []);
});
