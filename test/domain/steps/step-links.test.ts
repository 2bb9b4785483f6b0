import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { checkTrace } from '../../kit/recount.js';
import { ADD_STEP, ADD_STEPS, createTrace } from '../../kit/writes.js';

let kit: Kit;
let otherKit: Kit;
before(async () => {
  kit = await startKit();
  otherKit = await startKit();
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

const LINKS = `id parentIds missingParentIds withinId within { id } parents { id } inner { nodes { id } }
  enclosing { id } children { nodes { id } }`;

async function linksOf(id: string): Promise<any> {
  return (await kit.ask(`query ($id: ID!) { step(id: $id) { ${LINKS} } }`, { id })).step;
}

test('a step may name steps that arrive later: they are missing until then, and linked when they arrive', async () => {
  const { id: traceId } = await createTrace(kit);
  const [child, parent, outer] = [newId('child'), newId('parent'), newId('outer')];
  const add = (server: Kit, id: string, more: object = {}): Promise<unknown> =>
    server.ask(ADD_STEP, { input: { id, traceId, type: 'SPAN', ...more } });
  await add(kit, child, { parentIds: [parent], within: outer });
  let step = await linksOf(child);
  assert.deepEqual([step.parentIds, step.missingParentIds, step.parents], [[parent], [parent], []]);
  assert.deepEqual([step.withinId, step.within, step.enclosing], [outer, null, []]);

  await add(otherKit, parent, { within: outer });
  step = await linksOf(child);
  assert.deepEqual([step.missingParentIds, step.parents], [[], [{ id: parent }]]);
  await add(kit, outer);
  step = await linksOf(child);
  assert.deepEqual([step.within, step.enclosing], [{ id: outer }, [{ id: outer }]]);
  assert.deepEqual((await linksOf(outer)).inner.nodes, [{ id: child }, { id: parent }]);
  assert.deepEqual((await linksOf(parent)).children.nodes, [{ id: child }]);
  const edges = await kit.cypher(
    `MATCH (a:Step {projectId: 'default', id: $child})-[r:WITHIN|PARENT_OF]-(b:Step) RETURN type(r) AS type, b.id AS id`,
    { child },
  );
  assert.equal(edges.length, 2);
  const [{ awaiting }] = await kit.cypher(
    "MATCH (t:Trace {projectId: 'default', id: $traceId}) RETURN t.awaitingSteps AS awaiting",
    { traceId },
  );
  assert.equal(awaiting, 0);
  await checkTrace(kit.database, traceId);
});

test('an id that arrives in another trace is not linked', async () => {
  const [one, two] = [await createTrace(kit), await createTrace(kit)];
  const [child, parent] = [newId('child'), newId('parent')];
  await kit.ask(ADD_STEP, {
    input: { id: child, traceId: one.id, type: 'SPAN', parentIds: [parent], within: parent },
  });
  await kit.ask(ADD_STEP, { input: { id: parent, traceId: two.id, type: 'SPAN' } });
  const step = await linksOf(child);
  assert.deepEqual(
    [step.missingParentIds, step.parents, step.within, step.withinId],
    [[parent], [], null, parent],
  );
  const late = newId('late');
  await kit.ask(ADD_STEP, { input: { id: late, traceId: one.id, type: 'SPAN', parentIds: [parent] } });
  assert.deepEqual((await linksOf(late)).missingParentIds, [parent]);
});

for (const [name, through] of [
  ['one server', 1],
  ['two servers', 2],
] as const) {
  test(`a step that would close a cycle when it arrives late is rejected with the path of ids, through ${name}`, async () => {
    const { id: traceId } = await createTrace(kit);
    const servers = [kit, otherKit].slice(0, through);
    const [a, b, c] = [newId('a'), newId('b'), newId('c')];
    const links: (readonly [string, object])[] = [
      [a, { parentIds: [b] }],
      [c, { parentIds: [a] }],
    ];
    for (const [index, [id, more]] of links.entries()) {
      await (servers[index % through] as Kit).ask(ADD_STEP, {
        input: { id, traceId, type: 'SPAN', ...more },
      });
    }
    const error = await (servers.at(-1) as Kit).fail(ADD_STEP, {
      input: { id: b, traceId, type: 'SPAN', parentIds: [c] },
    });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'input.parentIds']);
    assert.ok(error.message.includes(`${b} -> ${c} -> ${a} -> ${b}`), error.message);
    assert.equal((await kit.ask('query ($id: ID!) { step(id: $id) { id } }', { id: b })).step, null);
    await kit.ask(ADD_STEP, { input: { id: b, traceId, type: 'SPAN' } });
    await checkTrace(kit.database, traceId);
  });
}

test('a cycle of calls is rejected, and the two relations do not count as one', async () => {
  const { id: traceId } = await createTrace(kit);
  const [a, b] = [newId('a'), newId('b')];
  const error = await kit.fail(ADD_STEPS, {
    inputs: [
      { id: a, traceId, type: 'SPAN', within: b },
      { id: b, traceId, type: 'SPAN', within: a },
    ],
  });
  assert.equal(error.extensions.field, 'inputs[1].within');
  await kit.ask(ADD_STEPS, {
    inputs: [
      { id: a, traceId, type: 'SPAN', within: b },
      { id: b, traceId, type: 'SPAN', parentIds: [a] },
    ],
  });
  assert.deepEqual((await linksOf(b)).inner.nodes, [{ id: a }]);
});

test('steps in random order, with parents and enclosing steps, give the same graph as in order', async () => {
  const { id: traceId } = await createTrace(kit);
  const ids = Array.from({ length: 120 }, (_, index) => `${traceId}-${index}`);
  const inputs = ids.map((id, index) => ({
    id,
    traceId,
    type: 'SPAN',
    parentIds: [...new Set([Math.floor(index / 2), index - 1, index - 3])]
      .filter((other) => other >= 0 && other < index)
      .map((other) => ids[other]),
    within: index === 0 ? null : ids[Math.floor((index - 1) / 3)],
  }));
  const shuffled = inputs
    .map((input, index) => [(index * 7919) % 127, input] as const)
    .sort(([x], [y]) => x - y);
  for (let start = 0; start < shuffled.length; start += 7) {
    const part = shuffled.slice(start, start + 7).map(([, input]) => input);
    await ((start / 7) % 3 === 0 ? otherKit : kit).ask(ADD_STEPS, { inputs: part });
  }
  await checkTrace(kit.database, traceId);
  const rows = await kit.cypher(
    `MATCH (s:Step {projectId: 'default', traceId: $traceId})
     RETURN s.id AS id, s.awaits AS awaits, [(s)-[:WITHIN]->(o) | o.id] AS within, [(p)-[:PARENT_OF]->(s) | p.id] AS parents`,
    { traceId },
  );
  assert.equal(rows.length, 120);
  for (const { id, awaits, within, parents } of rows) {
    const input = inputs.find((each) => each.id === id);
    assert.equal(awaits, null);
    assert.deepEqual(within, input?.within == null ? [] : [input.within]);
    assert.deepEqual([...parents].sort(), [...(input?.parentIds ?? [])].sort());
  }
});
