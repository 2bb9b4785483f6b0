import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { newId, startKit, until, type Followed, type Kit } from '../kit/kit.js';
import { newTrace, openGraphQL, range, seeded } from '../kit/live.js';
import {
  deleteRun,
  deleteThread,
  put,
  putAll,
  putMany,
  RUN_EVENTS,
  stored,
  take,
  shortForm,
} from '../kit/run-event-kit.js';
import { startServerProcess, type ServerProcess } from '../kit/server-process.js';

const statements: string[] = [];
let kit: Kit;
let server: ServerProcess;
/** The kit, with its operations sent to another process. */
let other: Kit;
before(async () => {
  kit = await startKit({ observe: (name) => statements.push(name) });
  server = await startServerProcess();
  other = {
    ...kit,
    async ask(query, variables) {
      const { data, errors } = await server.send(query, variables);
      assert.equal(errors, undefined, JSON.stringify(errors));
      return data as unknown;
    },
  };
});
after(async () => {
  await server.stop();
  await kit.close();
});

const following: Followed[] = [];
afterEach(async () => {
  following.splice(0).forEach((live) => live.stop());
  await nothingWatched();
});

/** Follows until the test is over. */
function start(threadId: string, afterSeq?: number): Followed {
  const live = kit.follow(RUN_EVENTS, { threadId, afterSeq });
  following.push(live);
  return live;
}

/** Follows a thread that nobody follows yet, and waits until the server watches it. */
async function startNow(threadId: string, afterSeq?: number): Promise<Followed> {
  const { threadTails } = kit.server.store;
  const before = threadTails.watched;
  const live = start(threadId, afterSeq);
  await until(() => threadTails.watched === before + 1);
  return live;
}

async function nothingWatched(): Promise<void> {
  await until(() => kit.server.store.threadTails.watched === 0, 20_000);
}

test('the backlog after afterSeq comes first, then new events, each as it was put', async () => {
  const threadId = newId('thread');
  const old = await putAll(kit, threadId, [
    { content: 'text' },
    { content: { b: [1], a: null }, metadata: { z: 1 } },
    { content: null, category: 'trace', createdAt: '2026-04-04T08:49:25+08:00' },
  ]);
  const live = start(threadId, 1);
  const updates = await take(live, 2);
  updates.push(await put(kit, threadId, { runId: 'next' }), ...(await take(live, 1)));
  const [second, third, put4, fourth] = updates;
  assert.deepEqual(
    [second, third],
    old.slice(1).map((event) => ({ __typename: 'RunEvent', ...event })),
  );
  assert.deepEqual(fourth, { __typename: 'RunEvent', ...put4 });
});

test('afterSeq 0 replays all events; without afterSeq only new events are sent', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 3);
  const fromNow = await startNow(threadId);
  const all = start(threadId, 0);
  assert.deepEqual(shortForm(await take(all, 3)), [1, 2, 3]);
  await put(kit, threadId);
  assert.deepEqual(shortForm(await take(all, 1)), [4]);
  assert.deepEqual(shortForm(await take(fromNow, 1)), [4]);
});

test('a backlog of any length is replayed in order', async () => {
  const threadId = newId('thread');
  for (const _ of range(1, 2)) {
    await putMany(kit, threadId, 5_000);
  }
  const live = start(threadId, 0);
  assert.deepEqual(shortForm(await take(live, 10_000)), range(1, 10_000));
});

for (const [place, writer] of [
  ['this process', () => kit],
  ['another', () => other],
] as const) {
  for (const afterSeq of [undefined, 0]) {
    for (const begun of [false, true]) {
      test(`a follower waits for a thread ${begun ? 'of a trace' : 'that is not there'}, afterSeq ${afterSeq}, until ${place} writes`, async () => {
        const threadId = newId('thread');
        if (begun) {
          await newTrace(kit, { threadId });
        }
        const live = await startNow(threadId, afterSeq);
        await putMany(writer(), threadId, 3);
        await put(kit, threadId);
        assert.deepEqual(shortForm(await take(live, 4)), [1, 2, 3, 4]);
      });
    }
  }
}

test('every follower gets all events of a thread that is followed and first written at the same time', async () => {
  for (const _ of range(1, 10)) {
    const threadId = newId('thread');
    const followers = range(1, 5).map(() => start(threadId, 0));
    await Promise.all([put(kit, threadId), put(other, threadId), put(kit, threadId)]);
    for (const live of followers) {
      assert.deepEqual(shortForm(await take(live, 3)), [1, 2, 3]);
    }
  }
});

