import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../src/neo4j/local/neo4j-server.js';
import { testNeo4j, until } from './kit/kit.js';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stemma-startup-'));
const listeners: Server[] = [];
/** How long the program takes to load on this machine now: about 1 s when nothing else runs, which makes the limit 10 s. */
let loadingSeconds: number;
before(async () => {
  const { code, seconds } = await startAndFail({ STEMMA_PORT: 'x' });
  assert.equal(code, 1);
  loadingSeconds = seconds;
});
after(() => {
  listeners.forEach((server) => server.close());
  rmSync(scratch, { recursive: true, force: true });
});

/** Starts the server with these settings and waits for its end. Without NEO4J_URI, it would use a local Neo4j. */
async function startAndFail(environment: NodeJS.ProcessEnv): Promise<Ended> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      JAVA_HOME: process.env['JAVA_HOME'],
      STEMMA_TEST_RUN: process.env['STEMMA_TEST_RUN'],
      NODE_ENV: 'production',
      STEMMA_PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = setTimeout(() => child.kill('SIGKILL'), 60_000);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(kill);
  return { code, stdout, stderr, seconds: (performance.now() - startedAt) / 1000 };
}

/** Asserts that the start fails within 10 s with status 1 and one sentence on stderr, which matches each pattern. */
async function assertOneSentence(
  environment: NodeJS.ProcessEnv,
  ...patterns: readonly RegExp[]
): Promise<void> {
  const { code, stdout, stderr, seconds } = await startAndFail(environment);
  const shown = `${stdout}\n---\n${stderr}`;
  assert.equal(code, 1, shown);
  assert.ok(seconds < 8 + 1.5 * loadingSeconds, `it took ${seconds} s: ${shown}`);
  assert.match(stderr, /^Stemma cannot start: [^\n]+\.\n$/, shown);
  for (const pattern of patterns) {
    assert.match(stderr, pattern);
  }
  assert.doesNotMatch(stdout, /Starting Neo4j/, 'it must not start Neo4j first');
}

async function listen(server: Server): Promise<number> {
  listeners.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const external = (): NodeJS.ProcessEnv => {
  const { uri, username, password } = testNeo4j();
  return { NEO4J_URI: uri, NEO4J_USERNAME: username, NEO4J_PASSWORD: password };
};
const dataDir = (folder: string): NodeJS.ProcessEnv => ({ STEMMA_DATA_DIR: folder });

describe(
  'a start that cannot succeed ends within 10 s with one sentence that names the setting:',
  { concurrency: 2 },
  () => {
    test('the port is in use, with a local Neo4j', async () => {
      const port = await listen(createServer());
      const settings = { STEMMA_PORT: String(port), ...dataDir(join(scratch, 'unused')) };
      await assertOneSentence(settings, /STEMMA_PORT/, new RegExp(String(port)));
    });

    test('the port is in use, with a Neo4j elsewhere', async () => {
      const port = await listen(createServer());
      await assertOneSentence({ ...external(), STEMMA_PORT: String(port) }, /STEMMA_PORT/);
    });

    test('the host is not an address of this machine', async () => {
      const open = { ...external(), STEMMA_ALLOW_OPEN: 'true' };
      await assertOneSentence({ ...open, STEMMA_HOST: '192.0.2.1' }, /STEMMA_HOST/, /"192\.0\.2\.1"/);
      await assertOneSentence({ ...open, STEMMA_HOST: 'no-such-host.invalid' }, /STEMMA_HOST/);
    });

    test('the password is wrong', () =>
      assertOneSentence({ ...external(), NEO4J_PASSWORD: 'not this one' }, /NEO4J_PASSWORD/));

    test('the database does not exist', () =>
      assertOneSentence({ ...external(), NEO4J_DATABASE: 'nosuch' }, /NEO4J_DATABASE/, /"nosuch"/));

    test('a web server answers at NEO4J_URI, with either scheme', async () => {
      const port = await listen(createHttpServer((_request, response) => response.end('hello')));
      await assertOneSentence(
        { ...external(), NEO4J_URI: `bolt://127.0.0.1:${port}` },
        /NEO4J_URI/,
        /web server/,
      );
      await assertOneSentence(
        { ...external(), NEO4J_URI: `neo4j://127.0.0.1:${port}` },
        /NEO4J_URI/,
        /web server/,
      );
    });

    test('a web server answers at NEO4J_URI, which asks for TLS', async () => {
      const port = await listen(createHttpServer((_request, response) => response.end('hello')));
      await assertOneSentence({ ...external(), NEO4J_URI: `bolt+s://127.0.0.1:${port}` }, /NEO4J_URI/, /TLS/);
    });

    test('the host at NEO4J_URI accepts connections and stays silent', async () => {
      const port = await listen(createServer());
      await assertOneSentence({ ...external(), NEO4J_URI: `bolt://127.0.0.1:${port}` }, /NEO4J_URI/);
    });

    test('the address at NEO4J_URI swallows connection attempts', async () => {
      const { uri, end } = await blackHole();
      try {
        await assertOneSentence({ ...external(), NEO4J_URI: uri }, /NEO4J_URI/);
      } finally {
        end();
      }
    });

    test('the host at NEO4J_URI has no address', () =>
      assertOneSentence({ ...external(), NEO4J_URI: 'bolt://no-such-host.invalid:7687' }, /NEO4J_URI/));

    test('the data folder is a file', async () => {
      const file = join(scratch, 'file');
      writeFileSync(file, '');
      await assertOneSentence(dataDir(file), /STEMMA_DATA_DIR/, /a file in its place/);
    });

    test('the data folder is read-only', () =>
      assertOneSentence(dataDir(readOnlyFolder()), /STEMMA_DATA_DIR/));

    test('the data folder cannot be created', () =>
      assertOneSentence(dataDir('/proc/stemma'), /STEMMA_DATA_DIR/, /cannot be created/));
  },
);

/** Permissions do not restrict root, but the file system of /sys rejects its writes too. */
function readOnlyFolder(): string {
  return process.getuid?.() === 0 ? '/sys' : '/usr';
}

/**
 * An address that answers no attempt to connect: a stopped process listens there, and its queue of accepted connections is
 * full.
 */
async function blackHole(): Promise<{ readonly uri: string; readonly end: () => void }> {
  const script = `
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
  `;
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(
    fillers.some(({ connecting }) => connecting),
    'expected the queue of connections to be full',
  );
  return {
    uri: `bolt://127.0.0.1:${port}`,
    end() {
      fillers.forEach((filler) => filler.destroy());
      child.kill('SIGKILL');
    },
  };
}

test('while it starts, /healthz is answered with 200 and everything else with UNAVAILABLE', async () => {
  // A port where nothing listens: the start waits for Neo4j.
  const [unused, occupied] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      STEMMA_TEST_RUN: process.env['STEMMA_TEST_RUN'],
      STEMMA_PORT: String(occupied),
      NEO4J_URI: `bolt://127.0.0.1:${unused}`,
      NEO4J_PASSWORD: 'x',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    await until(() => stdout.includes('Waiting for Neo4j to answer'), 20_000);
    assert.equal((await fetch(`http://127.0.0.1:${occupied}/healthz`)).status, 200);
    const response = await fetch(`http://127.0.0.1:${occupied}/graphql`, { method: 'POST', body: '{}' });
    assert.equal(response.status, 503);
    const { errors } = await response.json();
    assert.deepEqual(errors[0].extensions, {
      code: 'UNAVAILABLE',
      written: 'NO',
    });
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
