import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { cypherText } from '../../src/neo4j/cypher.js';
import type { DemoIds } from '../../src/cli/demo/demo-scene.js';
import { playDemo, type DemoData } from '../kit/demo-data.js';
import { newId, type Kit } from '../kit/kit.js';

const since = '2020-01-01';
const SONNET = 'claude-sonnet-4-5';
const HAIKU = 'claude-haiku-4-5';

let kit: Kit;
let ids: DemoIds;
let projectId: string;
let asked: DemoData['asked'];
let rows: DemoData['rows'];
let table: DemoData['table'];
before(async () => {
  ({ kit, ids, projectId, asked, rows, table } = await playDemo('analysis'));
});
after(() => kit.close());

test('critical-path goes from the memory to the final conclusion, each time through the answer that came last', async () => {
  const path = await rows('critical-path', { traceId: ids.incident });
  assert.deepEqual(
    path.map(({ stepId }) => stepId.replace('demo-x/', '')),
    [
      ...['recall', 'plan', 'logs', 'logs-result', 'suspect', 'guess', 'objection', 'reconsider', 'delegate'],
      ...[
        'delegate-result',
        'explain',
        'cause',
        'approval',
        'act',
        'undo',
        'undo-result',
        'check',
        'rate-after',
      ],
      ...['rate-after-result', 'lesson', 'verdict'],
    ],
  );
  assert.deepEqual([path[0].waitedMs, path[3].toolMs, path[14].name], [null, 2610, 'rollback_deploy']);
  const [{ tookMs }] = await kit.cypher(
    `MATCH (a:Step {projectId: $projectId, id: 'demo-x/recall'})
    MATCH (b:Step {projectId: $projectId, id: 'demo-x/verdict'})
    RETURN datetime(b.createdAt).epochMillis - datetime(a.createdAt).epochMillis AS tookMs`,
    { projectId },
  );
  assert.equal(
    path.reduce((sum: number, { waitedMs }) => sum + Number(waitedMs ?? 0), 0),
    tookMs,
  );
});

test('rests-on returns everything that was derived from one tool result, and nothing else', async () => {
  const found = await table('rests-on', ['stepId', 'distance'], { stepId: 'demo-x/delegate-result' });
  assert.deepEqual(
    found.map(([id, distance]) => `${String(id).replace('demo-x/', '')} ${String(distance)}`),
    [
      ...[
        'explain 1',
        'cause 2',
        'approval 3',
        'act 3',
        'undo 4',
        'undo-result 5',
        'check 6',
        'rate-after 7',
      ],
      ...['rate-after-result 8', 'lesson 3', 'remember 4', 'verdict 4'],
    ],
  );
  assert.deepEqual(await rows('rests-on', { stepId: 'demo-x/capture-result' }), []);
});

test('repeated-tool-calls finds the pool read twice, but not the error rate read for different windows', async () => {
  assert.deepEqual(await rows('repeated-tool-calls'), [
    {
      traceId: 'demo-x',
      toolName: 'get_pool_stats',
      times: 2,
      repetitionMs: 1790,
      stepIds: ['demo-x/pool', 'demo-x/pool-again'],
    },
  ]);
});

test('cost-by-goal returns the own cost, the cost with the goals below, and the cost with the sub-traces', async () => {
  const columns = ['goalId', 'depth', 'status', 'ownCost', 'costWithGoalsBelow', 'costWithSubTraces'];
  assert.deepEqual(await table('cost-by-goal', columns, { traceId: ids.incident }), [
    ['fix', 1, 'completed', 0, 0.19589, 0.200975],
    ['repair', 2, 'completed', 0.00113, 0.110555, 0.110555],
    ['cause', 2, 'completed', 0.02463, 0.085335, 0.09042],
    ['evidence', 3, 'completed', 0.04251, 0.04251, 0.04251],
    ['learn', 3, 'completed', 0.038415, 0.038415, 0.038415],
    ['watch', 3, 'completed', 0.03585, 0.03585, 0.03585],
    ['rollback', 3, 'completed', 0.03516, 0.03516, 0.03516],
    ['network', 3, 'abandoned', 0.018195, 0.018195, 0.018195],
    ['deploys', 3, 'completed', 0, 0, 0.005085],
  ]);
});

