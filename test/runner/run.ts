import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { migrate } from '../../src/neo4j/migrate.js';
import { openDatabase } from '../../src/neo4j/database.js';
import { StemmaError } from '../../src/base/errors.js';
import { startLocalNeo4j } from '../../src/neo4j/local/neo4j-local.js';
import { createRunFolder, removeDeadRuns } from './run-folder.js';
import { selectFiles } from './test-files.js';
import { TEST_JAVA_OPTIONS, TEST_NEO4J_SETTINGS } from '../kit/test-neo4j.js';

// Runs the test files on a throwaway Neo4j: a new, empty one on a free port. Afterwards, or when it is interrupted, it kills
// everything that it started and removes the files that those processes created. The Neo4j jars are kept.
const here = fileURLToPath(new URL('.', import.meta.url));
const testFolder = fileURLToPath(new URL('..', import.meta.url));
const installDir = fileURLToPath(new URL('../../../.stemma/neo4j-install', import.meta.url));
const { positionals: words, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    /** Includes the long tests, and runs one file at a time so that they do not disturb one another's measurements. */
    all: { type: 'boolean', default: false },
    reporter: { type: 'string' },
  },
});
const files = selectFiles(readdirSync(testFolder, { recursive: true, encoding: 'utf8' }), {
  words,
  long: options.all,
});
if (files.length === 0) {
  console.error(`no test file has ${words.join(' or ')} in its name`);
  process.exit(1);
}

const interrupted = new AbortController();
let exitCode = 1;
for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    exitCode = code;
    interrupted.abort();
  });
}
// bin/test.mjs has been killed.
process.on('disconnect', () => interrupted.abort());

await removeDeadRuns();
const folder = createRunFolder();
try {
  const status = await runTests();
  exitCode = interrupted.signal.aborted ? exitCode : status;
} catch (error) {
  if (!interrupted.signal.aborted) {
    console.error(error instanceof StemmaError ? error.message : error);
  }
} finally {
  await folder.remove();
}
process.exit(exitCode);

async function runTests(): Promise<number> {
  const { signal } = interrupted;
  const environment = { ...process.env, ...folder.environment, ...(options.all ? {} : TEST_JAVA_OPTIONS) };
  const neo4j = await startLocalNeo4j({
    dataDir: folder.dataDir,
    installDir,
    settings: TEST_NEO4J_SETTINGS,
    report: console.log,
    environment,
    signal,
  });
  const database = openDatabase(neo4j);
  await migrate(database);
  await database.close();
  signal.throwIfAborted();
  const tests = spawn(
    process.execPath,
    [
      ...['--enable-source-maps', join(here, 'run-files.js')],
      `--concurrency=${options.all ? 1 : 2}`,
      // A test that hangs must not hang the run; a long test sets its own timeout.
      ...(options.all ? [] : ['--timeout=300000']),
      ...(options.reporter === undefined ? [] : [`--reporter=${options.reporter}`]),
      ...files.map((name) => join(testFolder, name)),
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...environment,
        STEMMA_TEST_NEO4J_URI: neo4j.uri,
        STEMMA_TEST_NEO4J_USERNAME: neo4j.username,
        STEMMA_TEST_NEO4J_PASSWORD: neo4j.password,
        STEMMA_TEST_NEO4J_INSTALL: installDir,
      },
    },
  );
  const [code] = (await once(tests, 'exit', { signal })) as [number | null];
  return code ?? 1;
}
