import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  askOf,
  checkContent,
  deleteBefore,
  deleteThread,
  FORK,
  nodesOf,
  PUT,
  read,
} from '../kit/checkpoint-writes.js';
import { newId, startKit, type Answer, type Kit } from '../kit/kit.js';

// Random histories written in append form, checked against a model that has every value whole: overwrites, forks, deletions of bases,
// states that are small, large and in between.

/** A model of an object, in the order of its keys. */
type Members = ReadonlyMap<string, string>;

interface Stored {
  readonly threadId: string;
  readonly step: number;
  readonly messages: readonly string[];
  readonly state: Members;
}

const small = fc.nat({ max: 4 });
const key = fc.oneof(
  fc.nat({ max: 40 }).map((number) => `key ${number}`),
  fc.constantFrom('10', '2', '__proto__', 'a "@b" \n', '', 'constructor'),
);
const value = fc.oneof(
  fc.nat({ max: 9 }).map((number) => `v${number}`),
  // Long enough for a few of them to make a state large.
  fc.nat({ max: 3 }).map((number) => `${number}`.repeat(60)),
  // Content of its own.
  fc.nat({ max: 3 }).map((number) => `@${number}`.repeat(150)),
);
const members = fc.array(fc.tuple(key, value), { maxLength: 30 });
const texts = fc.array(
  fc.nat({ max: 5 }).map((number) => `message ${number}`),
  { maxLength: 4 },
);
const place = { thread: small, id: fc.nat({ max: 9 }), step: small, base: fc.nat({ max: 9 }) };
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('whole' as const), ...place, texts, members }) },
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ kind: fc.constant('append' as const), ...place, texts, members, wrongCount: fc.boolean() },
      removed: fc.array(key, { maxLength: 5 }),
    }),
  },
  // One key of many, again and again, so that the changes of a state are more than it may have.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('many' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fork' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteBefore' as const), ...place }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer One> ? One : never;

const jsonOf = (object: Members): string =>
  `{${[...object].map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`;

function changed(object: Members, removed: readonly string[], set: Members): Members {
  const result = new Map(object);
  removed.forEach((name) => result.delete(name));
  set.forEach((text, name) => result.set(name, text));
  return result;
}

test('whatever is overwritten, forked and deleted, append forms give exactly what whole values give', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 8, maxLength: 30 }), async (operations) => {
      const projectId = newId('property');
      const servers = [await startKit({ projectId }), await startKit({ projectId })] as const;
      try {
        await run(projectId, servers, operations);
      } finally {
        await Promise.all(servers.map((server) => server.close()));
      }
    }),
    { numRuns: 10 },
  );
});

