import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import { openDatabase, type Database } from '../../src/neo4j/database.js';
import { startLocalNeo4j, type LocalNeo4j } from '../../src/neo4j/local/neo4j-local.js';
import { SMALL_NEO4J } from './test-neo4j.js';

const installDir =
  process.env['STEMMA_TEST_NEO4J_INSTALL'] ??
  fileURLToPath(new URL('../../../.stemma/neo4j-install', import.meta.url));

/** Starts an empty Neo4j for this test file alone, and removes it after the file's tests. Call it at the file's top level. */
export async function startOwnNeo4j(): Promise<{ readonly neo4j: LocalNeo4j; readonly database: Database }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'stemma-own-'));
  const neo4j = await startLocalNeo4j({
    dataDir,
    installDir,
    ...SMALL_NEO4J,
    environment: process.env,
    report: () => undefined,
  });
  const database = openDatabase(neo4j);
  after(async () => {
    await database.close();
    await neo4j.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { neo4j, database };
}

/** Removes everything from a database, including its constraints and indexes. */
export async function emptyDatabase(database: Database): Promise<void> {
  const run = <Row>(text: string): Promise<Row[]> => database.run<Row>({ name: 'test', text }, {});
  await run('MATCH (n) DETACH DELETE n');
  for (const { name } of await run<{ name: string }>('SHOW CONSTRAINTS YIELD name')) {
    await run(`DROP CONSTRAINT ${name}`);
  }
  for (const { name } of await run<{ name: string }>(
    "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name",
  )) {
    await run(`DROP INDEX ${name}`);
  }
}
