import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { cypherText } from '../../src/neo4j/cypher.js';
import type { DemoIds } from '../../src/cli/demo/demo-scene.js';
import { put } from '../kit/checkpoint-writes.js';
import { playDemo, type DemoData } from '../kit/demo-data.js';
import type { Kit } from '../kit/kit.js';
import { addStep, createTrace } from '../kit/writes.js';

let kit: Kit;
let ids: DemoIds;
let projectId: string;
let asked: DemoData['asked'];
let rows: DemoData['rows'];
let table: DemoData['table'];
before(async () => {
  ({ kit, ids, projectId, asked, rows, table } = await playDemo('checks'));
});
after(() => kit.close());

const GOAL_FIGURES = [
  'MessageCount',
  'ErrorCount',
  'UnpricedCount',
  'PromptTokens',
  'CompletionTokens',
  'CacheReadTokens',
  'CacheWriteTokens',
  'ReasoningTokens',
  'TotalTokens',
  'TotalCost',
  'PreviewSequence',
];

test('check-goal-stats returns no row for correct stats and one for each wrong figure, to a billionth of a dollar', async () => {
  assert.deepEqual(await rows('check-goal-stats', { traceId: ids.incident }), []);
  for (const name of ['self', 'cumulative'].flatMap((prefix) =>
    [...GOAL_FIGURES, 'StepCount'].map((figure) => prefix + figure),
  )) {
    const [{ before }] = await kit.cypher(
      `MATCH (g:Goal {projectId: $projectId, traceId: $traceId, goalId: 'repair'}) WITH g, g.${name} AS before
      SET g.${name} = before + CASE WHEN $name ENDS WITH 'Cost' THEN 1e-9 ELSE 1 END RETURN before`,
      { projectId, traceId: ids.incident, name },
    );
    const found = await rows('check-goal-stats', { traceId: ids.incident });
    assert.deepEqual(
      found.map((row) => [row.goalId, row.name, row.recounted]),
      [['repair', name, before]],
    );
    assert.notEqual(found[0].stored, before);
    await kit.cypher(
      `MATCH (g:Goal {projectId: $projectId, traceId: $traceId, goalId: 'repair'})
      SET g.${name} = CASE WHEN $name ENDS WITH 'Cost' THEN toFloat($before) ELSE toInteger($before) END`,
      { projectId, traceId: ids.incident, name, before },
    );
  }
  assert.deepEqual(await rows('check-goal-stats', { traceId: ids.incident }), []);
});

test('check-trace returns no row for a correct trace, one for each wrong total, and one for a gap in the log', async () => {
  assert.deepEqual(await rows('check-trace', { traceId: ids.incident }), []);
  const counters = ['totalSteps', 'lastStepSequence', 'lastMessageSequence', 'lastEventId'];
  const figures = GOAL_FIGURES.map((figure) => figure.charAt(0).toLowerCase() + figure.slice(1));
  for (const name of [...figures, ...counters]) {
    const [{ before }] = await kit.cypher(
      `MATCH (t:Trace {projectId: $projectId, id: $traceId}) WITH t, t.${name} AS before
      SET t.${name} = before + CASE WHEN $name = 'totalCost' THEN 1e-9 ELSE 1 END RETURN before`,
      { projectId, traceId: ids.incident, name },
    );
    assert.deepEqual(await table('check-trace', ['name', 'recounted'], { traceId: ids.incident }), [
      [name, before],
    ]);
    await kit.cypher(
      `MATCH (t:Trace {projectId: $projectId, id: $traceId})
      SET t.${name} = CASE WHEN $name = 'totalCost' THEN toFloat($before) ELSE toInteger($before) END`,
      { projectId, traceId: ids.incident, name, before },
    );
  }
  // An entry that is no message or step, in the middle of the log.
  const [{ eventId }] = await kit.cypher(
    `MATCH (e:Event {projectId: $projectId, traceId: $traceId}) WHERE NOT e:Message AND NOT e:Step AND e.eventId > 1
     RETURN e.eventId AS eventId ORDER BY eventId LIMIT 1`,
    { projectId, traceId: ids.incident },
  );
  const move = async (from: string, to: string): Promise<void> => {
    await kit.cypher(
      'MATCH (e:Event {projectId: $projectId, traceId: $from, eventId: $eventId}) SET e.traceId = $to',
      { projectId, from, to, eventId },
    );
  };
  await move(ids.incident, 'elsewhere');
  const [gap] = await rows('check-trace', { traceId: ids.incident });
  assert.deepEqual([gap.name, gap.recounted - gap.stored], ['events in the log', 1]);
  await move('elsewhere', ids.incident);
  assert.deepEqual(await rows('check-trace', { traceId: ids.incident }), []);
});