test('cost-by-agent-type returns traces, failures, tokens and dollars', async () => {
  const columns = ['agentType', 'traces', 'failed', 'tokens', 'cost', 'p95Cost'];
  assert.deepEqual(await table('cost-by-agent-type', columns, { since }), [
    ['incident-responder', 2, 1, 70892, 0.22856, 0.19589],
    ['night-watch', 1, 1, 5330, 0.00641, 0.00641],
    ['deploy-reviewer', 1, 0, 4313, 0.005085, 0.005085],
  ]);
  assert.deepEqual(await rows('cost-by-agent-type', { since: '9' }), []);
});

test('feedback-origins traces both objections back to the same two tools', async () => {
  assert.deepEqual(await table('feedback-origins', ['type', 'name', 'feedbacks', 'traces', 'steps']), [
    ['tool_call', 'get_error_rate', 2, 2, 2],
    ['tool_call', 'search_logs', 2, 2, 2],
    ['llm_call', HAIKU, 1, 1, 3],
    ['llm_call', SONNET, 1, 1, 2],
    ['memory_read', ids.experience, 1, 1, 1],
    ['tool_call', 'get_pool_stats', 1, 1, 1],
    ['tool_call', 'restart_service', 1, 1, 1],
  ]);
});

test('memory-flow shows that the successful run read what the failed run wrote', async () => {
  assert.deepEqual(await rows('memory-flow'), [
    {
      experienceId: ids.experience,
      writtenIn: ids.monday,
      writerStatus: 'failed',
      readIn: ids.incident,
      readerStatus: 'completed',
      readStepId: 'demo-x/recall',
      stepsOnIt: 1,
    },
  ]);
});

test('failing-sub-paths finds logs, restart, error rate in both failed runs and in no other', async () => {
  assert.deepEqual(await rows('failing-sub-paths', { since, limit: 1_000 }), [
    {
      tools: ['search_logs', 'restart_service', 'get_error_rate'],
      failed: 2,
      completed: 0,
      failedTraces: [ids.tuesday, ids.monday],
    },
  ]);
  assert.deepEqual(await rows('failing-sub-paths', { since, limit: 2 }), []);
});

test('tool-latency returns how long each tool takes', async () => {
  const columns = ['toolName', 'calls', 'unanswered', 'p50Ms', 'p95Ms', 'worstMs', 'togetherMs'];
  assert.deepEqual(await table('tool-latency', columns), [
    ['restart_service', 2, 0, 36900, 48200, 48200, 85100],
    ['rollback_deploy', 1, 0, 21400, 21400, 21400, 21400],
    ['packet_capture', 1, 0, 20000, 20000, 20000, 20000],
    ['delegate', 1, 0, 4870, 4870, 4870, 4870],
    ['search_logs', 3, 0, 1640, 2610, 2610, 5460],
    ['get_pool_stats', 2, 0, 1790, 1830, 1830, 3620],
    ['diff_deploy', 1, 0, 1050, 1050, 1050, 1050],
    ['list_deploys', 1, 0, 720, 720, 720, 720],
    ['get_error_rate', 4, 0, 390, 410, 410, 1590],
  ]);
});

test('tokens-by-model-and-day returns calls, tokens and dollars', async () => {
  const columns = ['model', 'calls', 'promptTokens', 'completionTokens', 'cost'];
  const found = await rows('tokens-by-model-and-day', { since });
  // The demo may run past midnight.
  const sums = [SONNET, HAIKU].map((model) =>
    columns.map((column) =>
      column === 'model'
        ? model
        : found
            .filter((row) => row.model === model)
            .reduce((sum: number, row) => sum + Number(row[column]), 0),
    ),
  );
  assert.deepEqual(sums, [
    [SONNET, 11, 68440, 1474, 0.22743],
    [HAIKU, 6, 9180, 463, 0.011495],
  ]);
  assert.match(found[0].day, /^\d{4}-\d\d-\d\d$/);
});

test('unused-tool-results finds the packet capture, which came too late for any step to depend on it', async () => {
  assert.deepEqual(await rows('unused-tool-results'), [
    {
      toolName: 'packet_capture',
      answers: 1,
      unusedAnswers: 1,
      unusedMs: 20_000,
      stepIds: ['demo-x/capture-result'],
    },
  ]);
});

