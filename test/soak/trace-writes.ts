import { Changing, newTraceOwner, openOwners, type TraceOwner } from './ledger.js';
import { largeTextOf, stepDataOf, textOf } from './payloads.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { Outcome } from './writing.js';

/** Writes one thing to a trace. The caller holds the trace's lock. */
type Write = (run: Run, random: Random, trace: TraceOwner) => Promise<void>;

const AGENTS = ['coder', 'tester', 'planner'];
/** A trace with more writes than this gets no more, so that each has a beginning, a life and an end. */
export const MOST_WRITES = 400;

/** Starts a trace; one in four is below another one. */
export async function createTrace(run: Run, random: Random, large = false): Promise<void> {
  const { traces, runThreads } = run.ledger;
  const parent =
    !large && random.chance(0.25)
      ? random.pick(openOwners(traces).filter((trace) => !trace.large))
      : undefined;
  const release = parent?.lock.share();
  const under = release === undefined ? undefined : parent;
  const owner = newTraceOwner(`${large ? 'large' : 'trace'}-${traces.length + 1}`, under, large);
  traces.push(owner);
  under?.children.add(owner);
  const goals = [...(under?.goals ?? [])].filter((goal) => under?.openGoals.has(goal) === false);
  const goal = random.chance(0.5) ? random.pick(goals) : undefined;
  const thread = random.chance(0.3) ? random.pick(runThreads) : undefined;
  const outcome = await write(run, random, owner, 'createTrace', {
    query: 'mutation ($input: CreateTraceInput!) { createTrace(input: $input) { id } }',
    variables: {
      input: {
        id: owner.id,
        task: textOf(owner.id),
        agentType: random.pick(AGENTS),
        uid: `user-${random.int(1, 5)}`,
        context: { owner: owner.id },
        ...(under === undefined ? {} : { parentTraceId: under.id }),
        ...(goal === undefined ? {} : { parentGoalId: `g${goal}` }),
        ...(thread === undefined ? {} : { threadId: thread.id }),
      },
    },
  });
  if (outcome.kind === 'acknowledged') {
    owner.state = 'there';
  }
  release?.();
}

const addMessages: Write = async (run, random, trace) => {
  const one = random.chance(0.6);
  const numbers = Array.from({ length: one ? 1 : random.int(2, 20) }, () => trace.messages.begin());
  const inputs = numbers.map((number) => {
    const id = `${trace.id}/m${number}`;
    const step = random.chance(0.15) ? acknowledgedOf(trace.steps, random) : undefined;
    const goal = random.chance(0.6) ? goalOf(trace, random) : undefined;
    return {
      id,
      traceId: trace.id,
      role: number % 2 === 0 ? 'assistant' : 'user',
      content: textOf(id),
      ...(goal === undefined ? {} : { goalId: `g${goal}` }),
      ...(step === undefined
        ? { promptTokens: number, completionTokens: 3, cost: 0.000_01 }
        : { stepId: `${trace.id}/s${step}` }),
    };
  });
  const outcome = await (one
    ? write(run, random, trace, 'addMessage', {
        query: 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }',
        variables: { input: inputs[0] },
      })
    : write(run, random, trace, 'addMessages', {
        query: 'mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }',
        variables: { inputs },
        rows: inputs.length,
      }));
  if (outcome.kind === 'acknowledged') {
    numbers.forEach((number) => trace.messages.acknowledge(number));
  }
};

/** A message of 1 to 15 MB, mostly a small one. */
export const addLargeMessage: Write = async (run, random, trace) => {
  const number = trace.messages.begin();
  const id = `${trace.id}/m${number}`;
  const sizeBytes = largeSizeOf(number);
  const outcome = await write(
    run,
    random,
    trace,
    sizeBytes < 4e6 ? 'addMessage of 1 to 4 MB' : 'addMessage of 4 to 15 MB',
    {
      query: 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }',
      variables: { input: { id, traceId: trace.id, role: 'tool', content: largeTextOf(id, sizeBytes) } },
    },
  );
  if (outcome.kind === 'acknowledged') {
    trace.messages.acknowledge(number);
  }
};

