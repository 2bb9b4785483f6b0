import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import neo4jDriver from 'neo4j-driver';
import { cypherText } from '../../src/neo4j/cypher.js';
import { openDatabase } from '../../src/neo4j/database.js';
import { migrate } from '../../src/neo4j/migrate.js';
import { readMigrations } from '../../src/neo4j/migrations.js';
import { PROGRAM_VERSION } from '../../src/base/program-version.js';
import { emptyDatabase, startOwnNeo4j } from '../kit/own-neo4j.js';
import { spawnServer } from '../kit/server-process.js';

const migrations = readMigrations();
const last = migrations.length - 1;
const { neo4j, database } = await startOwnNeo4j();

const cypher = <Row>(text: string, parameters: object = {}): Promise<Row[]> =>
  database.run<Row>({ name: 'test', text }, parameters);

/** The names of all constraints and indexes. */
async function schemaNames(): Promise<string[]> {
  const rows = await cypher<{ name: string }>(
    "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

/** Stores a graph of the version that did not record migrations yet. */
async function storeOldGraph(): Promise<void> {
  await emptyDatabase(database);
  const file = new URL('../../../test/fixtures/graph-without-migrations.cypher', import.meta.url);
  for (const text of readFileSync(file, 'utf8').split(/;\s*$/m)) {
    if (text.trim() !== '') {
      await cypher(text);
    }
  }
}

// This test comes first, because Neo4j never forgets a relationship type that it has seen.
test('on an empty graph no analysis query gets a warning about unknown relationship types', async () => {
  await migrate(database);
  const folder = new URL('../../../cypher/analysis/', import.meta.url);
  const driver = neo4jDriver.driver(neo4j.uri, neo4jDriver.auth.basic(neo4j.username, neo4j.password));
  const warnings: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cypher'))) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const parameters = Object.fromEntries([...text.matchAll(/\$(\w+)/g)].map(([, name]) => [name, null]));
    const { summary } = await driver.executeQuery(`EXPLAIN ${text}`, parameters);
    warnings.push(
      ...summary.gqlStatusObjects
        .filter(({ statusDescription }) => /relationship type/i.test(statusDescription))
        .map(({ statusDescription }) => `${file}: ${statusDescription}`),
    );
  }
  await driver.close();
  assert.deepEqual(warnings, []);
});

test('an empty graph gets every migration once, in order, recorded with time and version; a second run does nothing', async () => {
  await emptyDatabase(database);
  assert.equal(await migrate(database), last);
  const recorded = await cypher<{ number: number; name: string; version: string; at: string }>(
    `MATCH (m:Migration)
     RETURN m.number AS number, m.name AS name, m.appliedBy AS version, m.appliedAt AS at ORDER BY number`,
  );
  assert.deepEqual(
    recorded.map(({ number, name, version }) => ({ number, name, version })),
    migrations.slice(1).map(({ number, name }) => ({ number, name, version: PROGRAM_VERSION })),
  );
  const times = recorded.map(({ at }) => Date.parse(at));
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  const sent: string[] = [];
  const again = openDatabase(neo4j, (name) => sent.push(name));
  assert.equal(await migrate(again), 0);
  await again.close();
  assert.deepEqual(sent, ['migration-log/read']);
});

test('a server upgrades a graph of the previous version when it starts: all of it is read and written as before', async () => {
  await emptyDatabase(database);
  await migrate(database);
  const schema = await schemaNames();
  await storeOldGraph();
  const server = await spawnServer(neo4j);
  const ask = async (query: string, variables: object = {}): Promise<any> => {
    const { data, errors } = await server.send(query, variables);
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data as unknown;
  };
  try {
    assert.deepEqual(await schemaNames(), schema, 'the same constraints and indexes as of a new graph');
    const read = `{
      thread(id: "old-thread") { lastSeq traces { nodes { id task messages { nodes { content } } } } }
      counter: thread(id: "old-counter") { lastSeq }
      threadMessages(threadId: "old-thread") { seq runId content createdAt }
      runEvents(threadId: "old-thread", runId: "run-1") { seq content category }
      threadMessageCount(threadId: "old-thread")
      runs: thread(id: "old-thread") { runs { nodes { runId lastAssistantMessage { seq } } } }
      checkpoints(threadId: "old-checkpoints") { id messages state metadata { step } }
      checkpointThreads { id }
    }`;
    const createdAt = '2026-04-04T08:49:25+08:00';
    const data = await ask(read);
    assert.deepEqual(data, {
      thread: {
        lastSeq: 5,
        traces: { nodes: [{ id: 'old-trace', task: 'kept', messages: { nodes: [{ content: 'hi' }] } }] },
      },
      counter: { lastSeq: 2 },
      threadMessages: [
        { seq: 1, runId: 'run-1', content: 'old-thread 1', createdAt },
        { seq: 3, runId: 'run-2', content: 'old-thread 3', createdAt },
        { seq: 5, runId: 'run-2', content: 'old-thread 5', createdAt },
      ],
      runEvents: [
        { seq: 1, content: 'old-thread 1', category: 'message' },
        { seq: 2, content: { b: 1 }, category: 'trace' },
      ],
      threadMessageCount: 3,
      runs: {
        runs: {
          nodes: [
            { runId: 'run-2', lastAssistantMessage: { seq: 5 } },
            { runId: 'run-1', lastAssistantMessage: { seq: 1 } },
          ],
        },
      },
      checkpoints: [
        { id: 'old-2', messages: ['a', 'b', 'c'], state: { k: 2 }, metadata: { step: 1 } },
        { id: 'old-1', messages: ['a', 'b'], state: { k: 1 }, metadata: { step: 0 } },
      ],
      checkpointThreads: [{ id: 'old-2' }],
    });

    const put = `mutation ($input: RunEventInput!) { putRunEvent(input: $input) { seq content } }`;
    const event = (threadId: string, input: object = {}): object => ({
      input: { threadId, runId: 'run-1', eventType: 'ai_message', category: 'message', createdAt, ...input },
    });
    const repeated = event('old-thread', { content: 'old-thread 1', idempotencyKey: 'once' });
    assert.deepEqual((await ask(put, repeated)).putRunEvent, { seq: 1, content: 'old-thread 1' });
    assert.equal((await ask(put, event('old-thread'))).putRunEvent.seq, 6);
    assert.equal((await ask(put, event('old-counter'))).putRunEvent.seq, 3);
    const deletion = 'mutation ($threadId: ID!) { deleteThreadEvents(threadId: $threadId) }';
    assert.equal((await ask(deletion, { threadId: 'old-thread' })).deleteThreadEvents, 5);
    assert.equal((await ask(put, event('old-thread'))).putRunEvent.seq, 1);
    const { deleteCheckpointThread } = await ask(
      'mutation { deleteCheckpointThread(threadId: "old-checkpoints") }',
    );
    assert.equal(deleteCheckpointThread, 2);
    assert.deepEqual(
      await cypher('MATCH (n:Content|Checkpoint) RETURN labels(n) AS labels'),
      [],
      'nothing of them is left behind',
    );
    assert.equal(await migrate(database), 0);
  } finally {
    await server.stop();
  }
});

/** A graph as the program of migration 7 stored it, before messages and steps were their own entries in the log. */
async function storeGraphOfMigration7(): Promise<void> {
  await emptyDatabase(database);
  await migrate(database, { migrations: migrations.slice(0, 8) });
  const file = new URL('../../../test/fixtures/graph-of-migration-7.json', import.meta.url);
  const { nodes, edges } = JSON.parse(readFileSync(file, 'utf8')) as {
    nodes: { labels: string[]; properties: object }[];
    edges: { from: number; to: number; type: string; properties: object }[];
  };
  for (const [index, { labels, properties }] of nodes.entries()) {
    await cypher(`CREATE (n:${labels.join(':')}) SET n = $properties, n.index = $index`, {
      properties,
      index,
    });
  }
  for (const { from, to, type, properties } of edges) {
    await cypher(
      `MATCH (a {index: $from}), (b {index: $to}) CREATE (a)-[r:${type}]->(b) SET r = $properties`,
      { from, to, properties },
    );
  }
  await cypher('MATCH (n) REMOVE n.index');
}

test('a graph of migration 7 keeps its log, gets the new stats, and is written as a new one', async () => {
  await storeGraphOfMigration7();
  const server = await spawnServer(neo4j);
  const ask = async (query: string, variables: object = {}): Promise<any> => {
    const { data, errors } = await server.send(query, variables);
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data as unknown;
  };
  const check = async (): Promise<void> => {
    for (const name of ['check-trace', 'check-goal-stats', 'check-edges']) {
      const rows = await cypher(cypherText(`analysis/${name}`), { projectId: 'default', traceId: 'old' });
      assert.deepEqual(rows, [], name);
    }
  };
  try {
    await check();
    const { trace } = await ask(`{ trace(id: "old") {
      totalSteps startedAt tags metadata stats { stepCount unpricedCount errorCount cacheReadTokens }
      goals { nodes { goalId selfStats { stepCount unpricedCount } cumulativeStats { stepCount unpricedCount } } }
      events { nodes { eventId type payload } }
      steps { nodes { id status tags missingParentIds input } }
    } }`);
    assert.deepEqual(trace.stats, { stepCount: 3, unpricedCount: 2, errorCount: 0, cacheReadTokens: 0 });
    assert.deepEqual(
      trace.goals.nodes.map(({ goalId, selfStats, cumulativeStats }: any) => [
        goalId,
        selfStats.stepCount,
        selfStats.unpricedCount,
        cumulativeStats.stepCount,
        cumulativeStats.unpricedCount,
      ]),
      [
        ['top', 0, 0, 2, 2],
        ['low', 2, 1, 2, 1],
        ['late', 0, 1, 0, 1],
      ],
    );
    assert.deepEqual(
      trace.events.nodes.map(({ type }: any) => type),
      [
        'goal_tree_updated',
        'goal_added',
        ...['step_added', 'step_added', 'step_added'],
        ...['message_added', 'message_added', 'message_added', 'message_added'],
        'message_updated',
        'goal_updated',
        'note',
        'sub_trace_started',
        'sub_trace_completed',
      ],
    );
    assert.equal(trace.events.nodes[7].payload.message.content, 'spent');
    assert.deepEqual(trace.steps.nodes[2], {
      id: 'end',
      status: 'OK',
      tags: [],
      missingParentIds: [],
      input: null,
    });
    await ask(`mutation {
      addMessage(input: { traceId: "old", role: "user", content: "new", goalId: "low", promptTokens: 1 }) { id }
      updateMessage(id: "m2", input: { goalId: "late" }) { id }
      upsertSteps(inputs: [{ id: "tool", traceId: "old", type: TOOL_CALL, status: ERROR, parentIds: ["later"],
        endedAt: "2026-03-01T10:00:00Z" }]) { id }
      addStep(input: { id: "later", traceId: "old", type: SPAN }) { id }
    }`);
    await check();
    const { step } = await ask('{ step(id: "tool") { status parents { id } data } }');
    assert.deepEqual(step, {
      status: 'ERROR',
      parents: [{ id: 'call' }, { id: 'later' }],
      data: { tool_name: 't', arguments: { x: 1 } },
    });
    const { checkpoint } = await ask('{ checkpoint(id: "c2") { messages state parent { id } } }');
    assert.deepEqual(checkpoint.state, { short: 1, long: 'l'.repeat(300) });
    assert.equal(checkpoint.messages.length, 2);
  } finally {
    await server.stop();
  }
});

test('a migration that was interrupted by a crash is completed by the next start', async () => {
  await storeOldGraph();
  const [generations] = migrations.filter(({ number }) => number === 3);
  assert.ok(generations);
  const broken = migrations.map((migration) =>
    migration === generations
      ? { ...generations, statements: [...generations.statements.slice(0, 2), 'RETURN nothing'] }
      : migration,
  );
  await assert.rejects(migrate(database, { migrations: broken }), /nothing/);
  // As if the second batch had not been committed either.
  await cypher("MATCH (e:RunEvent {threadId: 'old-thread', seq: 5}) REMOVE e.generation");
  const [{ number } = { number: 0 }] = await cypher<{ number: number }>(
    'MATCH (m:Migration) RETURN max(m.number) AS number',
  );
  assert.equal(number, 2);
  assert.equal(await migrate(database), last - 2);
  const [row] = await cypher(
    `MATCH (t:Thread {projectId: 'default', id: 'old-thread'})<-[:BELONGS_TO]-(r:Run)<-[:BELONGS_TO]-(e:RunEvent)
     RETURN t.eventCount AS count, count(e) AS events, t.log AS log,
       collect(DISTINCT e.generation = t.generation) AS same`,
  );
  assert.deepEqual(row, { count: 4, events: 4, same: [true], log: null });
});

test('the goals of an older graph are numbered in the order in which they were added, parents first', async () => {
  await storeOldGraph();
  await cypher(
    `MATCH (t:Trace {id: 'old-trace'})
     UNWIND [
       ['z', null, 'at 1', 3], ['b', 'y', 'at 2', 0], ['y', 'x', 'at 2', 9], ['x', 'a', 'at 2', 9], ['a', null, 'at 3', 0],
       ['c', null, 'at 3', 1]
     ] AS goal
     CREATE (g:Goal {projectId: 'default', traceId: t.id, goalId: goal[0], parentId: goal[1], createdAt: goal[2], order: goal[3]})
     CREATE (g)-[:BELONGS_TO]->(t)`,
  );
  await cypher(
    `MATCH (g:Goal), (p:Goal {traceId: g.traceId, goalId: g.parentId}) CREATE (p)-[:PARENT_OF]->(g)`,
  );
  // As if an earlier attempt had been interrupted after another trace.
  await cypher("CREATE (:Trace {projectId: 'default', id: 'numbered', lastGoalSequence: 7})");
  await migrate(database);
  const numbered = async (): Promise<unknown> =>
    await cypher(
      `MATCH (t:Trace) OPTIONAL MATCH (g:Goal {traceId: t.id})
       WITH t, g ORDER BY t.id, g.sequence
       RETURN t.id AS id, t.lastGoalSequence AS last, collect([g.sequence, g.goalId]) AS goals ORDER BY id`,
    );
  const expected = [
    { id: 'numbered', last: 7, goals: [] },
    {
      id: 'old-trace',
      last: 6,
      // `x` was moved under `a`, which was added later.
      goals: [
        [1, 'z'],
        [2, 'x'],
        [3, 'y'],
        [4, 'b'],
        [5, 'a'],
        [6, 'c'],
      ],
    },
  ];
  const shown = (await numbered()) as { id: string; last: number; goals: unknown[][] }[];
  assert.deepEqual(
    shown.map(({ id, last, goals }) => ({ id, last, goals: goals.filter(([sequence]) => sequence != null) })),
    expected,
  );
});

test('a server takes over the migration of a dead server when its lock expires, not before', async () => {
  await emptyDatabase(database);
  await cypher(
    "CREATE (:MigrationLock {id: 'migrations', holder: 'a dead server', until: timestamp() + 1200})",
  );
  const lines: string[] = [];
  const begun = performance.now();
  assert.equal(await migrate(database, { report: (line) => lines.push(line) }), last);
  assert.ok(performance.now() - begun >= 1_000);
  assert.match(lines[0] ?? '', /Waiting for another server/);
});

test('a graph that a newer program migrated is rejected with one sentence and exit status 1', async () => {
  await emptyDatabase(database);
  await migrate(database);
  await cypher("CREATE (:Migration {number: 900, name: '900-later', appliedBy: '9.1.0', appliedAt: 'then'})");
  await assert.rejects(spawnServer(neo4j), (error: Error) => {
    assert.match(error.message, /ended with 1/);
    const [, said = ''] = /Stemma cannot start: (.*)/.exec(error.message) ?? [];
    assert.match(said, /Stemma 9\.1\.0 brought it to migration 900/);
    assert.ok(said.includes(`this is Stemma ${PROGRAM_VERSION}, which knows migrations up to ${last}`));
    assert.match(said, /start Stemma 9\.1\.0 or later on it, or set NEO4J_URI/);
    assert.doesNotMatch(error.message, /\n\s+at /);
    return true;
  });
});
