import { randomBytes } from 'node:crypto';
import { seeded } from '../../test/kit/live.js';
import { contentOf } from '../workload.js';

/** A span in OpenTelemetry, a step in Stemma: a model call, or the run that makes the calls, which has no usage. */
export interface AgentSpan {
  /** Eight bytes in hexadecimal digits. */
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly usage: {
    readonly model: string;
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly cost: number;
  } | null;
  readonly startMs: number;
  readonly endMs: number;
}

/** Spans of one trace that are sent together. */
export interface SpansOfTrace {
  /** Sixteen bytes in hexadecimal digits. */
  readonly id: string;
  /** Whether these are its first spans. */
  readonly isNew: boolean;
  readonly task: string;
  readonly spans: readonly AgentSpan[];
}

export const SPANS_PER_TRACE = 50;
const CHILDREN = 7;
const INPUT_LENGTH = 1_000;
const SPAN_MS = 10;
/** Phoenix computes costs from the model's name, with these prices. */
const MODEL = 'gpt-4o-mini';
const DOLLARS = { prompt: 0.15e-6, completion: 0.6e-6 };

/** Traces of 50 spans: a run, and below it 49 model calls with 1.5 KB of input and output, a tree of seven children each. */
export function makeTraces({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): SpansOfTrace[] {
  const random = seeded(seed);
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const startMs = now + index * SPANS_PER_TRACE * SPAN_MS;
    const ids = Array.from({ length: SPANS_PER_TRACE }, () => randomBytes(8).toString('hex'));
    const task = `Task ${index} of ${seed}`;
    const run: AgentSpan = {
      ...{ id: ids[0] ?? '', parentId: null, name: 'run', input: task, output: '', usage: null },
      ...{ startMs, endMs: startMs + SPANS_PER_TRACE * SPAN_MS },
    };
    const calls = ids.slice(1).map((id, place) =>
      call(random, {
        id,
        parentId: ids[Math.floor(place / CHILDREN)] ?? '',
        startMs: startMs + place * SPAN_MS,
      }),
    );
    return { id: randomBytes(16).toString('hex'), isNew: true, task, spans: [run, ...calls] };
  });
}

/** One more call in each trace, below its run. */
export function oneMoreCall(trace: SpansOfTrace, seed: number): SpansOfTrace {
  const [run] = trace.spans as [AgentSpan];
  const id = randomBytes(8).toString('hex');
  const span = call(seeded(seed), { id, parentId: run.id, startMs: run.endMs });
  return { ...trace, isNew: false, spans: [span] };
}

function call(
  random: () => number,
  place: { readonly id: string; readonly parentId: string; readonly startMs: number },
): AgentSpan {
  const text = contentOf(random);
  const promptTokens = Math.floor(random() * 4_000);
  const completionTokens = Math.floor(random() * 500);
  return {
    ...place,
    name: 'call',
    input: text.slice(0, INPUT_LENGTH),
    output: text.slice(INPUT_LENGTH),
    usage: {
      model: MODEL,
      promptTokens,
      completionTokens,
      cost: promptTokens * DOLLARS.prompt + completionTokens * DOLLARS.completion,
    },
    endMs: place.startMs + SPAN_MS,
  };
}
