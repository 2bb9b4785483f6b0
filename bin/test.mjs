// npm test: every check and every test, on a throwaway Neo4j. `npm test -- NAME...` runs only the test files whose names
// hold one of the words, without the checks.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);

prepare();
if (words.length === 0) {
  check(
    'format',
    ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
    'run `npm run format`',
  );
  check('lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'], 'see above');
  check('generated code', ['bin/codegen.mjs', '--check'], 'run `npm run codegen`');
}
const tests = spawnSync(process.execPath, ['dist/test/run.js', ...words], { cwd: root, stdio: 'inherit' });
process.exit(tests.status ?? 1);

function check(name, args, advice) {
  const begun = Date.now();
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    console.error(`${name}: failed; ${advice}`);
    process.exit(1);
  }
  console.log(`${name}: fine (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}