test('abandoned-goals returns what was spent on the abandoned goal', async () => {
  assert.deepEqual(await rows('abandoned-goals', { since }), [
    {
      traceId: 'demo-x',
      goalId: 'network',
      description: 'Look at the network to the database',
      why: 'The database answers others in 2 ms.',
      messages: 2,
      tokens: 5181,
      cost: 0.018195,
      shareOfTrace: 0.018195 / 0.19589,
    },
  ]);
});

test('prompt-growth shows that the prompts of the longest run grow fastest', async () => {
  const columns = ['traceId', 'model', 'calls', 'firstPrompt', 'lastPrompt', 'growthPerCall', 'promptTokens'];
  assert.deepEqual(await table('prompt-growth', columns, { limit: 3 }), [
    ['demo-x', SONNET, 7, 2310, 12100, 9790 / 6, 59600],
    ['demo-x-monday', SONNET, 4, 1480, 2700, 1220 / 3, 8840],
    ['demo-x-tuesday', HAIKU, 3, 1210, 2020, 405, 5060],
  ]);
});

test('sub-trace-costs returns the costs of the reviewer, and of the run together with it', async () => {
  const columns = ['depth', 'traceId', 'forGoal', 'ownCost', 'costTogether', 'tokensTogether', 'tracesBelow'];
  assert.deepEqual(await table('sub-trace-costs', columns, { traceId: ids.incident }), [
    [0, 'demo-x', null, 0.19589, 0.200975, 65955, 1],
    [1, 'demo-x-review', 'deploys', 0.005085, 0.005085, 4313, 0],
  ]);
});

test('critical-path and rests-on stay fast where steps fan in and out, with 3^60 paths between two of them', async () => {
  const traceId = newId('ladder');
  const layer = (depth: number): string[] => [0, 1, 2].map((column) => `${traceId}/${depth}.${column}`);
  const inputs = Array.from({ length: 61 }, (_, depth) =>
    layer(depth).map((id) => ({
      traceId,
      id,
      type: 'CONCLUSION',
      parentIds: depth === 0 ? [] : layer(depth - 1),
    })),
  ).flat();
  await kit.ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: traceId });
  await kit.ask('mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }', { inputs });
  // All steps were recorded at the same moment, so the highest sequence counts as the last.
  assert.deepEqual(
    await table('critical-path', ['stepId', 'waitedMs'], { traceId }),
    Array.from({ length: 61 }, (_, depth) => [`${traceId}/${depth}.2`, depth === 0 ? null : 0]),
  );
  const found = await table('rests-on', ['stepId', 'distance'], { stepId: `${traceId}/0.0` });
  assert.deepEqual(
    found,
    Array.from({ length: 60 }, (_, depth) => layer(depth + 1).map((id) => [id, depth + 1])).flat(),
  );
});

test('every query returns rows for the demo', async () => {
  const { incident, thread } = ids;
  const parameters = {
    traceId: incident,
    threadId: thread,
    stepId: 'demo-x/verdict',
    since: '2020-01-01',
    limit: 10,
  };
  const unanswered: string[] = [];
  for (const file of readdirSync(new URL('../../../cypher/analysis/', import.meta.url))) {
    const name = file.replace('.cypher', '');
    if (file.endsWith('.cypher') && !name.startsWith('check-')) {
      const special =
        name === 'rests-on' ? { stepId: 'demo-x/recall' } : name === 'resume-points' ? { stepId: null } : {};
      const found = await kit.cypher(cypherText(`analysis/${name}`), {
        projectId,
        ...parameters,
        ...special,
      });
      if (found.length === 0) {
        unanswered.push(name);
      }
    }
  }
  assert.deepEqual(unanswered, []);
});

/** Run in analysis-threads.test.ts. */
const ABOUT_THREADS = [
  'checkpoint-steps.cypher',
  'resume-points.cypher',
  'shared-content.cypher',
  'thread-traces.cypher',
  'trace-threads.cypher',
];

test('the tests above run every query in cypher/analysis, and every file starts with a sentence', () => {
  const files = readdirSync(new URL('../../../cypher/analysis/', import.meta.url)).filter((name) =>
    name.endsWith('.cypher'),
  );
  const questions = files.filter((name) => !name.startsWith('check-'));
  assert.deepEqual([...asked, ...ABOUT_THREADS].sort(), questions.sort());
  for (const name of files) {
    assert.match(
      cypherText(`analysis/${name.replace('.cypher', '')}`),
      /^\/\/ [A-Z].*[.?]( No row.*)?\n/,
      name,
    );
  }
});