test('writes of another process arrive exactly once, in order and within 250 ms', async (t) => {
  const threadId = newId('thread');
  await put(other, threadId);
  const followers = range(1, 5).map(() => start(threadId, 0));
  await Promise.all([
    ...range(1, 40).map(() => put(other, threadId)),
    ...range(1, 40).map(() => put(kit, threadId)),
    putMany(other, threadId, 600),
  ]);
  for (const live of followers) {
    assert.deepEqual(shortForm(await take(live, 681)), range(1, 681));
  }
  const [live] = followers as [Followed];
  const delaysMs: number[] = [];
  for (const seq of range(682, 711)) {
    await put(other, threadId);
    const committed = performance.now();
    assert.deepEqual(shortForm(await take(live, 1)), [seq]);
    delaysMs.push(performance.now() - committed);
  }
  delaysMs.sort((a, b) => a - b);
  t.diagnostic(
    `from the other's acknowledgement to arrival: ${[0, 15, 29].map((n) => delaysMs[n]?.toFixed(0)).join(', ')} ms (least, median, most)`,
  );
  assert.ok((delaysMs[15] ?? Infinity) < 250);
});

test('a client that is cut off 100 times under load gets each event exactly once, in order', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = seeded(seed);
  const threadId = newId('thread');
  let going = true;
  const writers = range(1, 4).map(async (writer) => {
    while (going) {
      await putMany(writer % 2 === 0 ? kit : other, threadId, 1 + Math.floor(random() * 9), {
        content: 'x'.repeat(Math.floor(random() * 500)),
        runId: `run-${writer}`,
      });
      await new Promise((resolve) => setTimeout(resolve, 10 + random() * 40));
    }
  });
  const got: number[] = [];
  for (const _ of range(1, 100)) {
    const socket = await openGraphQL(kit);
    const variables = { threadId, afterSeq: got.at(-1) ?? 0 };
    socket.send({ id: '1', type: 'subscribe', payload: { query: RUN_EVENTS, variables } });
    const updates = Math.floor(random() * 12);
    for (const _update of range(1, updates)) {
      got.push((await socket.next()).payload.data.runEvents.seq);
    }
    socket.raw.terminate();
  }
  going = false;
  await Promise.all(writers);
  const { seqs } = await stored(kit, threadId);
  const live = start(threadId, got.at(-1) ?? 0);
  got.push(...(shortForm(await take(live, seqs.length - got.length)) as number[]));
  assert.deepEqual(got, seqs, `seed ${seed}`);
});

test('a deleted run is reported as gaps where its events were', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    ['x', 'a', 'a', 'x', 'a', 'x', 'x'].map((runId) => ({ runId })),
  );
  await deleteRun(kit, threadId, 'x');
  const live = start(threadId, 0);
  assert.deepEqual(shortForm(await take(live, 6)), [[0, 2, 7], 2, 3, [3, 5, 7], 5, [5, 8, 7]]);
  await put(kit, threadId);
  assert.deepEqual(shortForm(await take(live, 1)), [8]);
  const inside = start(threadId, 6);
  assert.deepEqual(shortForm(await take(inside, 2)), [[6, 8, 8], 8]);
});

test('the deletion of a run is not reported to a follower that is past its events', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 5);
  const live = start(threadId, 0);
  await take(live, 5);
  await deleteRun(kit, threadId, 'run');
  await put(kit, threadId);
  assert.deepEqual(shortForm(await take(live, 1)), [6]);
});

test('a thread with every other event deleted is still read page by page', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 4_000).map((n) => ({ runId: n % 2 === 0 ? 'even' : 'odd' })),
  );
  await deleteRun(kit, threadId, 'odd');
  statements.length = 0;
  const live = start(threadId, 0);
  const expected = range(1, 2_000).flatMap((n) => [[2 * n - 2, 2 * n, 4_000], 2 * n]);
  assert.deepEqual(shortForm(await take(live, 4_000)), expected);
  const pages = statements.filter((name) => name === 'run-events/page').length;
  assert.ok(pages < 20, `${pages} pages were read`);
});

test('the deletion of all events of a thread, here or elsewhere, is emitted before the next log generation', async () => {
  for (const deleter of [kit, other]) {
    const threadId = newId('thread');
    await putMany(kit, threadId, 3);
    const live = start(threadId, 0);
    const waiting = await startNow(threadId);
    await take(live, 3);
    await deleteThread(deleter, threadId);
    await putMany(deleter, threadId, 2);
    for (const follower of [live, waiting]) {
      const [deleted, ...next] = await take(follower, 3);
      assert.deepEqual(deleted, { __typename: 'RunEventsDeleted', deletedId: threadId });
      assert.deepEqual(shortForm(next), [1, 2]);
    }
    await put(kit, threadId);
    for (const follower of [live, waiting]) {
      assert.deepEqual(shortForm(await take(follower, 1)), [3]);
      follower.stop();
    }
    await nothingWatched();
  }
});

