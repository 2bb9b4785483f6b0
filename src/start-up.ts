import type { Logger } from 'pino';
import { awaitNeo4j } from './await-neo4j.js';
import type { Config } from './config.js';
import { openDatabase, type DatabaseSettings } from './neo4j/database.js';
import { finishDeletions } from './finish-deletions.js';
import { reservePort, listenError } from './reserve-port.js';
import { migrate } from './neo4j/migrate.js';
import { startLocalNeo4j, type LocalNeo4j } from './neo4j/local/neo4j-local.js';
import { startServer, type RunningServer } from './app.js';
import type { Part } from './stop-parts.js';

export interface StartUpOptions {
  readonly config: Config;
  readonly log: Logger;
  /** For the local Neo4j. */
  readonly environment: NodeJS.ProcessEnv;
  /** Receives lines about the progress, for a person. */
  readonly report: (line: string) => void;
  /** Aborts the start. */
  readonly signal: AbortSignal;
  /** Receives each part once it runs, even if the start fails later. */
  readonly parts: Part[];
  /** Receives, for each process of the local Neo4j, a function that kills it. */
  readonly onNeo4jProcess: (kill: () => void) => void;
  /** Called when the local Neo4j has ended and will not be restarted. */
  readonly onNeo4jExit: (message: string) => void;
}

/** How long clients get UNAVAILABLE, rather than a closed connection, when a stop has nothing else to wait for. */
const LINGER_MS = 500;

/** Starts everything that the settings require. What it has started is in `parts`, even if it rejects. */
export async function startUp(options: StartUpOptions): Promise<RunningServer> {
  const { config, log, report, signal, parts } = options;
  const reserved = await reservePort(config);
  const reservation = { stop: () => reserved.release() };
  parts.push(reservation);
  const neo4j = await provideNeo4j(options);
  const database = openDatabase(neo4j, undefined, {
    // Leaves a tenth of a request's time to answer it.
    timeoutMs: Math.floor(0.9 * config.limits.requestTimeoutMs),
    ...(log.isLevelEnabled('trace') ? { onStatement: (done) => log.trace(done, 'statement') } : {}),
    ...('reportBroken' in neo4j ? { onBroken: (reason: string) => neo4j.reportBroken(reason) } : {}),
  });
  parts.push({ stop: () => database.close() });
  signal.throwIfAborted();
  await migrate(database, { report, signal });
  const finished = await finishDeletions(database);
  if (finished > 0) {
    log.info({ deletions: finished }, 'finished deletions that were cut short');
  }
  signal.throwIfAborted();
  await reserved.release();
  parts.splice(parts.indexOf(reservation), 1);
  const address = { host: config.host, port: reserved.port };
  const server = await startServer({
    ...address,
    database,
    log,
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    limits: config.limits,
    projectOf: () => 'default',
  }).catch((error: unknown) => {
    throw listenError(error, address);
  });
  parts.push({ stop: (timeoutMs) => server.stop({ timeoutMs, lingerMs: LINGER_MS }) });
  return server;
}

async function provideNeo4j(options: StartUpOptions): Promise<DatabaseSettings | LocalNeo4j> {
  const { config, log, report, signal, parts } = options;
  if (config.neo4j !== null) {
    report(`Using Neo4j at ${config.neo4j.uri} ...`);
    await awaitNeo4j(config.neo4j, { signal, onWait: () => report('Waiting for Neo4j to answer ...') });
    return config.neo4j;
  }
  const local = await startLocalNeo4j({
    dataDir: config.dataDir,
    report,
    environment: options.environment,
    signal,
    maxRestarts: config.neo4jRestarts,
    onSpawn: options.onNeo4jProcess,
    onRestart: (message) => log.warn(message),
    onExit: options.onNeo4jExit,
  });
  parts.push({ stop: (timeoutMs) => local.stop(timeoutMs) });
  log.info({ uri: local.uri }, 'Neo4j answers');
  return local;
}
