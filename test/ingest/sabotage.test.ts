import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';

// Each guarantee of the ingest core has a test that fails when the line responsible is sabotaged: the compiled program is copied, one
// line is changed, and core.test.ts is run on the copy.

const root = fileURLToPath(new URL('../../..', import.meta.url));

const SABOTAGES: Record<string, { readonly file: string; readonly line: string; readonly becomes: string }> =
  {
    'the order of the writes to a trace, in the queue': {
      file: 'fair-queue',
      line: 'item.keys.forEach((key) => passed.add(key));',
      becomes: '',
    },
    'the order of the writes to a trace, across batches': {
      file: 'group-commit',
      line: 'keys.forEach((key) => busy.add(key));',
      becomes: '',
    },
    'exclusive writes: others do not join them': {
      file: 'fair-queue',
      line: 'isFull = item.exclusive || large;',
      becomes: 'isFull = large;',
    },
    'exclusive writes: they do not join others': {
      file: 'fair-queue',
      line: '!item.exclusive &&',
      becomes: '',
    },
    'the eviction from the row cache': {
      file: 'row-cache',
      line: 'if (this.#rows <= MAX_ROWS) {',
      becomes: 'if (true) {',
    },
    'the eviction of the steps of a removed goal': {
      file: 'row-cache',
      line: 'steps.clear();',
      becomes: '',
    },
    'the lock order of traces': {
      file: 'lock',
      line: 'const keys = inLockOrder(traces);',
      becomes: 'const keys = traces;',
    },
    'the lock order of threads': {
      file: 'lock',
      line: 'const keys = inLockOrder(threads);',
      becomes: 'const keys = threads;',
    },
    'the strictly increasing clock': {
      file: 'clock',
      line: 'lastMs = Math.max(nowMs(), lastMs + 1);',
      becomes: 'lastMs = Math.max(nowMs(), lastMs);',
    },
  };

/** A copy of the compiled program, in the project's folder so that it finds the packages. */
function copy(t: TestContext): string {
  mkdirSync(join(root, '.stemma'), { recursive: true });
  const folder = mkdtempSync(join(root, '.stemma', 'sabotage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'dist', 'src'), join(folder, 'dist', 'src'), { recursive: true });
  cpSync(join(root, 'dist', 'test', 'ingest'), join(folder, 'dist', 'test', 'ingest'), { recursive: true });
  symlinkSync(join(root, 'cypher'), join(folder, 'cypher'));
  return folder;
}

function runCore(folder: string): { readonly passed: boolean; readonly output: string } {
  const file = join(folder, 'dist', 'test', 'ingest', 'core.test.js');
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', file], {
    env: environment,
    encoding: 'utf8',
  });
  return { passed: status === 0, output: stdout + stderr };
}

test('the tests of the ingest core pass on a copy of the program', (t) => {
  const { passed, output } = runCore(copy(t));
  assert.ok(passed, output);
});

for (const [name, { file, line, becomes }] of Object.entries(SABOTAGES)) {
  test(`a test of the ingest core fails without ${name}`, (t) => {
    const folder = copy(t);
    const path = join(folder, 'dist', 'src', 'ingest', `${file}.js`);
    const text = readFileSync(path, 'utf8');
    assert.equal(text.split(line).length, 2, `${file}.ts has the line exactly once: ${line}`);
    writeFileSync(path, text.replace(line, becomes));
    const { passed, output } = runCore(folder);
    assert.equal(passed, false);
    assert.match(output, /\n# fail [1-9]/, output);
  });
}
