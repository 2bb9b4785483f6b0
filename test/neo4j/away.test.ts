import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../src/neo4j/database.js';
import { createIngest } from '../../src/ingest/group-commit.js';
import { addMessages } from '../../src/domain/messages/messages.js';
import { DEFAULT_LIMITS } from '../../src/base/limits.js';
import { startServer, type RunningServer } from '../../src/app.js';
import { createTrace } from '../../src/domain/traces/traces.js';
import { newId, testNeo4j } from '../kit/kit.js';

describe('while the database is unavailable', () => {
  let database: Database;
  let server: RunningServer;
  before(async () => {
    // Nothing listens on port 1.
    database = openDatabase({ uri: 'bolt://127.0.0.1:1', username: 'neo4j', password: 'x' }, undefined, {
      timeoutMs: 500,
    });
    server = await startServer({
      database,
      log: pino({ level: 'silent' }),
      host: '127.0.0.1',
      port: 0,
      allowedHosts: [],
      limits: { ...DEFAULT_LIMITS, requestTimeoutMs: 1_000 },
      projectOf: () => 'default',
    });
  });
  after(async () => {
    await server.stop();
    await database.close();
  });

  test('/readyz reports that, while /healthz reports that the process is alive', async () => {
    const status = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;
    assert.deepEqual([await status('/readyz'), await status('/healthz')], [503, 200]);
  });

  test('a query waits for the database until its deadline, and is then UNAVAILABLE', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ trace(id: "x") { id } }' }),
    });
    const { errors } = (await response.json()) as { errors: any };
    assert.equal(errors[0].extensions.code, 'UNAVAILABLE');
    assert.match(
      errors[0].message,
      /took longer than 1 s while it waited for the database, which is not available \(connection refused\)/,
    );
  });
});

test('a write beyond the queue limit is UNAVAILABLE and not written, while queued writes are written', async () => {
  const database = openDatabase(testNeo4j());
  const ingest = createIngest(database, { maxQueuedCost: 3 });
  const projectId = 'default';
  const id = newId('full');
  await createTrace(ingest, { projectId, input: { id } });
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, () =>
      addMessages(ingest, {
        projectId,
        inputs: [{ traceId: id, role: 'user', content: 'x' }],
        field: () => 'input',
      }),
    ),
  );
  const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason.code);
  assert.deepEqual(refused, Array(7).fill('UNAVAILABLE'));
  const [{ count } = { count: -1 }] = await database.run<{ count: number }>(
    { name: 'test', text: 'MATCH (m:Message {projectId: "default", traceId: $id}) RETURN count(m) AS count' },
    { id },
  );
  assert.equal(count, 3);
  await database.close();
});
