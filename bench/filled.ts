import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrate } from '../src/neo4j/migrate.js';
import { UnitOfWork } from '../src/ingest/unit-of-work.js';
import { openDatabase } from '../src/neo4j/database.js';
import { installNeo4j, neo4jFolder } from '../src/neo4j/local/neo4j-install.js';
import { ingestInto, writeRows } from './batch-rows.js';
import { addFamily, addLandmark, LANDMARKS } from './family.js';
import { checkFilled } from './filled-check.js';
import { openImportFiles } from './import-files.js';
import { installDir, root, startNeo4j } from './neo4j.js';
import { stopAll } from './started.js';

export const LARGE = 100_000;
export const SMALL = 1_000;
export const SEED = 1;
const FIRST_MS = Date.parse('2026-01-01T00:00:00.000Z');
const IMPORT_HEAP_MB = 2_048;
/** A file for neo4j-admin cannot distinguish an empty list from none. */
const EMPTY_LISTS = `MATCH (s:Step)
WHERE s.parentIds IS NULL
CALL (s) {
  SET s.parentIds = []
} IN TRANSACTIONS OF 20000 ROWS`;

/** Where the database with that many traces is or will be: the path changes when what the program writes changes. */
function folderOf(traces: number, seed: number): string {
  const schema = readdirSync(join(root, 'cypher', 'migrations')).map((name) => `cypher/migrations/${name}`);
  const hash = createHash('sha256');
  for (const file of [
    ...schema,
    'src/model/tables.ts',
    'src/model/row-mapping.ts',
    'src/content/chunks.ts',
    'bench/family.ts',
    'bench/batch-rows.ts',
  ]) {
    hash.update(readFileSync(join(root, file)));
  }
  return join(root, '.stemma', 'bench-large', `${traces}-${seed}-${hash.digest('hex').slice(0, 8)}`);
}

/**
 * The data folder of a database with that many traces, of 21 nodes each, with the landmarks as the oldest. It is filled if it
 * is missing: the server's own functions make rows in memory, neo4j-admin imports them, and the result is checked.
 */
export async function filled(traces: number, seed = SEED): Promise<string> {
  const folder = folderOf(traces, seed);
  if (existsSync(folder)) {
    return folder;
  }
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  const home = join(draft, 'neo4j');
  mkdirSync(home, { recursive: true });
  const say = reporter();
  const files = openImportFiles(join(draft, 'csv'));
  await makeRows(files, { traces, seed });
  const names = files.close();
  say(`made ${files.nodes.toLocaleString('en')} nodes`);
  await importFiles(home, names);
  rmSync(join(draft, 'csv'), { recursive: true });
  say('imported');
  const neo4j = await startNeo4j(draft);
  const database = openDatabase(neo4j);
  await migrate(database);
  say('indexed');
  await database.run({ name: 'bench/empty-lists', text: EMPTY_LISTS }, {});
  say('empty lists set');
  await checkFilled(database, { traces, seed });
  say('checked');
  await database.close();
  await stopAll();
  renameSync(draft, folder);
  return folder;
}

async function makeRows(
  files: ReturnType<typeof openImportFiles>,
  { traces, seed }: { readonly traces: number; readonly seed: number },
): Promise<void> {
  const stored = new Map<string, number>();
  for (const [index, landmark] of LANDMARKS.entries()) {
    const unit = new UnitOfWork(new Date(FIRST_MS - (LANDMARKS.length - index) * 1_000).toISOString());
    await addLandmark({ ingest: ingestInto(unit), projectId: 'default' }, landmark);
    writeRows(unit, files, stored);
  }
  for (let index = 0; index < traces;) {
    const unit = new UnitOfWork(new Date(FIRST_MS + index * 1_000).toISOString());
    index += await addFamily({ ingest: ingestInto(unit), projectId: 'default' }, { seed, index });
    writeRows(unit, files, stored);
  }
}

async function importFiles(home: string, files: readonly string[]): Promise<void> {
  const { java, classPath } = await installNeo4j({
    installDir,
    logFile: join(home, 'install.log'),
    environment: process.env,
    report: () => undefined,
    signal: undefined,
  });
  await promisify(execFile)(
    java,
    [
      `-Xmx${IMPORT_HEAP_MB}m`,
      ...['-cp', classPath, 'org.neo4j.cli.AdminTool', 'database', 'import', 'full', 'neo4j'],
      '--id-type=integer',
      ...files,
    ],
    { cwd: home, env: { ...process.env, NEO4J_HOME: home, NEO4J_CONF: neo4jFolder }, maxBuffer: 1 << 26 },
  );
}

function reporter(): (what: string) => void {
  let since = performance.now();
  return (what) => {
    console.log(`  ${what} in ${((performance.now() - since) / 1000).toFixed(1)} s`);
    since = performance.now();
  };
}
