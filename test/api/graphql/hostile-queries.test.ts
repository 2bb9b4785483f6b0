import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { openDatabase, type Database } from '../../../src/neo4j/database.js';
import { newId, startKit, testNeo4j, until } from '../../kit/kit.js';
import { spawnServer, type ServerProcess } from '../../kit/server-process.js';

// No query of one client may crash the server or block it for other clients.

const TIMEOUT_MS = 30_000;
/** The longest time the event loop may be blocked: in general, and by requests and responses of up to 1 MB. */
const MOST_MS = 500;
const MOST_SMALL_MS = 100;
const MB = 1024 * 1024;

const id = newId('trace');
const thread = newId('thread');
let server: ServerProcess;
let database: Database;

before(async () => {
  database = openDatabase(testNeo4j());
  server = await spawnServer(testNeo4j(), {
    environment: { STEMMA_REQUEST_TIMEOUT_MS: String(TIMEOUT_MS) },
    nodeArguments: ['--import', new URL('../../kit/event-loop-probe.js', import.meta.url).href],
  });
  await fill();
});
after(async () => {
  await server.stop();
  await database.close();
});

/** Repeats an idempotent mutation until it succeeds: on a slow machine the first ones exceed the request timeout. */
async function ask(query: string, variables: object): Promise<void> {
  for (;;) {
    const { errors } = await server.send(query, variables);
    if (errors?.[0]?.extensions.code !== 'UNAVAILABLE') {
      assert.equal(errors, undefined, server.output().slice(-2_000));
      return;
    }
  }
}

/** A trace with 1,200 steps that fan in, 1,000 goals and 100 sub-traces, and a thread with 17 checkpoints of one history of 4 MB. */
async function fill(): Promise<void> {
  const count = (length: number): number[] => Array.from({ length }, (_, index) => index);
  await ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id });
  await ask(
    'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { mission } }',
    {
      id,
      goals: count(1_000).map((index) => ({
        goalId: `g${index}`,
        description: 'a goal',
        parentId: index === 0 ? null : `g${Math.floor((index - 1) / 30)}`,
      })),
    },
  );
  await ask('mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }', {
    inputs: count(1_200).map((index) => ({
      id: `${id}/${index}`,
      traceId: id,
      type: 'CONCLUSION',
      goalId: `g${index % 1_000}`,
      parentIds: count(Math.min(index, 8)).map((back) => `${id}/${index - 1 - back}`),
      data: { text: 'x'.repeat(200) },
    })),
  });
  await ask('mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }', {
    inputs: count(500).map((index) => ({
      id: `${id}/m${index}`,
      traceId: id,
      role: 'user',
      content: [{ type: 'text', text: `${index} ${'x'.repeat(1_500)}` }],
      goalId: `g${index}`,
    })),
  });
  for (const half of [0, 50]) {
    const creations = count(50).map(
      (index) =>
        `a${index}: createTrace(input: { id: "${id}-${half + index}", parentTraceId: $id, task: "t", threadId: "${thread}" }) { id }`,
    );
    await ask(`mutation ($id: ID!) { ${creations.join(' ')} }`, { id });
  }
  const messages = count(100).map((index) => ({ role: 'user', content: `${index} ${'m'.repeat(40_000)}` }));
  const put = 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }';
  for (const step of count(17)) {
    await ask(put, {
      input: {
        metadata: { threadId: thread, checkpointId: `${thread}-${step}`, step },
        messages,
        state: { plan: 'y'.repeat(2_000) },
      },
    });
  }
  await ask('mutation ($inputs: [RunEventInput!]!) { putRunEvents(inputs: $inputs) { seq } }', {
    inputs: count(3_000).map((index) => ({
      threadId: thread,
      runId: 'r',
      idempotencyKey: String(index),
      eventType: 'e',
      category: 'message',
      content: { index, text: 'z'.repeat(300) },
    })),
  });
}

