import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { processesWith } from './soak/leftovers.js';

const SOAK = fileURLToPath(new URL('./soak/soak.js', import.meta.url));

/** Runs a soak as a process; `onOutput` gets all it has printed so far, and how to signal it. */
async function soak(
  options: readonly string[],
  onOutput: (output: string, signal: (name: NodeJS.Signals) => void) => void = () => undefined,
): Promise<{ readonly code: number | null; readonly output: string; readonly folder: string }> {
  const child = spawn(process.execPath, ['--enable-source-maps', SOAK, ...options], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      onOutput(output, (name) => child.kill(name));
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [, folder = ''] = /everything is kept in (\S+)/.exec(output) ?? [];
  return { code, output, folder };
}

/** The checks that failed, by their descriptions in the table. */
function failures(output: string): string[] {
  return [...output.matchAll(/^(\S.*?) {2,}FAILED/gm)].map(([, name = '']) => name);
}

test('a short soak with everything in it passes every check', async () => {
  const { code, output } = await soak(['--minutes', '0.4', '--seed', '11', '--rate', '40']);
  assert.equal(code, 0, output);
  assert.deepEqual(failures(output), [], output);
});

test('a soak finds what is lost, copied, deleted in vain, counted wrong and left running, and says which', async () => {
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
