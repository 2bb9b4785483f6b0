import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Client } from '../../../src/cli/api-client.js';
import { dueTimesMs, parseSpeed } from '../../../src/cli/import/replay-pace.js';
import type { StepInput, TraceWrites } from '../../../src/cli/import/run-to-trace.js';
import { openTranscript, readTranscript } from '../../../src/cli/import/transcripts.js';
import { writeTrace } from '../../../src/cli/import/write-trace.js';

function read(content: unknown, file = 'transcript'): TraceWrites[] {
  return readTranscript(file, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));
}

function only(content: unknown): TraceWrites {
  const [trace, ...others] = read(content);
  assert.ok(trace !== undefined && others.length === 0);
  return trace;
}

function stepsOf({ writes }: TraceWrites): StepInput[] {
  return writes.flatMap((write) => (write.kind === 'step' ? [write.input] : []));
}

function messagesOf({ writes }: TraceWrites): unknown[] {
  return writes.flatMap((write) => (write.kind === 'message' ? [write.input] : []));
}

const user = (content: unknown, more = {}): object => ({ role: 'user', content, ...more });
const answer = (content: unknown, more = {}): object => ({ role: 'assistant', content, ...more });

describe('the pace of a replay', () => {
  test('a write is due after the waits up to it, divided by the speed', () => {
    const waits = [5_000, 0, 3_000, 0, 1_000].map((waitMs) => ({ waitMs }));
    assert.deepEqual(dueTimesMs(waits, 20), [0, 0, 150, 150, 200]);
    assert.deepEqual(dueTimesMs(waits, 0.5), [0, 0, 6_000, 6_000, 8_000]);
    assert.deepEqual(dueTimesMs([], 20), []);
  });

  test('a speed is max, or a number above 0 followed by x', () => {
    assert.equal(parseSpeed('max'), 'max');
    assert.equal(parseSpeed('20x'), 20);
    assert.equal(parseSpeed('0.5x'), 0.5);
    for (const wrong of ['20', 'x', '0x', '-1x', '1e3x', 'Max', '']) {
      assert.throws(() => parseSpeed(wrong), /--speed: expected max, or a number above 0 and an x/);
    }
  });

  test('without times in the file, an answer takes 3 s, a tool 1 s and a user 2 s', () => {
    const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }];
    const { writes } = only([
      user('x'),
      answer(null, { tool_calls: calls }),
      { role: 'tool', tool_call_id: 'a', content: '1' },
      answer('y'),
      user('z'),
    ]);
    assert.deepEqual(
      writes.map(({ waitMs }) => waitMs),
      [0, 3_000, 0, 0, 1_000, 0, 3_000, 0, 2_000, 0],
    );
  });

  test('times in the file are used, as ISO strings, seconds or milliseconds', () => {
    const waits = (times: unknown[]): number[] =>
      only(times.map((timestamp, index) => user(`${index}`, { timestamp }))).writes.map(
        ({ waitMs }) => waitMs,
      );
    assert.deepEqual(waits(['2026-01-31T12:00:00Z', '2026-01-31T12:00:07.5Z']), [0, 7_500]);
    assert.deepEqual(waits([1_769_860_800, 1_769_860_802]), [0, 2_000]);
    assert.deepEqual(waits([1_769_860_800_000, 1_769_860_800_250]), [0, 250]);
  });

  test('each write waits until it is due, minus the time that earlier writes took', async () => {
    const trace = only([user('x'), answer('y'), user('z'), answer('end')]);
    let nowMs = 0;
    const waited: number[] = [];
    const requests: string[] = [];
    const client: Client = {
      url: '',
      ask<Data>(query: string) {
        requests.push(query);
        nowMs += 10;
        const totals = { status: 'RUNNING', totalSteps: 0, totalMessages: 0 };
        return Promise.resolve({ createTrace: totals, trace: totals } as Data);
      },
    };
    await writeTrace(client, {
      trace,
      speed: 20,
      clock: {
        nowMs: () => nowMs,
        wait(ms) {
          waited.push(ms);
          nowMs += ms;
          return Promise.resolve();
        },
      },
      onWritten: () => undefined,
    });
    // Due at 0, 150 (the answer's step and message), 250, 400 (step and message) and 400 (the conclusion).
    assert.deepEqual(waited, [140, 80, 140]);
    assert.equal(requests.length, 1 + trace.writes.length + 1);
  });
});