test('check-edges returns no row for correct edges, one for each id without its edge, and one for each extra edge', async () => {
  for (const traceId of [ids.monday, ids.tuesday, ids.incident, ids.review]) {
    assert.deepEqual(await rows('check-edges', { traceId }), []);
  }
  const nodes = {
    goal: "MATCH (n:Goal {projectId: $projectId, traceId: 'demo-x', goalId: 'learn'})",
    message: "MATCH (n:Message {projectId: $projectId, id: 'demo-x/report'})",
    report: "MATCH (n:Message {projectId: $projectId, traceId: 'demo-x', sequence: 3})",
    step: "MATCH (n:Step {projectId: $projectId, id: 'demo-x/cause'})",
    review: "MATCH (n:Trace {projectId: $projectId, id: 'demo-x-review'})",
  };
  const cases = [
    { at: nodes.goal, property: 'parentId', edge: '<-[r:PARENT_OF]-', row: 'Goal parent' },
    { at: nodes.goal, property: null, edge: '-[r:BELONGS_TO]->', row: 'Goal home' },
    { at: nodes.message, property: 'goalId', edge: '-[r:BELONGS_TO]->', row: 'Message home' },
    { at: nodes.report, property: 'stepId', edge: '<-[r:PRODUCED]-', row: 'Message step' },
    { at: nodes.step, property: 'goalId', edge: '-[r:BELONGS_TO]->', row: 'Step home' },
    { at: nodes.step, property: 'parentIds', edge: '<-[r:PARENT_OF]-', row: 'Step parents' },
    { at: nodes.review, property: null, edge: '<-[r:PARENT_OF]-', row: 'Trace parent' },
    { at: nodes.review, property: 'parentGoalId', edge: '-[r:BELONGS_TO]->', row: 'Trace goal' },
  ];
  for (const { at, property, edge, row } of cases) {
    const traceId = at === nodes.review ? ids.review : ids.incident;
    const broken = async (): Promise<string[]> =>
      (await rows('check-edges', { traceId })).map(
        ({ label, edge: name }) => `${label as string} ${name as string}`,
      );
    const created = edge.replace('r:', ':');
    await kit.cypher(`${at} MATCH (n)${edge}(o) WITH n, o LIMIT 1 CREATE (n)${created}(o)`, { projectId });
    assert.deepEqual(await broken(), [row], `${row}: an edge twice`);
    await kit.cypher(`${at} MATCH (n)${edge}(o) WITH o, collect(r) AS rs FOREACH (r IN rs[1..] | DELETE r)`, {
      projectId,
    });
    assert.deepEqual(await broken(), [], `${row}: mended`);
    await kit.cypher(`${at} MATCH (n)${edge}(o) WITH n, r, o LIMIT 1 DELETE r MERGE (n)-[:LOST]->(o)`, {
      projectId,
    });
    assert.deepEqual(await broken(), [row], `${row}: an edge lost`);
    await kit.cypher(`${at} MATCH (n)-[lost:LOST]->(o) DELETE lost CREATE (n)${created}(o)`, { projectId });
    assert.deepEqual(await broken(), [], `${row}: mended`);
    if (property !== null) {
      const other = property === 'parentIds' ? ['demo-x/plan'] : 'fix';
      await kit.cypher(`${at} SET n.kept = n.${property}, n.${property} = $other`, { projectId, other });
      assert.deepEqual(await broken(), [row], `${row}: another id`);
      await kit.cypher(`${at} SET n.${property} = n.kept REMOVE n.kept`, { projectId });
      assert.deepEqual(await broken(), [], `${row}: mended`);
    }
  }
});

