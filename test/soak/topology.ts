import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Database } from '../../src/neo4j/database.js';
import { installNeo4j } from '../../src/neo4j/local/neo4j-install.js';
import { freePort } from '../../src/neo4j/local/neo4j-server.js';
import { processWithPid } from '../../src/neo4j/local/process-lock.js';
import { TEST_JAVA_OPTIONS } from '../kit/test-neo4j.js';
import { openBoltLine } from './bolt-line.js';
import type { Disturbances } from './disturbances.js';
import type { Report } from './report.js';
import { createServer, type SoakServer } from './server.js';
import { GRACE_MS, PATIENCE, TIMEOUTS } from './timeouts.js';

/** Two servers on one database: A runs the local Neo4j, B is given its address. */
export interface Topology {
  readonly a: SoakServer;
  readonly b: SoakServer;
  readonly servers: readonly [SoakServer, SoakServer];
  readonly folder: string;
  /** Marks every process of this soak, in its environment. */
  readonly marker: string;
  /** The process id of the running Neo4j. */
  neo4jPid(): number | undefined;
  /** The database as the checks read it. */
  readonly database: Database;
  /** Ends everything that runs, by force if necessary; removes nothing. */
  stop(): Promise<void>;
  removeFolder(): void;
}

/** How long the first start of a server may take; Neo4j itself gives up after 120 s. */
const START_MS = 150_000 * PATIENCE;

export const MAX_SUBSCRIPTIONS = 200;

const INSTALL_DIR = fileURLToPath(new URL('../../../.stemma/neo4j-install', import.meta.url));

/** The folder and the processes that `signal` may interrupt; nothing runs before `start`. */
export async function prepareTopology({
  isShort,
  disturbances,
  report,
}: {
  /** Whether the run ends before Java's second compiler pays off: then only the first one, which is fast, is used. */
  readonly isShort: boolean;
  readonly disturbances: Disturbances;
  readonly report: Report;
}): Promise<Topology & { start(signal: AbortSignal): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-soak-'));
  const home = join(folder, 'data', 'neo4j');
  mkdirSync(home, { recursive: true });
  const pidFile = (): { pid: number; startedAt: string; boltPort: number } | undefined => {
    try {
      const content = JSON.parse(readFileSync(join(home, 'neo4j.pid'), 'utf8')) as {
        pid: number;
        startedAt: string;
        boltPort: number;
      };
      return processWithPid(content.pid)?.startedAt === content.startedAt ? content : undefined;
    } catch {
      return undefined;
    }
  };
  const line = await openBoltLine(() => pidFile()?.boltPort);
  const password = (): string => readFileSync(join(home, 'password'), 'utf8').trim();
  const settings = {
    STEMMA_TEST_SOAK: folder,
    STEMMA_REQUEST_TIMEOUT_MS: String(TIMEOUTS.requestMs),
    STEMMA_HEADERS_TIMEOUT_MS: String(TIMEOUTS.headersMs),
    STEMMA_BODY_TIMEOUT_MS: String(TIMEOUTS.bodyMs),
    STEMMA_STOP_TIMEOUT_MS: String(TIMEOUTS.stopMs),
    STEMMA_MAX_SUBSCRIPTIONS: String(MAX_SUBSCRIPTIONS),
  };
  let stopping = false;
  const shared = { disturbances, report, isStopping: () => stopping };
  const a = createServer({
    ...shared,
    name: 'A',
    port: await freePort(),
    memoryFile: join(folder, 'memory-a.json'),
    environment: () => ({
      ...settings,
      STEMMA_DATA_DIR: join(folder, 'data'),
      ...(isShort ? TEST_JAVA_OPTIONS : {}),
    }),
  });
  const b = createServer({
    ...shared,
    name: 'B',
    port: await freePort(),
    memoryFile: join(folder, 'memory-b.json'),
    environment: () => ({ ...settings, NEO4J_URI: line.uri, NEO4J_PASSWORD: password() }),
  });
  let database: Database | undefined;

  return {
    a,
    b,
    servers: [a, b],
    folder,
    marker: `STEMMA_TEST_SOAK=${folder}`,
    neo4jPid: () => pidFile()?.pid,
    get database() {
      database ??= openDatabase({ uri: line.uri, username: 'neo4j', password: password() });
      return database;
    },
    async start(signal) {
      const jars = await installNeo4j({
        installDir: INSTALL_DIR,
        logFile: join(folder, 'install.log'),
        environment: process.env,
        report: (text) => report.line(text),
        signal,
      });
      for (const name of readdirSync(INSTALL_DIR).filter((lib) => lib === `lib-${jars.version}`)) {
        symlinkSync(join(INSTALL_DIR, name), join(home, name));
      }
      for (const server of [a, b]) {
        if (signal.aborted || !(await server.up(START_MS))) {
          throw new Error(`server ${server.name} was not ready within ${START_MS} ms: ${server.tail()}`);
        }
        report.line(`server ${server.name} is ready at ${server.url} (pid ${server.pid})`);
      }
    },
    async stop() {
      stopping = true;
      const aRan = a.pid !== undefined;
      await database?.close();
      for (const server of [b, a]) {
        server.signal('SIGCONT');
        const neo4j = pidFile()?.pid;
        if (neo4j !== undefined) {
          process.kill(neo4j, 'SIGCONT');
        }
        if (server.pid !== undefined) {
          // A server that is still starting is ended by the signal itself.
          const wasReady = server.readySince !== undefined;
          const { code, ms, forced } = await server.end('SIGTERM', TIMEOUTS.stopMs + GRACE_MS);
          report.most(`stop of server ${server.name}, ms`, ms);
          if (forced || (wasReady && code !== 0)) {
            const how = forced ? `had to be killed after ${ms.toFixed(0)} ms` : `ended with ${code}`;
            report.find('processes', `server ${server.name} ${how} on SIGTERM`, server.name);
          }
        }
      }
      // A was killed, and the soak ended before it was started again.
      const orphan = aRan ? undefined : pidFile()?.pid;
      if (orphan !== undefined) {
        process.kill(orphan, 'SIGTERM');
        for (let tries = 0; tries < 200 && pidFile() !== undefined; tries += 1) {
          await delay(100);
        }
      }
      line.close();
    },
    removeFolder() {
      rmSync(folder, { recursive: true, force: true });
      if (existsSync(folder)) {
        report.find('processes', 'the temporary folder could not be removed', folder);
      }
    },
  };
}
