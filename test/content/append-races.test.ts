import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Database } from '../../src/neo4j/database.js';
import { checkContent, contentOf, deleteThread, nodesOf, PUT, put, read } from '../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../kit/kit.js';
import { range } from '../kit/live.js';
import { startServerProcess } from '../kit/server-process.js';

// Checkpoints that continue from a base while others overwrite and delete it, and while servers and answers are lost.

const projectId = newId('races');
let kit: Kit;
let otherKit: Kit;
before(async () => {
  kit = await startKit({ projectId });
  otherKit = await startKit({ projectId });
});
after(async () => {
  await kit.close();
  await otherKit.close();
});

/** A payload of which each part names the version; its state is large, and changes in few keys from one version to the next. */
function version(number: number): { messages: string[]; state: Record<string, string> } {
  return {
    messages: range(1, 3 + (number % 3)).map((place) => `${number} message ${place}`),
    state: {
      ...Object.fromEntries(range(1, 60).map((key) => [`key ${key}`, `value ${key} ${'.'.repeat(20)}`])),
      version: `${number}`,
      long: `${number} `.repeat(200),
    },
  };
}

const codeOf = (answer: { errors?: readonly { extensions: { code: string } }[] }): string =>
  answer.errors?.[0]?.extensions.code ?? 'written';

test('a checkpoint whose base is overwritten and deleted at the same time has one version of it, or is rejected', async () => {
  const seen = new Set<string>();
  for (const round of range(1, 25)) {
    const word = newId('base');
    const base = { threadId: `${word}/base`, checkpointId: word, step: 1 };
    const versions = [version(2 * round), version(2 * round + 1)] as const;
    await put(kit, base, versions[0]);
    const written = range(1, 4).map((writer) => {
      const { messages } = versions[writer % 2] as (typeof versions)[0];
      const form = { checkpointId: word, messageCount: messages.length };
      return (writer % 2 === 0 ? kit : otherKit).send(PUT, {
        input: {
          metadata: { threadId: `${word}/${writer}`, checkpointId: `${word}/${writer}`, step: 2 },
          messagesAfter: { ...form, append: [`${writer}`] },
          stateAfter: { ...form, set: { writer: `${writer}` }, remove: ['key 3'] },
        },
      });
    });
    await Promise.all([
      put(otherKit, base, versions[1]),
      ...(round % 2 === 0 ? [deleteThread(kit, base.threadId)] : []),
      ...written,
    ]);
    for (const [index, answer] of (await Promise.all(written)).entries()) {
      const writer = index + 1;
      seen.add(codeOf(answer));
      assert.ok(['written', 'CONFLICT', 'NOT_FOUND'].includes(codeOf(answer)), JSON.stringify(answer.errors));
      const found = await read(kit, `${word}/${writer}`);
      if (codeOf(answer) !== 'written') {
        assert.equal(found, null);
        continue;
      }
      const { messages, state } = versions[writer % 2] as (typeof versions)[0];
      const { 'key 3': _, ...rest } = state;
      assert.deepEqual(found.messages, [...messages, `${writer}`]);
      assert.deepEqual(found.state, { ...rest, writer: `${writer}` });
    }
    await checkContent(kit, projectId);
    await Promise.all(range(1, 4).map((writer) => deleteThread(kit, `${word}/${writer}`)));
    await deleteThread(kit, base.threadId);
  }
  assert.ok(seen.has('written') && seen.has('CONFLICT'), [...seen].join(' '));
  assert.equal(await contentOf(kit, projectId), 0);
});

test('writers that continue from one base at the same time share it, and each has its own', async () => {
  const word = newId('shared');
  await put(kit, { threadId: `${word}/base`, checkpointId: word, step: 1 }, version(1));
  const content = await contentOf(kit, projectId);
  const writers = range(1, 20);
  await Promise.all(
    writers.map((writer) => {
      const form = { checkpointId: word, messageCount: 4 };
      return put(
        writer % 2 === 0 ? kit : otherKit,
        { threadId: `${word}/${writer}`, checkpointId: `${word}/${writer}`, step: 2 },
        {
          // Two writers each have the same change.
          messagesAfter: { ...form, append: [`${writer % 10}`] },
          stateAfter: { ...form, set: { writer: `${writer % 10}` } },
        },
      );
    }),
  );
  assert.equal(await contentOf(kit, projectId), content + 20);
  for (const writer of writers) {
    const { messages, state } = await read(otherKit, `${word}/${writer}`);
    assert.deepEqual(messages, [...version(1).messages, `${writer % 10}`]);
    assert.deepEqual(state, { ...version(1).state, writer: `${writer % 10}` });
  }
  await checkContent(kit, projectId);
  await Promise.all(
    [`${word}/base`, ...writers.map((writer) => `${word}/${writer}`)].map((id) => deleteThread(kit, id)),
  );
  assert.deepEqual(await nodesOf(kit, projectId), {});
});

