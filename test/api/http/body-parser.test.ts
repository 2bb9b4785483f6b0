import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { createBodyParser, LARGE_BODY_BYTES, type BodyParser } from '../../../src/api/http/body-parser.js';

// What happens to a request whose worker fails, and to the requests behind it.

const folder = mkdtempSync(join(tmpdir(), 'stemma-worker-'));
const parsers: BodyParser[] = [];
// Keeps the process running, as a server would: a parser's worker does not.
const running = setInterval(() => undefined, 1_000);
after(async () => {
  clearInterval(running);
  await Promise.all(parsers.map((parser) => parser.close()));
  rmSync(folder, { recursive: true, force: true });
});

function parserWith(options: Parameters<typeof createBodyParser>[0]): BodyParser {
  const parser = createBodyParser(options);
  parsers.push(parser);
  return parser;
}

/** A worker that runs this code for each job. */
function workerThat(text: string): URL {
  const file = join(folder, `worker-${parsers.length}.mjs`);
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ bytes }) => {
      const text = Buffer.from(bytes).toString().trim();
      ${text}
      parentPort.postMessage({ body: text });
    });`,
  );
  return pathToFileURL(file);
}

/** A body that is large enough for the worker. */
function large(text: string): Uint8Array {
  return Buffer.from(text.padEnd(LARGE_BODY_BYTES));
}

test('a request that needs more memory than the worker has is PAYLOAD_TOO_LARGE, and the next one is parsed', async () => {
  const parser = parserWith({ heapMb: 24 });
  const [greedy, next] = await Promise.allSettled([
    parser.parse(large(`{"query":"{ a }","variables":{"x":[${'{"a":1},'.repeat(900_000)}1]}}`), 'request'),
    parser.parse(large('{"query":"{ __typename }"}'), 'request'),
  ]);
  assert.equal(greedy.status, 'rejected');
  assert.equal(greedy.reason.code, 'PAYLOAD_TOO_LARGE');
  assert.match(greedy.reason.message, /at most 24 MB as objects, got one that takes more; send it in parts/);
  assert.equal(next.status, 'fulfilled');
  assert.equal((next.value as { query: string }).query, '{ __typename }');
});

test('a worker that exits fails only its own request, with UNAVAILABLE', async () => {
  const parser = parserWith({ script: workerThat("if (text === 'end') process.exit(1);") });
  const results = await Promise.allSettled(
    ['before', 'end', 'after'].map((text) => parser.parse(large(text), 'request')),
  );
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code)),
    ['before', 'UNAVAILABLE', 'after'],
  );
});

test('a worker that fails in an unexpected way fails only its own request', async () => {
  const parser = parserWith({ script: workerThat("if (text === 'throw') throw new Error('unforeseen');") });
  const results = await Promise.allSettled(
    ['before', 'throw', 'after'].map((text) => parser.parse(large(text), 'request')),
  );
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
    ['before', 'unforeseen', 'after'],
  );
});

test('a request whose client disconnects before its turn is not parsed', async () => {
  const parser = parserWith({
    script: workerThat("if (text === 'left') throw new Error('it was parsed');"),
  });
  const leaving = new AbortController();
  const first = parser.parse(large('first'), 'request');
  const left = parser.parse(large('left'), 'request', leaving.signal);
  leaving.abort(new Error('the client left'));
  await assert.rejects(left, { message: 'the client left' });
  assert.equal(await first, 'first');
});

test('a request that is being parsed when the server stops fails with UNAVAILABLE', async () => {
  const parser = parserWith({ script: workerThat("if (text === 'hang') for (;;);") });
  const hanging = parser.parse(large('hang'), 'request');
  await Promise.all([
    parser.close(),
    assert.rejects(hanging, { code: 'UNAVAILABLE', message: 'the server is stopping' }),
  ]);
});
