import type { Client } from '../api-client.js';
import { dueTimesMs, type Speed } from './replay-pace.js';
import type { TraceWrites, Write } from './run-to-trace.js';

const MAX_WRITES = 1_000;
const MAX_BYTES = 4_000_000;

const CREATE = `mutation ($input: CreateTraceInput!) {
  createTrace(input: $input) { status totalSteps totalMessages }
}`;

const WRITE = `mutation ($steps: [AddStepInput!]!, $messages: [AddMessageInput!]!) {
  addSteps(inputs: $steps) { sequence }
  addMessages(inputs: $messages) { sequence }
}`;

/** The last writes and the end of the trace; returns the resulting totals. */
const WRITE_AND_END = `mutation (
  $steps: [AddStepInput!]!, $messages: [AddMessageInput!]!, $id: ID!, $end: UpdateTraceInput!
) {
  addSteps(inputs: $steps) { sequence }
  addMessages(inputs: $messages) { sequence }
  trace: updateTrace(id: $id, input: $end) { status totalSteps totalMessages }
}`;

const TOTALS = `query ($id: ID!) { trace(id: $id) { status totalSteps totalMessages } }`;

const END = `mutation ($id: ID!, $input: UpdateTraceInput!) {
  trace: updateTrace(id: $id, input: $input) { status totalSteps totalMessages }
}`;

interface Totals {
  readonly status: string;
  readonly totalSteps: number;
  readonly totalMessages: number;
}

/** What writing a trace added to the existing data. */
export interface Added {
  readonly steps: number;
  readonly messages: number;
}

/** Waits; tests replace it with their own clock. */
export interface Clock {
  nowMs(): number;
  wait(ms: number): Promise<void>;
}

export const REAL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Writes a trace through the API: the trace, its steps and messages in order, and finally its end. At `max` in batches of up
 * to 1,000 writes and 4 MB (a single write may be larger), otherwise one by one, each when it is due.
 *
 * Returns what it added, or null if the complete trace already existed: it is left unchanged, including whatever was added to
 * it since. Every write names its id, so nothing is written twice, and the next call adds what an interrupted one missed.
 *
 * Throws what the client throws; the trace is then RUNNING, with the writes done so far.
 */
export async function writeTrace(
  client: Client,
  {
    trace: { trace, writes, end },
    speed,
    clock,
    onWritten,
  }: {
    readonly trace: TraceWrites;
    readonly speed: Speed;
    readonly clock: Clock;
    /** Called with the number of writes done since the last call. */
    readonly onWritten: (count: number) => void;
  },
): Promise<Added | null> {
  const { createTrace: before } = await client.ask<{ createTrace: Totals }>(CREATE, { input: trace });
  const steps = writes.filter(({ kind }) => kind === 'step').length;
  const running = before.status === 'RUNNING';
  if (!running && before.totalSteps >= steps && before.totalMessages >= writes.length - steps) {
    onWritten(writes.length);
    return null;
  }
  let after: Totals | undefined;
  if (speed === 'max') {
    const made = batches(writes);
    for (const [index, batch] of made.entries()) {
      if (running && index === made.length - 1) {
        const last = { ...inputsOf(batch), id: trace.id, end };
        after = (await client.ask<{ trace: Totals }>(WRITE_AND_END, last)).trace;
      } else {
        await client.ask(WRITE, inputsOf(batch));
      }
      onWritten(batch.length);
    }
  } else {
    const beganMs = clock.nowMs();
    const due = dueTimesMs(writes, speed);
    for (const [index, write] of writes.entries()) {
      const earlyMs = (due[index] ?? 0) - (clock.nowMs() - beganMs);
      if (earlyMs > 0) {
        await clock.wait(earlyMs);
      }
      await client.ask(WRITE, inputsOf([write]));
      onWritten(1);
    }
  }
  after ??= (
    running
      ? await client.ask<{ trace: Totals }>(END, { id: trace.id, input: end })
      : await client.ask<{ trace: Totals }>(TOTALS, { id: trace.id })
  ).trace;
  return {
    steps: after.totalSteps - before.totalSteps,
    messages: after.totalMessages - before.totalMessages,
  };
}

/** The inputs of one request: a message may name a step of the same request, so the steps go first. */
function inputsOf(writes: readonly Write[]): { readonly steps: object[]; readonly messages: object[] } {
  return {
    steps: writes.flatMap((write) => (write.kind === 'step' ? [write.input] : [])),
    messages: writes.flatMap((write) => (write.kind === 'message' ? [write.input] : [])),
  };
}

function batches(writes: readonly Write[]): Write[][] {
  const made: Write[][] = [];
  let current: Write[] = [];
  let sizeBytes = 0;
  for (const write of writes) {
    const bytes = Buffer.byteLength(JSON.stringify(write.input));
    if (current.length === MAX_WRITES || (current.length > 0 && sizeBytes + bytes > MAX_BYTES)) {
      made.push(current);
      current = [];
      sizeBytes = 0;
    }
    current.push(write);
    sizeBytes += bytes;
  }
  return current.length > 0 ? [...made, current] : made;
}
