import { openHttpClient } from '../http-client.js';
import { temporaryFolder } from '../neo4j.js';
import type { AgentSpan, SpansOfTrace } from './agent-traces.js';
import type { SpanStore } from './span-store.js';
import { openStemma } from './stemma.js';

const COUNT = 'query ($first: Int!) { traces(first: $first) { nodes { totalSteps } } }';
const FIND = 'query ($id: ID!) { step(id: $id) { id } }';
const LIST = `query ($first: Int!) {
  traces(first: $first) { nodes { id task status createdAt totalSteps totalTokens totalCost } }
}`;
const TRACE = `query ($id: ID!) {
  trace(id: $id) {
    steps(first: 500) { nodes { id parentIds type createdAt promptTokens completionTokens data } }
  }
}`;

/** Stemma, with one step per span. */
export async function openStemmaTraces(clients: number): Promise<SpanStore> {
  const stemma = await openStemma(temporaryFolder());
  const sender = openHttpClient(stemma.url, clients);
  const client = openHttpClient(stemma.url);
  return {
    name: 'Stemma',
    bodiesOf: (batches) => batches.map(bodyOf),
    send: (body) => sender.post(body),
    async untilCounted({ newestTraces, inThem }) {
      const { traces } = await client.ask<{ traces: { nodes: readonly { totalSteps: number }[] } }>(COUNT, {
        first: newestTraces,
      });
      const found = traces.nodes.reduce((sum, { totalSteps }) => sum + totalSteps, 0);
      if (found !== inThem) {
        throw new Error(`expected ${inThem} steps in the newest traces, got ${found}`);
      }
    },
    async untilFound(id) {
      if ((await client.ask<{ step: object | null }>(FIND, { id })).step === null) {
        throw new Error(`expected the step ${id}, which was acknowledged`);
      }
    },
    async list(first) {
      const { traces } = await client.ask<{
        traces: {
          nodes: readonly { id: string; totalSteps: number; totalTokens: number; totalCost: number }[];
        };
      }>(LIST, { first });
      return traces.nodes.map(({ id, totalSteps, totalTokens, totalCost }) => ({
        id,
        spans: totalSteps,
        tokens: totalTokens,
        cost: totalCost,
      }));
    },
    async spansOf(id) {
      const { trace } = await client.ask<{
        trace: {
          steps: {
            nodes: readonly {
              id: string;
              parentIds: readonly string[];
              data: { messages: readonly [{ content: string }]; response?: string };
            }[];
          };
        };
      }>(TRACE, { id });
      return trace.steps.nodes.map((step) => ({
        id: step.id,
        parentId: step.parentIds[0] ?? null,
        input: step.data.messages[0].content,
        output: step.data.response ?? '',
      }));
    },
    bytesOnDisk() {
      sender.close();
      client.close();
      return stemma.bytesOnDisk();
    },
  };
}

/** One request: each new trace in its own mutation, then all steps in one. */
function bodyOf(batch: readonly SpansOfTrace[]): Buffer {
  const created = batch.filter(({ isNew }) => isNew);
  const declared = created.map((_, index) => `, $trace${index}: CreateTraceInput!`).join('');
  const creations = created
    .map((_, index) => `trace${index}: createTrace(input: $trace${index}) { id } `)
    .join('');
  const traces = Object.fromEntries(
    created.map(({ id, task }, index) => [`trace${index}`, { id, task, agentType: 'bench' }]),
  );
  const steps = batch.flatMap(({ id, spans }) => spans.map((span) => stepOf(id, span)));
  return Buffer.from(
    JSON.stringify({
      query: `mutation ($steps: [AddStepInput!]!${declared}) { ${creations}addSteps(inputs: $steps) { id } }`,
      variables: { steps, ...traces },
    }),
  );
}

function stepOf(traceId: string, { id, parentId, name, input, output, usage }: AgentSpan): object {
  return {
    id,
    traceId,
    type: 'LLM_CALL',
    parentIds: parentId === null ? [] : [parentId],
    data: {
      name,
      messages: [{ role: 'user', content: input }],
      ...(usage !== null && {
        response: output,
        model: usage.model,
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        cost: usage.cost,
      }),
    },
  };
}
