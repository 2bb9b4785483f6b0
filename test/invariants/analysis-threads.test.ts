import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cypherText } from '../../src/neo4j/cypher.js';
import { fork, put } from '../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { addStep, ADD_STEPS, createTrace, updateTrace } from '../kit/writes.js';

// Runs the thread and checkpoint queries on a run that failed, was resumed, and started another.

const projectId = newId('analysis');
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId });
  await fill();
});
after(() => kit.close());

const asked = new Set<string>();

/** The given columns of the rows of cypher/analysis/<name>.cypher, as lists. */
async function table(
  name: string,
  columns: readonly string[],
  parameters: object = {},
): Promise<unknown[][]> {
  asked.add(name);
  const rows = await kit.cypher(cypherText(`analysis/${name}`), { projectId, ...parameters });
  return rows.map((row) => columns.map((column) => row[column]));
}

const SYSTEM = 's'.repeat(98);
const PLAN = 'p'.repeat(498);

async function fill(): Promise<void> {
  const llm = (messages: readonly string[], cost: number): object => ({
    ...{ type: 'LLM_CALL', data: { messages, model: 'm', prompt_tokens: 10, cost } },
  });
  await createTrace(kit, { id: 'first', threadId: 'talk', agentType: 'coder' });
  await kit.ask(ADD_STEPS, {
    inputs: [
      { id: 'plan', ...llm([SYSTEM], 0.1) },
      { id: 'call', type: 'TOOL_CALL', data: { tool_name: 'search' }, parentIds: ['plan'] },
      { id: 'answer', type: 'TOOL_RESULT', parentIds: ['call'] },
      { id: 'reflect', ...llm([SYSTEM, 'abc'], 0.2), parentIds: ['answer', 'plan'] },
    ].map((step) => ({ traceId: 'first', ...step })),
  });
  await createTrace(kit, { id: 'helper', threadId: 'help', parentTraceId: 'first' });
  await addStep(kit, 'helper', { id: 'help', ...llm([SYSTEM], 0.4) });
  await put(
    kit,
    { threadId: 'talk', checkpointId: 'start', step: 0 },
    { messages: [SYSTEM], stepId: 'plan', nextNode: 'tools' },
  );
  await put(
    kit,
    { threadId: 'talk', checkpointId: 'found', step: 1, parentCheckpointId: 'start' },
    { messages: [SYSTEM, 'abc'], state: { plan: PLAN }, toolsResult: { plan: PLAN }, stepId: 'answer' },
  );
  await put(kit, { threadId: 'talk', checkpointId: 'outside', step: 2, parentCheckpointId: 'found' });
  await updateTrace(kit, 'first', { status: 'FAILED', error: 'out of memory' });
  await createTrace(kit, { id: 'second', threadId: 'talk', agentType: 'coder' });
  await updateTrace(kit, 'second', { status: 'COMPLETED' });
  await createTrace(kit, { id: 'elsewhere' });
  await addStep(kit, 'elsewhere', { id: 'lost' });
  await updateTrace(kit, 'elsewhere', { status: 'FAILED' });
  await createTrace(kit, { id: 'empty' });
  await updateTrace(kit, 'empty', { status: 'FAILED' });
  await fork(kit, { id: 'found', threadId: 'branch', checkpointId: 'branch' });
}

test('thread-traces lists the traces of a thread, oldest first, with their cost alone and with the traces below', async () => {
  const columns = [
    'traceId',
    'agentType',
    'status',
    'ownTokens',
    'ownCost',
    'tokensTogether',
    'costTogether',
    'checkpoints',
  ];
  assert.deepEqual(await table('thread-traces', columns, { threadId: 'talk' }), [
    ['first', 'coder', 'failed', 20, 0.3, 30, 0.7, 2],
    ['second', 'coder', 'completed', 0, 0, 0, 0, 0],
  ]);
  assert.deepEqual(await table('thread-traces', columns, { threadId: 'branch' }), []);
});

test('trace-threads lists the threads of a trace and of the traces below it, with the progress of each', async () => {
  const columns = ['depth', 'traceId', 'threadId', 'tracesInThread', 'latestCheckpointId', 'latestStep'];
  assert.deepEqual(await table('trace-threads', columns, { traceId: 'first' }), [
    [0, 'first', 'talk', 2, 'outside', 2],
    [1, 'helper', 'help', 1, null, null],
  ]);
  assert.deepEqual(await table('trace-threads', columns, { traceId: 'elsewhere' }), []);
});

test('checkpoint-steps lists each checkpoint of a thread with the step and trace where it was taken', async () => {
  const columns = [
    'step',
    'checkpointId',
    'nextNode',
    'messages',
    'traceId',
    'status',
    'stepId',
    'sequence',
    'type',
    'name',
  ];
  assert.deepEqual(await table('checkpoint-steps', columns, { threadId: 'talk' }), [
    [0, 'start', 'tools', 1, 'first', 'failed', 'plan', 1, 'llm_call', 'm'],
    [1, 'found', '', 2, 'first', 'failed', 'answer', 3, 'tool_result', null],
    [2, 'outside', '', 0, null, null, null, null, null, null],
  ]);
});

test('resume-points finds the checkpoint nearest to the last step of each failed trace, or to a given step', async () => {
  const columns = [
    'traceId',
    'status',
    'error',
    'stepId',
    'distance',
    'takenAtStepId',
    'checkpointId',
    'threadId',
    'step',
  ];
  assert.deepEqual(await table('resume-points', columns, { stepId: null }), [
    ['first', 'failed', 'out of memory', 'reflect', 1, 'answer', 'found', 'talk', 1],
    ['elsewhere', 'failed', null, 'lost', null, null, null, null, null],
  ]);
  assert.deepEqual(
    await table('resume-points', ['stepId', 'distance', 'checkpointId', 'nextNode'], { stepId: 'call' }),
    [['call', 1, 'start', 'tools']],
  );
  const { step } = await kit.ask('query { step(id: "reflect") { nearestCheckpoint { id } } }');
  assert.equal(step.nearestCheckpoint.id, 'found', 'as the API says');
  assert.deepEqual(await table('resume-points', columns, { stepId: 'unknown' }), []);
});

test('shared-content compares the characters stored once with those of every owner, by kind and in total', async () => {
  const columns = ['what', 'chunks', 'storedCharacters', 'wholeCharacters', 'timesSmaller'];
  // The system message is used six times (three prompts, three checkpoints), the next three times, the plan four times.
  assert.deepEqual(await table('shared-content', columns), [
    ['all', 3, 100 + 5 + 500, 600 + 15 + 2_000, 2_615 / 605],
    ['state', 1, 500, 1_000, 2],
    ['tool results', 1, 500, 1_000, 2],
    ['messages of checkpoints', 2, 105, 310, 310 / 105],
    ['messages of steps', 2, 105, 305, 305 / 105],
  ]);
});

test('the tests above run every query about threads', () => {
  assert.deepEqual([...asked].sort(), [
    'checkpoint-steps',
    'resume-points',
    'shared-content',
    'thread-traces',
    'trace-threads',
  ]);
});
