import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  checkContent,
  contentOf,
  deleteThread,
  FORK,
  fork,
  nodesOf,
  PUT,
  put,
  read,
  type Server,
} from '../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { newTrace, range } from '../kit/live.js';
import { startServerProcess, type ServerProcess } from '../kit/server-process.js';
import { ADD_STEP, DELETE_TRACE } from '../kit/writes.js';

// Concurrent writers and deleters of the same content, in one server, in two, and in two processes.

const projectId = newId('races');
let kit: Kit;
let otherKit: Kit;
let processes: readonly ServerProcess[];
before(async () => {
  kit = await startKit({ projectId });
  otherKit = await startKit({ projectId });
  processes = await Promise.all([startServerProcess(), startServerProcess()]);
});
after(async () => {
  await Promise.all(processes.map((server) => server.stop()));
  await kit.close();
  await otherKit.close();
});

const history = (word: string, length: number): string[] =>
  range(1, length).map((number) => `${word} ${number}`);

/** How many chunks contain a word, in all projects. */
async function chunksOf(word: string): Promise<number> {
  const [{ chunks }] = await kit.cypher(
    'MATCH (c:Content) WHERE c.text CONTAINS $word RETURN count(c) AS chunks',
    {
      word,
    },
  );
  return chunks;
}

const SERVERS: readonly (readonly [string, () => readonly Server[]])[] = [
  ['one server', () => [kit]],
  ['two servers', () => [kit, otherKit]],
  ['two processes', () => processes],
];

for (const [name, servers] of SERVERS) {
  const at = (index: number): Server => servers()[index % servers().length] as Server;

  test(`twenty concurrent writers of one history make one chain: in ${name}`, async () => {
    const word = newId('word');
    const state = { plan: `${word} `.repeat(100) };
    const written = await Promise.all(
      range(0, 19).map((index) =>
        put(
          at(index),
          { threadId: `${word}/${index}`, step: 0 },
          { messages: history(word, 30 - (index % 3)), state },
        ),
      ),
    );
    assert.equal(await chunksOf(word), 31);
    for (const [index, { id }] of written.entries()) {
      const { messages, state: found } = await read(at(index + 1), id);
      assert.deepEqual([messages, found], [history(word, 30 - (index % 3)), state]);
    }
    await Promise.all(written.map(({ metadata }, index) => deleteThread(at(index), metadata.threadId)));
    assert.equal(await chunksOf(word), 0, 'all deleted at the same time, nothing is left');
  });

  test(`writers that extend a history while its owners are deleted lose nothing and leave nothing over: in ${name}`, async () => {
    for (let round = 0; round < 8; round += 1) {
      const word = newId('word');
      const threads = range(0, 5).map((index) => `${word}/${index}`);
      const [source] = await Promise.all(
        threads
          .slice(0, 3)
          .map((threadId, index) =>
            put(at(index), { threadId, step: 0 }, { messages: history(word, 20 + index) }),
          ),
      );
      const [forked, ...written] = await Promise.all([
        at(0).send(FORK, { id: source.id, threadId: threads[3] }),
        put(at(1), { threadId: threads[4], step: 0 }, { messages: [...history(word, 20), `${word} on`] }),
        put(at(0), { threadId: threads[5], step: 0 }, { messages: [...history(word, 10), `${word} off`] }),
        ...threads.slice(0, 3).map((threadId, index) => deleteThread(at(index + 1), threadId)),
      ]);
      assert.ok(
        [undefined, 'NOT_FOUND'].includes(forked.errors?.[0]?.extensions.code),
        JSON.stringify(forked.errors),
      );
      assert.deepEqual((await read(at(0), written[0].id)).messages, [...history(word, 20), `${word} on`]);
      assert.deepEqual((await read(at(1), written[1].id)).messages, [...history(word, 10), `${word} off`]);
      if (forked.errors === undefined) {
        assert.deepEqual((await read(at(1), forked.data.forkCheckpoint.id)).messages, history(word, 20));
      }
      assert.equal(await chunksOf(word), 22);
      await Promise.all(threads.map((threadId, index) => deleteThread(at(index), threadId)));
      assert.equal(await chunksOf(word), 0);
    }
  });
}

