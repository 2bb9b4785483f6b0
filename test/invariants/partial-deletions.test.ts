import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StemmaError } from '../../src/base/errors.js';
import { deleteThreadEvents } from '../../src/domain/run-events/delete-run-events.js';
import { deleteTrace } from '../../src/domain/traces/delete-trace.js';
import type { Database } from '../../src/neo4j/database.js';
import { newId, startKit, until, type Kit } from '../kit/kit.js';
import { addMessages, newTrace } from '../kit/live.js';

// A deletion is several transactions. If the database becomes unavailable between two of them, its error must not claim that nothing
// was written, and what it hid must still be cleared.

const projectId = newId('project');
/** The write transactions that the database still runs before it becomes unavailable for one; Infinity: it stays available. */
let left = Infinity;
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId, wrap: failing });
});
after(() => kit.close());

function failing(database: Database): Database {
  const wrapped: Database = {
    ...database,
    within: (scope) => ({ ...database.within(scope), unscoped: wrapped }),
    get unscoped() {
      return wrapped;
    },
    write(name, work) {
      // The rest of an earlier test's deletion may still be running.
      if (name === 'collect released content') {
        return database.write(name, work);
      }
      left -= 1;
      if (left >= 0) {
        return database.write(name, work);
      }
      left = Infinity;
      return Promise.reject(
        new StemmaError('UNAVAILABLE', 'the database is not available; nothing was written'),
      );
    },
  };
  return wrapped;
}

/** The same database, except that the answer to its first commit is lost: the transaction runs once more. */
function answerLost(database: Database): Database {
  let first = true;
  return {
    ...database,
    async write(name, work) {
      if (first) {
        first = false;
        await database.write(name, work);
      }
      return await database.write(name, work);
    },
  };
}

const PUT_EVENTS = 'mutation ($inputs: [RunEventInput!]!) { putRunEvents(inputs: $inputs) { seq } }';

async function threadWithEvents(count: number): Promise<string> {
  const threadId = newId('thread');
  await kit.ask(PUT_EVENTS, {
    inputs: Array.from({ length: count }, () => ({
      threadId,
      runId: 'run',
      eventType: 'x',
      category: 'message',
    })),
  });
  return threadId;
}

async function threadWithCheckpoints(count: number): Promise<string> {
  const threadId = newId('thread');
  for (let step = 0; step < count; step += 1) {
    await kit.ask('mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }', {
      input: { metadata: { threadId, step }, messages: ['x'] },
    });
  }
  return threadId;
}

interface Deletion {
  /** Creates what to delete, and returns the mutation. */
  readonly prepare: () => Promise<{ readonly mutation: string; readonly id: string }>;
  /** Whether the server finishes it by itself, rather than leave the rest to another call. */
  readonly finishes: boolean;
}

const DELETIONS: Record<string, Deletion> = {
  deleteTrace: {
    async prepare() {
      const id = await newTrace(kit);
      await addMessages(kit, id, 10);
      return { mutation: 'deleteTrace(id: $id) { traces }', id };
    },
    finishes: true,
  },
  deleteThreadEvents: {
    prepare: async () => ({ mutation: 'deleteThreadEvents(threadId: $id)', id: await threadWithEvents(10) }),
    finishes: true,
  },
  deleteRunEvents: {
    prepare: async () => ({
      mutation: 'deleteRunEvents(threadId: $id, runId: "run")',
      id: await threadWithEvents(300),
    }),
    finishes: false,
  },
  deleteCheckpointThread: {
    prepare: async () => ({
      mutation: 'deleteCheckpointThread(threadId: $id)',
      id: await threadWithCheckpoints(60),
    }),
    finishes: false,
  },
};

/** How many nodes a trace or thread has. A thread itself is not counted: it stays when only a run is deleted. */
async function nodesOf(id: string): Promise<number> {
  const [row] = await kit.cypher<{ nodes: number }>(
    `MATCH (n:!Thread) WHERE n.projectId = $projectId AND (n.id = $id OR n.traceId = $id OR n.threadId = $id)
     RETURN count(n) AS nodes`,
    { projectId, id },
  );
  return row?.nodes ?? 0;
}

for (const [name, { prepare, finishes }] of Object.entries(DELETIONS)) {
  test(`${name} that fails after its first commit is UNAVAILABLE with written UNKNOWN, before it with NO`, async () => {
    const { mutation, id } = await prepare();
    const query = `mutation ($id: ID!) { ${mutation} }`;
    const nodes = await nodesOf(id);
    left = 0;
    const before = await kit.fail(query, { id });
    assert.deepEqual(
      [before.extensions.code, before.extensions.written, await nodesOf(id)],
      ['UNAVAILABLE', 'NO', nodes],
    );
    left = 1;
    const between = await kit.fail(query, { id });
    assert.deepEqual([between.extensions.code, between.extensions.written], ['UNAVAILABLE', 'UNKNOWN']);
    assert.equal(
      between.message,
      `the database became unavailable after a part was committed; ${finishes ? 'the server does the rest once the database is back' : 'send the request again to do the rest'}`,
    );
    assert.ok((await nodesOf(id)) > 0, 'the rest is still there');
    if (!finishes) {
      await kit.ask(query, { id });
    }
    await until(async () => (await nodesOf(id)) === 0);
  });
}

test('a deletion whose commit was answered too late counts what it deleted', async () => {
  const database = answerLost(kit.database);
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 10);
  const counts = await deleteTrace(database, {
    ...{ projectId, id: traceId, includeSubTraces: false },
    ...{ onDeleted: () => undefined, finishLater: () => assert.fail() },
  });
  assert.deepEqual([counts.traces, counts.messages, await nodesOf(traceId)], [1, 10, 0]);
  const threadId = await threadWithEvents(10);
  const events = await deleteThreadEvents(answerLost(kit.database), {
    ...{ projectId, threadId, onEnded: () => undefined, finishLater: () => assert.fail() },
  });
  assert.deepEqual([events, await nodesOf(threadId)], [10, 0]);
});

test('clearing a deleted trace does not touch a later one with the same id', async () => {
  const id = await newTrace(kit);
  await addMessages(kit, id, 10);
  let finish: (() => Promise<unknown>) | undefined;
  left = 1;
  await assert.rejects(
    deleteTrace(kit.database, {
      ...{ projectId, id, includeSubTraces: false, onDeleted: () => undefined },
      finishLater: (rest) => (finish = rest),
    }),
  );
  await finish?.();
  await kit.ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id });
  await addMessages(kit, id, 3);
  const nodes = await nodesOf(id);
  await finish?.();
  assert.ok(nodes > 3);
  assert.equal(await nodesOf(id), nodes);
});