async function run(
  projectId: string,
  servers: readonly [Kit, Kit],
  operations: readonly Operation[],
): Promise<void> {
  const stored = new Map<string, Stored>();
  let turn = 0;
  const server = (): Kit => (turn++ % 2 === 0 ? servers[0] : servers[1]);
  /** Sends variables as text, because JavaScript objects sort keys that look like numbers. */
  const put = async (input: string): Promise<Answer> => {
    const response = await fetch(`${server().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(PUT.replace(/ messages state toolsResult/, ''))},"variables":{"input":${input}}}`,
    });
    return (await response.json()) as Answer;
  };
  const written = (id: string, row: Stored, answer: Answer): void => {
    const taken = (stored.get(id)?.threadId ?? row.threadId) !== row.threadId;
    assert.deepEqual(
      answer.errors?.map(({ extensions }) => extensions.code),
      taken ? ['CONFLICT'] : undefined,
      JSON.stringify(answer.errors),
    );
    if (!taken) {
      stored.set(id, row);
    }
  };
  const append = async (
    todo: { readonly thread: number; readonly id: number; readonly step: number },
    { baseId, append: added, removed, set, wrongCount }: Append,
  ): Promise<void> => {
    const [id, threadId] = [`c${todo.id}`, `t${todo.thread}`];
    const base = stored.get(baseId);
    const messageCount = (base?.messages.length ?? 0) + (wrongCount ? 1 : 0);
    const after = { checkpointId: baseId, messageCount };
    const form = JSON.stringify(after).slice(0, -1);
    const kept = removed.filter((name) => !set.has(name));
    const answer = await put(
      `{"metadata":${JSON.stringify({ threadId, checkpointId: id, step: todo.step })},
        "messagesAfter":${form},"append":${JSON.stringify(added)}},
        "stateAfter":${form},"set":${jsonOf(set)},"remove":${JSON.stringify(kept)}},
        "toolsResultAfter":${form},"set":${jsonOf(set)}}}`,
    );
    const [code] = answer.errors?.map(({ extensions }) => extensions.code) ?? [];
    if (baseId === id) {
      assert.equal(code, 'BAD_USER_INPUT');
    } else if ((stored.get(id)?.threadId ?? threadId) !== threadId) {
      assert.equal(code, 'CONFLICT');
    } else if (base === undefined || wrongCount) {
      assert.equal(code, base === undefined ? 'NOT_FOUND' : 'CONFLICT');
    } else {
      written(
        id,
        {
          ...{ threadId, step: todo.step, messages: [...base.messages, ...added] },
          state: changed(base.state, kept, set),
        },
        answer,
      );
    }
  };
  for (const [index, todo] of operations.entries()) {
    const [id, threadId, baseId] = [`c${todo.id}`, `t${todo.thread}`, `c${todo.base}`];
    switch (todo.kind) {
      case 'whole': {
        const state = new Map(todo.members);
        const metadata = { threadId, checkpointId: id, step: todo.step };
        const payload = `"messages":${JSON.stringify(todo.texts)},"state":${jsonOf(state)}`;
        const answer = await put(`{"metadata":${JSON.stringify(metadata)},${payload}}`);
        written(id, { threadId, step: todo.step, messages: todo.texts, state }, answer);
        break;
      }
      case 'append': {
        const { wrongCount, removed } = todo;
        await append(todo, { baseId, append: todo.texts, removed, set: new Map(todo.members), wrongCount });
        break;
      }
      case 'many': {
        for (let change = 0; change < 8; change += 1) {
          const set = new Map([['key 1', `${index} ${change} ${'z'.repeat(200)}`]]);
          const ids = { ...todo, id: 20 + (change % 2) };
          const from = change === 0 ? baseId : `c${20 + ((change + 1) % 2)}`;
          await append(ids, { baseId: from, append: [], removed: [], set, wrongCount: false });
        }
        break;
      }
      case 'fork': {
        const base = stored.get(baseId);
        if (base !== undefined) {
          const variables = { id: baseId, threadId: `fork${index}`, checkpointId: `f${index}` };
          await askOf(server(), FORK, variables);
          stored.set(`f${index}`, { ...base, threadId: `fork${index}`, step: 0 });
        }
        break;
      }
      case 'delete':
      case 'deleteBefore': {
        const isDeleted = (row: Stored): boolean =>
          row.threadId === threadId && (todo.kind === 'delete' || row.step < todo.step);
        const deleted = [...stored].filter(([, row]) => isDeleted(row)).map(([name]) => name);
        deleted.forEach((name) => stored.delete(name));
        const count = await (todo.kind === 'delete'
          ? deleteThread(server(), threadId)
          : deleteBefore(server(), threadId, todo.step));
        assert.equal(count, deleted.length);
      }
    }
  }
  await checkContent(servers[0], projectId);
  for (const [id, { threadId, step, messages, state }] of stored) {
    const found = await read(server(), id);
    assert.deepEqual(
      [found.metadata.threadId, found.metadata.step, found.messages],
      [threadId, step, messages],
      id,
    );
    const response = await fetch(`${server().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ checkpoint(id: "${id}") { state } }` }),
    });
    assert.equal(await response.text(), `{"data":{"checkpoint":{"state":${jsonOf(state)}}}}\n`);
  }
  for (const threadId of new Set([...stored.values()].map((row) => row.threadId))) {
    await deleteThread(server(), threadId);
  }
  assert.deepEqual(await nodesOf(servers[0], projectId), {});
}

interface Append {
  readonly baseId: string;
  readonly append: readonly string[];
  readonly removed: readonly string[];
  readonly set: Members;
  readonly wrongCount: boolean;
}