describe('a SWE-agent trajectory', () => {
  const asked = [
    { role: 'system', content: 'You are an agent.' },
    { role: 'assistant', content: 'shown before', is_demo: true },
    user('Solve this.\nISSUE:\nIt breaks.'),
  ];
  const entry = (response: string, action: string, more = {}): object => ({
    response,
    action,
    observation: 'seen',
    ...more,
  });

  test('becomes messages from its history and steps from its entries, with the issue as the task', () => {
    const trace = only({
      history: [...asked, answer('look', { action: 'ls -a' }), user('seen (prompt)'), answer('done')],
      trajectory: [entry('look', 'ls -a', { execution_time: 0.25, state: 's' }), entry('done', 'submit')],
      info: { exit_status: 'submitted', submission: 'the patch' },
    });
    assert.equal(trace.trace.task, 'It breaks.');
    assert.deepEqual(trace.end, { status: 'COMPLETED', summary: 'the patch', error: null });
    const id = trace.trace.id;
    assert.deepEqual(
      messagesOf(trace).map((message: any) => [
        message.role,
        message.content,
        message.stepId?.slice(id.length),
      ]),
      [
        ['system', 'You are an agent.', undefined],
        ['assistant', 'shown before', undefined],
        ['user', 'Solve this.\nISSUE:\nIt breaks.', undefined],
        ['assistant', 'look', '/s1'],
        ['user', 'seen (prompt)', '/s3'],
        ['assistant', 'done', '/s4'],
      ],
    );
    const [look, ls, seen, done, ...rest] = stepsOf(trace);
    assert.deepEqual(look?.data['messages'], asked);
    assert.deepEqual([ls?.data['tool_name'], ls?.data['arguments']], ['ls', { command: 'ls -a' }]);
    assert.deepEqual(
      [seen?.data['result'], seen?.data['duration_ms'], seen?.data['state']],
      ['seen', 250, 's'],
    );
    assert.equal((done?.data['messages'] as unknown[]).length, 5);
    assert.deepEqual(
      rest.map(({ type }) => type),
      ['TOOL_CALL', 'TOOL_RESULT', 'CONCLUSION'],
    );
    assert.deepEqual(rest.at(-1)?.parentIds, [`${id}/s6`]);
  });

  test('gets the prompts given in the file, without the answer and what follows it', () => {
    const prompt = [user('elided'), answer('old'), user('seen')];
    const prompts = [
      { messages: [...prompt, answer('look'), user('seen later')] },
      { messages: prompt },
      { query: prompt },
    ].map(
      (observation) =>
        stepsOf(only({ history: asked, trajectory: [entry('look', 'ls', observation)] }))[0]?.data[
          'messages'
        ],
    );
    assert.deepEqual(prompts, [prompt, prompt, prompt]);
  });

  test('gets the tool calls given in its history', () => {
    const called = { id: 'c1', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } };
    const trace = only({
      history: [
        ...asked,
        answer('look', { tool_calls: [called] }),
        { role: 'tool', content: 'seen', tool_call_ids: ['c1'] },
      ],
      trajectory: [entry('look', 'ls')],
    });
    const [look, bash] = stepsOf(trace);
    assert.deepEqual(look?.data['tool_calls'], [called]);
    assert.deepEqual(bash?.data, {
      tool_name: 'bash',
      arguments: { command: 'ls' },
      llm_step_id: look.id,
      tool_call_id: 'c1',
    });
    assert.equal((messagesOf(trace).at(-1) as any).toolCallId, 'c1');
  });

  test('fails if it was not submitted, and an entry without an action calls no tool', () => {
    const trace = only({
      history: [...asked, answer('hm'), user('say what to do')],
      trajectory: [entry('hm', ''), entry('Exit due to cost limit', 'exit_cost')],
      info: {
        exit_status: 'exit_cost',
        model_stats: { tokens_sent: 7, tokens_received: 2, instance_cost: 0.5 },
      },
    });
    assert.deepEqual([trace.end.status, trace.end.error], ['FAILED', 'exit status: exit_cost']);
    const steps = stepsOf(trace);
    assert.deepEqual(
      steps.map(({ type }) => type),
      ['LLM_CALL', 'LLM_CALL', 'TOOL_CALL', 'TOOL_RESULT', 'CONCLUSION'],
    );
    assert.equal(steps[0]?.data['prompt_tokens'], undefined);
    const { prompt_tokens, completion_tokens, cost, usage_covers } = steps[1]?.data ?? {};
    assert.deepEqual([prompt_tokens, completion_tokens, cost, usage_covers], [7, 2, 0.5, 'run']);
  });
});

