import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import neo4j from 'neo4j-driver';
import { StemmaError } from '../../../src/base/errors.js';
import {
  startLocalNeo4j,
  type LocalNeo4j,
  type LocalNeo4jOptions,
} from '../../../src/neo4j/local/neo4j-local.js';
import { processWithPid } from '../../../src/neo4j/local/process-lock.js';
import { SMALL_NEO4J } from '../../kit/test-neo4j.js';

const installDir =
  process.env['STEMMA_TEST_NEO4J_INSTALL'] ??
  fileURLToPath(new URL('../../../../.stemma/neo4j-install', import.meta.url));

interface Bench {
  readonly dataDir: string;
  /** What was reported so far. */
  readonly lines: string[];
  readonly start: (options?: Partial<LocalNeo4jOptions>) => Promise<LocalNeo4j>;
}

/** A new data folder. After the test, what runs in it is stopped, and the folder is removed. */
async function bench(t: TestContext): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'stemma-neo4j-'));
  const lines: string[] = [];
  const started: LocalNeo4j[] = [];
  t.after(async () => {
    await Promise.all(started.map((local) => local.stop()));
    if (existsSync(pidFile(dataDir))) {
      process.kill(await neo4jPid(dataDir), 'SIGKILL');
    }
    await rm(dataDir, { recursive: true });
  });
  const start: Bench['start'] = async (options = {}) => {
    const local = await startLocalNeo4j({
      ...{ dataDir, installDir, ...SMALL_NEO4J },
      environment: process.env,
      report: (line) => lines.push(line),
      ...options,
    });
    started.push(local);
    return local;
  };
  return { dataDir, lines, start };
}

/** The values of the first column. */
async function query({ uri, username, password }: LocalNeo4j, cypher: string): Promise<unknown[]> {
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password));
  try {
    return (await driver.executeQuery(cypher)).records.map((record) => record.get(0) as unknown);
  } finally {
    await driver.close();
  }
}

