import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import neo4j, { type Driver } from 'neo4j-driver';
import { z } from 'zod';
import { neo4jFolder, type Neo4jInstall } from './neo4j-install.js';
import { logTail, noLocalNeo4j } from './no-local-neo4j.js';
import { isAlive, processWithPid, type ProcessIdentity } from './process-lock.js';

/** A Neo4j that runs as a child of this process. */
export interface Neo4jServer {
  readonly uri: string;
  readonly boltPort: number;
  /** Resolves with how it ended, once it has. */
  readonly ended: Promise<string>;
  /** Lets it close its databases and kills it after `timeoutMs` (30,000 unless given); resolves once it has ended. */
  stop(timeoutMs?: number): Promise<void>;
}

export interface Neo4jServerOptions {
  /** Holds its data, its logs and its pid file. */
  readonly home: string;
  readonly install: Neo4jInstall;
  readonly password: string;
  readonly heapMb: number;
  readonly pageCacheMb: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** Receives a function that kills the process at once. */
  readonly onSpawn: ((kill: () => void) => void) | undefined;
  /** A free port unless given. */
  readonly boltPort?: number | undefined;
}

export const NEO4J_USERNAME = 'neo4j';
/** Named in the neo4j jar, in META-INF/services/org.neo4j.server.startup.EntryPoint. */
const MAIN_CLASS = 'org.neo4j.server.CommunityEntryPoint';
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
/** Short, because after a failed start there is nothing yet that a clean shutdown would save. */
const FAILED_START_STOP_TIMEOUT_MS = 2_000;
const LEFTOVER_STOP_TIMEOUT_MS = 20_000;

/**
 * Starts Neo4j on a port of the loopback interface and resolves once it has answered a query. Rejects with UNAVAILABLE if
 * it ends or has not answered after 120 s; also rejects when `signal` is aborted. Leaves nothing running if it rejects.
 */
export async function startNeo4jServer(options: Neo4jServerOptions): Promise<Neo4jServer> {
  const boltPort = options.boltPort ?? (await freePort());
  const { identity, ended } = spawnJava(options, boltPort);
  options.onSpawn?.(() => signalProcess(identity, 'SIGKILL'));
  const stop = async (timeoutMs = STOP_TIMEOUT_MS): Promise<void> => {
    await terminate(identity, timeoutMs * 0.75);
    await ended;
  };
  const uri = `bolt://127.0.0.1:${boltPort}`;
  try {
    await untilReady(uri, ended, options);
  } catch (error) {
    await stop(FAILED_START_STOP_TIMEOUT_MS);
    throw error;
  }
  return { uri, boltPort, ended, stop };
}

/** The file with the JVM's own output since the last start; Neo4j's logs are in the folder `logs` of `home`. */
export function consoleLog(home: string): string {
  return join(home, 'console.log');
}

function spawnJava(
  { environment, heapMb, home, install, pageCacheMb, settings }: Neo4jServerOptions,
  boltPort: number,
): { readonly identity: ProcessIdentity; readonly ended: Promise<string> } {
  const log = openSync(consoleLog(home), 'w');
  const child = spawn(
    install.java,
    [
      `@${join(neo4jFolder, 'jvm.args')}`,
      `-Xms${heapMb}m`,
      `-Xmx${heapMb}m`,
      ...['-cp', install.classPath, MAIN_CLASS, '--console-mode'],
      ...[`--home-dir=${home}`, `--config-dir=${neo4jFolder}`],
      ...['-c', `server.bolt.listen_address=127.0.0.1:${boltPort}`],
      ...['-c', `server.memory.pagecache.size=${pageCacheMb}m`],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    // detached: a Ctrl-C then reaches only this program, which stops Neo4j when it no longer needs it.
    { cwd: home, env: environment, detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      rmSync(pidFile(home), { force: true });
      resolve(signal ?? `exit code ${String(code)}`);
    });
  });
  const identity = child.pid === undefined ? undefined : processWithPid(child.pid);
  if (identity === undefined) {
    child.kill();
    throw new Error(`expected ${install.java} to run; see ${consoleLog(home)}`);
  }
  const content: PidFile = { ...identity, ownerPid: process.pid, boltPort };
  writeFileSync(pidFile(home), `${JSON.stringify(content)}\n`);
  return { identity, ended };
}

/** A free port of the loopback interface. The system chooses it, so two projects never use the same one. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function untilReady(
  uri: string,
  ended: Promise<string>,
  { home, password, signal }: Neo4jServerOptions,
): Promise<void> {
  const driver = neo4j.driver(uri, neo4j.auth.basic(NEO4J_USERNAME, password));
  const over = new AbortController();
  const giveUp = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
  try {
    const problem = await Promise.race([
      firstAnswer(driver, home, over.signal),
      ended.then((how) => `ended while starting (${how})`),
      delay(START_TIMEOUT_MS, `did not answer within ${START_TIMEOUT_MS / 1000} s`, { signal: giveUp }),
    ]);
    if (problem !== undefined) {
      throw noLocalNeo4j(`Neo4j ${problem}. ${logTail(consoleLog(home))}`, [
        'fix the problem in the log and start again',
      ]);
    }
  } finally {
    over.abort();
    await driver.close();
  }
}

/** Polls until Neo4j answers or `over` is aborted. */
async function firstAnswer(driver: Driver, home: string, over: AbortSignal): Promise<undefined> {
  while (!over.aborted) {
    const session = driver.session();
    try {
      await session.run('RETURN 1');
      return;
    } catch (error) {
      if (error instanceof neo4j.Neo4jError && error.code === 'Neo.ClientError.Security.Unauthorized') {
        throw noLocalNeo4j(
          `Neo4j does not accept the password in ${join(home, 'password')}.`,
          ['put the right one there', `delete ${join(home, 'data')}, to begin with an empty graph`],
          error,
        );
      }
      await delay(100);
    } finally {
      await session.close();
    }
  }
}

const pidFileSchema = z.object({
  pid: z.number(),
  startedAt: z.string(),
  ownerPid: z.number(),
  boltPort: z.number(),
});
type PidFile = z.infer<typeof pidFileSchema>;

function pidFile(home: string): string {
  return join(home, 'neo4j.pid');
}

/** Stops the Neo4j that the pid file names, if it still runs, and removes the file. The caller must have the lock of `home`. */
export async function stopLeftover(home: string, report: (line: string) => void): Promise<void> {
  const leftover = await readPidFile(home);
  if (leftover !== undefined && isAlive(leftover)) {
    report(
      `Stopping Neo4j (pid ${leftover.pid}), left running by Stemma (pid ${leftover.ownerPid}), which has ended`,
    );
    await terminate(leftover, LEFTOVER_STOP_TIMEOUT_MS);
  }
  await rm(pidFile(home), { force: true });
}

/** Also undefined if the file is incomplete: the machine may have crashed while it was written. */
async function readPidFile(home: string): Promise<PidFile | undefined> {
  try {
    return pidFileSchema.parse(JSON.parse(await readFile(pidFile(home), 'utf8')));
  } catch {
    return undefined;
  }
}

async function terminate(target: ProcessIdentity, graceMs: number): Promise<void> {
  signalProcess(target, 'SIGTERM');
  if (!(await endsWithin(target, graceMs))) {
    signalProcess(target, 'SIGKILL');
    await endsWithin(target, graceMs);
  }
}

function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    if (isAlive(target)) {
      process.kill(target.pid, signal);
    }
  } catch (error) {
    // ESRCH: it has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

async function endsWithin(target: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(target)) {
    if (performance.now() > deadline) {
      return false;
    }
    await delay(50);
  }
  return true;
}