/** The size of a large trace's message: one in five has 4 to 15 MB. */
export function largeSizeOf(number: number): number {
  return number % 5 === 0 ? 4e6 + ((number * 7_919) % 11) * 1e6 : 1e6 + (number % 4) * 5e5;
}

const updateMessage: Write = async (run, random, trace) => {
  const number = acknowledgedOf(trace.messages, random);
  if (number === undefined) {
    return;
  }
  const id = `${trace.id}/m${number}`;
  const content = trace.updated.get(number) ?? new Changing(textOf(id));
  if (content.busy) {
    return;
  }
  trace.updated.set(number, content);
  content.busy = true;
  const version = textOf(`${id} v${random.int(1, 1e6)}`);
  content.sent(version);
  const goal = random.chance(0.3) ? goalOf(trace, random) : undefined;
  const outcome = await write(run, random, trace, 'updateMessage', {
    query:
      'mutation ($id: ID!, $input: UpdateMessageInput!) { updateMessage(id: $id, input: $input) { id } }',
    variables: { id, input: { content: version, ...(goal === undefined ? {} : { goalId: `g${goal}` }) } },
  });
  if (outcome.kind === 'acknowledged') {
    content.acknowledge(version, trace.settledAt > performance.now());
  }
  content.busy = false;
};

const addSteps: Write = async (run, random, trace) => {
  const one = random.chance(0.6);
  const numbers = Array.from({ length: one ? 1 : random.int(2, 10) }, () => trace.steps.begin());
  const inputs = numbers.map((number, index) => {
    const parents = new Set<number>();
    for (let count = random.int(0, 3); count > 0; count -= 1) {
      const parent =
        index > 0 && random.chance(0.5)
          ? numbers[random.int(0, index - 1)]
          : acknowledgedOf(trace.steps, random);
      if (parent !== undefined) {
        parents.add(parent);
      }
    }
    const goal = random.chance(0.6) ? goalOf(trace, random) : undefined;
    return {
      id: `${trace.id}/s${number}`,
      traceId: trace.id,
      parentIds: [...parents].map((parent) => `${trace.id}/s${parent}`),
      ...stepDataOf(trace.id, number),
      ...(goal === undefined ? {} : { goalId: `g${goal}` }),
    };
  });
  const outcome = await (one
    ? write(run, random, trace, 'addStep', {
        query: 'mutation ($input: AddStepInput!) { addStep(input: $input) { id } }',
        variables: { input: inputs[0] },
      })
    : write(run, random, trace, 'addSteps', {
        query: 'mutation ($inputs: [AddStepInput!]!) { addSteps(inputs: $inputs) { id } }',
        variables: { inputs },
        rows: inputs.length,
      }));
  if (outcome.kind === 'acknowledged') {
    numbers.forEach((number) => trace.steps.acknowledge(number));
  }
};

const addGoal: Write = async (run, random, trace) => {
  if (trace.goals.size > 60) {
    return;
  }
  trace.goalsIssued += 1;
  const number = trace.goalsIssued;
  trace.openGoals.add(number);
  const parent = random.chance(0.7) ? goalOf(trace, random) : undefined;
  const outcome = await write(run, random, trace, 'addGoal', {
    query:
      'mutation ($traceId: ID!, $input: GoalInput!) { addGoal(traceId: $traceId, input: $input) { goalId } }',
    variables: {
      traceId: trace.id,
      input: {
        goalId: `g${number}`,
        description: textOf(`${trace.id}/g${number}`),
        ...(parent === undefined ? {} : { parentId: `g${parent}` }),
      },
    },
  });
  if (outcome.kind === 'acknowledged') {
    trace.goals.add(number);
    trace.openGoals.delete(number);
  }
};

const updateGoal: Write = async (run, random, trace) => {
  const goal = goalOf(trace, random);
  if (goal === undefined) {
    return;
  }
  // A parent always has a smaller number than its goal, so that no two moves create a cycle.
  const above = [...trace.goals].filter((other) => other < goal);
  const moves = random.chance(0.3);
  const parent = moves ? random.pick(above) : undefined;
  await write(run, random, trace, 'updateGoal', {
    query:
      'mutation ($traceId: ID!, $goalId: String!, $input: UpdateGoalInput!) { updateGoal(traceId: $traceId, goalId: $goalId, input: $input) { goalId } }',
    variables: {
      traceId: trace.id,
      goalId: `g${goal}`,
      input: {
        status: random.pick(['PENDING', 'IN_PROGRESS', 'COMPLETED', 'ABANDONED']),
        ...(moves ? { parentId: parent === undefined ? null : `g${parent}` } : {}),
      },
    },
  });
};