/** Each kind of query that one client could send to occupy the server. */
function hostileQueries(): Record<string, string> {
  const trace = (selection: string): string => `{ trace(id: "${id}") { ${selection} } }`;
  const nested = (words: string, depth: number, inner: string): string =>
    depth === 0 ? inner : `${words} { ${nested(words, depth - 1, inner)} }`;
  const chained = (words: readonly string[], inner: string): string =>
    words.reduceRight((below, word) => `${word} { ${below} }`, inner);
  const aliases = (length: number, field: string): string =>
    Array.from({ length }, (_, index) => `a${index}: ${field}`).join(' ');
  const byTurns = (one: string, other: string): string =>
    chained(
      Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? one : other)),
      'name: __typename',
    );
  const goal =
    'id goalId description status selfStats { totalTokens totalCost } cumulativeStats { totalTokens totalCost }';
  const step = 'id type sequence data createdAt model cost goal { id } parents { id type }';
  return {
    'parents of parents, five deep': trace(`steps(first: 500) { nodes { ${nested('parents', 5, 'id')} } }`),
    'parents of parents, twice': trace(`steps(first: 500) { nodes { ${nested('parents', 2, 'id')} } }`),
    'sub-traces of parents of sub-traces': trace(
      chained(
        [
          'subTraces(first: 500)',
          'nodes',
          'parent',
          'subTraces(first: 500)',
          'nodes',
          'parent',
          'subTraces(first: 500)',
          'nodes',
        ],
        'id',
      ),
    ),
    'sub-traces of parents, as many as allowed': trace(
      chained(['subTraces(first: 100)', 'nodes', 'parent', 'subTraces(first: 500)', 'nodes'], 'id task'),
    ),
    'children and parents of goals by turns': `{ goal(traceId: "${id}", goalId: "g0") { ${byTurns('children', 'parent')} } }`,
    'children of goals and their parents': `{ goal(traceId: "${id}", goalId: "g0") { children { parent { children { id goalId } } } } }`,
    'a thousand aliases': `{ ${aliases(1_000, 'traces(first: 500) { nodes { id } }')} }`,
    'fifty aliases of the longest page': `{ ${aliases(50, 'traces(first: 500) { nodes { id } }')} }`,
    'fifty aliases with small pages': `{ ${aliases(50, 'traces(first: 200) { nodes { id task status createdAt } }')} }`,
    'checkpoints with their whole history': `{ checkpoints(threadId: "${thread}", limit: 10000) { messages } }`,
    'checkpoints with their state': `{ checkpoints(threadId: "${thread}", limit: 10000) { id state toolsResult metadata { step } } }`,
    'fifteen checkpoints with their history': `{ checkpoints(threadId: "${thread}", limit: 15) { messages } }`,
    'the tree of checkpoints, each with its history': `{ checkpointTree(threadId: "${thread}") { nodes { checkpoint { messages state } } } }`,
    'lineages with histories': `{ latestCheckpoint(threadId: "${thread}") { lineage(first: 10000) { nodes { messages } } } }`,
    'the difference of two histories': `{ checkpointDiff(from: "${thread}-1", to: "${thread}-2") { commonMessages from { messages } to { messages } } }`,
    'aliases of one history': `{ checkpoint(id: "${thread}-1") { ${aliases(100, 'messages')} } }`,
    'a run of messages without a limit': `{ runMessages(threadId: "${thread}", runId: "r") { id content metadata seq createdAt } }`,
    'a run of events with a limit of 100,000': `{ runEvents(threadId: "${thread}", runId: "r", limit: 100000) { content seq } }`,
    'a run of events with the greatest limit': `{ runEvents(threadId: "${thread}", runId: "r", limit: 2147483647) { content } }`,
    'goals nested 20 levels deep': trace(
      `rootGoals { ${goal} ${nested('children', 20, goal)} }`.replaceAll('{ children', `{ ${goal} children`),
    ),
    'all goals with pages of their steps': trace(
      'goalTree { goals { id steps(first: 10) { nodes { id } } messages(first: 10) { nodes { id } } } }',
    ),
    'all goals with all that is known of them': trace(
      `goalTree { goals { ${goal} trace { id } parent { id } } }`,
    ),
    'a page of steps with all that is known of them': trace(
      `steps(first: 500) { nodes { ${step} } edges { cursor node { ${step} } } }`,
    ),
    'all steps below the first': `{ step(id: "${id}/0") { descendants(first: 10000) { nodes { id type data parents { id } } edges { cursor depth } } } }`,
    'the ancestors of all steps': trace(
      'steps(first: 150) { nodes { ancestors(first: 300) { nodes { id } } } }',
    ),
    'the descendants of many steps': trace(
      'steps(first: 40) { nodes { descendants(first: 1000) { nodes { id } } } }',
    ),
    'messages with contents by way of their trace': trace(
      'messages(first: 500) { nodes { content trace { messages(first: 100) { nodes { content } } } } }',
    ),
    'a page of messages with contents': trace(
      'messages(first: 500) { nodes { id role content goal { id } } }',
    ),
    'events with payloads, five aliases': trace(
      aliases(5, 'events(first: 500) { nodes { id payload at type } }'),
    ),
    'events with their objects': trace(
      'events(first: 500) { nodes { id ... on StepAdded { step { id data parents { id } } affectedGoals { goalId } } ... on GoalTreeUpdated { goals { id } } } }',
    ),
    'GraphQL about itself':
      '{ __schema { types { name description fields { name description args { name type { name ofType { name } } } type { name ofType { name ofType { name } } } } } } }',
    'GraphQL about itself, by turns': `{ __schema { types { ${byTurns('fields', 'type')} } } }`,
    'fragments that unfold to more and more': `{ trace(id: "${id}") { ...F0 } } ${Array.from({ length: 20 }, (_, index) => `fragment F${index} on Trace { a: parent { ...F${index + 1} } b: parent { ...F${index + 1} } }`).join(' ')} fragment F20 on Trace { id }`,
    'the same field thousands of times': trace('id '.repeat(4_900)),
    'the same fields of the same fields': trace('parent { id task } steps { nodes { id } } '.repeat(10)),
    'nesting of 3,000 levels': trace(nested('parent', 3_000, 'id')),
    'a query of 900 KB with a long value': trace(`goal(goalId: "${'x'.repeat(900_000)}") { id }`),
    'a query of 15 MB': trace(`goal(goalId: "${'x'.repeat(15 * MB)}") { id }`),
    'unknown fields': `{ ${Array.from({ length: 90 }, (_, index) => `tracez${index}`).join(' ')} }`,
    directives: trace(`id ${'@include(if: true) '.repeat(1_000)}`),
  };
}

