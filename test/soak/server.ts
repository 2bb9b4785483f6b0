import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type { Disturbances } from './disturbances.js';
import type { Report } from './report.js';
import { PATIENCE } from './timeouts.js';

/** A server in its own process, restarted at the same address whenever it ends. */
export interface SoakServer {
  readonly name: 'A' | 'B';
  readonly url: string;
  readonly port: number;
  /** The current process; undefined between two. */
  readonly pid: number | undefined;
  /** When the current process became ready (performance.now()); undefined before that. */
  readonly readySince: number | undefined;
  /** Starts it if it is not running, retrying as needed, and resolves with whether it was ready within the time. */
  up(withinMs: number): Promise<boolean>;
  /** Resolves with whether it answers at /readyz within the time; starts nothing. */
  ready(withinMs: number): Promise<boolean>;
  /** Sends a signal. Whether its end is expected must be said before. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it with a signal and resolves with its exit code and how long that took; SIGKILL after `withinMs`. */
  end(
    signal: NodeJS.Signals,
    withinMs: number,
  ): Promise<{ readonly code: number | null; readonly ms: number; readonly forced: boolean }>;
  /** Where it writes its memory on SIGUSR2. */
  readonly memoryFile: string;
  /** How many bytes it has printed, over all its processes. */
  readonly logBytes: number;
  readonly pids: ReadonlySet<number>;
  tail(): string;
  /** The last printed line that contains this text; undefined if there is none. */
  logged(text: string): string | undefined;
}

/** How much of its output is kept. */
const KEPT_CHARACTERS = 200_000;

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const PROBE = new URL('./memory-probe.js', import.meta.url).href;

export function createServer({
  name,
  port,
  environment,
  memoryFile,
  disturbances,
  report,
  isStopping,
}: {
  readonly name: 'A' | 'B';
  readonly port: number;
  readonly environment: () => NodeJS.ProcessEnv;
  readonly memoryFile: string;
  readonly disturbances: Disturbances;
  readonly report: Report;
  /** Whether it must no longer be started. */
  readonly isStopping: () => boolean;
}): SoakServer {
  const url = `http://127.0.0.1:${port}`;
  const pids = new Set<number>();
  let child: ChildProcess | undefined;
  let exited: Promise<number | null> = Promise.resolve(null);
  let expected = false;
  let readySince: number | undefined;
  let everReady = false;
  let output = '';
  let logBytes = 0;
  let endDown: () => void = () => undefined;

  function start(): void {
    expected = false;
    const started = spawn(
      process.execPath,
      ['--enable-source-maps', '--expose-gc', '--import', PROBE, MAIN],
      {
        env: {
          PATH: process.env['PATH'],
          ...(process.env['JAVA_HOME'] === undefined ? {} : { JAVA_HOME: process.env['JAVA_HOME'] }),
          NODE_ENV: 'production',
          STEMMA_PORT: String(port),
          STEMMA_LOG_LEVEL: 'warn',
          STEMMA_TEST_MEMORY_FILE: memoryFile,
          ...environment(),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child = started;
    if (started.pid !== undefined) {
      pids.add(started.pid);
    }
    const read = (chunk: Buffer): void => {
      logBytes += chunk.length;
      output = (output + chunk.toString()).slice(-KEPT_CHARACTERS);
    };
    started.stdout.on('data', read);
    started.stderr.on('data', read);
    exited = new Promise((resolve) => {
      started.once('error', () => resolve(null));
      started.once('exit', (code, signal) => {
        if (child === started) {
          child = undefined;
          const wasReady = readySince !== undefined;
          readySince = undefined;
          if (!expected && !isStopping()) {
            endDown = disturbances.begin(name, 'ended by itself');
            if (wasReady || code === 0) {
              report.find(
                'recovery',
                `server ${name} ended by itself: ${signal ?? `code ${code}`}; ${lastLine()}`,
                String(started.pid),
              );
            }
          }
        }
        resolve(code);
      });
    });
  }

  const lastLine = (): string => output.trim().split('\n').slice(-3).join(' | ').slice(-500);

  async function answers(): Promise<boolean> {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000 * PATIENCE) });
      await response.text();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  async function ready(withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (performance.now() < end && child !== undefined) {
      if (await answers()) {
        readySince ??= performance.now();
        everReady = true;
        endDown();
        return true;
      }
      await delay(100);
    }
    return false;
  }

  return {
    name,
    url,
    port,
    memoryFile,
    pids,
    get pid() {
      return child?.pid;
    },
    get readySince() {
      return readySince;
    },
    get logBytes() {
      return logBytes;
    },
    tail: lastLine,
    logged: (text) => output.split('\n').findLast((line) => line.includes(text)),
    ready,
    async up(withinMs) {
      const end = performance.now() + withinMs;
      while (performance.now() < end && !isStopping()) {
        if (child === undefined) {
          if (everReady) {
            report.count(`starts of server ${name} after the first`);
          }
          start();
        }
        if (await ready(end - performance.now())) {
          return true;
        }
        await delay(250);
      }
      return false;
    },
    signal(signal) {
      child?.kill(signal);
    },
    async end(signal, withinMs) {
      expected = true;
      const begun = performance.now();
      child?.kill(signal);
      const timer = new AbortController();
      const late = await Promise.race([
        exited.then(() => false),
        delay(withinMs, true, { signal: timer.signal }).catch(() => false),
      ]);
      timer.abort();
      if (late) {
        child?.kill('SIGKILL');
      }
      return { code: await exited, ms: performance.now() - begun, forced: late };
    },
  };
}
