import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { stopLater } from '../started.js';

/** A peer's process. */
export interface PeerProcess {
  readonly child: ChildProcess;
  /** Stops it, and resolves once it has ended. */
  readonly stop: () => Promise<void>;
}

interface ProcessOptions extends SpawnOptions {
  /** The signal that shuts it down cleanly: SIGTERM unless given. */
  readonly endSignal?: NodeJS.Signals;
}

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;

/**
 * Starts a program; it is stopped with the run. It is not in the terminal's group: Ctrl-C reaches only the run, which stops
 * what it started in order.
 */
export function startProcess(
  command: string,
  words: readonly string[],
  { endSignal = 'SIGTERM', ...options }: ProcessOptions,
): PeerProcess {
  const child = spawn(command, words, { ...options, detached: true });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill(endSignal);
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(killing);
  };
  stopLater(() => stop());
  return { child, stop };
}

/**
 * Starts a server that writes to a log, and resolves once it answers. Throws, with the end of the log, if it ends before that
 * or takes two minutes.
 */
export async function startPeerServer(
  command: string,
  words: readonly string[],
  {
    log,
    answers,
    ...options
  }: ProcessOptions & { readonly log: string; readonly answers: () => Promise<boolean> },
): Promise<PeerProcess> {
  const output = openSync(log, 'w');
  const started = startProcess(command, words, { ...options, stdio: ['ignore', output, output] });
  closeSync(output);
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers())) {
    if (started.child.exitCode !== null || started.child.pid === undefined || performance.now() > deadline) {
      await started.stop();
      throw new Error(`expected ${command} to run, got:\n${readFileSync(log, 'utf8').slice(-3_000)}`);
    }
    await delay(100);
  }
  return started;
}
