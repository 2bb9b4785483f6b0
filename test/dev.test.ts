import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { testNeo4j, until } from './kit/kit.js';

test('npm run dev starts the server again when a file changes, and stops everything at a signal', async (t) => {
  const { uri, username, password } = testNeo4j();
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../bin/dev.mjs', import.meta.url))], {
    env: {
      PATH: process.env['PATH'],
      STEMMA_TEST_RUN: process.env['STEMMA_TEST_RUN'],
      NEO4J_URI: uri,
      NEO4J_USERNAME: username,
      NEO4J_PASSWORD: password,
      STEMMA_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  t.after(() => child.kill('SIGKILL'));
  const addresses = (): string[] =>
    [...output.matchAll(/over HTTP +(http:\/\/\S+)\/graphql/g)].map(([, address = '']) => address);
  await until(() => addresses().length === 1 && output.includes('Watching'), 60_000).catch(() =>
    assert.fail(output),
  );
  const now = new Date();
  utimesSync(new URL('../../cypher/health/probe.cypher', import.meta.url), now, now);
  await until(() => addresses().length === 2, 60_000).catch(() => assert.fail(output));
  const [first, second] = addresses();
  assert.equal((await fetch(`${second}/readyz`)).status, 200);
  await assert.rejects(fetch(`${first}/readyz`), 'the first server has ended');
  child.kill('SIGTERM');
  assert.equal(await exited, 0, output);
  await assert.rejects(fetch(`${second}/readyz`));
});
