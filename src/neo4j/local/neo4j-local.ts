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

/** A Neo4j of this process's own, and how to enter it. */
export interface LocalNeo4j {
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /**
   * Stops it, and resolves once it has ended; it is killed if it has not closed its databases within `timeoutMs` (30,000
   * unless given). May be called again, and when it has ended by itself.
   */
  stop(timeoutMs?: number): Promise<void>;
  /** To be told, again and again, while it answers but cannot write: then it is started again, if it may be. */
  reportBroken(reason: string): void;
}

export interface LocalNeo4jOptions {
  /** Everything is kept in its folder `neo4j`, made if need be. One process at a time may use it. */
  readonly dataDir: string;
  /** Where the jars are, or will be: `<dataDir>/neo4j` unless given. Data folders may share it. */
  readonly installDir?: string | undefined;
  /** 1024 unless given. */
  readonly heapMb?: number | undefined;
  /** 512 unless given. */
  readonly pageCacheMb?: number | undefined;
  /** Settings of Neo4j beside those of neo4j.conf, by name. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** Gives PATH and JAVA_HOME; Java and Maven inherit it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Told, in lines, what is going on while it starts. */
  readonly report: (line: string) => void;
  /** Receives, for each process of Neo4j as it is spawned, a function that kills it at once. */
  readonly onSpawn?: ((kill: () => void) => void) | undefined;
  /** How often it is started again within 10 minutes when it ends by itself, on the same port: 0 unless given. */
  readonly maxRestarts?: number | undefined;
  /** Called with a sentence at each restart. */
  readonly onRestart?: ((message: string) => void) | undefined;
  /** Called with one sentence when Neo4j ended, stop() was not called, and it is not started again. */
  readonly onExit?: ((message: string) => void) | undefined;
  /** Aborted, it makes the start reject and leave nothing running. Has no effect once Neo4j has started. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the Neo4j kept in `dataDir`, on a free port of the loopback interface, and resolves once it has answered a
 * query. The first time, it is fetched and given a password. One that a crashed process left running is stopped first.
 *
 * Throws UNAVAILABLE, with the ways out, when Java or Maven is missing, when another live process uses `dataDir`, and
 * when Neo4j does not come up.
 */
export async function startLocalNeo4j(options: LocalNeo4jOptions): Promise<LocalNeo4j> {
  const { environment, report, signal } = options;
  const home = join(resolve(options.dataDir), 'neo4j');
  await ensureDataFolder(home, options.dataDir);
  const lock = await takeLock(join(home, 'lock'));
  if ('heldBy' in lock) {
    throw noLocalNeo4j(`Another Stemma (pid ${lock.heldBy}) uses the data folder ${options.dataDir}.`, [
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
  // Reported by stop(), which waits for it.
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
 * The password of the Neo4j in `home`. The first time, it is made, and left in `auth.ini`, which Neo4j reads when it
 * first starts.
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
  // AdminTool is what neo4j-admin runs, in a second JVM. With `@` it reads the argument from the file: anyone can see
  // the command line of a process.
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