test('while old checkpoints are deleted, each new one continues from the last', async () => {
  const threadId = newId('thread');
  const id = (step: number): string => `${threadId}/${step}`;
  await put(kit, { threadId, checkpointId: id(0), step: 0 }, version(0));
  const messages = [...version(0).messages];
  const deleting: Promise<unknown>[] = [];
  for (const step of range(1, 60)) {
    const form = { checkpointId: id(step - 1), messageCount: messages.length };
    await put(
      step % 2 === 0 ? kit : otherKit,
      { threadId, checkpointId: id(step), step, parentCheckpointId: id(step - 1) },
      {
        messagesAfter: { ...form, append: [`${step}`] },
        stateAfter: { ...form, set: { version: `${step}`, long: `${step} `.repeat(200) } },
      },
    );
    messages.push(`${step}`);
    if (step % 5 === 0) {
      deleting.push(
        otherKit.ask(
          'mutation ($id: ID!, $step: Long!) { deleteCheckpointsBefore(threadId: $id, beforeStep: $step) }',
          {
            id: threadId,
            step,
          },
        ),
      );
    }
  }
  await Promise.all(deleting);
  const { messages: found, state } = await read(kit, id(60));
  assert.deepEqual(found, messages);
  assert.deepEqual(state, { ...version(0).state, version: '60', long: '60 '.repeat(200) });
  await checkContent(kit, projectId);
  await deleteThread(kit, threadId);
  assert.equal(await contentOf(kit, projectId), 0);
});

/** The same database, except that the answer to each commit of writes is lost once: the transaction runs once more. */
function answersLost(database: Database): Database {
  return {
    ...database,
    withBudget: () => answersLost(database.withBudget()),
    within: (scope) => answersLost(database.within(scope)),
    async write(name, work) {
      if (name === 'commit writes') {
        await database.write(name, work);
      }
      return await database.write(name, work);
    },
  };
}

test('if the answer to a commit is lost, the checkpoint is written once', async () => {
  const lossy = await startKit({ projectId, wrap: answersLost });
  const word = newId('lost');
  await put(lossy, { threadId: word, checkpointId: word, step: 1 }, version(1));
  const form = { checkpointId: word, messageCount: 4 };
  const payload = { messagesAfter: { ...form, append: ['x'] }, stateAfter: { ...form, set: { x: 1 } } };
  const written = await put(lossy, { threadId: word, checkpointId: `${word}/2`, step: 2 }, payload);
  assert.deepEqual(written.messages, [...version(1).messages, 'x']);
  const [{ lastWrite }] = await kit.cypher(
    'MATCH (t:Thread {projectId: $projectId, id: $word}) RETURN t.lastWrite AS lastWrite',
    { projectId, word },
  );
  assert.equal(lastWrite, 2);
  await checkContent(kit, projectId);
  await lossy.close();
});

test('if a server is killed, each checkpoint is there whole or not at all, and the same requests again write the rest', async () => {
  const server = await startServerProcess();
  const word = newId('killed');
  const count = 40;
  const id = (step: number): string => `${word}/${step}`;
  const input = (step: number): object => {
    const metadata = { threadId: word, checkpointId: id(step), step };
    if (step === 0) {
      return { metadata, ...version(1) };
    }
    const form = { checkpointId: id(step - 1), messageCount: 3 + step };
    return {
      metadata,
      messagesAfter: { ...form, append: [`${step}`] },
      stateAfter: { ...form, set: { version: `${step}`, [`own ${step}`]: 'o'.repeat(300) } },
    };
  };
  const sending = (async () => {
    for (const step of range(0, count)) {
      await server.send(PUT, { input: input(step) });
    }
  })().catch(() => 'the server was killed');
  const there = await startKit();
  const found = async (): Promise<number> =>
    (
      await there.cypher(
        'MATCH (c:Checkpoint {projectId: "default", threadId: $word}) RETURN count(c) AS checkpoints',
        { word },
      )
    )[0].checkpoints;
  while ((await found()) < 10) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await server.stop('SIGKILL');
  await sending;
  const before = await found();
  assert.ok(before >= 10 && before <= count, `${before}`);
  for (const step of range(0, count)) {
    await there.ask(PUT, { input: input(step) });
  }
  for (const step of range(0, count)) {
    const { messages, state } = await read(there, id(step));
    assert.deepEqual(messages, [...version(1).messages, ...range(1, step).map((each) => `${each}`)]);
    const own = Object.fromEntries(range(1, step).map((each) => [`own ${each}`, 'o'.repeat(300)]));
    assert.deepEqual(state, { ...version(1).state, ...(step === 0 ? {} : { version: `${step}` }), ...own });
  }
  const [{ lastWrite }] = await there.cypher(
    'MATCH (t:Thread {projectId: "default", id: $word}) RETURN t.lastWrite AS lastWrite',
    { word },
  );
  assert.equal(lastWrite, count + 1, 'each was written once');
  await deleteThread(there, word);
  await there.close();
});
