import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../src/neo4j/local/process-lock.js';
import { until } from '../kit/kit.js';
import { killProcessesWith, processesWith } from './run-processes.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A test run in its own process group, with its temporary files in its own folder. */
interface Run {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Appears in the environment of all its processes. */
  readonly scratch: string;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

function newScratch(t: TestContext): string {
  const scratch = mkdtempSync(join(tmpdir(), 'stemma-interrupted-'));
  t.after(async () => {
    await killProcessesWith(scratch);
    rmSync(scratch, { recursive: true, force: true });
  });
  return scratch;
}

/** Runs `npm test -- WORD` without npm, so that a signal to this process reaches no other one. */
function startRun(scratch: string, word: string): Run {
  const outer = ['NODE_TEST_CONTEXT', 'npm_lifecycle_event'];
  const environment = Object.entries(process.env).filter(([name]) => !outer.includes(name));
  const child = spawn(process.execPath, ['bin/test.mjs', word], {
    cwd: root,
    env: { ...Object.fromEntries(environment), TMPDIR: scratch, OUTER_SCRATCH: scratch },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, pid: child.pid ?? 0, scratch, output: () => output, exited };
}

async function says(run: Run, pattern: RegExp): Promise<void> {
  await until(() => pattern.test(run.output()), 120_000).catch(() => assert.fail(run.output()));
}

async function assertNothingLeft({ scratch }: Run): Promise<void> {
  await until(() => processesWith(`OUTER_SCRATCH=${scratch}`).length === 0, 30_000);
  assert.deepEqual(
    readdirSync(scratch).filter((name) => name !== 'node-compile-cache'),
    [],
  );
}

describe('an interrupted run leaves no process and no folder behind:', { concurrency: 2 }, () => {
  test('SIGTERM to the process itself, while Neo4j starts', async (t) => {
    const run = startRun(newScratch(t), 'imports');
    await says(run, /Starting Neo4j/);
    process.kill(run.pid, 'SIGTERM');
    assert.equal(await run.exited, 143, run.output());
    await assertNothingLeft(run);
  });

  test('SIGHUP to the process itself, once the Neo4j process exists', async (t) => {
    const run = startRun(newScratch(t), 'imports');
    await until(() => countNeo4j(run) === 1, 60_000);
    process.kill(run.pid, 'SIGHUP');
    assert.equal(await run.exited, 129, run.output());
    await assertNothingLeft(run);
  });

  test('SIGKILL to the whole group, once the next run starts; and SIGINT, while a test runs a server with a Neo4j', async (t) => {
    const killed = startRun(newScratch(t), 'imports');
    await until(() => countNeo4j(killed) === 1, 60_000);
    process.kill(-killed.pid, 'SIGKILL');
    await killed.exited;
    const [orphan] = processesWith(`--home-dir=${killed.scratch}`);
    assert.ok(orphan);

    const run = startRun(killed.scratch, 'main');
    await says(run, /Removing what the test run of process \d+ left behind/);
    await says(run, /Neo4j answers/);
    assert.ok(!isAlive(orphan));
    // One belongs to the run and one to the server under test.
    await until(() => countNeo4j(run) === 2, 60_000);
    process.kill(-run.pid, 'SIGINT');
    assert.equal(await run.exited, 130, run.output());
    await assertNothingLeft(run);
  });

  test('SIGKILL to the parent only', async (t) => {
    const run = startRun(newScratch(t), 'imports');
    await says(run, /Starting Neo4j/);
    process.kill(run.pid, 'SIGKILL');
    await run.exited;
    await until(() => readdirSync(run.scratch).length === 0, 60_000);
    await assertNothingLeft(run);
  });
});

function countNeo4j({ scratch }: Run): number {
  return processesWith(`--home-dir=${scratch}`).length;
}
