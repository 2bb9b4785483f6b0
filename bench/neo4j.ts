import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalNeo4j, type LocalNeo4j } from '../src/neo4j/local/neo4j-local.js';
import { stopLater } from './started.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** The Neo4j jars, which the tests use too. */
export const installDir = join(root, '.stemma', 'neo4j-install');

/** A Neo4j of the benchmarks, and its process. */
export interface BenchNeo4j extends LocalNeo4j {
  readonly pid: number;
}

/** Starts the Neo4j kept in `dataDir` with the settings it has under `npm start`; it is stopped with the run. */
export async function startNeo4j(dataDir: string): Promise<BenchNeo4j> {
  const giveUp = new AbortController();
  const started = startLocalNeo4j({
    dataDir,
    installDir,
    report: () => undefined,
    environment: process.env,
    signal: giveUp.signal,
  });
  stopLater(() => {
    giveUp.abort();
    return started.then(
      (neo4j) => neo4j.stop(),
      // The caller that awaits the start gets this error.
      () => undefined,
    );
  });
  const neo4j = await started;
  const { pid } = JSON.parse(readFileSync(join(dataDir, 'neo4j', 'neo4j.pid'), 'utf8')) as { pid: number };
  return { ...neo4j, pid };
}

/** The size of the database's files in `dataDir` once its Neo4j has stopped, without the transaction log. */
export function storeBytes(dataDir: string): number {
  return folderBytes(join(dataDir, 'neo4j', 'data', 'databases', 'neo4j'));
}

/** The size of all files in a folder. */
export function folderBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    statSync(join(folder, name)),
  );
  return files.filter((file) => file.isFile()).reduce((sum, file) => sum + file.size, 0);
}

/** An empty folder that is removed with the run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-bench-'));
  stopLater(() => {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  });
  return folder;
}
