import { createHash } from 'node:crypto';
import {
  textOf,
  type AgentRun,
  type Answered,
  type Returned,
  type Times,
  type ToolCall,
  type Turn,
} from './agent-run.js';

/** The types of steps that a transcript has. */
type StepType = 'llm_call' | 'tool_call' | 'tool_result' | 'conclusion';

/** What to send to the API for one run: the trace, then the writes in order, then the end. */
export interface TraceWrites {
  readonly trace: {
    readonly id: string;
    readonly agentType: string;
    readonly task: string | null;
    readonly context: Readonly<Record<string, unknown>>;
    readonly startedAt?: string;
    readonly endedAt?: string;
  };
  readonly writes: readonly Write[];
  readonly end: {
    readonly status: 'COMPLETED' | 'FAILED';
    readonly summary: string | null;
    readonly error: string | null;
  };
}

/** One step or message; `waitMs` is the time since the previous write. */
export type Write =
  | { readonly kind: 'step'; readonly waitMs: number; readonly input: StepInput }
  | { readonly kind: 'message'; readonly waitMs: number; readonly input: MessageInput };

export interface StepInput {
  readonly id: string;
  readonly traceId: string;
  readonly type: Uppercase<StepType>;
  readonly parentIds: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export interface MessageInput {
  readonly id: string;
  readonly traceId: string;
  readonly role: string;
  readonly content: unknown;
  readonly toolCallId?: string;
  readonly stepId?: string;
  readonly cost?: number;
  readonly startedAt?: string;
}

/** Tasks and summaries are cut after this many characters. */
const EXCERPT = 300;

/**
 * The trace of a run. Every id in it is derived from the run's content in the file and its index there, counted from 0, so
 * the same run always becomes the same trace, whatever the file is called and whenever it is read.
 *
 * - An answer is an `llm_call`, its calls are `tool_call`s under it, their results `tool_result`s under those.
 * - An `llm_call` has every result since the last one as parents; if there are none, the last `llm_call`, so that the
 *   steps stay connected.
 * - The last answer also becomes a final `conclusion`, under its `llm_call`. If it called tools, the conclusion depends on
 *   their results, and contains what was submitted, else what the answer said, else the last result, else the arguments of the
 *   last call. Without answers there is none.
 * - Messages name the step that produced them, so they have no usage: the step records it.
 * - If the file has times, steps, messages and the trace have them too.
 */
export function traceOfRun(run: AgentRun, index: number): TraceWrites {
  const hash = createHash('sha256')
    .update(JSON.stringify([index, run.source]))
    .digest('hex');
  const traceId = `import-${hash.slice(0, 16)}`;
  const writes: Write[] = [];
  const counts = { step: 0, message: 0 };
  const callSteps = new Map<ToolCall, string>();

  const step = (
    type: StepType,
    waitMs: number,
    parentIds: readonly string[],
    data: Readonly<Record<string, unknown>>,
    times: Partial<Times> = {},
  ): string => {
    counts.step += 1;
    const id = `${traceId}/s${counts.step}`;
    writes.push({
      kind: 'step',
      waitMs,
      input: { id, traceId, type: type.toUpperCase() as Uppercase<StepType>, parentIds, data, ...times },
    });
    return id;
  };
  const message = (waitMs: number, fields: Omit<MessageInput, 'id' | 'traceId'>): void => {
    counts.message += 1;
    writes.push({
      kind: 'message',
      waitMs,
      input: { id: `${traceId}/m${counts.message}`, traceId, ...fields },
    });
  };

  let lastAnswer: { readonly turn: Answered; readonly stepId: string } | null = null;
  let results: { readonly turn: Returned; readonly stepId: string }[] = [];
  for (const turn of run.turns) {
    switch (turn.kind) {
      case 'said':
        message(turn.waitMs, {
          ...turn.message,
          ...writtenAt(turn),
          ...(turn.cost === null ? {} : { cost: turn.cost }),
        });
        break;
      case 'answered': {
        const parents: readonly string[] =
          results.length > 0
            ? results.map(({ stepId }) => stepId)
            : lastAnswer === null
              ? []
              : [lastAnswer.stepId];
        const stepId = step('llm_call', turn.waitMs, parents, dataOfAnswer(turn), turn.times);
        message(0, { ...turn.message, ...writtenAt(turn), stepId });
        for (const call of turn.calls) {
          callSteps.set(
            call,
            step(
              'tool_call',
              0,
              [stepId],
              {
                tool_name: call.name,
                arguments: call.arguments,
                llm_step_id: stepId,
                ...(call.id === null ? {} : { tool_call_id: call.id }),
              },
              writtenAt(turn),
            ),
          );
        }
        lastAnswer = { turn, stepId };
        results = [];
        break;
      }
      case 'returned': {
        const callStepId = callSteps.get(turn.call);
        const parents = callStepId === undefined ? [] : [callStepId];
        const stepId = step(
          'tool_result',
          turn.waitMs,
          parents,
          {
            tool_call_step_id: callStepId ?? null,
            result: turn.result,
            ...(turn.durationMs === null ? {} : { duration_ms: turn.durationMs }),
            ...(turn.call.id === null ? {} : { tool_call_id: turn.call.id }),
            ...turn.data,
          },
          turn.times,
        );
        if (turn.message !== null) {
          message(0, {
            ...turn.message,
            ...writtenAt(turn),
            ...(turn.call.id === null ? {} : { toolCallId: turn.call.id }),
            stepId,
          });
        }
        results.push({ turn, stepId });
        break;
      }
    }
  }

  const timed = run.turns.flatMap(({ times }) => times ?? []);
  const [firstTimes, lastTimes] = [timed[0], timed.at(-1)];
  let conclusion: unknown = null;
  if (lastAnswer !== null) {
    const { turn, stepId } = lastAnswer;
    conclusion = concluding(run, turn, results.at(-1)?.turn ?? null);
    const parents = results.length > 0 ? results.map((result) => result.stepId) : [stepId];
    step(
      'conclusion',
      0,
      parents,
      { content: conclusion, is_final: true },
      lastTimes === undefined ? {} : { startedAt: lastTimes.endedAt },
    );
  }
  return {
    trace: {
      id: traceId,
      agentType: run.agentType,
      task: excerpt(run.task),
      context: { format: run.agentType, run: index + 1, ...run.context },
      ...(firstTimes === undefined ? {} : { startedAt: firstTimes.startedAt }),
      ...(lastTimes === undefined ? {} : { endedAt: lastTimes.endedAt }),
    },
    writes,
    end: {
      status: run.failure === null ? 'COMPLETED' : 'FAILED',
      summary: excerpt(textOf(conclusion)),
      error: run.failure,
    },
  };
}

/** When a message was written: at the end of what it is about. */
function writtenAt({ times }: Pick<Turn, 'times'>): { readonly startedAt?: string } {
  return times === undefined ? {} : { startedAt: times.endedAt };
}

function dataOfAnswer({ prompt, message, usage, data }: Answered): Readonly<Record<string, unknown>> {
  return {
    messages: prompt,
    response: message.content,
    ...data,
    ...(usage.promptTokens === null ? {} : { prompt_tokens: usage.promptTokens }),
    ...(usage.completionTokens === null ? {} : { completion_tokens: usage.completionTokens }),
    ...(usage.cost === null ? {} : { cost: usage.cost }),
  };
}

function concluding(run: AgentRun, answer: Answered, result: Returned | null): unknown {
  if (answer.calls.length === 0) {
    return answer.message.content;
  }
  return run.submission ?? textOf(answer.message.content) ?? result?.result ?? answer.calls.at(-1)?.arguments;
}

/** The beginning of a text, in whole characters. */
function excerpt(text: string | null): string | null {
  if (text === null || text.length <= EXCERPT) {
    return text;
  }
  const characters = [...text.slice(0, (EXCERPT + 1) * 2)];
  return characters.length <= EXCERPT ? text : `${characters.slice(0, EXCERPT).join('')}...`;
}
