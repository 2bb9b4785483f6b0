import { seeded } from '../test/kit/live.js';
import { contentOf } from './workload.js';

/** How many messages the longest list in the figures has. */
export const LENGTH = 1_000;
const MESSAGE_BYTES = 1_024;

/** A list of messages of 1 KB of JSON each, different for each seed. */
export function messagesOf(seed: number): object[] {
  const random = seeded(seed);
  return Array.from({ length: LENGTH + 50 }, (_, index) => {
    const role = index % 2 === 0 ? 'user' : 'assistant';
    const frame = JSON.stringify({ role, content: '' }).length;
    return { role, content: contentOf(random).slice(0, MESSAGE_BYTES - frame) };
  });
}

/** The body of a `putCheckpoint` of a thread with the first `step` messages of a list. */
export function putBody(thread: string, step: number, messages: readonly object[]): string {
  return bodyOf(thread, step, { messages: messages.slice(0, step), state: { turn: step } });
}

/** The same, in append form from the second on. */
export function putAfterBody(thread: string, step: number, messages: readonly object[]): string {
  const base = { checkpointId: `${thread}-${step - 1}`, messageCount: step - 1 };
  return step === 1
    ? putBody(thread, step, messages)
    : bodyOf(thread, step, {
        messagesAfter: { ...base, append: messages.slice(step - 1, step) },
        stateAfter: { ...base, set: { turn: step } },
      });
}

function bodyOf(thread: string, step: number, payload: object): string {
  const metadata = {
    threadId: thread,
    checkpointId: `${thread}-${step}`,
    step,
    parentCheckpointId: step === 1 ? null : `${thread}-${step - 1}`,
  };
  return JSON.stringify({
    query: 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }',
    variables: { input: { metadata, ...payload, nextNode: 'agent' } },
  });
}
