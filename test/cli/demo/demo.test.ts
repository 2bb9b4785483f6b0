import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cypherText } from '../../../src/neo4j/cypher.js';
import { demoIds, type DemoIds } from '../../../src/cli/demo/demo-scene.js';
import { EVENT_TYPES } from '../../../src/domain/events/events.js';
import { startKit, type Kit } from '../../kit/kit.js';

const PROJECT = 'demo-test';
const STEMMA = fileURLToPath(new URL('../../../../bin/stemma.mjs', import.meta.url));
const STEP_TYPES = [
  'conclusion',
  'feedback',
  'llm_call',
  'memory_read',
  'memory_write',
  'tool_call',
  'tool_result',
];

let kit: Kit;
let narration: string;
let ids: DemoIds;
before(async () => {
  kit = await startKit({ projectId: PROJECT });
  const { stdout } = await promisify(execFile)(process.execPath, [STEMMA, 'demo', '--fast'], {
    env: { ...process.env, STEMMA_URL: kit.url },
  });
  narration = stdout;
  ids = demoIds(/traceEvents\(traceId: "demo-(\w+)"/.exec(stdout)?.[1] ?? 'not printed');
});
after(() => kit.close());

test('the demo prints where to watch and describes each thing it does on one line', () => {
  assert.ok(narration.includes(`open ${kit.url}/graphql in a browser`), narration);
  for (const line of [
    /an earlier run failed, and remembered why/,
    /calls three tools in parallel/,
    /a person stops the run and objects/,
    /a sub-agent starts: trace demo-\w+-review/,
    /the completion runs up to the root/,
    /the run is complete/,
  ]) {
    assert.match(narration, line);
  }
});

test('the demo writes every step type, and so does the run to watch on its own', async () => {
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { steps(first: 500) { nodes { type } } } }',
    {
      id: ids.incident,
    },
  );
  const types = new Set<string>(trace.steps.nodes.map(({ type }: { type: string }) => type.toLowerCase()));
  assert.deepEqual([...types].sort(), STEP_TYPES);
  assert.deepEqual(
    await kit.cypher(
      'MATCH (s:Step) WHERE s.projectId = $projectId AND s.traceId = $traceId WITH DISTINCT s.type AS type ORDER BY type RETURN collect(type) AS types',
      { projectId: PROJECT, traceId: ids.incident },
    ),
    [{ types: STEP_TYPES }],
  );
});

test('traceEvents delivers every event type for the run to watch, plus a custom one', async () => {
  const { trace } = await kit.ask('query ($id: ID!) { trace(id: $id) { lastEventId } }', {
    id: ids.incident,
  });
  const live = kit.follow(
    'subscription ($id: ID!) { traceEvents(traceId: $id, since: 0) { ... on TraceEvent { eventId type } } }',
    { id: ids.incident },
  );
  await live.next();
  const types = new Set<string>();
  for (let expected = 1; expected <= trace.lastEventId; expected += 1) {
    const { eventId, type } = (await live.next()).data.traceEvents;
    assert.equal(eventId, expected);
    types.add(type);
  }
  live.stop();
  assert.deepEqual([...types].sort(), [...EVENT_TYPES, 'note'].sort());
});

test('the run to watch has goals three levels deep, and the cascade completes all but the abandoned one', async () => {
  const { trace } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { status goalTree { goals { goalId parentId type status } } } }',
    { id: ids.incident },
  );
  assert.equal(trace.status, 'COMPLETED');
  assert.deepEqual(
    trace.goalTree.goals.map((goal: any) => [goal.goalId, goal.parentId, goal.type, goal.status].join(' ')),
    [
      'fix  NORMAL COMPLETED',
      'cause fix NORMAL COMPLETED',
      'evidence cause NORMAL COMPLETED',
      'network cause NORMAL ABANDONED',
      'deploys cause AGENT_CALL COMPLETED',
      'repair fix NORMAL COMPLETED',
      'learn repair NORMAL COMPLETED',
      'rollback repair NORMAL COMPLETED',
      'watch repair NORMAL COMPLETED',
    ],
  );
  const cascades = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { events(first: 500) { nodes { ... on GoalUpdated { goalId patch affectedGoals { goalId status } } } } } }',
    { id: ids.incident },
  );
  const last = cascades.trace.events.nodes.filter(({ patch }: any) => patch?.status === 'completed').at(-1);
  assert.deepEqual(last, {
    goalId: 'learn',
    patch: { status: 'completed' },
    affectedGoals: [
      { goalId: 'repair', status: 'COMPLETED' },
      { goalId: 'fix', status: 'COMPLETED' },
    ],
  });
});

