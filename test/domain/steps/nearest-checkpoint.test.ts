import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deleteBefore, deleteThread, put } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { newTrace } from '../../kit/live.js';
import { ADD_STEPS } from '../../kit/writes.js';

// From a step back to the checkpoint where its run can be resumed.

let kit: Kit;
const projectId = newId('nearest');
before(async () => {
  kit = await startKit({ projectId });
});
after(() => kit.close());

/** Creates a trace of steps, given with the steps they depend on; their ids are `TRACE/NAME`. */
async function traceOf(steps: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const traceId = await newTrace(kit);
  await kit.ask(ADD_STEPS, {
    inputs: Object.entries(steps).map(([name, parents]) => ({
      ...{ traceId, id: `${traceId}/${name}`, type: 'CONCLUSION' },
      parentIds: parents.map((parent) => `${traceId}/${parent}`),
    })),
  });
  return traceId;
}

async function nearest(stepId: string): Promise<string | null> {
  const { step } = await kit.ask('query ($id: ID!) { step(id: $id) { nearestCheckpoint { id } } }', {
    id: stepId,
  });
  return step.nearestCheckpoint?.id ?? null;
}

test('Step.nearestCheckpoint is at the step itself, else at its dependency fewest edges away, newest step first', async () => {
  const traceId = await traceOf({
    a: [],
    b: ['a'],
    c: ['b'],
    left: ['c'],
    right: ['c'],
    join: ['left', 'right'],
    end: ['join', 'a'],
  });
  const threadId = newId('thread');
  const take = async (name: string, checkpoint = name, step = 0): Promise<void> => {
    const metadata = { threadId, checkpointId: `${traceId}/at ${checkpoint}`, step };
    await put(kit, metadata, { stepId: `${traceId}/${name}` });
  };
  const of = async (name: string): Promise<string | undefined> =>
    (await nearest(`${traceId}/${name}`))?.replace(`${traceId}/at `, '');
  assert.equal(await of('end'), undefined);
  await take('b');
  assert.equal(await of('end'), 'b');
  assert.equal(await of('a'), undefined, 'what rests on a step is not looked at');
  assert.equal(await of('b'), 'b');
  await take('a');
  assert.equal(await of('end'), 'a', 'one edge');
  assert.equal(await of('join'), 'b', 'three edges, not four');
  await take('right');
  await take('left');
  assert.equal(
    await of('join'),
    'right',
    'of two at the same distance the step that is newer, not the checkpoint',
  );
  assert.equal(await of('left'), 'left');
  await take('right', 'right, later', 0);
  assert.equal(await of('join'), 'right, later', 'of two at one step the last written');
  await take('right', 'right', 9);
  assert.equal(await of('join'), 'right', 'also when it was written again');
  await take('end');
  assert.equal(await of('end'), 'end');
  await deleteBefore(kit, threadId, 9);
  assert.deepEqual([await of('end'), await of('left')], ['right', undefined]);
  await deleteThread(kit, threadId);
  assert.equal(await of('end'), undefined);
});

test('Step.nearestCheckpoint is fast where steps fan in and out, and reads many steps with one statement', async () => {
  const layers = Array.from({ length: 61 }, (_, depth) => [0, 1, 2].map((column) => `${depth}.${column}`));
  const traceId = await traceOf(
    Object.fromEntries(
      layers.flatMap((layer, depth) => layer.map((name) => [name, layers[depth - 1] ?? []])),
    ),
  );
  const { id } = await put(kit, { threadId: newId('thread'), step: 0 }, { stepId: `${traceId}/0.1` });
  assert.equal(await nearest(`${traceId}/60.2`), id);
  const sent: string[] = [];
  const watched = await startKit({ projectId, observe: (name) => sent.push(name) });
  try {
    const { trace } = await watched.ask(
      'query ($id: ID!) { trace(id: $id) { steps(first: 200) { nodes { nearestCheckpoint { id } } } } }',
      { id: traceId },
    );
    const found = trace.steps.nodes.map(({ nearestCheckpoint }: any) => nearestCheckpoint?.id ?? null);
    assert.deepEqual(found, [null, id, null, ...Array.from({ length: 180 }, () => id)]);
    assert.equal(sent.filter((name) => name === 'steps/nearest-checkpoints').length, 1);
  } finally {
    await watched.close();
  }
});
