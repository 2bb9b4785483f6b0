import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectFiles } from './test-files.js';

const FILES = ['goals.test.js', 'soak.test.js', 'soak.long.test.js', 'kit.js'];

test('a run leaves the long tests out, unless it includes them all or a word names one; the longest begin first', () => {
  const select = (words: readonly string[], long = false): readonly string[] =>
    selectFiles(FILES, { words, long });
  assert.deepEqual(select([]), ['soak.test.js', 'goals.test.js']);
  assert.deepEqual(select([], true), ['soak.test.js', 'goals.test.js', 'soak.long.test.js']);
  assert.deepEqual(select(['soak']), ['soak.test.js']);
  assert.deepEqual(select(['soak'], true), ['soak.test.js', 'soak.long.test.js']);
  assert.deepEqual(select(['soak.long', 'goal']), ['goals.test.js', 'soak.long.test.js']);
  assert.deepEqual(select(['kit']), []);
});
