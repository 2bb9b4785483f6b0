import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { processWithPid } from '../src/neo4j/local/process-lock.js';
import { newId, until } from './kit/kit.js';
import { limitFiles, untilReadyIs } from './kit/outage-kit.js';
import { startServerProcess } from './kit/server-process.js';

const dataDir = mkdtempSync(join(tmpdir(), 'stemma-main-'));
after(() => rmSync(dataDir, { recursive: true, force: true }));
// The jars are already there: these tests do not cover fetching them.
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
  JDK_JAVA_OPTIONS: process.env['JDK_JAVA_OPTIONS'],
  STEMMA_STOP_TIMEOUT_MS: '6000',
};

test('written data survives Ctrl-C and a restart, and nothing is left running in between', async () => {
  const id = newId('kept');
  const first = await startServerProcess(ownNeo4j);
  await first.send('mutation ($id: ID!) { createTrace(input: { id: $id, task: "stay" }) { id } }', { id });
  const neo4j = neo4jPid();
  assert.ok(alive(neo4j));
  assert.equal(await first.stop('SIGINT'), 0);
  await until(() => !alive(neo4j));

  const second = await startServerProcess({ ...ownNeo4j, STEMMA_NEO4J_RESTARTS: '1' });
  const { data } = await second.send('query ($id: ID!) { trace(id: $id) { task } }', { id });
  assert.deepEqual(data.trace, { task: 'stay' });

  // Neo4j is restarted once, as the setting allows; then the server exits and says why.
  const restarted = await killNeo4j();
  process.kill(restarted, 'SIGKILL');
  assert.equal(await second.exited, 1);
  assert.match(second.output(), /Neo4j ended by itself \(SIGKILL\); starting it again \(1 of 1\)/);
  assert.match(
    second.output(),
    /^Stemma stops: Neo4j did not start again \(Neo4j ended while starting \(SIGKILL\)\..*\), after 1 restarts within 10 minutes, the most that STEMMA_NEO4J_RESTARTS allows\. Its output is in .*$/m,
  );
  assert.ok(!/\bat .*:\d+:\d+/.test(second.output()), second.output());
});

test('a Neo4j that could not write is restarted; SIGTERM during a restart stops all within 10 s, even a hung Neo4j', async () => {
  const server = await startServerProcess(ownNeo4j);
  // As on a full disk. Neo4j does not resume writing even when it could.
  limitFiles(neo4jPid(), '1');
  await untilReadyIs(503, server);
  limitFiles(neo4jPid(), 'unlimited');
  await untilReadyIs(200, server);
  assert.match(server.output(), /Neo4j could not write \(Neo\.\S+\); starting it again \(1 of 5\)/);
  assert.equal((await server.send('mutation { createTrace(input: {}) { id } }')).errors, undefined);

  const restarted = await killNeo4j();
  const { errors } = await server.send('mutation { createTrace(input: {}) { id } }');
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions),
    [{ code: 'UNAVAILABLE', written: 'NO' }],
  );
  process.kill(restarted, 'SIGSTOP');
  const stoppedAt = performance.now();
  assert.equal(await server.stop('SIGTERM'), 0);
  assert.ok(performance.now() - stoppedAt < 10_000);
  await until(() => !alive(restarted));
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

/** The pid of the Neo4j in the data folder; 0 if there is none. */
function neo4jPid(): number {
  try {
    return Number(/\d+/.exec(readFileSync(join(dataDir, 'neo4j', 'neo4j.pid'), 'utf8'))?.[0] ?? 0);
  } catch {
    return 0;
  }
}

/** Kills the Neo4j of the data folder, and resolves with the pid of the one that the server starts instead. */
async function killNeo4j(): Promise<number> {
  const killed = neo4jPid();
  process.kill(killed, 'SIGKILL');
  await until(() => neo4jPid() !== killed && alive(neo4jPid()));
  return neo4jPid();
}

/** False for a process that has ended, even if its parent has not noticed yet. */
function alive(pid: number): boolean {
  return processWithPid(pid) !== undefined;
}
