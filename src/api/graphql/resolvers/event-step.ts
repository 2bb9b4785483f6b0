import { stringifyJson } from '../../../base/json-text.js';
import { NO_STEP } from '../../../model/fact-events.js';
import type { StepRow } from '../../../model/rows.js';

/** The step of an event, as it was then. The event omits the prompt of an llm_call; the step has it. */
export function stepOfEvent(projectId: string, { data, error, ...shown }: EventStep): StepRow {
  const values: Readonly<Record<string, unknown>> = shown;
  const text = (name: string): string | null => (values[name] == null ? null : stringifyJson(values[name]));
  const row = {
    ...NO_STEP,
    ...shown,
    projectId,
    digest: '',
    errorType: error?.type ?? null,
    errorMessage: error?.message ?? null,
    payloads: {
      input: text('input'),
      output: text('output'),
      attributes: text('attributes'),
      resource: text('resource'),
      scope: text('scope'),
      errorStack: error?.stack ?? null,
    },
  };
  return shown.type === 'llm_call' ? row : { ...row, data };
}

/** A step as events report it: fields that are null are left out. */
export type EventStep = Pick<StepRow, 'id' | 'traceId' | 'sequence' | 'type' | 'createdAt' | 'parentIds'> &
  Partial<StepRow> & {
    readonly data: Record<string, unknown>;
    readonly error?: {
      readonly type: string | null;
      readonly message: string | null;
      readonly stack: string | null;
    };
  };
