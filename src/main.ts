import { setFlagsFromString } from 'node:v8';
import { pino } from 'pino';
import { ConfigError, readConfig } from './config.js';
import { StemmaError } from './base/errors.js';
import { DEFAULT_LIMITS } from './base/limits.js';
import { pretty } from './log-format.js';
import { startUp } from './start-up.js';
import { stopParts, type Part } from './stop-parts.js';
import { within } from './base/within.js';

// By default, V8 lets the heap grow to four times the live data before it collects garbage.
setFlagsFromString('--heap-growing-percent=100');

/** npm forwards a signal that the terminal has already sent to the whole process group. */
const SAME_SIGNAL_MS = 1_000;

const interrupted = new AbortController();
const parts: Part[] = [];
let stopTimeoutMs = DEFAULT_LIMITS.stopTimeoutMs;
let killNeo4j: () => void = () => undefined;
let exiting = false;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function start(): Promise<void> {
  const config = readConfig(process.env);
  stopTimeoutMs = config.limits.stopTimeoutMs;
  const log = pino({ level: config.logLevel, base: null }, process.stdout.isTTY ? pretty() : undefined);
  config.warnings.forEach((warning) => log.warn(warning));
  const server = await startUp({
    config,
    log,
    environment: process.env,
    report: say,
    signal: interrupted.signal,
    parts,
    onNeo4jProcess(kill) {
      killNeo4j = kill;
    },
    onNeo4jExit(message) {
      process.stderr.write(`Stemma stops: ${message}\n`);
      void stopAll(1);
    },
  });
  if (interrupted.signal.aborted) {
    return;
  }
  const socket = server.url.replace('http', 'ws');
  say('');
  say('Stemma is ready.');
  say(`  GraphiQL, in a browser   ${server.url}/graphql`);
  say(`  GraphQL over HTTP        ${server.url}/graphql`);
  say(`  GraphQL over WebSocket   ${socket}/graphql`);
  say(`  Watch a trace            ${socket}/api/traces/{id}/watch`);
  say('');
  say('  npm run demo shows it live; Ctrl-C stops everything.');
}

/** Stops everything and ends the process, within the time limit for a stop. */
async function stopAll(code: number): Promise<void> {
  if (exiting) {
    return;
  }
  exiting = true;
  const deadlineMs = performance.now() + stopTimeoutMs * 0.95;
  const remainingMs = (): number => deadlineMs - performance.now();
  // An interrupted start stops by itself whatever it was about to start.
  await within(remainingMs() / 2, starting).catch(() => undefined);
  const onError = (error: unknown): void => say(`while stopping: ${String(error)}`);
  await within(remainingMs(), stopParts(parts, { timeoutMs: remainingMs(), onError }));
  exit(code);
}

function exit(code: number): never {
  killNeo4j();
  process.exit(code);
}

/** The error as a message for people, with its cause; a stack trace only for a bug. */
function explained(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StemmaError) {
    return error.cause instanceof Error ? `${error.message}\n  (${error.cause.message})` : error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// Whatever reads the output may have closed, such as a terminal. That must not keep this process from stopping.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

let firstSignalMs: number | undefined;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => {
    if (firstSignalMs === undefined) {
      firstSignalMs = performance.now();
      say('\nStopping ...');
      interrupted.abort();
      void stopAll(0);
    } else if (performance.now() - firstSignalMs > SAME_SIGNAL_MS) {
      exit(code);
    }
  });
}

const starting = start();
starting.catch((error: unknown) => {
  if (!interrupted.signal.aborted) {
    process.stderr.write(`Stemma cannot start: ${explained(error)}\n`);
    void stopAll(1);
  }
});
