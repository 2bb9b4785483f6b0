import { setFlagsFromString } from 'node:v8';
import { pino, type Logger } from 'pino';
import { pretty } from './pretty.js';
import { applySchema } from './apply-schema.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { openDatabase, type Database, type DatabaseSettings } from './database.js';
import { finishDeletions } from './delete-trace.js';
import { StemmaError } from './errors.js';
import { startLocalNeo4j } from './neo4j-local.js';
import { startServer } from './server.js';

// Left to itself, V8 lets the heap grow to four times what is in use before it looks for garbage.
setFlagsFromString('--heap-growing-percent=100');

/** What was started, to be stopped in reverse. */
type Stop = () => Promise<void>;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Starts everything the settings ask for, and says where it is; gives up when `interrupted`. */
async function start(started: Stop[], interrupted: AbortSignal): Promise<void> {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, base: null }, process.stdout.isTTY ? pretty() : undefined);
  const database = openDatabase(await provideNeo4j(config, log, started, interrupted), undefined, {
    // Leaves a tenth of a request's time to answer it.
    timeoutMs: Math.floor(0.9 * config.limits.requestTimeoutMs),
  });
  started.push(() => database.close());
  await answering(database, interrupted);
  say('Applying constraints and indexes ...');
  await applySchema(database);
  const finished = await finishDeletions(database);
  if (finished > 0) {
    log.info({ traces: finished }, 'finished deletions that were cut short');
  }
  const server = await startServer({
    database,
    log,
    host: config.host,
    port: config.port,
    allowedHosts: config.allowedHosts,
    limits: config.limits,
    projectOf: () => 'default',
  });
  started.push(() => server.stop());
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

async function provideNeo4j(
  config: Config,
  log: Logger,
  started: Stop[],
  interrupted: AbortSignal,
): Promise<DatabaseSettings> {
  if (config.neo4j !== null) {
    say(`Using Neo4j at ${config.neo4j.uri} ...`);
    return config.neo4j;
  }
  const local = await startLocalNeo4j({
    dataDir: config.dataDir,
    report: say,
    environment: process.env,
    signal: interrupted,
    maxRestarts: config.neo4jRestarts,
    onRestart: (message) => log.warn(message),
    onExit: (message) => {
      process.stderr.write(`Stemma stops: ${message}\n`);
      void stopAll(started, 1);
    },
  });
  started.push(() => local.stop());
  log.info({ uri: local.uri }, 'Neo4j answers');
  return local;
}

const ATTEMPTS = 60;

/** Waits for a database that is still starting, a minute at most. */
async function answering(database: Database, interrupted: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.check();
      return;
    } catch (error) {
      const unavailable = error instanceof StemmaError && error.code === 'UNAVAILABLE';
      if (!unavailable || attempt === ATTEMPTS || interrupted.aborted) {
        throw error;
      }
      if (attempt === 1) {
        say('Waiting for Neo4j to answer ...');
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Stops what was started, the last first, and ends the process. */
async function stopAll(started: Stop[], code: number): Promise<never> {
  for (let stop = started.pop(); stop !== undefined; stop = started.pop()) {
    await stop().catch((error: unknown) => say(`while stopping: ${String(error)}`));
  }
  process.exit(code);
}

/** The message for a person, with what caused it. */
function explained(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StemmaError) {
    return error.cause instanceof Error ? `${error.message}\n  (${error.cause.message})` : error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const interrupted = new AbortController();
const started: Stop[] = [];
const starting = start(started, interrupted.signal);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!interrupted.signal.aborted) {
      say('\nStopping ...');
      interrupted.abort();
      // What is being started is let go by the start itself; what was started, here.
      void starting.catch(() => undefined).then(() => stopAll(started, 0));
    }
  });
}

starting.catch((error: unknown) => {
  if (!interrupted.signal.aborted) {
    process.stderr.write(`\nStemma cannot start: ${explained(error)}\n`);
    void stopAll(started, 1);
  }
});
