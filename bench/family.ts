import { addMessages } from '../src/domain/messages/messages.js';
import type { Ingest } from '../src/ingest/write.js';
import { setGoalTree } from '../src/domain/goals/set-goal-tree.js';
import type { NewStep } from '../src/domain/steps/step-input.js';
import { addSteps } from '../src/domain/steps/steps.js';
import { createTrace } from '../src/domain/traces/traces.js';
import { seeded } from '../test/kit/live.js';

/** The ids of the traces that figures 10 to 12 read: a trace with 50 steps, and so on. */
export const LANDMARKS = ['steps-50', 'dag-2500', 'dag-10000', 'goals-1000'] as const;
export type Landmark = (typeof LANDMARKS)[number];

export const AGENT_TYPES = [
  'planner',
  'coder',
  'reviewer',
  'tester',
  'researcher',
  'support',
  'sales',
  'ops',
];
const STATUSES = ['completed', 'completed', 'completed', 'failed', 'running'] as const;
const USERS = 500;
/** One in this many traces has a sub-trace. */
const SUB_TRACE_EVERY = 10;
const STEPS_AT_ONCE = 5_000;

interface Target {
  readonly ingest: Ingest;
  readonly projectId: string;
}

/** Adds the traces numbered from `index` through the functions that the server's mutations call; returns how many. */
export async function addFamily(
  target: Target,
  { seed, index }: { seed: number; index: number },
): Promise<number> {
  const random = seeded(seed * 1_000_003 + index);
  const id = nameOf(index);
  await addRun(target, { id, random });
  if (index % SUB_TRACE_EVERY !== 0) {
    return 1;
  }
  await addRun(target, {
    id: nameOf(index + 1),
    random,
    parent: { parentTraceId: id, parentGoalId: 'build' },
  });
  return 2;
}

export const nameOf = (index: number): string => `trace-${String(index).padStart(7, '0')}`;

interface Run {
  readonly id: string;
  readonly random: () => number;
  readonly parent?: { readonly parentTraceId: string; readonly parentGoalId: string };
}

/** A run as agents produce it: three goals, four steps that depend on one another, four messages, and its log: 21 nodes. */
async function addRun({ ingest, projectId }: Target, { id, random, parent }: Run): Promise<void> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const field = (at: number): string => `inputs[${at}]`;
  await createTrace(ingest, {
    projectId,
    input: {
      id,
      mode: random() < 0.9 ? 'agent' : 'call',
      task: `Mend what ${id} found: ${words(random, 8)}`,
      agentType: pick(AGENT_TYPES),
      status: pick(STATUSES),
      uid: `user-${Math.floor(random() * USERS)}`,
      context: { branch: 'main', attempt: Math.floor(random() * 5) },
      ...parent,
    },
  });
  await setGoalTree(ingest, {
    projectId,
    traceId: id,
    inputs: [
      { goalId: 'plan', description: words(random, 6), status: 'completed' },
      { goalId: 'build', parentId: 'plan', description: words(random, 6), status: 'in_progress' },
      { goalId: 'check', parentId: 'plan', description: words(random, 6) },
    ],
  });
  const step = (number: number): string => `${id}-s${number}`;
  await addSteps(ingest, {
    projectId,
    field,
    inputs: [
      { id: step(1), traceId: id, type: 'llm_call', goalId: 'plan', data: callData(random) },
      {
        id: step(2),
        traceId: id,
        type: 'tool_call',
        goalId: 'build',
        parentIds: [step(1)],
        data: {
          tool_name: pick(['read_file', 'run_tests', 'search']),
          arguments: { path: words(random, 2) },
        },
      },
      {
        id: step(3),
        traceId: id,
        type: 'tool_result',
        goalId: 'build',
        parentIds: [step(2)],
        data: {
          tool_call_step_id: step(2),
          result: words(random, 12),
          duration_ms: Math.floor(random() * 900),
        },
      },
      {
        id: step(4),
        traceId: id,
        type: 'conclusion',
        goalId: 'check',
        parentIds: [step(1), step(3)],
        data: { content: words(random, 10), is_final: true },
      },
    ],
  });
  await addMessages(ingest, {
    projectId,
    field,
    inputs: [
      { id: `${id}-m1`, traceId: id, role: 'user', content: words(random, 15) },
      {
        id: `${id}-m2`,
        traceId: id,
        role: 'assistant',
        content: words(random, 20),
        goalId: 'plan',
        stepId: step(1),
      },
      {
        id: `${id}-m3`,
        traceId: id,
        role: 'tool',
        content: { text: words(random, 20) },
        goalId: 'build',
        stepId: step(3),
      },
      {
        id: `${id}-m4`,
        traceId: id,
        role: 'assistant',
        content: words(random, 20),
        goalId: 'check',
        promptTokens: Math.floor(random() * 4_000),
        completionTokens: Math.floor(random() * 500),
        cost: Math.round(random() * 1e6) / 1e8,
      },
    ],
  });
}

/** One of the traces that figures 10 to 12 read. */
export async function addLandmark({ ingest, projectId }: Target, id: Landmark): Promise<void> {
  const random = seeded(id.length);
  const [kind, size] = id.split('-') as ['steps' | 'dag' | 'goals', string];
  const count = Number(size);
  await createTrace(ingest, {
    projectId,
    input: { id, task: `A trace for the bench: ${id}`, status: 'completed' },
  });
  const goals = Array.from({ length: kind === 'goals' ? count : 10 }, (_, index) => ({
    goalId: `goal-${index}`,
    parentId: index === 0 ? null : `goal-${Math.floor((index - 1) / 4)}`,
    description: words(random, 6),
  }));
  await setGoalTree(ingest, { projectId, traceId: id, inputs: goals });
  if (kind === 'goals') {
    const inputs = goals.map(({ goalId }, index) => ({
      id: `${id}-m${index}`,
      traceId: id,
      role: 'assistant',
      content: words(random, 20),
      goalId,
      promptTokens: 100,
      completionTokens: 10,
      cost: 0.001,
    }));
    await addMessages(ingest, { projectId, inputs, field: () => '' });
    return;
  }
  const steps = Array.from({ length: count }, (_, index): NewStep => ({
    id: `${id}-s${index}`,
    traceId: id,
    type: index % 2 === 0 ? 'llm_call' : 'conclusion',
    goalId: `goal-${index % goals.length}`,
    parentIds: parentsOf(index, random).map((parent) => `${id}-s${parent}`),
    data: index % 2 === 0 ? callData(random) : { content: words(random, 40), is_final: index === count - 1 },
  }));
  for (let start = 0; start < count; start += STEPS_AT_ONCE) {
    await addSteps(ingest, { projectId, inputs: steps.slice(start, start + STEPS_AT_ONCE), field: () => '' });
  }
}

/** The previous step, and two more of the ten before that. */
function parentsOf(index: number, random: () => number): number[] {
  const back = [1, 2 + Math.floor(random() * 4), 6 + Math.floor(random() * 4)];
  return back.filter((distance) => distance <= index).map((distance) => index - distance);
}

function callData(random: () => number): object {
  return {
    model: random() < 0.5 ? 'large-1' : 'small-1',
    messages: [{ role: 'user', content: words(random, 30) }],
    response: words(random, 20),
    prompt_tokens: Math.floor(random() * 4_000),
    completion_tokens: Math.floor(random() * 500),
    cost: Math.round(random() * 1e6) / 1e8,
  };
}

const WORDS =
  'the agent reads a file finds an error runs its test sees the result shows what was not expected'.split(
    ' ',
  );

function words(random: () => number, count: number): string {
  return Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
}