test('check-content returns no row for correct content, and one for each wrong chunk or owner', async () => {
  const messages = ['a', 'b', 'c'];
  const state = { 'a "b" \\\n': 'x'.repeat(300), 'c"],["d': 'y'.repeat(300), short: 1 };
  await put(
    kit,
    { threadId: 'check', checkpointId: 'check', step: 0 },
    { messages, state, toolsResult: state },
  );
  const { id: traceId } = await createTrace(kit);
  const { id: stepId } = await addStep(kit, traceId, {
    type: 'LLM_CALL',
    data: { messages: ['a', 'b', 'other'] },
  });
  const found = async (): Promise<string[]> =>
    (await rows('check-content')).map(({ label, name }) => `${label as string}: ${name as string}`);
  assert.deepEqual(await found(), []);
  const at = 'MATCH (c:Checkpoint {projectId: $projectId, id: "check"})';
  const chain = `${at}-[:MESSAGES]->(last)-[after:AFTER]->(middle)-[:AFTER]->(first)`;
  const cases = [
    [
      'a chunk that nobody holds',
      'CREATE (:Content {projectId: $projectId, id: "alone", position: 1})',
      'Content: held by someone',
    ],
    ['a hole', `${chain} DELETE after`, 'Content: place of the chunk before'],
    ['an edge twice', `${chain} CREATE (last)-[:AFTER]->(middle)`, 'Content: place of the chunk before'],
    [
      'an edge over one',
      `${chain} CREATE (last)-[:AFTER]->(first) DELETE after`,
      'Content: place of the chunk before',
    ],
    [
      'a wrong place',
      `${chain} SET first.position = 0`,
      'Content: place from 1',
      'Content: place of the chunk before',
    ],
    [
      'messages lost',
      `${at}-[r:MESSAGES]->(last) CREATE (:Checkpoint {projectId: $projectId, id: "c", messageCount: 3, messagesId: last.id})-[:MESSAGES]->(last) DELETE r`,
      'Checkpoint: messages',
    ],
    ['messages of others', `${at} SET c.messagesId = "x"`, 'Checkpoint: messages'],
    ['too many messages', `${at} SET c.messageCount = 4`, 'Checkpoint: messages'],
    [
      'messages that are none',
      `${at}-[r:MESSAGES]->() DELETE r REMOVE c.messagesId`,
      'Checkpoint: number of messages',
      'Content: held by someone',
    ],
    ['state lost', `${at}-[r:STATE]->() WITH r LIMIT 1 DELETE r`, 'Checkpoint: values of state'],
    [
      'state too much',
      `${at}-[:MESSAGES]->(last) CREATE (c)-[:STATE {key: "z"}]->(last)`,
      'Checkpoint: each value of state',
      'Checkpoint: values of state',
    ],
    [
      'another state',
      `${at}-[r:STATE]->(chunk) WHERE chunk.text STARTS WITH '"y' SET r.key = "d"`,
      'Checkpoint: each value of state',
    ],
    ['state unknown', `${at} REMOVE c.stateIds`, 'Checkpoint: values of state'],
    [
      'tool results lost',
      `${at}-[r:TOOLS_RESULT]->() WITH r LIMIT 1 DELETE r`,
      'Checkpoint: values of tool results',
    ],
    [
      'other tool results',
      `${at} SET c.toolsResultIds = replace(c.toolsResultIds, '"],["', '"],["x')`,
      'Checkpoint: each value of tool results',
    ],
    [
      'a prompt lost',
      'MATCH (s:Step {projectId: $projectId, id: $stepId})-[r:MESSAGES]->() DELETE r',
      'Content: held by someone',
      'Step: messages',
    ],
    [
      'a prompt too much',
      'MATCH (s:Step {projectId: $projectId, id: $stepId}) REMOVE s.messagesId',
      'Step: messages',
    ],
  ] as const;
  for (const [name, sabotage, ...expected] of cases) {
    assert.deepEqual(await sabotaged(sabotage, { stepId }), expected, name);
  }
  assert.deepEqual(await found(), []);
});

test('check-content returns no row for objects that are content, and one for each wrong one', async () => {
  const checkpointId = 'check-objects';
  const state = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`k "@${index}" \\\n`, `${index} `.repeat(200)]),
  );
  await put(kit, { threadId: 'check', checkpointId, step: 1 }, { state, toolsResult: state });
  const found = async (): Promise<string[]> =>
    (await rows('check-content')).map(({ label, name }) => `${label as string}: ${name as string}`);
  assert.deepEqual(await found(), []);
  const at = 'MATCH (c:Checkpoint {projectId: $projectId, id: "check-objects"})';
  const cases = [
    [
      'a value lost',
      `${at}-[:STATE]->()-[r:VALUE]->() WITH r LIMIT 1 DELETE r`,
      'Content: held by someone',
      'Content: values of object',
    ],
    [
      'a value too much',
      `${at}-[:STATE]->(last) CREATE (last)-[:VALUE]->(:Content {projectId: $projectId, id: "x", position: 1})`,
      'Content: values of object',
    ],
    ['another object', `${at} SET c.stateId = "x"`, 'Checkpoint: state as content'],
    ['two forms', `${at} SET c.toolsResult = "{}"`, 'Checkpoint: one form of tool results'],
    ['an object lost', `${at}-[r:TOOLS_RESULT]->() DELETE r`, 'Checkpoint: tool results as content'],
  ] as const;
  for (const [name, sabotage, ...expected] of cases) {
    assert.deepEqual(await sabotaged(sabotage, {}), expected, name);
  }
  assert.deepEqual(await found(), []);
});

/** What check-content reports for a sabotage, which is then rolled back. */
async function sabotaged(text: string, parameters: object): Promise<string[]> {
  const found: string[] = [];
  const rolledBack = new Error('rolled back');
  await kit.database
    .write('test', async (transaction) => {
      await transaction.run({ name: 'test', text }, { projectId, ...parameters });
      const check = { name: 'test', text: cypherText('analysis/check-content') };
      const problems = await transaction.run<{ label: string; name: string }>(check, { projectId });
      found.push(...new Set(problems.map(({ label, name }) => `${label}: ${name}`)));
      throw rolledBack;
    })
    .catch((error: unknown) => assert.equal(error, rolledBack));
  return found.sort();
}

test('the tests above run every check in cypher/analysis', () => {
  const files = readdirSync(new URL('../../../cypher/analysis/', import.meta.url)).filter((name) =>
    name.startsWith('check-'),
  );
  assert.deepEqual([...asked].sort(), files.sort());
});