test('ids depend on the content and position of a run, not on the file or its layout', () => {
  const runs = [[user('x')], [user('x')]];
  const ids = (content: unknown, file?: string): string[] => read(content, file).map(({ trace }) => trace.id);
  const [first, second] = ids(runs, 'a.json');
  assert.notEqual(first, second);
  assert.match(first ?? '', /^import-[0-9a-f]{16}$/);
  assert.deepEqual(ids(JSON.stringify(runs, null, 2), 'b.json'), [first, second]);
  assert.deepEqual(ids(runs.map((run) => JSON.stringify(run)).join('\n')), [first, second]);
});

test('list contents and key order are preserved', () => {
  const parts = [
    { type: 'text', text: 'look' },
    { type: 'image_url', image_url: { url: 'data:' } },
  ];
  const trace = only('[{"role":"user","content":[{"2":1,"1":2}]},{"role":"assistant","content":"y"}]');
  assert.equal(
    JSON.stringify(stepsOf(trace)[0]?.data['messages']),
    '[{"role":"user","content":[{"2":1,"1":2}]}]',
  );
  const asked = only([user(parts), answer('y')]);
  assert.deepEqual((messagesOf(asked)[0] as any).content, parts);
  assert.equal(asked.trace.task, 'look');
});

test('a run that failed before its first message becomes a failed trace with the reason', () => {
  const [trace] = read([{ task_id: 1, reward: 0, info: { error: 'no key' }, traj: [] }]);
  assert.deepEqual(trace?.writes, []);
  assert.deepEqual(trace.end, { status: 'FAILED', summary: null, error: 'no key' });
});

test('a long task is never truncated inside a character', () => {
  const task = only([user('😀'.repeat(400))]).trace.task;
  assert.equal(task, `${'😀'.repeat(300)}...`);
});

test('the cost of a simulated tau-bench user is recorded on its last message', () => {
  const [trace] = read([{ traj: [user('x'), answer('y'), user('z')], reward: 1, info: { user_cost: 0.25 } }]);
  assert.ok(trace);
  assert.deepEqual(
    messagesOf(trace).map((message: any) => message.cost),
    [undefined, undefined, 0.25],
  );
});

describe('a file of any size', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stemma-large-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('with one run per line needs memory for one line only: 160 MB are read with a 48 MB heap', async () => {
    const file = join(folder, 'runs.jsonl');
    const out = await open(file, 'w');
    for (let index = 0; index < 160; index += 1) {
      await out.write(
        `${JSON.stringify([
          { role: 'user', content: `${index} ${'x'.repeat(1e6)}` },
          { role: 'assistant', content: 'y' },
        ])}\n`,
      );
    }
    await out.close();
    const script = `
      import { openTranscript } from ${JSON.stringify(new URL('../../../src/cli/import/transcripts.js', import.meta.url).href)};
      const transcript = await openTranscript(process.argv[1]);
      let [runs, writes] = [0, 0];
      for await (const trace of transcript.runs()) { runs += 1; writes += trace.writes.length; }
      console.log(runs, writes, Math.round(process.resourceUsage().maxRSS / 1024));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--max-old-space-size=48', '--input-type=module', '--eval', script, file],
    ]);
    const [runs, writes, peakMb] = stdout.trim().split(' ').map(Number);
    assert.deepEqual([runs, writes], [160, 640]);
    assert.ok(peakMb !== undefined && peakMb < 250, `took ${peakMb} MB at most`);
  });

  test('may have up to 512 MB if it is one JSON text', async () => {
    const file = join(folder, 'one.json');
    await writeFile(file, '[\n');
    await truncate(file, 512 * 1024 * 1024 + 1);
    await assert.rejects(
      openTranscript(file),
      new RegExp(
        `one.json: expected JSON of at most ${512 * 1024 * 1024} bytes, or JSON Lines with one run a line, got ${512 * 1024 * 1024 + 1} bytes$`,
      ),
    );
  });

  test('is checked to the end before anything is written, and an error names the line', async () => {
    const file = join(folder, 'broken.jsonl');
    const run = JSON.stringify([{ role: 'user', content: 'x' }]);
    await writeFile(file, `${run}\n\n${run}\n[{"role":"user"}]\n`);
    const transcript = await openTranscript(file);
    await assert.rejects(
      async () => {
        for await (const _ of transcript.runs());
      },
      { message: /broken\.jsonl:4:2: run 3, message 1: expected content, .*, got a message with role$/ },
    );
    await writeFile(
      file,
      Buffer.concat([Buffer.from(`${run}\n${run}\n["`), Buffer.from([0xff]), Buffer.from('"]\n')]),
    );
    await assert.rejects(
      async () => {
        for await (const _ of (await openTranscript(file)).runs());
      },
      { message: /broken\.jsonl:3: expected text in UTF-8, got bytes that are not$/ },
    );
  });
});