test('a model call depends on three tool results, and a sub-trace works on a goal', async () => {
  const { step, trace } = await kit.ask(
    `query ($step: ID!, $trace: ID!) {
      step(id: $step) { parents { id type } }
      trace(id: $trace) { status summary parentGoal { goalId } parent { id } totalSteps }
    }`,
    { step: `${ids.incident}/suspect`, trace: ids.review },
  );
  assert.deepEqual(
    step.parents,
    ['logs', 'rate', 'pool'].map((name) => ({ id: `${ids.incident}/${name}-result`, type: 'TOOL_RESULT' })),
  );
  assert.equal(trace.status, 'COMPLETED');
  assert.match(trace.summary, /DB_POOL_MAX/);
  assert.deepEqual(
    [trace.parent.id, trace.parentGoal.goalId, trace.totalSteps],
    [ids.incident, 'deploys', 8],
  );
});

test('the traces that the demo writes pass the goal, trace and edge checks', async () => {
  for (const name of ['check-goal-stats', 'check-trace', 'check-edges']) {
    for (const traceId of [ids.monday, ids.tuesday, ids.incident, ids.review]) {
      const parameters = { projectId: PROJECT, traceId };
      assert.deepEqual(
        await kit.cypher(cypherText(`analysis/${name}`), parameters),
        [],
        `${name} of ${traceId}`,
      );
    }
  }
});

test('the on-call agent has a thread with messages, checkpoints of two runs and a branch before the wrong guess', async () => {
  const { checkpointTree, commonCheckpoint, threadMessages, incident, monday } = await kit.ask(
    `query ($thread: ID!, $cause: ID!, $again: ID!, $incident: ID!, $monday: ID!) {
      checkpointTree(threadId: $thread) { nodes { depth checkpoint { id nextNode metadata { threadId step } } } }
      commonCheckpoint(a: $cause, b: $again) { id }
      threadMessages(threadId: $thread, limit: 100) { runId eventType content }
      incident: trace(id: $incident) { messages(first: 100) { nodes { content } } thread { id } }
      monday: trace(id: $monday) { messages(first: 100) { nodes { content } } thread { id } }
    }`,
    {
      ...ids,
      cause: `${ids.thread}/cause`,
      again: `${ids.branch}/again`,
    },
  );
  const named = (id: string): string => id.replace(/^demo-\w+-/, '');
  assert.deepEqual(
    checkpointTree.nodes.map(({ depth, checkpoint }: any) => [
      depth,
      named(checkpoint.id),
      checkpoint.nextNode,
      checkpoint.metadata.step,
    ]),
    [
      [0, 'thread/monday', 'think', 0],
      [1, 'thread/evidence', 'think', 1],
      [2, 'thread/guess', 'wait', 2],
      [3, 'thread/cause', 'repair', 3],
      [2, 'branch/start', 'think', 0],
      [3, 'branch/again', 'tools', 1],
    ],
  );
  assert.equal(named(commonCheckpoint.id), 'thread/evidence');
  assert.deepEqual([incident.thread.id, monday.thread.id], [ids.thread, ids.thread]);
  const said = (runId: string): unknown[] =>
    threadMessages.filter((event: any) => event.runId === runId).map((event: any) => event.content);
  const heard = (trace: any): unknown[] => trace.messages.nodes.map((message: any) => message.content);
  assert.deepEqual(said(ids.monday), heard(monday));
  // The status report is streamed alongside the conversation.
  assert.deepEqual(
    said(ids.incident),
    heard(incident).filter((content) => !String(content).startsWith('Status:')),
  );
});

test('the queries that the demo prints for pasting into the page return data', async () => {
  const queries = [...narration.matchAll(/^ {2}(\{[^]*?)\n\n/gm)].map(([, query = '']) => query);
  assert.equal(queries.length, 2, narration);
  for (const query of queries) {
    const answer = await kit.ask(query);
    assert.ok(
      Object.values(answer).every((value) => value !== null),
      JSON.stringify(answer),
    );
  }
  assert.match(narration, /npx stemma watch demo-\w+\n/);
});
