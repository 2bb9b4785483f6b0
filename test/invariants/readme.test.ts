import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startKit, type Kit } from '../kit/kit.js';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

let kit: Kit;
before(async () => {
  kit = await startKit({ projectId: 'readme' });
});
after(() => kit.close());

/** The indented example under a heading, without its indent. */
function example(heading: string): string {
  const [, section = ''] = new RegExp(`## ${heading}\\n([^]*?)\\n## `).exec(readme) ?? [];
  const lines = section.split('\n');
  const first = lines.findIndex((line) => line.startsWith('    '));
  const end = lines.findIndex((line, index) => index > first && line !== '' && !line.startsWith('    '));
  return lines
    .slice(first, end)
    .map((line) => line.slice(4))
    .join('\n');
}

test('the mutation and the subscription in the README do what it says', async () => {
  const command = example('One mutation').replace('http://127.0.0.1:4000', kit.url);
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  assert.deepEqual(JSON.parse(stdout), {
    data: {
      createTrace: { id: 'first', status: 'RUNNING' },
      addGoal: { goalId: '1' },
      addMessage: { sequence: 1, goal: { cumulativeStats: { totalTokens: 821, totalCost: 0.0021 } } },
    },
  });
  const live = kit.follow(example('One subscription'));
  const types: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { data } = (await live.next()) as { data: { traceEvents: { __typename: string } } };
    types.push(data.traceEvents.__typename);
  }
  assert.deepEqual(types, ['TraceSnapshot', 'GoalAdded', 'MessageAdded']);
  live.stop();
});

test('the checkpoint in the README can be forked, and the fork shares its content', async () => {
  const { putCheckpoint, next, forkCheckpoint } = await kit.ask(example('Checkpoints and run events'));
  assert.deepEqual(putCheckpoint, { id: 'chat-1', messageCount: 1 });
  assert.deepEqual(next, { messageCount: 2, state: { plan: ['reproduce', 'fix'], found: true } });
  assert.deepEqual(forkCheckpoint, {
    messages: [{ role: 'user', content: 'Find the bug' }],
    state: { plan: ['reproduce', 'fix'] },
    parent: { id: 'chat-1' },
    lineage: { nodes: [{ id: 'chat-1', metadata: { threadId: 'chat', step: 1 } }] },
  });
});
