import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { range } from '../../kit/live.js';
import { deleteRun, put, putAll, putMany } from '../../kit/run-event-kit.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

interface Written {
  readonly seq: number;
  readonly runId: string;
  readonly eventType: string;
  readonly category: string;
}

/** Queries several lists at once, given as calls like `threadMessages(...)`; returns the seqs of each. */
async function seqsOf(calls: readonly string[]): Promise<number[][]> {
  const answers: number[][] = [];
  for (let start = 0; start < calls.length; start += 50) {
    const some = calls.slice(start, start + 50);
    const data = await kit.ask(`{ ${some.map((call, index) => `a${index}: ${call} { seq }`).join(' ')} }`);
    answers.push(...some.map((_, index) => data[`a${index}`].map(({ seq }: Written) => seq)));
  }
  return answers;
}

const RUNS = ['one', 'two', 'three'];
const TYPES = ['human', 'ai', 'tool'];
const SOME_TYPES = [null, [], ['human'], ['ai', 'tool', 'unknown'], TYPES];

/** What a list of messages should return by its documentation, computed with arrays. */
function expectedMessages(
  events: readonly Written[],
  {
    runId,
    limit,
    before,
    after,
  }: { runId: string | null; limit: number; before: number | null; after: number | null },
): number[] {
  const seqs = events
    .filter((event) => event.category === 'message' && (runId === null || event.runId === runId))
    .map(({ seq }) => seq)
    .filter((seq) => (before === null || seq < before) && (after === null || seq > after));
  return after === null ? seqs.slice(-limit) : seqs.slice(0, limit);
}

const shortForm = (value: number | null): string => (value === null ? 'null' : String(value));

test('every combination of run, limit and cursors matches a brute-force reference', async () => {
  const event = fc.record({
    runId: fc.constantFrom('one', 'two'),
    eventType: fc.constantFrom(...TYPES),
    category: fc.constantFrom('message', 'message', 'trace'),
  });
  const work = fc.record({
    events: fc.array(event, { minLength: 3, maxLength: 7 }),
    deleted: fc.option(fc.constantFrom('one', 'two')),
    more: fc.array(event, { maxLength: 2 }),
  });
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(work, async ({ events, deleted, more }) => {
      const threadId = newId('lists');
      let stored: Written[] = await putAll(kit, threadId, events);
      const { length } = stored;
      if (deleted !== null) {
        await deleteRun(kit, threadId, deleted);
        stored = stored.filter(({ runId }) => runId !== deleted);
      }
      if (more.length > 0) {
        stored.push(...((await putAll(kit, threadId, more)) as Written[]));
      }
      const last = length + more.length;
      const cursors = [null, ...range(0, last + 1)];
      const limits = [1, 2, last + 1];
      const asked: { readonly call: string; readonly expected: number[] }[] = [];
      for (const runId of [null, ...RUNS]) {
        for (const limit of [...limits, null]) {
          for (const after of cursors) {
            for (const before of cursors) {
              const range = `limit: ${shortForm(limit)}, beforeSeq: ${shortForm(before)}, afterSeq: ${shortForm(after)}`;
              asked.push({
                call:
                  runId === null
                    ? `threadMessages(threadId: "${threadId}", ${range})`
                    : `runMessages(threadId: "${threadId}", runId: "${runId}", ${range})`,
                expected: expectedMessages(stored, { runId, limit: limit ?? 50, before, after }),
              });
            }
          }
        }
      }
      for (const runId of RUNS) {
        for (const types of SOME_TYPES) {
          for (const limit of limits) {
            for (const after of cursors) {
              asked.push({
                call: `runEvents(threadId: "${threadId}", runId: "${runId}", eventTypes: ${JSON.stringify(types)}, limit: ${limit}, afterSeq: ${shortForm(after)})`,
                expected: stored
                  .filter((row) => row.runId === runId && (types === null || types.includes(row.eventType)))
                  .map(({ seq }) => seq)
                  .filter((seq) => seq > (after ?? 0))
                  .slice(0, limit),
              });
            }
          }
        }
      }
      const answers = await seqsOf(asked.map(({ call }) => call));
      asked.forEach(({ call, expected }, index) => assert.deepEqual(answers[index], expected, call));
      const { threadMessageCount } = await kit.ask(`{ threadMessageCount(threadId: "${threadId}") }`);
      assert.equal(threadMessageCount, stored.filter(({ category }) => category === 'message').length);
      compared += asked.length;
    }),
    { numRuns: 3 },
  );
  assert.ok(compared > 1_000, String(compared));
});

