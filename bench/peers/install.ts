import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from '../neo4j.js';

/** What is committed for the peers: their versions, and the programs that drive them. */
export const peersFolder = join(root, 'bench', 'peers');
const installs = join(root, 'bench', '.peers');
/** A Python with Phoenix and the saver for Neo4j. */
export const python = join(installs, 'python', 'bin', 'python');
/** Contains the `node_modules` with the savers for Postgres and SQLite. */
export const packages = join(installs, 'node');

/** Installs the PyPI packages of `requirements.txt`, unless they are there. */
export function installPython(): void {
  const requirements = join(peersFolder, 'requirements.txt');
  installInto('python', requirements, (folder) => {
    run('python3', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  });
}

/** Installs the npm packages of `package-lock.json`, unless they are there. */
export function installPackages(): void {
  installInto('node', join(peersFolder, 'package-lock.json'), (folder) => {
    for (const name of ['package.json', 'package-lock.json']) {
      copyFileSync(join(peersFolder, name), join(folder, name));
    }
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder]);
  });
}

/** The versions of the peers. */
export function peerVersions(): Record<string, string> {
  const requirements = readFileSync(join(peersFolder, 'requirements.txt'), 'utf8');
  const ofPython = (name: string): string =>
    new RegExp(`^${name}==(.+)$`, 'm').exec(requirements)?.[1] ?? '?';
  const { dependencies } = JSON.parse(readFileSync(join(peersFolder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const postgres = execFileSync(join(postgresPrograms(), 'postgres'), ['--version'], { encoding: 'utf8' });
  return {
    'arize-phoenix': ofPython('arize-phoenix'),
    'langgraph-checkpoint-neo4j': ofPython('langgraph-checkpoint-neo4j'),
    ...dependencies,
    postgres: /\d+\.\d+/.exec(postgres)?.[0] ?? '?',
  };
}

/**
 * Where Debian's package keeps the programs of the newest Postgres server. Throws, with instructions, if there is none: the
 * package needs root, which a benchmark does not ask for.
 */
export function postgresPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const folder = join(debian, String(Math.max(...versions)), 'bin');
  if (!existsSync(join(folder, 'initdb'))) {
    throw new Error('expected a Postgres server; on Debian or Ubuntu: apt-get install postgresql');
  }
  return folder;
}

/** Has `install` fill a folder; repeats that if the requirements in `list` have changed since, or if it was interrupted. */
function installInto(name: string, list: string, install: (folder: string) => void): void {
  const folder = join(installs, name);
  const done = join(folder, 'installed');
  const wanted = readFileSync(list, 'utf8');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) {
    return;
  }
  console.log(`Installing ${list.slice(root.length)} into ${folder.slice(root.length)} ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  writeFileSync(done, wanted);
}

function run(command: string, words: readonly string[]): void {
  execFileSync(command, words, { stdio: ['ignore', 'inherit', 'inherit'] });
}
