import type { Client } from '../api-client.js';

interface Said {
  readonly role: string;
  readonly content: string;
}

/** A thread that several runs of an agent share: the messages of the runs, and checkpoints to continue from. */
export interface DemoThread {
  readonly id: string;
  /** Adds a message of a run to the thread's log. */
  say(runId: string, message: Said): Promise<void>;
  /** Saves the state of a run, after the previous checkpoint. The checkpoint's id is the thread's id, a slash and the name. */
  save(checkpoint: {
    readonly name: string;
    readonly stepId: string;
    readonly messages: readonly Said[];
    readonly nextNode: string;
    readonly summary: string;
  }): Promise<void>;
  /** Starts another thread from a checkpoint. */
  fork(name: string, threadId: string): Promise<DemoThread>;
}

const EVENT_TYPES: Readonly<Record<string, string>> = {
  system: 'system_message',
  user: 'user_message',
  assistant: 'assistant_message',
  tool: 'tool_message',
};

/** The thread with that id; `last` is its newest checkpoint, if it has one. */
export function demoThread(
  client: Client,
  id: string,
  last?: { readonly id: string; readonly step: number },
): DemoThread {
  let newest = last;
  return {
    id,
    async say(runId, { role, content }) {
      await client.ask('mutation ($input: RunEventInput!) { putRunEvent(input: $input) { seq } }', {
        input: { threadId: id, runId, eventType: EVENT_TYPES[role] ?? role, category: 'message', content },
      });
    },
    async save({ name, stepId, messages, nextNode, summary }) {
      const step = (newest?.step ?? -1) + 1;
      const checkpointId = `${id}/${name}`;
      await client.ask('mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }', {
        input: {
          metadata: { threadId: id, checkpointId, step, parentCheckpointId: newest?.id, summary },
          messages,
          state: { onCall: 'checkout-api', asked: messages.filter(({ role }) => role === 'user').length },
          nextNode,
          stepId,
        },
      });
      newest = { id: checkpointId, step };
    },
    async fork(name, threadId) {
      const checkpointId = `${threadId}/start`;
      const { forkCheckpoint } = await client.ask<{
        readonly forkCheckpoint: { readonly metadata: { readonly step: number } };
      }>(
        `mutation ($id: ID!, $threadId: ID!, $checkpointId: ID!) {
          forkCheckpoint(id: $id, threadId: $threadId, checkpointId: $checkpointId) { metadata { step } }
        }`,
        { id: `${id}/${name}`, threadId, checkpointId },
      );
      return demoThread(client, threadId, { id: checkpointId, step: forkCheckpoint.metadata.step });
    },
  };
}