/** Requests /healthz repeatedly until stopped; then returns the longest response time. */
function beat(): { stop(): Promise<number> } {
  let worstMs = 0;
  let stopped = false;
  const run = async (): Promise<number> => {
    while (!stopped) {
      const begun = performance.now();
      await fetch(`${server.url}/healthz`).then((response) => response.text());
      worstMs = Math.max(worstMs, performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return worstMs;
  };
  const running = run();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

/** Returns the longest time the server's event loop was blocked since the previous call. */
async function worstBlock(): Promise<number> {
  const from = server.output().length;
  process.kill(server.pid, 'SIGUSR2');
  await until(() => /event loop: [\d.]+ ms/.test(server.output().slice(from)));
  return Number(/event loop: ([\d.]+) ms/.exec(server.output().slice(from))?.[1]);
}

function peakMemoryMb(): number {
  const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1024;
}

test('no hostile query blocks other clients, exhausts the memory or goes unanswered', async (t) => {
  await worstBlock();
  const queries = Object.entries(hostileQueries());
  assert.ok(queries.length >= 30, `${queries.length} queries`);
  const heart = beat();
  const failures: string[] = [];
  let worst = { ms: 0, name: '' };
  for (const [name, query] of queries) {
    const begun = performance.now();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const tookMs = performance.now() - begun;
    const text = await response.text();
    const blockMs = await worstBlock();
    const small = text.length <= MB && query.length <= MB;
    const said = /"message":"(.{0,90})/.exec(text.slice(0, 300))?.[1] ?? 'answered';
    t.diagnostic(
      `${blockMs.toFixed(0)} ms kept, ${tookMs.toFixed(0)} ms, ${text.length} bytes: ${name}: ${said}`,
    );
    worst = blockMs > worst.ms ? { ms: blockMs, name } : worst;
    if (blockMs > (small ? MOST_SMALL_MS : MOST_MS)) {
      failures.push(`${name}: kept the event loop for ${blockMs} ms`);
    }
    if (tookMs > TIMEOUT_MS + 500) {
      failures.push(`${name}: took ${tookMs} ms`);
    }
    if (/INTERNAL_SERVER_ERROR/.test(text.slice(0, 2_000))) {
      failures.push(`${name}: ${text.slice(0, 300)}`);
    }
  }
  const gapMs = await heart.stop();
  const memoryMb = peakMemoryMb();
  t.diagnostic(
    `worst block ${worst.ms} ms (${worst.name}); worst heartbeat ${gapMs.toFixed(0)} ms; peak memory ${memoryMb.toFixed(0)} MB`,
  );
  assert.deepEqual(failures, []);
  assert.ok(memoryMb < 1_024, `the server took ${memoryMb} MB`);
});

test('a checkpoint list with histories that are too long fails with a hint to use shorter pages', async () => {
  const begun = performance.now();
  const { errors } = await server.send(`{ checkpoints(threadId: "${thread}", limit: 10000) { messages } }`);
  assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
  assert.match(
    errors[0].message,
    /^checkpoints: expected .* at most 67108864 bytes.*shorter pages of checkpoints/,
  );
  assert.ok(performance.now() - begun < TIMEOUT_MS);
});

/** The number of slow transactions in the database; only this test starts any. */
async function slowTransactions(): Promise<number> {
  const rows = await database.run<{ query: string }>(
    { name: 'test', text: 'SHOW TRANSACTIONS YIELD currentQuery AS query RETURN query' },
    {},
  );
  return rows.filter(({ query }) => query.includes('PARENT_OF') && query.includes('owner')).length;
}

/** Fails unless the slow transactions end within 1 s, plus the time of one query, because checking takes a query too. */
async function noneLeft(): Promise<void> {
  const begun = performance.now();
  await database.run(
    { name: 'test', text: 'SHOW TRANSACTIONS YIELD currentQuery RETURN count(*) AS count' },
    {},
  );
  const questionMs = performance.now() - begun;
  await until(async () => (await slowTransactions()) === 0, 1_000 + questionMs);
}

const SLOW = (first: number): string =>
  `{ ${Array.from({ length: 15 }, (_, index) => `a${index}: trace(id: "${id}") { steps(first: ${first + index}) { nodes { ancestors(first: ${20 + index}) { nodes { id } } } } }`).join(' ')} }`;

test('when a client disconnects or unsubscribes, its transactions end within 1 s, over HTTP and over a WebSocket', async () => {
  const leaving = request(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  leaving.on('error', () => undefined);
  leaving.end(JSON.stringify({ query: SLOW(400) }));
  await until(async () => (await slowTransactions()) > 0, TIMEOUT_MS);
  leaving.destroy();
  await noneLeft();

  const kit = await startKit();
  const following = kit.follow(SLOW(300));
  const failed = assert.rejects(following.next(TIMEOUT_MS));
  await until(async () => (await slowTransactions()) > 0, TIMEOUT_MS);
  following.stop();
  await failed;
  await noneLeft();
  await kit.close();
});

test('a request that exceeds its deadline is UNAVAILABLE, and its transactions end within 1 s', async () => {
  const timeoutMs = 400;
  const kit = await startKit({ limits: { requestTimeoutMs: timeoutMs } });
  const error = await kit.fail(SLOW(350));
  await noneLeft();
  assert.equal(error.extensions.code, 'UNAVAILABLE');
  assert.match(error.message, /longer than 0\.4 s, and was stopped/);

  const { errors } = await kit.follow(SLOW(250)).next();
  assert.equal(errors[0].extensions.code, 'UNAVAILABLE');
  await noneLeft();
  await kit.close();
});
