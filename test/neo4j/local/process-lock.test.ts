import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { processWithPid, takeLock } from '../../../src/neo4j/local/process-lock.js';

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stemma-lock-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Starts a process that tries to take the lock in `folder` and keeps it until it is killed; returns who has the lock. */
async function competitor(t: TestContext, folder: string): Promise<string> {
  const module = new URL('../../../src/neo4j/local/process-lock.js', import.meta.url).href;
  const script = `
    const { takeLock } = await import(${JSON.stringify(module)});
    const lock = await takeLock(${JSON.stringify(folder)});
    console.log('release' in lock ? process.pid + ' has it' : lock.ownedBy + ' has it');
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
}

test('a lock that is held names its holder to others, and can be taken once released', async (t) => {
  const folder = await newFolder(t);
  const lock = await takeLock(folder);
  assert.ok('release' in lock);
  assert.deepEqual(await takeLock(folder), { ownedBy: process.pid });
  await lock.release();
  assert.ok('release' in (await takeLock(folder)));
});

test('when many processes try to take over the lock of a dead one at the same time, exactly one gets it', async (t) => {
  const folder = await newFolder(t);
  const dead = spawn(process.execPath, ['--eval', '']);
  const identity = dead.pid === undefined ? undefined : processWithPid(dead.pid);
  assert.ok(identity);
  await once(dead, 'exit');
  await symlink(`${identity.pid} ${identity.startedAt}`, join(folder, '1'));

  const answers = await Promise.all(Array.from({ length: 8 }, () => competitor(t, folder)));

  assert.equal(new Set(answers).size, 1, answers.join('; '));
});

test('a process that merely has the pid of a dead holder is not mistaken for it', async (t) => {
  const folder = await newFolder(t);
  await symlink(`${process.pid} some-earlier-time`, join(folder, '1'));
  assert.ok('release' in (await takeLock(folder)));
});
