import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensureDataFolder } from './data-folder.js';
import { installNeo4j, neo4jFolder, type Neo4jInstall } from './neo4j-install.js';
import {
  consoleLog,
  NEO4J_USERNAME,
  startNeo4jServer,
  stopLeftover,
  type Neo4jServer,
  type Neo4jServerOptions,
} from './neo4j-server.js';
import { superviseNeo4j, type Supervisor } from './neo4j-supervisor.js';
import { noLocalNeo4j } from './no-local-neo4j.js';
import { takeLock, type ProcessLock } from './process-lock.js';

/** A Neo4j that this process runs, with its address and credentials. */
export interface LocalNeo4j {
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /**
   * Stops it, and resolves once it has ended; it is killed if it has not closed its databases within `timeoutMs` (30,000
   * unless given). May be called again, or after it has exited on its own.
   */
  stop(timeoutMs?: number): Promise<void>;
  /** Call this repeatedly while it answers but cannot write: it is then restarted, if restarts are allowed. */
  reportBroken(reason: string): void;
}

export interface LocalNeo4jOptions {
  /** Everything is kept in its folder `neo4j`, which is created if missing. One process at a time may use it. */
  readonly dataDir: string;
  /** Where the jars are, or will be: `<dataDir>/neo4j` unless given. Data folders may share it. */
  readonly installDir?: string | undefined;
  /** 1024 unless given. */
  readonly heapMb?: number | undefined;
  /** 512 unless given. */
  readonly pageCacheMb?: number | undefined;
  /** Neo4j settings in addition to those in neo4j.conf, by name. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Provides PATH and JAVA_HOME; Java and Maven inherit it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Receives lines about the progress while it starts. */
  readonly report: (line: string) => void;
  /** Receives, for each process of Neo4j as it is spawned, a function that kills it at once. */
  readonly onSpawn?: ((kill: () => void) => void) | undefined;
  /** How many times within 10 minutes it is restarted, on the same port, when it exits on its own; 0 unless given. */
  readonly maxRestarts?: number | undefined;
  /** Called with a sentence at each restart. */
  readonly onRestart?: ((message: string) => void) | undefined;
  /** Called with one sentence when Neo4j has ended without a call to stop(), and is not restarted. */
  readonly onExit?: ((message: string) => void) | undefined;
  /** If aborted, the start rejects and leaves nothing running. Has no effect once Neo4j has started. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the Neo4j kept in `dataDir`, on a free port of the loopback interface, and resolves once it has answered a
 * query. The first time, it is fetched and given a password. If a crashed process left one running, that is stopped first.
 *
 * Throws UNAVAILABLE, with possible solutions, if Java or Maven is missing, another live process uses `dataDir`, or Neo4j
 * does not start.
 */
export async function startLocalNeo4j(options: LocalNeo4jOptions): Promise<LocalNeo4j> {
  const { environment, report, signal } = options;
  const home = join(resolve(options.dataDir), 'neo4j');
  await ensureDataFolder(home, options.dataDir);
  const lock = await takeLock(join(home, 'lock'));
  if ('ownedBy' in lock) {
    throw noLocalNeo4j(`Another Stemma (pid ${lock.ownedBy}) uses the data folder ${options.dataDir}.`, [
      'stop that one',
      'set STEMMA_DATA_DIR to another folder',
    ]);
  }
  try {
    await stopLeftover(home, report);
    const install = await installNeo4j({
      installDir: resolve(options.installDir ?? home),
      logFile: join(home, 'install.log'),
      environment,
      report,
      signal,
    });
    const password = await ensurePassword(home, install, options);
    report(`Starting Neo4j ${install.version}`);
    const start = (at: Pick<Neo4jServerOptions, 'signal' | 'boltPort'>): Promise<Neo4jServer> =>
      startNeo4jServer({
        home,
        install,
        password,
        heapMb: options.heapMb ?? 1024,
        pageCacheMb: options.pageCacheMb ?? 512,
        settings: options.settings ?? {},
        environment,
        onSpawn: options.onSpawn,
        ...at,
      });
    const first = await start({ signal });
    report(`Neo4j answers at ${first.uri}`);
    const supervisor = superviseNeo4j({
      first,
      restart: (stopping) => start({ signal: stopping, boltPort: first.boltPort }),
      maxRestarts: options.maxRestarts ?? 0,
      onRestart: (message) => options.onRestart?.(message),
      onGivenUp: (message) => options.onExit?.(`${message}. Its output is in ${consoleLog(home)}`),
    });
    return whileRunning(supervisor, { uri: first.uri, lock, password });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function whileRunning(
  supervisor: Supervisor,
  { uri, lock, password }: { readonly uri: string; readonly lock: ProcessLock; readonly password: string },
): LocalNeo4j {
  const released = supervisor.ended.then(() => lock.release());
  // stop() awaits this and reports its error.
  released.catch(() => undefined);
  return {
    uri,
    username: NEO4J_USERNAME,
    password,
    reportBroken: (reason) => supervisor.reportBroken(reason),
    async stop(timeoutMs) {
      await supervisor.stop(timeoutMs);
      await released;
    },
  };
}

/**
 * The password of the Neo4j in `home`. The first time, it is generated and written to `auth.ini`, which Neo4j reads when
 * it first starts.
 */
async function ensurePassword(
  home: string,
  install: Neo4jInstall,
  { environment, signal }: LocalNeo4jOptions,
): Promise<string> {
  const file = join(home, 'password');
  const kept = existsSync(file) ? (await readFile(file, 'utf8')).trim() : undefined;
  if (kept !== undefined && existsSync(join(home, 'data', 'dbms', 'auth.ini'))) {
    return kept;
  }
  const password = kept ?? randomBytes(24).toString('hex');
  const draft = `${file}.new`;
  await writeFile(draft, `${password}\n`, { mode: 0o600 });
  // AdminTool is what neo4j-admin runs, in a second JVM. With `@` it reads the argument from the file, because anyone can
  // see the command line of a process.
  await promisify(execFile)(
    install.java,
    [
      ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', install.classPath],
      ...['org.neo4j.cli.AdminTool', 'dbms', 'set-initial-password', `@${draft}`],
    ],
    { env: { ...environment, NEO4J_HOME: home, NEO4J_CONF: neo4jFolder }, signal },
  );
  await rename(draft, file);
  return password;
}
