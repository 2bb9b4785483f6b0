import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StemmaError } from '../../src/base/errors.js';
import { deleteCheckpoints } from '../../src/domain/checkpoints/delete-checkpoints.js';
import { deleteRunEvents, deleteThreadEvents } from '../../src/domain/run-events/delete-run-events.js';
import { deleteTrace } from '../../src/domain/traces/delete-trace.js';
import type { Database } from '../../src/neo4j/database.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { addMessages, newTrace } from '../kit/live.js';

// A deletion is several transactions. If the database becomes unavailable between two of them, its error must not claim that nothing
// was written.

const projectId = newId('project');
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId });
});
after(() => kit.close());

/** The kit's database, which becomes unavailable after so many write transactions. */
function failingAfter(transactions: number): Database {
  let left = transactions;
  return {
    ...kit.database,
    write(work) {
      left -= 1;
      return left < 0
        ? Promise.reject(new StemmaError('UNAVAILABLE', 'the database is not available; nothing was written'))
        : kit.database.write(work);
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

const DELETIONS: Record<string, () => Promise<(database: Database) => Promise<unknown>>> = {
  async deleteTrace() {
    const id = await newTrace(kit);
    await addMessages(kit, id, 10);
    return (database) =>
      deleteTrace(database, { projectId, id, includeSubTraces: false, onGone: () => undefined });
  },
  async deleteThreadEvents() {
    const threadId = await threadWithEvents(10);
    return (database) => deleteThreadEvents(database, { projectId, threadId, onEnded: () => undefined });
  },
  async deleteRunEvents() {
    const threadId = await threadWithEvents(300);
    return (database) => deleteRunEvents(database, { projectId, threadId, runId: 'run' });
  },
  async deleteCheckpoints() {
    const threadId = await threadWithCheckpoints(60);
    return (database) => deleteCheckpoints(database, { projectId, threadId });
  },
};

for (const [name, prepare] of Object.entries(DELETIONS)) {
  test(`${name} that fails after its first commit is UNAVAILABLE with written UNKNOWN, before it with NO`, async () => {
    const remove = await prepare();
    await assert.rejects(remove(failingAfter(0)), { code: 'UNAVAILABLE', written: 'NO' });
    await assert.rejects(remove(failingAfter(1)), {
      code: 'UNAVAILABLE',
      written: 'UNKNOWN',
      message:
        'the database became unavailable after a part was committed; send the request again to do the rest',
    });
  });
}