test('a deletion during a replay: no event comes twice or out of order, and the next log generation follows', async () => {
  const threadId = newId('thread');
  for (const _ of range(1, 3)) {
    await putMany(kit, threadId, 5_000);
  }
  const live = start(threadId, 0);
  await take(live, 1);
  await deleteThread(other, threadId);
  await put(other, threadId);
  let passed = 1;
  for (
    let [update] = await take(live, 1);
    update.__typename !== 'RunEventsDeleted';
    [update] = await take(live, 1)
  ) {
    assert.equal(update.seq, passed + 1);
    passed += 1;
  }
  assert.deepEqual(shortForm(await take(live, 1)), [1]);
});

test('a deletion that deletes nothing is not reported to a follower that waits for a new thread', async () => {
  const threadId = newId('thread');
  const live = await startNow(threadId);
  assert.equal(await deleteThread(kit, threadId), 0);
  assert.equal(await deleteThread(other, threadId), 0);
  await put(kit, threadId);
  assert.deepEqual(shortForm(await take(live, 1)), [1]);
});

test('under concurrent writes and deletions each follower sees each log generation from its start', async () => {
  const threadId = newId('thread');
  const writing = new AbortController();
  const writers = [kit, other].map(async (writer) => {
    while (!writing.signal.aborted) {
      await putMany(writer, threadId, 3);
    }
  });
  /** Follows until three log generations have ended, and checks that none of their events is missing. */
  const followThree = async (): Promise<void> => {
    const live = start(threadId, 0);
    for (const _ of range(1, 3)) {
      let passed = 0;
      for (
        let [update] = await take(live, 1);
        update.__typename !== 'RunEventsDeleted';
        [update] = await take(live, 1)
      ) {
        assert.equal(update.__typename === 'EventGap' ? update.requested : update.seq - 1, passed);
        passed = update.__typename === 'EventGap' ? update.earliest - 1 : update.seq;
      }
    }
    live.stop();
  };
  for (const deleter of [kit, other]) {
    let over = false;
    const followers = Promise.all(range(1, 3).map(followThree)).finally(() => {
      over = true;
    });
    // A log generation that ended before it was noticed is skipped.
    await until(async () => {
      await deleteThread(deleter, threadId);
      return over;
    }, 20_000);
    await followers;
  }
  writing.abort();
  await Promise.all(writers);
});

test('followers that stop while waiting, in a backlog or before their thread exists leave nothing behind', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 3_000);
  const waiting = await startNow(threadId);
  const behind = start(threadId, 0);
  const before = await startNow(newId('none'));
  await take(behind, 100);
  waiting.stop();
  behind.cut();
  before.cut();
  await nothingWatched();
  const looked = statements.filter((name) => name === 'threads/log-states').length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(statements.filter((name) => name === 'threads/log-states').length - looked <= 1);
});

test('each poll checks all watched threads with one statement', async () => {
  const threads = range(1, 30).map(() => newId('watched'));
  const followers = threads.map((threadId) => start(threadId));
  await until(() => kit.server.store.threadTails.watched === 30);
  statements.length = 0;
  await until(() => statements.length >= 10);
  assert.deepEqual([...new Set(statements)], ['threads/log-states']);
  for (const threadId of threads) {
    await put(other, threadId);
  }
  for (const live of followers) {
    assert.deepEqual(shortForm(await take(live, 1)), [1]);
  }
});

test('each project follows its own thread, even under the same id', async () => {
  const stranger = await startKit({ projectId: newId('project') });
  try {
    const threadId = newId('thread');
    await putMany(kit, threadId, 3);
    const live = stranger.follow(RUN_EVENTS, { threadId, afterSeq: 0 });
    await until(() => stranger.server.store.threadTails.watched === 1);
    await put(kit, threadId, { content: 'mine' });
    await put(stranger, threadId, { content: 'theirs' });
    const [event] = await take(live, 1);
    assert.deepEqual([event.seq, event.content], [1, 'theirs']);
    await deleteThread(kit, threadId);
    await put(stranger, threadId);
    assert.deepEqual(shortForm(await take(live, 1)), [2]);
  } finally {
    await stranger.close();
  }
});