test('a history shared by a hundred checkpoints can be released by all and referenced by others concurrently', async () => {
  const word = newId('word');
  const source = await put(
    kit,
    { threadId: `${word}/s`, step: 0 },
    { messages: history(word, 5), state: { a: word.repeat(20) } },
  );
  const forks = await Promise.all(
    range(1, 100).map((index) =>
      fork(index % 2 === 0 ? kit : otherKit, { id: source.id, threadId: `${word}/f${index}` }),
    ),
  );
  assert.equal(await chunksOf(word), 6);
  const answers = await Promise.all([
    ...forks.map(({ metadata }, index) => deleteThread(index % 2 === 0 ? kit : otherKit, metadata.threadId)),
    deleteThread(kit, `${word}/s`),
    ...range(1, 10).map((index) => otherKit.send(FORK, { id: source.id, threadId: `${word}/late${index}` })),
    ...range(1, 10).map((index) =>
      kit.send(PUT, {
        input: { metadata: { threadId: `${word}/new${index}`, step: 0 }, messages: history(word, 5 + index) },
      }),
    ),
  ]);
  const late = answers.slice(101, 111) as { errors?: { extensions: { code: string } }[] }[];
  assert.ok(late.every(({ errors }) => [undefined, 'NOT_FOUND'].includes(errors?.[0]?.extensions.code)));
  assert.ok((answers.slice(111) as { errors?: unknown }[]).every(({ errors }) => errors === undefined));
  await checkContent(kit, projectId);
  const left = range(1, 10).flatMap((index) => [`${word}/late${index}`, `${word}/new${index}`]);
  await Promise.all(left.map((threadId) => deleteThread(kit, threadId)));
  assert.equal(await chunksOf(word), 0);
});

test('a concurrent trace deletion, thread deletion and write free unreferenced content and nothing else', async () => {
  for (let round = 0; round < 8; round += 1) {
    const word = newId('word');
    const traceId = await newTrace(kit);
    const input = { traceId, type: 'LLM_CALL', data: { messages: history(word, 12) } };
    const { addStep: step } = await kit.ask(ADD_STEP, { input });
    await put(kit, { threadId: `${word}/a`, step: 0 }, { messages: history(word, 15) });
    const metadata = { threadId: `${word}/b`, step: 0 };
    const [placed] = await Promise.all([
      otherKit.send(PUT, { input: { metadata, messages: history(word, 14), stepId: step.id } }),
      kit.ask(DELETE_TRACE, { id: traceId }),
      deleteThread(otherKit, `${word}/a`),
    ]);
    const [refusal] = placed.errors ?? [];
    const written = refusal === undefined;
    assert.ok(written || refusal.extensions.code === 'BAD_USER_INPUT', JSON.stringify(refusal));
    assert.equal(await chunksOf(word), written ? 14 : 0);
    await checkContent(kit, projectId);
    await deleteThread(kit, `${word}/b`);
    assert.equal(await chunksOf(word), 0);
  }
});

test('a checkpoint read while it is rewritten repeatedly is one written version or UNAVAILABLE, never a mix of two', async () => {
  const word = newId('word');
  const metadata = { threadId: `${word}/t`, checkpointId: word, step: 0 };
  const versions = [3, 8].map((length) => ({
    messages: history(`${word}${length}`, length),
    state: Object.fromEntries(range(1, length).map((key) => [`key ${key}`, `${word} ${key}`.repeat(10)])),
  }));
  await put(kit, metadata, versions[0]);
  const progress = { writes: 0 };
  const writing = (async () => {
    for (; progress.writes < 40; progress.writes += 1) {
      await put(kit, metadata, versions[progress.writes % 2]);
    }
  })();
  let reads = 0;
  while (progress.writes < 40) {
    const { data, errors } = await otherKit.send(
      'query ($id: ID!) { checkpoint(id: $id) { messageCount messages state } }',
      { id: word },
    );
    if (errors !== undefined) {
      assert.equal(errors[0]?.extensions.code, 'UNAVAILABLE', JSON.stringify(errors));
      continue;
    }
    const whole = versions.map((version) => ({ messageCount: version.messages.length, ...version }));
    assert.ok(whole.some((version) => JSON.stringify(version) === JSON.stringify(data.checkpoint)));
    reads += 1;
  }
  await writing;
  assert.ok(reads > 5, `${reads} reads`);
  await deleteThread(kit, metadata.threadId);
  assert.equal(await chunksOf(word), 0);
});

test('these tests leave nothing behind', async () => {
  await checkContent(kit, projectId);
  assert.equal(await contentOf(kit, projectId), 0);
  assert.deepEqual(await nodesOf(kit, projectId), {});
});
