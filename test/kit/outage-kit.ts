import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '../../src/neo4j/migrate.js';
import { openDatabase } from '../../src/neo4j/database.js';
import {
  startLocalNeo4j,
  type LocalNeo4j,
  type LocalNeo4jOptions,
} from '../../src/neo4j/local/neo4j-local.js';
import { newId, until } from './kit.js';
import { spawnServer, type ServerProcess } from './server-process.js';
import { SMALL_NEO4J } from './test-neo4j.js';

// A Neo4j that can be killed and frozen, a server process on it, and clients that record their answers.

/** A small Neo4j for this test alone, restarted automatically when it is killed. */
export interface OwnNeo4j {
  readonly local: LocalNeo4j;
  signal(signal: NodeJS.Signals): void;
  /** Lets none of its files grow beyond that many bytes, as a full disk would. */
  limitFiles(bytes: '1' | 'unlimited'): void;
  stop(): Promise<void>;
}

export async function startOwnNeo4j(options: Pick<LocalNeo4jOptions, 'settings'> = {}): Promise<OwnNeo4j> {
  const dataDir = await mkdtemp(join(tmpdir(), 'stemma-outage-'));
  const local = await startLocalNeo4j({
    dataDir,
    installDir: process.env['STEMMA_TEST_NEO4J_INSTALL'],
    ...SMALL_NEO4J,
    ...options,
    maxRestarts: 3,
    environment: process.env,
    report: () => undefined,
  });
  const database = openDatabase(local);
  await migrate(database);
  await database.close();
  return {
    local,
    signal(signal) {
      process.kill(neo4jPid(dataDir), signal);
    },
    limitFiles: (bytes) => limitFiles(neo4jPid(dataDir), bytes),
    async stop() {
      await local.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Lets no file of a process grow beyond that many bytes, as a full disk would. */
export function limitFiles(pid: number, bytes: '1' | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
}

/** The process of the Neo4j in a data folder. */
export function neo4jPid(dataDir: string): number {
  const { pid } = JSON.parse(readFileSync(join(dataDir, 'neo4j', 'neo4j.pid'), 'utf8')) as { pid: number };
  return pid;
}

/** A server process on it, with this deadline. */
function startServerOn({ local }: OwnNeo4j, deadlineMs: number): Promise<ServerProcess> {
  return spawnServer(local, {
    environment: { STEMMA_REQUEST_TIMEOUT_MS: String(deadlineMs) },
    nodeArguments: ['--enable-source-maps'],
  });
}

/** Starts a server process on it, with clients that read and write one trace; they end with the test at the latest. */
export async function startUnderLoad(
  t: TestContext,
  neo4j: OwnNeo4j,
  deadlineMs: number,
): Promise<{ readonly server: ServerProcess; readonly traceId: string; readonly clients: Clients }> {
  const server = await startServerOn(neo4j, deadlineMs);
  t.after(() => server.stop('SIGKILL'));
  const traceId = await createTrace(server);
  const clients = startClients(server, traceId, 2 * deadlineMs);
  t.after(() => clients.stop());
  await delay(300);
  return { server, traceId, clients };
}

/** The answer to one request, and how long it took. */
export interface Answered {
  readonly what: 'read' | 'write';
  readonly id: string;
  readonly code: string | undefined;
  readonly written: string | undefined;
  readonly ms: number;
}

/** Clients that send requests one after another until they are stopped. */
export interface Clients {
  readonly answers: readonly Answered[];
  stop(): Promise<void>;
}

const READ = 'query ($id: ID!) { trace(id: $id) { id lastEventId } }';
const CREATE = 'mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }';
const ADD = `mutation ($id: ID!, $traceId: ID!) {
  addMessage(input: { id: $id, traceId: $traceId, role: "user", content: "x" }) { id } }`;

/** Creates a trace, which `clients` read and write, and waits until a freshly started Neo4j answers quickly. */
async function createTrace(server: ServerProcess): Promise<string> {
  const traceId = newId('outage');
  await until(async () => (await server.send(CREATE, { id: traceId })).errors === undefined, 60_000);
  await until(async () => {
    const answers = [await ask(server, 'write', traceId, 60_000), await ask(server, 'read', traceId, 60_000)];
    return answers.every(({ code, ms }) => code === undefined && ms < 500);
  }, 60_000);
  await untilReadyIs(200, server);
  return traceId;
}

/** Sends one request; never rejects: a request without an answer has the code NO_ANSWER. */
export async function ask(
  server: ServerProcess,
  what: Answered['what'],
  traceId: string,
  patienceMs: number,
): Promise<Answered> {
  const id = newId('message');
  const query = what === 'read' ? READ : ADD;
  const variables = what === 'read' ? { id: traceId } : { id, traceId };
  const began = performance.now();
  const answer = await Promise.race([
    server.send(query, variables).catch((error: unknown) => ({
      errors: [{ message: String(error), extensions: { code: 'NO_ANSWER' } }],
    })),
    delay(
      patienceMs,
      { errors: [{ message: 'no answer', extensions: { code: 'NO_ANSWER' } }] },
      { ref: false },
    ),
  ]);
  const extensions = answer.errors?.[0]?.extensions as { code: string; written?: string } | undefined;
  const ms = performance.now() - began;
  return { what, id, code: extensions?.code, written: extensions?.written, ms };
}

/** Starts four clients: two read and two write. */
function startClients(server: ServerProcess, traceId: string, patienceMs: number): Clients {
  const answers: Answered[] = [];
  let stopped = false;
  const run = async (what: Answered['what']): Promise<void> => {
    while (!stopped) {
      answers.push(await ask(server, what, traceId, patienceMs));
      await delay(20);
    }
  };
  const running = [run('read'), run('read'), run('write'), run('write')];
  return {
    answers,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** How long until /readyz has this status, in milliseconds; each request to it must be answered immediately. */
export async function untilReadyIs(status: number, server: ServerProcess): Promise<number> {
  const began = performance.now();
  for (;;) {
    const response = await fetch(`${server.url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    if (response.status === status) {
      return performance.now() - began;
    }
    assert.ok(performance.now() - began < 150_000, `/readyz did not become ${status} within 150 s`);
    await delay(20);
  }
}

/** How long until one more write, retried until it succeeds, is acknowledged, in milliseconds. */
export async function untilWritten(server: ServerProcess, traceId: string): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { code } = await ask(server, 'write', traceId, 60_000);
    if (code === undefined) {
      return performance.now() - began;
    }
    assert.ok(performance.now() - began < 60_000, `a write still fails with ${code} after 60 s`);
    await delay(20);
  }
}

/** Checks that every answer came within the deadline and failed only with UNAVAILABLE, and that `written` is correct. */
export async function checkAnswers(
  { local }: OwnNeo4j,
  traceId: string,
  answers: readonly Answered[],
  deadlineMs: number,
): Promise<void> {
  const codes = new Set(answers.map(({ code }) => code));
  codes.delete(undefined);
  codes.delete('UNAVAILABLE');
  assert.deepEqual([...codes], []);
  const slowest = Math.max(...answers.map(({ ms }) => ms));
  // The server answers at its deadline; while other tests run, the client takes a while to read the answer.
  assert.ok(slowest <= deadlineMs + 2_000, `an answer took ${Math.round(slowest)} ms of ${deadlineMs}`);
  const database = openDatabase(local);
  const rows = await database.run<{ id: string }>(
    { name: 'test', text: 'MATCH (m:Message {projectId: "default", traceId: $traceId}) RETURN m.id AS id' },
    { traceId },
  );
  await database.close();
  const stored = new Set(rows.map(({ id }) => id));
  assert.equal(stored.size, rows.length, 'no write is there twice');
  for (const { what, id, code, written } of answers) {
    if (what === 'write' && code === undefined) {
      assert.ok(stored.has(id), `${id} was acknowledged, and is not there`);
    } else if (what === 'write') {
      assert.ok(written === 'NO' || written === 'UNKNOWN', `written is ${written}`);
      assert.ok(written === 'UNKNOWN' || !stored.has(id), `${id} is there although it was said not to be`);
    }
  }
}

/** Checks that the log has one line for the outage's start, one for its end, at most `counts` between, and no stack traces. */
export function checkLog(output: string, counts: number): void {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const saying = (text: string): number => lines.filter((line) => line.includes(`"${text}"`)).length;
  assert.equal(saying('the database is unavailable'), 1, output);
  assert.equal(saying('the database is available again'), 1, output);
  assert.ok(saying('the database is still unavailable') <= counts, output);
  assert.ok(lines.length <= 2 + counts, `unexpected lines in the log:\n${output}`);
  assert.ok(!/\bat .*:\d+:\d+/.test(output), `a stack trace in the log:\n${output}`);
}