/** The message it fails with. */
async function refusal(start: Promise<unknown>): Promise<string> {
  const error = await start.then(
    () => assert.fail('expected the start to fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StemmaError, String(error));
  assert.equal(error.code, 'UNAVAILABLE');
  return error.message;
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'neo4j', 'neo4j.pid');
}

/** Waits for the pid file. */
async function neo4jPid(dataDir: string): Promise<number> {
  while (!existsSync(pidFile(dataDir))) {
    await delay(10);
  }
  const { pid } = JSON.parse(await readFile(pidFile(dataDir), 'utf8')) as { pid: number };
  return pid;
}

/** A separate process that starts Neo4j in `dataDir`, and runs until it is killed. */
async function startInChild(t: TestContext, dataDir: string): Promise<ChildProcess> {
  const module = new URL('../../../src/neo4j/local/neo4j-local.js', import.meta.url).href;
  const options = { dataDir, installDir, ...SMALL_NEO4J };
  const script = `
    const { startLocalNeo4j } = await import(${JSON.stringify(module)});
    const options = ${JSON.stringify(options)};
    await startLocalNeo4j({ ...options, environment: process.env, report: () => undefined });
    console.log('started');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}

/** A folder to use as PATH that contains only `programs`: each name with the file it links to or a shell script. */
async function pathWith(t: TestContext, programs: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stemma-path-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, program] of Object.entries(programs)) {
    if (program.startsWith('#!')) {
      await writeFile(join(folder, name), program);
      await chmod(join(folder, name), 0o755);
    } else {
      await symlink(program, join(folder, name));
    }
  }
  return folder;
}

function installedJava(): string {
  const { JAVA_HOME = '', PATH = '' } = process.env;
  const java = [join(JAVA_HOME, 'bin'), ...PATH.split(delimiter)]
    .map((folder) => join(folder, 'java'))
    .find((path) => existsSync(path));
  assert.ok(java, 'Java is missing; install it with: apt-get install openjdk-17-jre-headless');
  return java;
}

test('it listens on loopback only, and keeps its data and its password across a restart', async (t) => {
  const { dataDir, start } = await bench(t);
  const first = await start();
  assert.match(first.uri, /^bolt:\/\/127\.0\.0\.1:\d+$/);
  await query(first, "CREATE (:Kept {what: 'this'})");
  await first.stop();
  await first.stop();

  const second = await start();

  assert.deepEqual(await query(second, 'MATCH (n:Kept) RETURN n.what'), ['this']);
  assert.equal(second.password, first.password);
  assert.equal((await stat(join(dataDir, 'neo4j', 'password'))).mode & 0o777, 0o600);
});

test('a data folder serves one process at a time, and the next start cleans up after one that crashed', async (t) => {
  const { dataDir, lines, start } = await bench(t);
  const owner = await startInChild(t, dataDir);
  const leftover = await neo4jPid(dataDir);

  const message = await refusal(start());
  assert.match(message, new RegExp(`Another Stemma \\(pid ${owner.pid ?? 0}\\)`));
  assert.match(message, /STEMMA_DATA_DIR/);
  assert.match(message, /NEO4J_URI/);

  owner.kill('SIGKILL');
  await once(owner, 'exit');
  assert.ok(processWithPid(leftover));
  const local = await start();

  assert.match(
    lines.join('\n'),
    new RegExp(`Stopping Neo4j \\(pid ${leftover}\\).*\\(pid ${owner.pid ?? 0}\\)`),
  );
  assert.equal(processWithPid(leftover), undefined);
  assert.deepEqual(await query(local, 'RETURN 1'), [neo4j.int(1)]);
});

test('each data folder runs its own Neo4j; when one ends by itself, its program is notified and can still stop it', async (t) => {
  const [one, two] = await Promise.all([bench(t), bench(t)]);
  let tell: (message: string) => void;
  const reported = new Promise<string>((resolve) => (tell = resolve));
  const [first, second] = await Promise.all([one.start(), two.start({ onExit: (message) => tell(message) })]);
  await query(first, 'CREATE (:OnlyHere)');
  assert.deepEqual(await query(second, 'MATCH (n:OnlyHere) RETURN count(n)'), [neo4j.int(0)]);
  process.kill(await neo4jPid(two.dataDir), 'SIGKILL');
  assert.match(await reported, /ended by itself \(SIGKILL\)/);
  await second.stop();
  assert.deepEqual(await query(first, 'MATCH (n:OnlyHere) RETURN count(n)'), [neo4j.int(1)]);
});

test('a start that is aborted leaves nothing running', async (t) => {
  const { dataDir, start } = await bench(t);
  const abort = new AbortController();
  const starting = start({ signal: abort.signal });
  const pid = await neo4jPid(dataDir);
  abort.abort();
  await assert.rejects(starting, { name: 'AbortError' });
  assert.equal(processWithPid(pid), undefined);
});

test('without Java or Maven, the message says what is missing and lists every alternative', async (t) => {
  const { dataDir, start } = await bench(t);
  const message = await refusal(start({ installDir: dataDir, environment: { PATH: await pathWith(t, {}) } }));
  assert.match(message, /^the local Neo4j [\d.]+ needs Java 17 or 21.*Maven.*\.\n/);
  assert.match(message, /apt-get install openjdk-17-jre-headless maven/);
  assert.match(message, /NEO4J_URI/);
  assert.match(message, /docker compose up/);
});

test('an interrupted fetch shows the end of the Maven output, and is not treated as complete', async (t) => {
  const { dataDir, lines, start } = await bench(t);
  const mvn = [
    '#!/bin/sh',
    'for argument; do case $argument in -DoutputDirectory=*) echo x > "${argument#*=}/one.jar";; esac; done',
    'echo "[INFO] Downloaded from central: https://maven.example/two.jar (2.6 MB at 3.4 MB/s)"',
    // Long enough for the first progress line.
    'for _ in 1 2 3 4; do /bin/sleep 1; done',
    'echo "the connection was reset"',
    'exit 1',
  ].join('\n');
  const environment = { PATH: await pathWith(t, { java: installedJava(), mvn }) };
  for (const attempt of ['first', 'second']) {
    await mkdir(join(dataDir, 'install', 'lib-1.partial-killed'), { recursive: true });
    const message = await refusal(start({ installDir: join(dataDir, 'install'), environment }));
    assert.match(message, /Maven could not fetch Neo4j [\d.]+ \(exit code 1\)/, attempt);
    assert.match(message, /the connection was reset/, attempt);
  }
  assert.match(lines.join('\n'), /: 1 file \(3 MB\) downloaded, 1 file \(0 MB\) in place after/);
  assert.deepEqual(await readdir(join(dataDir, 'install')), ['install-lock']);
});
