import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, testNeo4j } from '../../kit/kit.js';
import { peakMemoryBytes } from '../../kit/many-requests.js';
import { spawnServer, type ServerProcess } from '../../kit/server-process.js';

const MB = 1024 * 1024;
/** The size of the largest content: the largest body less room for ids and the query. */
const MOST = 15.9 * MB;
/**
 * Prints how long the server's event loop was blocked, in milliseconds of the main thread's CPU time: on a shared machine,
 * wall time would include the work of others.
 */
const HEARTBEAT = `import { readFileSync } from 'node:fs';
const cpuMs = () => Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
let last = cpuMs();
setInterval(() => { const now = cpuMs(); if (now - last > 30) console.log('PAUSE ' + Math.round(now - last)); last = now; }, 5).unref();`;

let server: ServerProcess;
let traceId: string;
before(async () => {
  server = await spawnServer(testNeo4j(), {
    // Each request ends before the next one begins, even on a busy machine.
    environment: { STEMMA_REQUEST_TIMEOUT_MS: '300000' },
    nodeArguments: ['--import', `data:text/javascript,${encodeURIComponent(HEARTBEAT)}`],
  });
  traceId = newId('trace');
  await server.send('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: traceId });
});
after(() => server.stop());

const ADD = 'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }';
const STEP = 'mutation ($input: AddStepInput!) { addStep(input: $input) { id } }';
const PUT = 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }';
const repeat = (text: string, sizeBytes: number): string =>
  Array(Math.floor(sizeBytes / (text.length + 1)))
    .fill(text)
    .join(',');
const message = (content: string): string =>
  `{"inputs":[{"traceId":"${traceId}","role":"user","content":${content}}]}`;
/** A list of `count` items of about `sizeBytes` in total; each item gets its index and a text to fill it up. */
const list = (count: number, sizeBytes: number, item: (index: number, text: string) => string): string =>
  `[${Array.from({ length: count }, (_, index) => {
    const room = sizeBytes / count - item(index, '').length - 1;
    return item(index, 'x'.repeat(Math.max(0, room)));
  }).join(',')}]`;
const checkpoint = (rest: string): string =>
  `{"input":{"metadata":{"threadId":"${newId('thread')}","step":1},${rest}}}`;

/** Bodies of a given size, and whether each should be accepted. Batches have 1 MB only: 16 MB would have no more rows. */
const BODIES: Readonly<
  Record<
    string,
    {
      accepted: boolean;
      isBatch?: true;
      make: (sizeBytes: number) => readonly [query: string, variables: string];
    }
  >
> = {
  'one list of numbers': {
    accepted: true,
    make: (size) => [ADD, message(`[${repeat('1', size)}]`)],
  },
  'numbers that are checked digit by digit': {
    accepted: true,
    make: (size) => [ADD, message(`[${repeat('0.1234567890123456', size)}]`)],
  },
  'deep nesting': {
    accepted: false,
    make: (size) => [ADD, message('['.repeat(size / 2) + ']'.repeat(size / 2))],
  },
  'one long text': {
    accepted: true,
    make: (size) => [ADD, message(`"${'x'.repeat(size)}"`)],
  },
  'a state of 5,000 keys': {
    accepted: true,
    make: (size) => [
      PUT,
      checkpoint(
        `"state":{${Array.from({ length: 5_000 }, (_, key) => `"k${key}":"${'s'.repeat(Math.max(1, size / 5_000 - 12))}"`).join(',')}}`,
      ),
    ],
  },
  'a checkpoint of tiny messages': {
    accepted: false,
    make: (size) => [PUT, checkpoint(`"messages":[${repeat('{"role":"user","content":"hi"}', size)}]`)],
  },
  'a batch of 5,000 messages': {
    accepted: true,
    isBatch: true,
    make: (size) => [
      ADD,
      `{"inputs":${list(5_000, size, (_, text) => `{"traceId":"${traceId}","role":"user","content":"${text}"}`)}}`,
    ],
  },
  'a batch of 5,000 steps, each on the one before it': {
    accepted: true,
    isBatch: true,
    make: (size) => {
      const id = newId('s');
      return [
        'mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }',
        `{"inputs":${list(
          5_000,
          size,
          (index, text) =>
            `{"traceId":"${traceId}","id":"${id}-${index}","type":"TOOL_RESULT","parentIds":[${index === 0 ? '' : `"${id}-${index - 1}"`}],"data":{"r":"${text}"}}`,
        )}}`,
      ];
    },
  },
  'a batch of 5,000 run events': {
    accepted: true,
    isBatch: true,
    make: (size) => {
      const threadId = newId('thread');
      return [
        'mutation ($inputs: [RunEventInput!]!) { putRunEvents(inputs: $inputs) { seq } }',
        `{"inputs":${list(5_000, size, (_, text) => `{"threadId":"${threadId}","runId":"r","eventType":"e","category":"message","content":"${text}"}`)}}`,
      ];
    },
  },
  'a tree of 10,000 goals': {
    accepted: true,
    isBatch: true,
    make: (size) => [
      'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { goals { goalId } } }',
      `{"id":"${traceId}","goals":${list(10_000, size, (index, text) => `{"goalId":"g${index}","parentId":${index === 0 ? 'null' : `"g${Math.floor(index / 10)}"`},"description":"d${text}"}`)}}`,
    ],
  },
  'a prompt of long messages': {
    accepted: true,
    make: (size) => [
      STEP,
      `{"input":{"traceId":"${traceId}","type":"LLM_CALL","data":{"messages":[${repeat(`{"role":"user","content":"${newId()}${'p'.repeat(2_000)}"}`, size)}]}}}`,
    ],
  },
  'a long query': {
    accepted: false,
    make: (size) => [`{ a: __typename # ${'x'.repeat(size)}\n`, '{}'],
  },
};

function pauses(): number[] {
  return [...server.output().matchAll(/PAUSE (\d+)/g)].map(([, pause]) => Number(pause));
}

for (const [what, { accepted, make, isBatch = false }] of Object.entries(BODIES)) {
  // GraphQL validates the input of a batch in one go, and much garbage is collected.
  const sizes = isBatch ? [[0.95 * MB, 200] as const] : [[0.95 * MB, 100] as const, [MOST, 500] as const];
  const promise = sizes.map(([size, mostMs]) => `${Math.round(size / MB)} MB for ${mostMs} ms`).join(', ');
  test(`${what} blocks the event loop for a limited time: ${promise}`, async () => {
    for (const [sizeBytes, mostMs] of sizes) {
      const [query, variables] = make(sizeBytes);
      const before = pauses().length;
      const startMs = performance.now();
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      });
      const text = await response.text();
      const elapsedMs = Math.round(performance.now() - startMs);
      const worstMs = Math.max(0, ...pauses().slice(before));
      const peak = Math.round(peakMemoryBytes(server.pid) / MB);
      console.log(
        `${what}, ${(sizeBytes / MB).toFixed(1)} MB: pause ${worstMs} ms, ${elapsedMs} ms, peak ${peak} MB, ${response.status} ${text.slice(0, 120)}`,
      );
      if (sizeBytes === sizes.at(-1)?.[0]) {
        assert.equal(text.includes('"errors"'), !accepted, text.slice(0, 300));
      }
      assert.ok(worstMs <= mostMs, `expected pauses of at most ${mostMs} ms, got ${worstMs} ms`);
      assert.ok(peak < 1024, `expected a peak under 1 GB, got ${peak} MB`);
    }
  });
}
