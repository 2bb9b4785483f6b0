import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { MATCH_PROJECT_NODES } from '../../kit/project-nodes.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

// This file counts in its own project, because other files write at the same time.
const projectId = newId('project');
let kit: Kit;
let folder: string;
before(async () => {
  kit = await startKit({ projectId });
  folder = await mkdtemp(join(tmpdir(), 'stemma-import-'));
});
after(async () => {
  await kit.close();
  await rm(folder, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a user does. */
async function stemma(words: readonly string[], url = kit.url): Promise<Outcome> {
  const child = spawn(process.execPath, ['bin/stemma.mjs', ...words], {
    cwd: root,
    env: { ...process.env, STEMMA_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

async function fileWith(content: unknown, name = `${newId('transcript')}.json`): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** Imports the files, expects success, and returns the traces in file order. */
async function imported(files: readonly string[], about: string): Promise<any[]> {
  const { code, err } = await stemma(['import', ...files]);
  assert.equal(code, 0, err);
  return await tracesAbout(about);
}

async function tracesAbout(about: string): Promise<any[]> {
  return await kit
    .cypher(
      'MATCH (t:Trace {projectId: $projectId}) WHERE t.task CONTAINS $about RETURN t {.*} AS t ORDER BY t.task',
      { about, projectId },
    )
    .then((rows) => rows.map((row) => row.t));
}

/** Each step of a trace as "sequence type <- sequences of its parents". */
async function shape(traceId: string): Promise<string[]> {
  const rows = await kit.cypher(
    `MATCH (s:Step {projectId: $projectId, traceId: $traceId})
     OPTIONAL MATCH (p:Step)-[:PARENT_OF]->(s)
     WITH s, p ORDER BY p.sequence
     WITH s, collect(p.sequence) AS parents ORDER BY s.sequence
     RETURN s.sequence AS sequence, s.type AS type, parents`,
    { traceId, projectId },
  );
  return rows.map(({ sequence, type, parents }) => `${sequence} ${type} <- ${parents.join(' ')}`.trim());
}

async function everything(): Promise<{ nodes: number; edges: number; lastEventIds: number }> {
  const [counts] = await kit.cypher(
    `${MATCH_PROJECT_NODES} WITH count(n) AS nodes, sum(COUNT { (n)-->() }) AS edges
     OPTIONAL MATCH (t:Trace {projectId: $projectId}) RETURN nodes, edges, sum(t.lastEventId) AS lastEventIds`,
    { projectId },
  );
  return counts;
}

const ask = (about: string) => ({ role: 'user', content: about });
const call = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const calling = (...calls: object[]) => ({ role: 'assistant', content: null, tool_calls: calls });
const result = (tool_call_id: string, content: string) => ({ role: 'tool', tool_call_id, content });
const answer = (content: string) => ({ role: 'assistant', content });

test('a list of chat messages becomes one run with the steps and messages of the transcript', async () => {
  const about = newId('weather');
  const lookUp = call('a', 'look_up', '{"city":"Oslo"}');
  const messages = [
    { role: 'system', content: 'be brief' },
    ask(about),
    calling(lookUp),
    result('a', 'rain'),
    answer('It rains.'),
    ask('thanks'),
  ];
  const [trace] = await imported([await fileWith(messages)], about);
  const { trace: read } = await kit.ask(
    `query ($id: ID!) { trace(id: $id) {
      status agentType summary totalSteps totalMessages context
      steps { nodes { id type data parentIds } }
      messages { nodes { role content toolCallId stepId } }
    } }`,
    { id: trace.id },
  );
  const step = (number: number): string => `${trace.id}/s${number}`;
  assert.deepEqual(read, {
    status: 'COMPLETED',
    agentType: 'openai-chat',
    summary: 'It rains.',
    totalSteps: 5,
    totalMessages: 6,
    context: { format: 'openai-chat', run: 1 },
    steps: {
      nodes: [
        {
          id: step(1),
          type: 'LLM_CALL',
          data: {
            messages: messages.slice(0, 2),
            response: null,
            tool_calls: [lookUp],
          },
          parentIds: [],
        },
        {
          id: step(2),
          type: 'TOOL_CALL',
          data: {
            tool_name: 'look_up',
            arguments: { city: 'Oslo' },
            llm_step_id: step(1),
            tool_call_id: 'a',
          },
          parentIds: [step(1)],
        },
        {
          id: step(3),
          type: 'TOOL_RESULT',
          data: { tool_call_step_id: step(2), result: 'rain', tool_call_id: 'a' },
          parentIds: [step(2)],
        },
        {
          id: step(4),
          type: 'LLM_CALL',
          data: { messages: messages.slice(0, 4), response: 'It rains.' },
          parentIds: [step(3)],
        },
        {
          id: step(5),
          type: 'CONCLUSION',
          data: { content: 'It rains.', is_final: true },
          parentIds: [step(4)],
        },
      ],
    },
    messages: {
      nodes: [
        { role: 'system', content: 'be brief', toolCallId: null, stepId: null },
        { role: 'user', content: about, toolCallId: null, stepId: null },
        { role: 'assistant', content: null, toolCallId: null, stepId: step(1) },
        { role: 'tool', content: 'rain', toolCallId: 'a', stepId: step(3) },
        { role: 'assistant', content: 'It rains.', toolCallId: null, stepId: step(4) },
        { role: 'user', content: 'thanks', toolCallId: null, stepId: null },
      ],
    },
  });
});

test('the answer after parallel tool calls depends on all their results, each linked to its own call', async () => {
  const about = newId('parallel');
  const messages = [
    ask(about),
    calling(call('a', 'one', '{}'), call('b', 'two', 'not JSON'), call('c', 'three', '{}')),
    result('b', '2'),
    result('a', '1'),
    result('c', '3'),
    answer('6'),
  ];
  const [trace] = await imported([await fileWith(messages)], about);
  assert.deepEqual(await shape(trace.id), [
    '1 llm_call <-',
    '2 tool_call <- 1',
    '3 tool_call <- 1',
    '4 tool_call <- 1',
    '5 tool_result <- 3',
    '6 tool_result <- 2',
    '7 tool_result <- 4',
    '8 llm_call <- 5 6 7',
    '9 conclusion <- 8',
  ]);
  const { step } = await kit.ask('query ($id: ID!) { step(id: $id) { data } }', { id: `${trace.id}/s3` });
  assert.equal(step.data.arguments, 'not JSON');
});

test('an answer without results before it depends on the previous answer', async () => {
  const about = newId('chat');
  const [trace] = await imported(
    [await fileWith([ask(about), answer('1'), ask('and?'), answer('2')])],
    about,
  );
  assert.deepEqual(await shape(trace.id), ['1 llm_call <-', '2 llm_call <- 1', '3 conclusion <- 2']);
});

test('the conclusion of a run that ends in a tool result depends on that result', async () => {
  const about = newId('handover');
  const messages = [ask(about), calling(call('a', 'hand_over', '{}')), result('a', 'done')];
  const [trace] = await imported([await fileWith(messages)], about);
  assert.deepEqual(await shape(trace.id), [
    '1 llm_call <-',
    '2 tool_call <- 1',
    '3 tool_result <- 2',
    '4 conclusion <- 3',
  ]);
  assert.equal(trace.summary, 'done');
});

test('a reused call id refers to the newer call', async () => {
  const about = newId('again');
  const messages = [
    ask(about),
    calling(call('a', 'one', '{}')),
    result('a', '1'),
    calling(call('a', 'two', '{}')),
    result('a', '2'),
  ];
  const [trace] = await imported([await fileWith(messages)], about);
  assert.equal((await shape(trace.id))[5], '6 tool_result <- 5');
});

test('a legacy function_call becomes a tool call, matched by name', async () => {
  const about = newId('legacy');
  const messages = [
    ask(about),
    { role: 'assistant', content: null, function_call: { name: 'add', arguments: '{"a":1}' } },
    { role: 'function', name: 'add', content: '2' },
    answer('2'),
  ];
  const [trace] = await imported([await fileWith(messages)], about);
  assert.deepEqual(await shape(trace.id), [
    '1 llm_call <-',
    '2 tool_call <- 1',
    '3 tool_result <- 2',
    '4 llm_call <- 3',
    '5 conclusion <- 4',
  ]);
});

test('each run in a list, given as a list or an object, becomes a trace, and reward 0 makes it failed', async () => {
  const about = newId('runs');
  const runs = [
    [ask(`${about} 1`), answer('a')],
    { messages: [ask(`${about} 2`), answer('b')], reward: 1 },
    { task_id: 7, trial: 0, reward: 0, info: { source: 'x' }, traj: [ask(`${about} 3`), answer('c')] },
  ];
  const traces = await imported([await fileWith(runs)], about);
  assert.deepEqual(
    traces.map(({ status, agentType, error }) => [status, agentType, error ?? null]),
    [
      ['completed', 'openai-chat', null],
      ['completed', 'openai-chat', null],
      ['failed', 'tau-bench', 'reward 0'],
    ],
  );
  assert.deepEqual(JSON.parse(traces[2].context), {
    format: 'tau-bench',
    run: 3,
    task_id: 7,
    trial: 0,
    reward: 0,
    info: { source: 'x' },
  });
});

test('JSON Lines hold one message per line or one run per line', async () => {
  const [one, two] = [newId('lines'), newId('lines')];
  const lines = (values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const messages = await fileWith(lines([ask(one), answer('hi'), ask('bye')]));
  const runs = await fileWith(lines([[ask(`${two} 1`), answer('hi')], { messages: [ask(`${two} 2`)] }]));
  const [trace, ...others] = await imported([messages, runs], one);
  assert.equal(others.length, 0);
  assert.equal(trace.messageCount, 3);
  assert.deepEqual(
    (await tracesAbout(two)).map(({ totalSteps, messageCount }) => [totalSteps, messageCount]),
    [
      [2, 2],
      [0, 1],
    ],
  );
});

test('a refusal or audio becomes part of the content of its message', async () => {
  const about = newId('refused');
  const [trace] = await imported(
    [
      await fileWith([
        ask(about),
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'assistant', audio: { id: 'a', transcript: 'Hm.' } },
        { role: 'assistant', content: 'Sorry.', refusal: 'No.' },
      ]),
    ],
    about,
  );
  const { trace: read } = await kit.ask(
    'query ($id: ID!) { trace(id: $id) { messages { nodes { content } } } }',
    { id: trace.id },
  );
  assert.deepEqual(
    read.messages.nodes.map((message: { content: unknown }) => message.content),
    [
      about,
      [{ type: 'refusal', refusal: 'No.' }],
      [{ type: 'audio', audio: { id: 'a', transcript: 'Hm.' } }],
      [
        { type: 'text', text: 'Sorry.' },
        { type: 'refusal', refusal: 'No.' },
      ],
    ],
  );
});

test('usage is recorded per answer, or for the whole run on its last answer', async () => {
  const about = newId('usage');
  const usage = { prompt_tokens: 10, completion_tokens: 3 };
  const runs = [
    {
      messages: [
        ask(`${about} 1`),
        { ...answer('a'), usage, cost: 0.5 },
        ask('b'),
        { ...answer('c'), usage },
      ],
    },
    { messages: [ask(`${about} 2`), answer('a'), ask('b'), answer('c')], usage, cost: 0.25, model: 'gpt-x' },
  ];
  const traces = await imported([await fileWith(runs)], about);
  assert.deepEqual(
    traces.map(({ promptTokens, completionTokens, totalCost }) => [
      promptTokens,
      completionTokens,
      totalCost,
    ]),
    [
      [20, 6, 0.5],
      [10, 3, 0.25],
    ],
  );
  const { step } = await kit.ask('query ($id: ID!) { step(id: $id) { model promptTokens data } }', {
    id: `${traces[1].id}/s2`,
  });
  assert.deepEqual([step.model, step.promptTokens, step.data.usage_covers], ['gpt-x', 10, 'run']);
});

test('importing a transcript again, even under another name, adds nothing', async () => {
  const about = newId('twice');
  const runs = [
    [ask(`${about} 1`), calling(call('a', 'one', '{}')), result('a', '1'), answer('b')],
    [ask(`${about} 2`), answer('b')],
  ];
  await imported([await fileWith(runs)], about);
  const once = await everything();
  const { code, out } = await stemma(['import', await fileWith(JSON.stringify(runs, null, 2))]);
  assert.equal(code, 0);
  assert.match(out, /2 traces already there/);
  assert.deepEqual(await everything(), once);
});

test('when the server disappears during an import, the import reports it and the next one adds the rest', async () => {
  const about = newId('cut');
  const run = (name: string): object[] => [
    ask(name),
    calling(call('a', 'one', '{}')),
    result('a', '1'),
    answer('b'),
  ];
  const file = await fileWith([run(`${about} 1`), run(`${about} 2`)]);
  // The first request checks that there is a server. A trace takes 1 + 9 + 1 requests, one per write.
  const server = await serverThatDiesAfter(17);
  const cut = await stemma(['import', file, '--speed', '100000x'], server.url);
  assert.equal(cut.code, 1);
  assert.match(
    cut.err,
    /^no Stemma server answers at .*\n\(what was written stays; run this again to add the rest\)$/m,
  );
  const statuses = async (): Promise<unknown[]> =>
    (await tracesAbout(about)).map(({ status, totalSteps, messageCount }) => [
      status,
      totalSteps,
      messageCount,
    ]);
  assert.deepEqual(await statuses(), [
    ['completed', 5, 4],
    ['running', 2, 2],
  ]);
  const { code, out } = await stemma(['import', file]);
  assert.equal(code, 0);
  assert.match(out, /: 1 trace with 3 steps and 2 messages added, 1 trace already there/);
  assert.deepEqual(await statuses(), [
    ['completed', 5, 4],
    ['completed', 5, 4],
  ]);
});

test('runs written concurrently are complete, or the next import completes them', async () => {
  const about = newId('at-once');
  const runs = Array.from({ length: 20 }, (_, index) => [
    ask(`${about} ${String(index).padStart(2, '0')}`),
    calling(call('a', 'one', '{}')),
    result('a', '1'),
    answer('b'),
  ]);
  const file = await fileWith(runs.map((run) => JSON.stringify(run)).join('\n'));
  const server = await serverThatDiesAfter(12);
  const cut = await stemma(['import', file], server.url);
  assert.equal(cut.code, 1);
  const { code, out } = await stemma(['import', file]);
  assert.equal(code, 0);
  assert.match(out, /: \d+ traces? with \d+ steps and \d+ messages added/);
  const traces = await tracesAbout(about);
  assert.deepEqual(
    traces.map(({ status, totalSteps, messageCount }) => [status, totalSteps, messageCount]),
    Array(20).fill(['completed', 5, 4]),
  );
});

/** Forwards that many requests to the kit's server, and then no more. */
async function serverThatDiesAfter(requests: number): Promise<{ readonly url: string }> {
  let left = requests;
  const server = createServer((request, response) => {
    left -= 1;
    if (left < 0) {
      server.close();
      request.socket.destroy();
      return;
    }
    const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
    request.pipe(
      sendRequest(`${kit.url}/graphql`, options, (answered) => {
        answered.pipe(response);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('an error names the broken file and the position of the fault, and nothing is written', () => {
  const good = [ask('good'), answer('fine')];
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['JSON that is cut', '[{"role": "user",\n "content": "x"},\n {"role"', /:3:\d+: not JSON: /],
    [
      'a line of JSON Lines that is cut',
      '{"role":"user","content":"x"}\n\n{"role":"assi\n',
      /:3:\d+: not JSON: /,
    ],
    ['a text that is not JSON', '# Notes\n', /:1:1: expected a transcript .*, got "# Notes"/],
    ['an empty file', ' \n', /: expected a transcript .*, got an empty file/],
    ['an empty list', '[]', /:1:1: expected a transcript .*, got an empty list/],
    [
      'JSON of another kind',
      '[{"a": 1, "b": 2}]',
      /:1:2: expected a transcript .*, got a list of an object with a, b/,
    ],
    [
      'an integer that would be rounded',
      '[{"role": "user", "content": 12345678901234567890}]',
      /:1:30: expected an integer/,
    ],
    [
      'a message without a role',
      JSON.stringify([good, good, [...good, { content: 'x' }]], null, 1),
      /:31:3: run 3, message 3: expected role to be a string of 1 to 50 characters, got nothing/,
    ],
    [
      'an answer to a call that nobody made',
      `${JSON.stringify(ask('x'))}\n${JSON.stringify(result('call_9', 'y'))}\n`,
      /:2:31: message 2: expected tool_call_id to be the id of a call in an earlier message, got "call_9"/,
    ],
    [
      'calls that are no list',
      JSON.stringify([{ role: 'assistant', content: null, tool_calls: {} }]),
      /:1:50: message 1: expected tool_calls to be a list, got \{\}/,
    ],
    [
      'tokens that are no number',
      JSON.stringify([{ ...answer('x'), usage: { prompt_tokens: -1 } }]),
      /message 1: expected usage.prompt_tokens to be a whole number from 0 to 10\^12, got -1/,
    ],
    [
      'a trajectory that is no list',
      JSON.stringify({ trajectory: 1, history: [] }),
      /:1:15: expected trajectory to be a list, got 1/,
    ],
    [
      "a message of Gemini's, which says what it says in parts",
      JSON.stringify([ask('x'), { role: 'model', parts: [{ text: 'y' }] }]),
      /:1:\d+: message 2: expected content, tool_calls, function_call, refusal or audio, got a message with role, parts/,
    ],
    [
      "a UIMessage of Vercel's AI SDK",
      JSON.stringify([{ id: '1', role: 'user', content: '', parts: [{ type: 'text', text: 'y' }] }]),
      /message 1: expected content, .* got a message with id, role, content, parts/,
    ],
    [
      'a message that says nothing',
      JSON.stringify([ask('x'), { role: 'assistant', text: 'y' }]),
      /message 2: expected content, .* got a message with role, text/,
    ],
    ['a run that is none', JSON.stringify([good, 7]), /:1:\d+: run 2: expected a run \(.*\), got 7/],
  ];
  for (const [what, content, message] of cases) {
    test(what, async () => {
      const before = await everything();
      const broken = await fileWith(content, `${newId('broken')}.json`);
      const { code, err } = await stemma(['import', await fileWith([ask(newId('good'))]), broken]);
      assert.equal(code, 1);
      assert.ok(err.startsWith(broken), err);
      assert.match(err, message);
      assert.deepEqual(await everything(), before);
    });
  }

  test('all broken files are reported at once, including a missing one', async () => {
    const files = [join(folder, 'none.json'), await fileWith('['), await fileWith('{}')];
    const { code, err } = await stemma(['import', ...files]);
    assert.equal(code, 1);
    files.forEach((file, index) => assert.ok(err.split('\n')[index]?.startsWith(file), err));
  });
});

test('without a server, the error says how to start one', async () => {
  const { code, out, err } = await stemma(['import', await fileWith([ask('x')])], 'http://127.0.0.1:9');
  assert.equal(code, 1);
  assert.equal(
    err,
    'no Stemma server answers at http://127.0.0.1:9: start one with `npm start`, or set STEMMA_URL to where one runs\n',
  );
  assert.equal(out, '');
});

test('the error for a request that is too large for the server names its size', async () => {
  const small = await startKit({ projectId, limits: { maxRequestBytes: 1024 * 1024 } });
  try {
    const { code, err } = await stemma(['import', await fileWith([ask('x'.repeat(9e6))])], small.url);
    assert.equal(code, 1);
    assert.match(
      err,
      /of 9\.0 MB: .* STEMMA_MAX_REQUEST_BYTES|expected a request of at most 1048576 bytes, got 9/,
    );
  } finally {
    await small.close();
  }
});

test('wrong command-line arguments are rejected with what was expected', async () => {
  assert.match((await stemma(['import'])).err, /expected a FILE to import, got none/);
  assert.match((await stemma(['export'])).err, /expected import, demo or watch, got export/);
  assert.match((await stemma([])).err, /expected import, demo or watch, got nothing/);
  assert.match((await stemma(['demo', 'extra'])).err, /^expected no more words after demo, got extra\n/);
  assert.match(
    (await stemma(['import', 'x', '--speed', 'fast'])).err,
    /--speed: expected max, or .*, got "fast"/,
  );
  assert.match((await stemma(['import', 'x', '--sped', '20x'])).err, /--sped/);
  const { code, out } = await stemma(['--help']);
  assert.equal(code, 0);
  assert.match(out, /npx stemma import FILE/);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.deepEqual(await stemma(['--version']), { code: 0, out: `${version}\n`, err: '' });
});

test('a replayed transcript arrives write by write, in the order of the transcript', async () => {
  const about = newId('replay');
  const messages = [ask(about), calling(call('a', 'one', '{}')), result('a', '1'), answer('b')];
  const { code, err } = await stemma(['import', await fileWith(messages), '--speed', '1000x']);
  assert.equal(code, 0, err);
  const [trace] = await tracesAbout(about);
  const { trace: read } = await kit.ask('query ($id: ID!) { trace(id: $id) { events { nodes { type } } } }', {
    id: trace.id,
  });
  assert.deepEqual(read.events.nodes.map((event: any) => event.type).slice(0, 8), [
    'message_added',
    'step_added',
    'message_added',
    'step_added',
    'step_added',
    'message_added',
    'step_added',
    'message_added',
  ]);
});

const data = join(root, '../shared/data');
const recorded: readonly (readonly [string, object])[] = [
  [
    'tau-bench-airline-gpt-4o.json',
    {
      traces: { completed: 23, failed: 37 },
      messages: { assistant: 790, system: 60, tool: 361, user: 489 },
      steps: { conclusion: 60, llm_call: 790, tool_call: 361, tool_result: 361 },
      usage: [0, 0, 0.1643425],
    },
  ],
  [
    'swe-agent-marshmallow-1867.traj',
    {
      traces: { completed: 1 },
      messages: { assistant: 13, system: 1, tool: 13, user: 1 },
      steps: { conclusion: 1, llm_call: 13, tool_call: 13, tool_result: 13 },
      usage: [0, 0, 0],
    },
  ],
  [
    'swe-agent-pydicom-1458.traj',
    {
      traces: { completed: 1 },
      messages: { assistant: 12, system: 1, user: 13 },
      steps: { conclusion: 1, llm_call: 12, tool_call: 12, tool_result: 12 },
      usage: [122_612, 1_369, 1.26719],
    },
  ],
  [
    'swe-agent-humanevalfix-0.traj',
    {
      traces: { completed: 1 },
      messages: { assistant: 5, system: 1, user: 5 },
      steps: { conclusion: 1, llm_call: 5, tool_call: 5, tool_result: 5 },
      usage: [0, 0, 0],
    },
  ],
];
for (const [name, counts] of existsSync(data) ? recorded : []) {
  test(`importing ${name} twice creates its traces, steps and messages once`, async () => {
    const own = await startKit({ projectId: newId('project') });
    try {
      const file = join(data, name);
      const first = await stemma(['import', file], own.url);
      assert.equal(first.code, 0, first.err);
      assert.deepEqual(await countsIn(own), counts);
      const { traces } = await own.ask('{ traces(first: 500) { nodes { id lastEventId } } }');
      const second = await stemma(['import', file], own.url);
      assert.match(second.out, /already there\n/);
      assert.deepEqual((await own.ask('{ traces(first: 500) { nodes { id lastEventId } } }')).traces, traces);
      assert.deepEqual(await countsIn(own), counts);
    } finally {
      await own.close();
    }
  });
}

/** What the API returns for a project: how many of each kind, and the total tokens and dollars. */
async function countsIn(own: Kit): Promise<object> {
  const { traces } = await own.ask('{ traces(first: 500) { nodes { id } } }');
  const nodes: any[] = [];
  for (const { id } of traces.nodes) {
    const { trace } = await own.ask(
      `query ($id: ID!) { trace(id: $id) {
        status stats { promptTokens completionTokens totalCost }
        steps(first: 500) { nodes { type } }
        messages(first: 500) { nodes { role } }
      } }`,
      { id },
    );
    nodes.push(trace);
  }
  const rollUp = (words: string[]): object =>
    Object.fromEntries(
      [...new Set(words)]
        .sort()
        .map((word) => [word.toLowerCase(), words.filter((other) => other === word).length]),
    );
  const sum = (name: string): number =>
    Math.round(nodes.reduce<number>((total, { stats }) => total + Number(stats[name]), 0) * 1e9) / 1e9;
  return {
    traces: rollUp(nodes.map(({ status }) => status)),
    messages: rollUp(nodes.flatMap(({ messages }) => messages.nodes.map(({ role }: any) => role))),
    steps: rollUp(nodes.flatMap(({ steps }) => steps.nodes.map(({ type }: any) => type))),
    usage: [sum('promptTokens'), sum('completionTokens'), sum('totalCost')],
  };
}
