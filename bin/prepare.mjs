// Brings a checkout to where it can run: packages installed as the lockfile says, TypeScript compiled. Does nothing that
// is done already. Only node's own modules, as it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs and compiles what is missing or out of date; ends the process with a message when that fails. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Stemma needs Node 20.19 or newer, this is ${process.versions.node}.`);
  }
  const installed = changedAt('node_modules/.package-lock.json');
  if (installed < changedAt('package-lock.json')) {
    console.log('Installing packages (npm ci) ...');
    run(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      'npm ci failed; is the package registry reachable?',
    );
  }
  const sources = ['src', 'test', 'bench', 'tsconfig.json', 'package-lock.json'];
  if (changedAt('dist/built') < Math.max(...sources.map(newest))) {
    console.log('Compiling TypeScript ...');
    run(
      process.execPath,
      ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
      'the TypeScript does not compile',
    );
    run(process.execPath, ['-e', "require('fs').writeFileSync('dist/built', '')"], 'dist/ cannot be written');
  }
}

function run(command, args, message) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    fail(message);
  }
}

function changedAt(path) {
  const full = `${root}${path}`;
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}

/** The newest change in a file or folder, leaving out what begins with a dot: that is not compiled. */
function newest(path) {
  const full = `${root}${path}`;
  if (!existsSync(full)) {
    return 0;
  }
  const own = statSync(full);
  return own.isDirectory()
    ? Math.max(own.mtimeMs, ...sourcesIn(full).map((name) => newest(`${path}/${name}`)))
    : own.mtimeMs;
}

function sourcesIn(folder) {
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
