import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectFiles } from './test-files.js';

const FILES = ['domain/goals/goals.test.js', 'soak/soak.test.js', 'soak/soak.long.test.js', 'kit/kit.js'];

test('a run skips the long tests unless it includes them all or a word names one, and starts the longest files first', () => {
  const select = (words: readonly string[], long = false): readonly string[] =>
    selectFiles(FILES, { words, long });
  assert.deepEqual(select([]), ['soak/soak.test.js', 'domain/goals/goals.test.js']);
  assert.deepEqual(select([], true), [
    'soak/soak.test.js',
    'domain/goals/goals.test.js',
    'soak/soak.long.test.js',
  ]);
  assert.deepEqual(select(['soak']), ['soak/soak.test.js']);
  assert.deepEqual(select(['soak'], true), ['soak/soak.test.js', 'soak/soak.long.test.js']);
  assert.deepEqual(select(['soak.long', 'goal']), ['domain/goals/goals.test.js', 'soak/soak.long.test.js']);
  assert.deepEqual(select(['domain']), ['domain/goals/goals.test.js']);
  assert.deepEqual(select(['main']), []);
  assert.deepEqual(select(['goals/goals']), ['domain/goals/goals.test.js']);
  assert.deepEqual(select(['kit']), []);
});
