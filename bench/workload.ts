import type { HttpClient } from './http-client.js';
import { seeded } from '../test/kit/live.js';

/** A chain of goals, six deep; messages are recorded on the last one, so that each counts for six. */
export const GOALS = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6'] as const;
export const DEEPEST = GOALS[5];
export const BATCH = 500;
const CONTENT_LENGTH = 1_500;

const WORDS =
  'the agent reads file finds error runs test result shows value of field is not what was expected so it looks again';

/** A text of 1,500 characters that no other message has. */
export function contentOf(random: () => number): string {
  const words = WORDS.split(' ');
  let text = '';
  while (text.length < CONTENT_LENGTH) {
    text += `${words[Math.floor(random() * words.length)] ?? ''} ${Math.floor(random() * 1e6).toString(36)} `;
  }
  return text.slice(0, CONTENT_LENGTH);
}

/** Creates traces with goals six deep, and returns their ids, which begin with `name`. */
export async function createTraces(client: HttpClient, name: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const goals = GOALS.map((goalId, level) => ({
    goalId,
    parentId: level === 0 ? null : GOALS[level - 1],
    description: `Goal ${goalId}`,
  }));
  for (const id of ids) {
    await client.ask('mutation ($input: CreateTraceInput!) { createTrace(input: $input) { id } }', {
      input: { id, task: `Task of ${id}`, agentType: 'bench' },
    });
    await client.ask(
      'mutation ($id: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $id, goals: $goals) { mission } }',
      { id, goals },
    );
  }
  return ids;
}

/** A message with usage and no id: the server makes one, so that a body can be sent again. */
function messageOf(traceId: string, random: () => number): object {
  return {
    traceId,
    role: 'assistant',
    content: contentOf(random),
    goalId: DEEPEST,
    promptTokens: Math.floor(random() * 4_000),
    completionTokens: Math.floor(random() * 500),
    cost: Math.round(random() * 1e6) / 1e8,
    durationMs: Math.floor(random() * 3_000),
  };
}

/** The body of an `addMessages` with 500 messages for a trace. */
export function batchBody(traceId: string, seed: number): Buffer {
  const random = seeded(seed);
  return Buffer.from(
    JSON.stringify({
      query:
        'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id sequence createdAt } }',
      variables: { inputs: Array.from({ length: BATCH }, () => messageOf(traceId, random)) },
    }),
  );
}

/** The body of an `addMessage` for a trace. */
export function singleBody(traceId: string, seed: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      query: 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id sequence createdAt } }',
      variables: { input: messageOf(traceId, seeded(seed)) },
    }),
  );
}
