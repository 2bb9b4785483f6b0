import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMigrations } from '../src/neo4j/migrations.js';
import { range } from './kit/live.js';
import { emptyDatabase, startOwnNeo4j } from './kit/own-neo4j.js';
import { spawnServer } from './kit/server-process.js';

const { neo4j, database } = await startOwnNeo4j();

test('four servers that start at once on an empty database all become ready, and each migration runs once', async () => {
  for (const _ of range(1, 2)) {
    await emptyDatabase(database);
    const servers = await Promise.allSettled(range(1, 4).map(() => spawnServer(neo4j)));
    const ready = servers.flatMap((server) => (server.status === 'fulfilled' ? [server.value] : []));
    const rows = await database.run<{ number: number }>(
      { name: 'test', text: 'MATCH (m:Migration) RETURN m.number AS number ORDER BY number' },
      {},
    );
    const codes = await Promise.all(ready.map((server) => server.stop()));
    assert.deepEqual(
      servers.map((server) => (server.status === 'rejected' ? String(server.reason) : 'ready')),
      ['ready', 'ready', 'ready', 'ready'],
    );
    assert.deepEqual(codes, [0, 0, 0, 0]);
    const migrated = ready.filter((server) => server.output().includes('Migrating the graph'));
    assert.equal(migrated.length, 1, 'one migrates, the others wait');
    assert.deepEqual(
      rows.map(({ number }) => number),
      range(1, readMigrations().length - 1),
    );
  }
});
