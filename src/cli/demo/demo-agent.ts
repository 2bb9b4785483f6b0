import type { Client } from '../api-client.js';
import type { DemoThread } from './demo-thread.js';

/** US dollars per million tokens: sent, received. */
const PRICES = { 'claude-sonnet-4-5': [3, 15], 'claude-haiku-4-5': [1, 5] } as const;

export type DemoModel = keyof typeof PRICES;

/** Where a step is recorded: its goal, and the steps it depends on, by name. */
export interface Place {
  readonly goal?: string;
  readonly on?: readonly string[];
}

export interface ToolCall {
  readonly name: string;
  readonly tool: string;
  readonly arguments: object;
}

/** The input of `createTrace`, with an id. */
interface NewTrace extends Readonly<Record<string, unknown>> {
  readonly id: string;
}

/** The input of `addMessage`, without the trace. */
interface NewMessage extends Readonly<Record<string, unknown>> {
  readonly role: string;
  readonly content: string;
}

interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A scripted agent at work in one trace. Steps have names: a step's id is the trace's id, a slash and the name. */
export interface Agent {
  readonly traceId: string;
  /** The id of the step with that name. */
  id(name: string): string;
  /** Adds a message that no step produced; later prompts repeat it. */
  hear(role: string, content: string, options?: { readonly goal?: string }): Promise<void>;
  /** A model call, with the conversation so far as its prompt, and the message it answered with. */
  think(
    name: string,
    options: Place & Usage & { readonly says: string; readonly calls?: readonly ToolCall[] },
  ): Promise<void>;
  /** Tool calls that one model call requested, written together. */
  call(calls: readonly ToolCall[], options: Place & { readonly by: string }): Promise<void>;
  /** What a tool answered: the step `<name>-result`, and its message. */
  answer(
    name: string,
    options: Place & { readonly result: string; readonly durationMs: number },
  ): Promise<void>;
  /** Any other step. */
  step(name: string, options: Place & { readonly type: string; readonly data: object }): Promise<void>;
  /** Saves the conversation as of a step, in the agent's thread or in a branch of it. */
  save(
    name: string,
    options: {
      readonly at: string;
      readonly nextNode: string;
      readonly summary: string;
      readonly into?: DemoThread;
    },
  ): Promise<void>;
  addGoal(input: object): Promise<void>;
  updateGoal(goalId: string, input: object): Promise<void>;
  updateTrace(input: object): Promise<void>;
}

const ADD_STEPS = 'mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }';
const UPSERT_STEPS = 'mutation ($inputs: [UpsertStepInput!]!) { upsertSteps(inputs: $inputs) { id } }';
const ADD_MESSAGE = 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }';
const ADD_GOAL = 'mutation ($id: ID!, $input: GoalInput!) { addGoal(traceId: $id, input: $input) { id } }';
const UPDATE_GOAL = `mutation ($id: ID!, $goalId: String!, $input: UpdateGoalInput!) {
  updateGoal(traceId: $id, goalId: $goalId, input: $input) { id }
}`;
const UPDATE_TRACE =
  'mutation ($id: ID!, $input: UpdateTraceInput!) { updateTrace(id: $id, input: $input) { id } }';

/** The cost of that many tokens, in US dollars. */
export function costOf(model: DemoModel, { promptTokens, completionTokens }: Usage): number {
  const [sent, received] = PRICES[model];
  return (promptTokens * sent + completionTokens * received) / 1e6;
}

/** Creates the trace and returns the agent that works in it. */
export async function startAgent(
  client: Client,
  {
    model,
    trace,
    thread,
  }: { readonly model: DemoModel; readonly trace: NewTrace; readonly thread?: DemoThread },
): Promise<Agent> {
  const traceId = trace.id;
  const conversation: { role: string; content: string }[] = [];
  const id = (name: string): string => `${traceId}/${name}`;
  const addSteps = async (
    steps: readonly (Place & { name: string; type: string; data: object })[],
    mutation = ADD_STEPS,
  ): Promise<void> => {
    await client.ask(mutation, {
      inputs: steps.map(({ name, type, data, goal, on = [] }) => ({
        id: id(name),
        traceId,
        type,
        goalId: goal,
        parentIds: on.map(id),
        data,
      })),
    });
  };
  const addMessage = async (input: NewMessage): Promise<void> => {
    await client.ask(ADD_MESSAGE, { input: { traceId, ...input } });
    const said = { role: input.role, content: input.content };
    conversation.push(said);
    await thread?.say(traceId, said);
  };

  await client.ask('mutation ($input: CreateTraceInput!) { createTrace(input: $input) { id } }', {
    input: { ...trace, threadId: thread?.id },
  });
  return {
    traceId,
    id,
    hear: (role, content, { goal } = {}) => addMessage({ role, content, goalId: goal }),
    async think(name, { says, calls = [], promptTokens, completionTokens, ...place }) {
      const data = {
        messages: [...conversation],
        response: says,
        model,
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        cost: costOf(model, { promptTokens, completionTokens }),
        tool_calls: calls.map((call) => ({
          id: id(call.name),
          name: call.tool,
          arguments: call.arguments,
        })),
      };
      await addSteps([{ name, type: 'LLM_CALL', data, ...place }]);
      await addMessage({ role: 'assistant', content: says, goalId: place.goal, stepId: id(name) });
    },
    call: (calls, { by, ...place }) =>
      addSteps(
        calls.map((call) => ({
          name: call.name,
          type: 'TOOL_CALL',
          data: { tool_name: call.tool, arguments: call.arguments, llm_step_id: id(by) },
          on: [by],
          ...place,
        })),
        // It runs until it is answered.
        UPSERT_STEPS,
      ),
    async answer(name, { result, durationMs, ...place }) {
      await client.ask(UPSERT_STEPS, {
        inputs: [{ id: id(name), traceId, type: 'TOOL_CALL', status: 'OK' }],
      });
      const data = { tool_call_step_id: id(name), result, duration_ms: durationMs };
      await addSteps([{ name: `${name}-result`, type: 'TOOL_RESULT', data, on: [name], ...place }]);
      await addMessage({
        role: 'tool',
        content: result,
        goalId: place.goal,
        toolCallId: id(name),
        stepId: id(`${name}-result`),
        durationMs,
      });
    },
    async save(name, { at, into = thread, ...rest }) {
      await into?.save({ name, stepId: id(at), messages: [...conversation], ...rest });
    },
    step: (name, { type, data, ...place }) => addSteps([{ name, type, data, ...place }]),
    addGoal: async (input) => {
      await client.ask(ADD_GOAL, { id: traceId, input });
    },
    updateGoal: async (goalId, input) => {
      await client.ask(UPDATE_GOAL, { id: traceId, goalId, input });
    },
    updateTrace: async (input) => {
      await client.ask(UPDATE_TRACE, { id: traceId, input });
    },
  };
}
