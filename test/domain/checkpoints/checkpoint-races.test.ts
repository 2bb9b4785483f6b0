import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deleteThread, put, WHOLE } from '../../kit/checkpoint-writes.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';

// Reads while the same checkpoints are rewritten and deleted: each read is complete and of one moment.

let kit: Kit;
let writer: Kit;
before(async () => {
  kit = await startKit();
  writer = await startKit();
});
after(async () => {
  await kit.close();
  await writer.close();
});

/** Every part names the version, so a mix of versions is detected. */
function version(number: number): object {
  return {
    messages: range(0, 4 + (number % 3)).map((index) => `${number} message ${index}`),
    state: { version: number, long: `${number} `.repeat(200) },
    toolsResult: { version: number, long: `${number}.`.repeat(200) },
    nextNode: String(number),
  };
}

function checkOneVersion(checkpoint: any): void {
  const { metadata, messages, state, toolsResult, nextNode, messageCount } = checkpoint;
  const versions = [
    Number(metadata.summary),
    Number(nextNode),
    state.version,
    toolsResult.version,
    Number(state.long.split(' ')[0]),
    Number(toolsResult.long.split('.')[0]),
    ...messages.map((message: string) => Number(message.split(' ')[0])),
  ];
  assert.equal(new Set(versions).size, 1, `parts of several versions: ${versions.join(' ')}`);
  assert.equal(messages.length, messageCount);
}

/** Calls `write` with 1, 2, 3, ... until `reads` has ended, and fails if either fails. */
async function whileWriting(
  write: (number: number) => Promise<unknown>,
  reads: (writes: () => number) => Promise<void>,
): Promise<void> {
  const reading = new AbortController();
  let number = 0;
  const writing = (async () => {
    while (!reading.signal.aborted) {
      number += 1;
      await write(number);
    }
  })();
  try {
    await reads(() => number);
  } finally {
    reading.abort();
    await writing;
  }
}

const putVersion = (threadId: string, checkpointId: string, number: number): Promise<unknown> =>
  put(writer, { threadId, checkpointId, step: 1, summary: String(number) }, version(number));

const READS = 150;
const WRITES = 20;
const AT_ONCE = 5;

/** Repeats a query of `readsEach` reads until there were 150 reads, and 20 writes meanwhile. */
async function readOften(
  { readsEach, writes }: { readonly readsEach: number; readonly writes: () => number },
  query: string,
  variables: object,
  check: (data: any) => void,
): Promise<void> {
  for (let read = 0; read < READS || writes() < WRITES; read += AT_ONCE * readsEach) {
    const answers = await Promise.all(range(1, AT_ONCE).map(() => kit.send(query, variables)));
    for (const { data, errors } of answers) {
      assert.deepEqual(errors, undefined);
      check(data);
    }
  }
}

test('a checkpoint that is rewritten continuously is read complete, as of one moment, 150 times', async () => {
  const threadId = newId('rewritten');
  const id = newId('checkpoint');
  await putVersion(threadId, id, 0);
  const query = `query ($id: ID!, $threadId: ID!) {
    checkpoint(id: $id) { ${WHOLE} }
    latestCheckpoint(threadId: $threadId) { ${WHOLE} }
    checkpoints(threadId: $threadId) { ${WHOLE} }
    checkpointDiff(from: $id, to: $id) { commonMessages }
  }`;
  await whileWriting(
    (number) => putVersion(threadId, id, number),
    (writes) =>
      readOften(
        { readsEach: 4, writes },
        query,
        { id, threadId },
        ({ checkpoint, latestCheckpoint, checkpoints }) => {
          assert.equal(checkpoints.length, 1);
          for (const each of [checkpoint, latestCheckpoint, ...checkpoints]) {
            checkOneVersion(each);
          }
        },
      ),
  );
});

test('lists are complete while one of their checkpoints is deleted and rewritten: it is there or not, 150 times', async () => {
  const word = newId('list');
  const stays = range(1, 3).map((index) => `${word}/stays/${index}`);
  for (const id of stays) {
    await putVersion(`${word}/stays`, id, 7);
  }
  const comes = `${word}/comes`;
  await putVersion(comes, comes, 0);
  const query = `query ($stays: ID!, $comes: ID!) {
    checkpoints(threadId: $stays) { ${WHOLE} }
    comes: checkpoints(threadId: $comes) { ${WHOLE} }
    checkpoint(id: $comes) { ${WHOLE} }
    latestCheckpoint(threadId: $comes) { ${WHOLE} }
    checkpointThreads(limit: 5) { ${WHOLE} }
    checkpointTree(threadId: $comes) { nodes { checkpoint { ${WHOLE} } } }
  }`;
  let there = 0;
  await whileWriting(
    async (number) => {
      await deleteThread(writer, comes);
      await putVersion(comes, comes, number);
    },
    (writes) =>
      readOften({ readsEach: 6, writes }, query, { stays: `${word}/stays`, comes }, (data) => {
        assert.deepEqual(data.checkpoints.map(({ id }: any) => id).sort(), stays);
        const found = [data.checkpoint, data.latestCheckpoint, ...data.comes].filter((each) => each !== null);
        there += found.length;
        found.forEach(checkOneVersion);
        data.checkpointThreads.filter(({ id }: any) => id.startsWith(word)).forEach(checkOneVersion);
        data.checkpointTree.nodes.forEach(({ checkpoint }: any) => checkOneVersion(checkpoint));
      }),
  );
  assert.ok(there > 0);
});
