import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { DemoIds } from '../src/demo-scene.js';
import { playDemo, type DemoData } from './demo-data.js';
import type { Kit } from './kit.js';

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
  'PromptTokens',
  'CompletionTokens',
  'TotalTokens',
  'TotalCost',
  'PreviewSequence',
];

test('check-goal-stats has no row when right, and one for each figure that is not, to a billionth of a dollar', async () => {
  assert.deepEqual(await rows('check-goal-stats', { traceId: ids.incident }), []);
  for (const name of ['self', 'cumulative'].flatMap((prefix) =>
    GOAL_FIGURES.map((figure) => prefix + figure),
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

test('check-trace has no row when right, one for each total that is not, and one for a gap in the log', async () => {
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
  const move = async (from: string, to: string): Promise<void> => {
    await kit.cypher(
      'MATCH (e:Event {projectId: $projectId, traceId: $from, eventId: 7}) SET e.traceId = $to',
      {
        projectId,
        from,
        to,
      },
    );
  };
  await move(ids.incident, 'elsewhere');
  const [gap] = await rows('check-trace', { traceId: ids.incident });
  assert.deepEqual([gap.name, gap.recounted - gap.stored], ['events in the log', 1]);
  await move('elsewhere', ids.incident);
  assert.deepEqual(await rows('check-trace', { traceId: ids.incident }), []);
});

test('check-edges has no row when right, one for each id without its edge, and one for each edge too many', async () => {
  for (const traceId of [ids.monday, ids.tuesday, ids.incident, ids.review]) {
    assert.deepEqual(await rows('check-edges', { traceId }), []);
  }
  const nodes = {
    goal: "MATCH (n:Goal {projectId: $projectId, traceId: 'demo-x', goalId: 'learn'})",
    message: "MATCH (n:Message {projectId: $projectId, id: 'demo-x/report'})",
    told: "MATCH (n:Message {projectId: $projectId, traceId: 'demo-x', sequence: 3})",
    step: "MATCH (n:Step {projectId: $projectId, id: 'demo-x/cause'})",
    review: "MATCH (n:Trace {projectId: $projectId, id: 'demo-x-review'})",
  };
  const cases = [
    { at: nodes.goal, property: 'parentId', edge: '<-[r:PARENT_OF]-', row: 'Goal parent' },
    { at: nodes.goal, property: null, edge: '-[r:BELONGS_TO]->', row: 'Goal home' },
    { at: nodes.message, property: 'goalId', edge: '-[r:BELONGS_TO]->', row: 'Message home' },
    { at: nodes.told, property: 'stepId', edge: '<-[r:PRODUCED]-', row: 'Message step' },
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

test('every check in cypher/analysis is tried above', () => {
  const files = readdirSync(new URL('../../cypher/analysis/', import.meta.url)).filter((name) =>
    name.startsWith('check-'),
  );
  assert.deepEqual([...asked].sort(), files.sort());
});
