import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  askOf,
  checkContent,
  contentOf,
  DELETE_BEFORE,
  DELETE_THREAD,
  FORK,
  nodesOf,
  PUT,
  read,
} from '../kit/checkpoint-writes.js';
import { newId, startKit, type Answer, type Kit } from '../kit/kit.js';
import { ADD_STEP, CREATE_TRACE, DELETE_TRACE } from '../kit/writes.js';

// Random branches across several threads and the steps of two traces, then random deletions, checked against a model.

interface Stored {
  readonly owner: string;
  readonly step: number;
  readonly messages: readonly string[];
  readonly state: Readonly<Record<string, string>>;
}

const small = fc.nat({ max: 5 });
/** Histories with common prefixes: a prefix of one of three lists, and perhaps a different end. */
const history = fc
  .record({ list: fc.nat({ max: 2 }), length: fc.nat({ max: 9 }), end: fc.option(fc.nat({ max: 2 })) })
  .map(({ list: name, length, end }) => [
    ...Array.from({ length }, (_, place) => `${place < 4 ? 'all' : name} ${place}`),
    ...(end === null ? [] : [`end ${end}`]),
  ]);
const state = fc.dictionary(
  fc.constantFrom('a', 'b', '__proto__', '2', '1'),
  fc.oneof(
    fc.constantFrom('l', 'm').map((word) => word.repeat(300)),
    fc.constant('short'),
  ),
  { noNullPrototype: true },
);
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      thread: small,
      id: fc.nat({ max: 7 }),
      step: small,
      parent: fc.option(fc.nat({ max: 6 })),
      history,
      state,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fork' as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('step' as const), trace: fc.nat({ max: 1 }), history }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteThread' as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('deleteBefore' as const), pick: fc.nat(), step: small }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('deleteTrace' as const), trace: fc.nat({ max: 1 }) }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer One> ? One : never;

/** How many chunks these owners need: the prefixes of their lists, and their long values, once each. */
function chunksOf(stored: Iterable<Stored>): number {
  const chunks = new Set<string>();
  for (const { messages, state: values } of stored) {
    messages.forEach((_, index) => chunks.add(JSON.stringify(messages.slice(0, index + 1))));
    Object.values(values)
      .filter((value) => value.length > 254)
      .forEach((value) => chunks.add(JSON.stringify([value])));
  }
  return chunks.size;
}

test('whatever is branched and deleted, the rest is intact, and exactly the content it references is stored', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 8, maxLength: 40 }), async (operations) => {
      const projectId = newId('property');
      const servers = [await startKit({ projectId }), await startKit({ projectId })] as const;
      try {
        await run(projectId, servers, operations);
      } finally {
        await Promise.all(servers.map((server) => server.close()));
      }
    }),
    { numRuns: 8 },
  );
});

async function run(
  projectId: string,
  servers: readonly [Kit, Kit],
  operations: readonly Operation[],
): Promise<void> {
  const checkpoints = new Map<string, Stored>();
  const steps = new Map<string, Stored>();
  let turn = 0;
  const send = (query: string, variables: object): Promise<Answer> =>
    (turn++ % 2 === 0 ? servers[0] : servers[1]).send(query, variables);
  const ask = async (query: string, variables: object): Promise<any> =>
    await askOf({ send }, query, variables);
  const drop = (stored: Map<string, Stored>, deleted: (one: Stored) => boolean): number =>
    [...stored].filter(([id, one]) => deleted(one) && stored.delete(id)).length;
  const threadAt = (pick: number): string => {
    const threads = [...new Set([...checkpoints.values()].map(({ owner }) => owner))];
    return threads[pick % threads.length] ?? 'none';
  };
  const createTrace = (id: string): Promise<unknown> => ask(CREATE_TRACE, { input: { id } });
  await createTrace('trace0');
  await createTrace('trace1');

  for (const [index, todo] of operations.entries()) {
    switch (todo.kind) {
      case 'put': {
        const [id, owner] = [`c${todo.id}`, `t${todo.thread}`];
        const parent = todo.parent !== null && todo.parent < todo.id ? `c${todo.parent}` : null;
        const metadata = { threadId: owner, checkpointId: id, step: todo.step, parentCheckpointId: parent };
        const { errors } = await send(PUT, {
          input: { metadata, messages: todo.history, state: todo.state, toolsResult: todo.state },
        });
        const taken = (checkpoints.get(id)?.owner ?? owner) !== owner;
        assert.deepEqual(
          errors?.map(({ extensions }) => extensions.code),
          taken ? ['CONFLICT'] : undefined,
        );
        if (!taken) {
          checkpoints.set(id, { owner, step: todo.step, messages: todo.history, state: todo.state });
        }
        break;
      }
      case 'fork': {
        const [id, from] = [...checkpoints][todo.pick % Math.max(1, checkpoints.size)] ?? [];
        if (id !== undefined && from !== undefined) {
          await ask(FORK, { id, threadId: `fork${index}`, checkpointId: `f${index}` });
          checkpoints.set(`f${index}`, { ...from, owner: `fork${index}`, step: 0 });
        }
        break;
      }
      case 'step': {
        const [id, owner] = [`s${index}`, `trace${todo.trace}`];
        await ask(ADD_STEP, {
          input: { id, traceId: owner, type: 'LLM_CALL', data: { messages: todo.history } },
        });
        steps.set(id, { owner, step: 0, messages: todo.history, state: {} });
        break;
      }
      case 'deleteThread': {
        const threadId = threadAt(todo.pick);
        const { deleteCheckpointThread } = await ask(DELETE_THREAD, { threadId });
        assert.equal(
          deleteCheckpointThread,
          drop(checkpoints, ({ owner }) => owner === threadId),
        );
        break;
      }
      case 'deleteBefore': {
        const threadId = threadAt(todo.pick);
        const { deleteCheckpointsBefore } = await ask(DELETE_BEFORE, { threadId, beforeStep: todo.step });
        const below = (one: Stored): boolean => one.owner === threadId && one.step < todo.step;
        assert.equal(deleteCheckpointsBefore, drop(checkpoints, below));
        break;
      }
      case 'deleteTrace': {
        const traceId = `trace${todo.trace}`;
        await ask(DELETE_TRACE, { id: traceId });
        drop(steps, ({ owner }) => owner === traceId);
        await createTrace(traceId);
      }
    }
    assert.equal(
      await contentOf(servers[0], projectId),
      chunksOf([...checkpoints.values(), ...steps.values()]),
    );
  }

  await checkContent(servers[0], projectId);
  for (const [id, { owner, step, messages, state: values }] of checkpoints) {
    const found = await read(servers[0], id);
    assert.deepEqual([found.metadata.threadId, found.metadata.step, found.messages], [owner, step, messages]);
    assert.deepEqual(
      [JSON.stringify(found.state), JSON.stringify(found.toolsResult)],
      [values, values].map((one) => JSON.stringify(one)),
    );
  }
  for (const [id, { messages }] of steps) {
    const { step } = await ask('query ($id: ID!) { step(id: $id) { data } }', { id });
    assert.deepEqual(step.data, { messages });
  }
  for (const threadId of new Set([...checkpoints.values()].map(({ owner }) => owner))) {
    await ask(DELETE_THREAD, { threadId });
  }
  await ask(DELETE_TRACE, { id: 'trace0' });
  await ask(DELETE_TRACE, { id: 'trace1' });
  assert.deepEqual(await nodesOf(servers[0], projectId), {});
}
