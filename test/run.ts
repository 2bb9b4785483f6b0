import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '../src/migrate.js';
import { openDatabase } from '../src/database.js';
import { startLocalNeo4j } from '../src/neo4j-local.js';

// Runs the test files on a throwaway Neo4j: a new, empty one on a free port, gone afterwards. Its jars are kept.
const here = fileURLToPath(new URL('.', import.meta.url));
const installDir = fileURLToPath(new URL('../../.stemma/neo4j-install', import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(here)
  .filter(
    (name) => name.endsWith('.test.js') && (words.length === 0 || words.some((word) => name.includes(word))),
  )
  .map((name) => join(here, name));
if (files.length === 0) {
  console.error(`no test file has ${words.join(' or ')} in its name`);
  process.exit(1);
}

const dataDir = mkdtempSync(join(tmpdir(), 'stemma-test-'));
const neo4j = await startLocalNeo4j({ dataDir, installDir, report: console.log, environment: process.env });
let status = 1;
try {
  const database = openDatabase(neo4j);
  await migrate(database);
  await database.close();
  status = await new Promise<number>((resolve) => {
    const tests = spawn(
      process.execPath,
      ['--enable-source-maps', '--test', '--test-concurrency=2', ...files],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          STEMMA_TEST_NEO4J_URI: neo4j.uri,
          STEMMA_TEST_NEO4J_USERNAME: neo4j.username,
          STEMMA_TEST_NEO4J_PASSWORD: neo4j.password,
          STEMMA_TEST_NEO4J_INSTALL: installDir,
        },
      },
    );
    tests.on('exit', (code) => resolve(code ?? 1));
  });
} finally {
  await neo4j.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(status);