test('without a limit, a thread lists 50 messages, and a run all its messages and 500 events', async () => {
  const threadId = newId('thread');
  await putMany(kit, threadId, 700);
  const [newest, ofRun, events] = await seqsOf([
    `threadMessages(threadId: "${threadId}")`,
    `runMessages(threadId: "${threadId}", runId: "run")`,
    `runEvents(threadId: "${threadId}", runId: "run")`,
  ]);
  assert.deepEqual(newest, range(651, 700));
  assert.deepEqual(ofRun, range(1, 700));
  assert.deepEqual(events, range(1, 500));
});

test('afterSeq pages through a run to its end', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 25).map((n) => ({ runId: n % 2 === 0 ? 'even' : 'odd' })),
  );
  const seqs: number[] = [];
  for (;;) {
    const [page = []] = await seqsOf([
      `runEvents(threadId: "${threadId}", runId: "odd", limit: 4, afterSeq: ${seqs.at(-1) ?? 0})`,
    ]);
    if (page.length === 0) {
      break;
    }
    seqs.push(...page);
  }
  assert.deepEqual(
    seqs,
    range(0, 12).map((n) => 2 * n + 1),
  );
});

test('filters apply before the limit', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    range(1, 30).map((n) => ({
      eventType: n % 10 === 0 ? 'rare' : 'common',
      category: n % 10 === 0 ? 'message' : 'trace',
    })),
  );
  assert.deepEqual(
    await seqsOf([
      `runEvents(threadId: "${threadId}", runId: "run", eventTypes: ["rare"], limit: 2)`,
      `threadMessages(threadId: "${threadId}", limit: 2)`,
      `threadMessages(threadId: "${threadId}", limit: 2, afterSeq: 1)`,
      `runMessages(threadId: "${threadId}", runId: "run", limit: 2, beforeSeq: 30)`,
    ]),
    [
      [10, 20],
      [20, 30],
      [10, 20],
      [10, 20],
    ],
  );
});

test('only events of category message are messages, whatever their type', async () => {
  const threadId = newId('thread');
  await putAll(
    kit,
    threadId,
    ['message', 'Message', 'messages', 'trace'].map((category) => ({ category, eventType: 'message' })),
  );
  assert.deepEqual(await seqsOf([`threadMessages(threadId: "${threadId}")`]), [[1]]);
  const { threadMessageCount } = await kit.ask(`{ threadMessageCount(threadId: "${threadId}") }`);
  assert.equal(threadMessageCount, 1);
});

test('lists of a thread or run that does not exist are empty', async () => {
  const threadId = newId('none');
  assert.deepEqual(
    await kit.ask(`{
      threadMessages(threadId: "${threadId}", afterSeq: 0) { seq }
      runMessages(threadId: "${threadId}", runId: "r") { seq }
      runEvents(threadId: "${threadId}", runId: "r") { seq }
      threadMessageCount(threadId: "${threadId}")
    }`),
    { threadMessages: [], runMessages: [], runEvents: [], threadMessageCount: 0 },
  );
});

test('cursors far beyond the newest event are valid', async () => {
  const threadId = newId('thread');
  await put(kit, threadId);
  assert.deepEqual(
    await seqsOf([
      `threadMessages(threadId: "${threadId}", beforeSeq: ${2 ** 53})`,
      `threadMessages(threadId: "${threadId}", afterSeq: ${2 ** 53})`,
      `runEvents(threadId: "${threadId}", runId: "run", afterSeq: ${2 ** 53})`,
    ]),
    [[1], [], []],
  );
});
