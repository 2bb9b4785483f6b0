// npm test: every check and every test but the long ones, on a throwaway Neo4j. `npm test -- NAME...` runs only the test
// files whose names contain one of the words, without the checks; `npm test -- NAME.long` also a long one. `npm run test:all`
// includes the long tests and writes its output to test/all-output.txt.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const all = args.includes('--all');
const wordless = args.every((arg) => arg.startsWith('--'));
const output = [];
const running = new Set();
let interruptedBy;

prepare();
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
  process.on(signal, () => interrupt(signal));
}
// npm does not pass SIGHUP on: it dies of it.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined) {
  setInterval(() => process.ppid !== parent && interrupt('SIGHUP'), 500).unref();
}

if (all) {
  show(
    `${new Date().toISOString()}, commit ${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with uncommitted changes'}\n`,
  );
}
if (wordless) {
  const passed = await Promise.all([
    check(
      'format',
      ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
      'run `npm run format`',
    ),
    check('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'], 'see above'),
    check('generated code', ['bin/codegen.mjs', '--check'], 'run `npm run codegen`'),
  ]);
  if (passed.includes(false)) {
    process.exit(1);
  }
}
const status = await run(['dist/test/runner/run.js', ...(all ? ['--reporter=spec'] : []), ...args]);
if (all && wordless) {
  writeFileSync(`${root}test/all-output.txt`, output.join('').replaceAll(root, ''));
}
process.exitCode = status;

/** Runs a program of node's; resolves to its exit code. Ends this process if it was interrupted. */
async function run(nodeArgs) {
  const child = spawn(process.execPath, nodeArgs, {
    cwd: root,
    stdio: ['ignore', all ? 'pipe' : 'inherit', all ? 'pipe' : 'inherit', 'ipc'],
  });
  running.add(child);
  child.stdout?.setEncoding('utf8').on('data', show);
  child.stderr?.setEncoding('utf8').on('data', show);
  const code = await new Promise((resolve) => child.once('close', (exitCode) => resolve(exitCode ?? 1)));
  running.delete(child);
  if (interruptedBy !== undefined) {
    process.exit(128 + constants.signals[interruptedBy]);
  }
  return code;
}

/** Passes a signal on: the test runner cleans up and exits, a check just exits. */
function interrupt(signal) {
  interruptedBy ??= signal;
  running.forEach((child) => child.kill(signal));
}

/** Runs a check and says whether it passed. */
async function check(name, nodeArgs, advice) {
  const begun = Date.now();
  const passed = (await run(nodeArgs)) === 0;
  if (passed) {
    show(`${name}: passed (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`);
  } else {
    console.error(`${name}: failed; ${advice}`);
  }
  return passed;
}

function show(text) {
  process.stdout.write(text);
  output.push(text);
}

function git(...words) {
  return spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout.trim();
}