const updateTrace: Write = async (run, random, trace) => {
  const { summary } = trace;
  if (summary.busy) {
    return;
  }
  summary.busy = true;
  const value = textOf(`${trace.id} summary ${random.int(1, 1e6)}`, 60);
  summary.sent(value);
  const outcome = await write(run, random, trace, 'updateTrace', {
    query: 'mutation ($id: ID!, $input: UpdateTraceInput!) { updateTrace(id: $id, input: $input) { id } }',
    variables: {
      id: trace.id,
      input: {
        summary: value,
        ...(random.chance(0.3) ? { status: random.pick(['RUNNING', 'STOPPED', 'COMPLETED', 'FAILED']) } : {}),
      },
    },
  });
  if (outcome.kind === 'acknowledged') {
    summary.acknowledge(value, trace.settledAt > performance.now());
  }
  summary.busy = false;
};

/** Appends an event of a client's own type: with an idempotency key, or without one, where a retry may write twice. */
export const appendEvent: Write = async (run, random, trace) => {
  const keyed = random.chance(0.7);
  const number = keyed ? trace.notes.begin() : trace.loose.size + 1;
  const copies = { acknowledged: false, mostCopies: 1 };
  if (!keyed) {
    trace.loose.set(number, copies);
  }
  const outcome = await write(run, random, trace, keyed ? 'appendEvent with a key' : 'appendEvent', {
    query:
      'mutation ($traceId: ID!, $type: String!, $payload: JSON, $key: String) { appendEvent(traceId: $traceId, type: $type, payload: $payload, idempotencyKey: $key) { eventId } }',
    variables: {
      traceId: trace.id,
      type: keyed ? 'soak_note' : 'soak_loose',
      payload: { number, text: textOf(`${trace.id}/e${number}`) },
      ...(keyed ? { key: `n${number}` } : {}),
    },
  });
  if (outcome.kind === 'acknowledged' && keyed) {
    trace.notes.acknowledge(number);
  }
  if (outcome.kind !== 'rejected') {
    copies.acknowledged = outcome.kind === 'acknowledged';
    copies.mostCopies = 1 + outcome.uncertain;
  }
};

const WRITES = { addMessages, addSteps, addGoal, updateGoal, updateMessage, updateTrace, appendEvent };
const WEIGHTS = {
  addMessages: 30,
  addSteps: 20,
  addGoal: 8,
  updateGoal: 10,
  updateMessage: 14,
  updateTrace: 6,
  appendEvent: 12,
};

/** One write of any kind to one of the traces that accept writes. */
export async function writeToTrace(run: Run, random: Random): Promise<void> {
  const trace = random.pick(openOwners(run.ledger.traces).filter(({ large }) => !large));
  const release = trace?.lock.share();
  if (trace === undefined || release === undefined) {
    return;
  }
  await WRITES[random.weighted(WEIGHTS)](run, random, trace);
  trace.retired = trace.writes >= MOST_WRITES;
  release();
}

/** Sends a write to a trace and counts it. */
async function write(
  run: Run,
  random: Random,
  trace: TraceOwner,
  kind: string,
  request: { readonly query: string; readonly variables: object; readonly rows?: number },
): Promise<Outcome> {
  const outcome = await run.writing.write(trace, random, { kind, ...request });
  trace.writes += 1;
  if (outcome.kind === 'acknowledged') {
    run.report.count('rows acknowledged', request.rows ?? 1);
  }
  return outcome;
}

function goalOf(trace: TraceOwner, random: Random): number | undefined {
  return random.pick([...trace.goals]);
}

function acknowledgedOf(numbered: TraceOwner['messages'], random: Random): number | undefined {
  const number = random.int(1, numbered.issued);
  return numbered.isAcknowledged(number) ? number : undefined;
}
