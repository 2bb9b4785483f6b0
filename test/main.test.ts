import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { processWithPid } from '../src/process-lock.js';
import { newId, until } from './kit.js';
import { startServerProcess } from './server-process.js';

const dataDir = mkdtempSync(join(tmpdir(), 'stemma-main-'));
after(() => rmSync(dataDir, { recursive: true, force: true }));
// The jars are there: this is not about fetching them.
const jars = process.env['STEMMA_TEST_NEO4J_INSTALL'] ?? '';
mkdirSync(join(dataDir, 'neo4j'));
for (const folder of readdirSync(jars).filter((name) => name.startsWith('lib-'))) {
  symlinkSync(join(jars, folder), join(dataDir, 'neo4j', folder));
}

/** As `npm start` runs it without settings: with a Neo4j of its own. */
const ownNeo4j = {
  NEO4J_URI: '',
  NEO4J_PASSWORD: '',
  STEMMA_DATA_DIR: dataDir,
  JAVA_HOME: process.env['JAVA_HOME'],
  STEMMA_STOP_TIMEOUT_MS: '6000',
};

test('what was written is there after Ctrl-C and a new start, and nothing is left running in between', async () => {
  const id = newId('kept');
  const first = await startServerProcess(ownNeo4j);
  await first.send('mutation ($id: ID!) { createTrace(input: { id: $id, task: "stay" }) { id } }', { id });
  const neo4j = neo4jPid();
  assert.ok(alive(neo4j));
  assert.equal(await first.stop('SIGINT'), 0);
  await until(() => !alive(neo4j));

  const second = await startServerProcess(ownNeo4j);
  const { data } = await second.send('query ($id: ID!) { trace(id: $id) { task } }', { id });
  assert.deepEqual(data.trace, { task: 'stay' });

  // A Neo4j that does not stop is killed.
  const frozen = neo4jPid();
  process.kill(frozen, 'SIGSTOP');
  const stoppedAt = performance.now();
  assert.equal(await second.stop('SIGTERM'), 0);
  assert.ok(performance.now() - stoppedAt < 10_000);
  await until(() => !alive(frozen));
});

test('Ctrl-C while Neo4j is starting leaves nothing running', async () => {
  let neo4j = 0;
  const starting = startServerProcess(ownNeo4j, (pid, output) => {
    if (neo4j === 0 && /Starting Neo4j/.test(output)) {
      void until(() => {
        neo4j = neo4jPid();
        return neo4j > 0 && alive(neo4j);
      }).then(() => process.kill(pid, 'SIGINT'));
    }
  });
  await assert.rejects(starting, /ended with 0/);
  assert.ok(neo4j > 0);
  await until(() => !alive(neo4j));
});

test('a start with an invalid configuration ends with one message that lists every mistake', async () => {
  await assert.rejects(startServerProcess({ STEMMA_HOST: '0.0.0.0', STEMMA_PORT: 'x' }), (error: Error) => {
    assert.match(error.message, /ended with 1/);
    assert.match(error.message, /Stemma cannot start: Invalid configuration:/);
    assert.match(error.message, /STEMMA_PORT: expected a whole number from 0 to 65535, got "x"/);
    assert.match(error.message, /STEMMA_HOST: expected a loopback address/);
    return true;
  });
});

test('an unknown setting is logged as a warning, and the server starts', async () => {
  const server = await startServerProcess({ STEMMA_PROT: '1' });
  assert.match(server.output(), /"level":40.*STEMMA_PROT is not a setting.*STEMMA_PORT/);
  assert.equal(await server.stop(), 0);
});

/** The process of the Neo4j in the data folder, 0 if there is none. */
function neo4jPid(): number {
  try {
    return Number(/\d+/.exec(readFileSync(join(dataDir, 'neo4j', 'neo4j.pid'), 'utf8'))?.[0] ?? 0);
  } catch {
    return 0;
  }
}

/** Not so for one that has ended and waits for its parent to notice. */
function alive(pid: number): boolean {
  return processWithPid(pid) !== undefined;
}
