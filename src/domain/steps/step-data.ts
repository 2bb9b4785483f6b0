import { z } from 'zod';
import { MAX_LIST } from '../../content/content-input.js';
import { textsOfList, type ListTexts } from '../../content/chunks.js';
import { objectText } from '../../base/object-text.js';
import { badInput } from '../../base/errors.js';
import type { StepDataColumns, StepTexts, StepType } from '../../model/rows.js';
import { digestOf, MAX_INDEXED_LENGTH } from '../../model/ids.js';
import { shown, without } from '../../base/json.js';
import { preparation, type Preparation } from '../../base/prepared-json.js';

const text = z.string({ error: 'a text' }).nullish();
const indexed = z.string({ error: 'a text' }).refine((given) => [...given].length <= MAX_INDEXED_LENGTH, {
  error: `at most ${MAX_INDEXED_LENGTH} characters`,
});
const list = z.array(z.unknown(), { error: 'a list' }).nullish();
const count = z
  .number({ error: 'a whole number from 0 to 10^12' })
  .int({ error: 'a whole number from 0 to 10^12' })
  .min(0, { error: 'a whole number from 0 to 10^12' })
  .max(1e12, { error: 'a whole number from 0 to 10^12' })
  .nullish();
const dollars = z
  .number({ error: 'a number from 0 to 10^6' })
  .min(0, { error: 'a number from 0 to 10^6' })
  .max(1e6, { error: 'a number from 0 to 10^6' })
  .nullish();
const milliseconds = z.number({ error: 'a number from 0' }).min(0, { error: 'a number from 0' }).nullish();

/** The fields defined for each type of step (document 002); other fields are allowed and kept. */
const SHAPES = {
  llm_call: z.looseObject({
    messages: list,
    model: text,
    prompt_tokens: count,
    completion_tokens: count,
    cost: dollars,
    tool_calls: list,
  }),
  tool_call: z.looseObject({
    tool_name: indexed.min(1, { error: 'a text that is not empty' }),
    llm_step_id: text,
  }),
  tool_result: z.looseObject({ tool_call_step_id: text, duration_ms: milliseconds }),
  conclusion: z.looseObject({ is_final: z.boolean({ error: 'true or false' }).nullish() }),
  feedback: z.looseObject({
    target_step_id: text,
    feedback_type: z
      .enum(['positive', 'negative', 'correction'], { error: 'positive, negative or correction' })
      .nullish(),
  }),
  memory_read: z.looseObject({
    skills: list,
    experiences: list,
    skills_count: count,
    experiences_count: count,
  }),
  memory_write: z.looseObject({ experience_id: indexed.nullish() }),
  span: z.looseObject({ model: text, prompt_tokens: count, completion_tokens: count, cost: dollars }),
} as const satisfies Record<StepType, z.ZodType>;

const PARTS: Readonly<Record<StepType, z.ZodType>> = {
  ...SHAPES,
  tool_call: SHAPES.tool_call.extend({ tool_name: SHAPES.tool_call.shape.tool_name.nullish() }),
};

const NO_COLUMNS: StepDataColumns = {
  model: null,
  promptTokens: null,
  completionTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  cost: null,
  toolName: null,
  argumentsDigest: null,
  llmStepId: null,
  toolCallStepId: null,
  durationMs: null,
  isFinal: null,
  targetStepId: null,
  feedbackType: null,
  skillsCount: null,
  experiencesCount: null,
  experienceId: null,
  experienceIds: null,
};

/** A step's data, prepared for storage. */
export interface StepData {
  readonly columns: StepDataColumns;
  readonly texts: StepTexts;
  /** The prompt of an llm_call, which is stored as content; null without messages. */
  readonly prompt: ListTexts | null;
}

/** What is wrong with a step's data, and where in it. */
interface Fault {
  readonly path: readonly string[];
  readonly expected: string;
  readonly got: string;
}

/** Whether data is complete, or a part that is merged with others: then it need not have what its type requires. */
export type Extent = 'whole' | 'part';

const EXTENTS = ['whole', 'part'] as const;
const PREPARATIONS = new Map<string, Preparation<StepData | Fault>>(
  EXTENTS.flatMap((extent) =>
    (Object.keys(SHAPES) as StepType[]).map((type) => {
      const how = `step:${type}:${extent}`;
      return [how, preparation(how, (value) => prepare(type, value, extent))] as const;
    }),
  ),
);

/** Whether `name` is a type of step. */
export function isStepType(name: string): name is StepType {
  return Object.hasOwn(SHAPES, name);
}

/** How a worker prepares the data of a step of this type. */
export function stepPreparation(type: StepType, extent: Extent): Preparation<StepData | Fault> {
  return PREPARATIONS.get(`step:${type}:${extent}`) as Preparation<StepData | Fault>;
}

/**
 * Prepares a step's data (`{}` if there is none). Throws BAD_USER_INPUT naming the invalid part unless it is a JSON object in
 * the shape of its type.
 */
export function stepDataOf(
  type: StepType,
  input: unknown,
  { field, extent }: { readonly field: string; readonly extent: Extent },
): StepData {
  const prepared = stepPreparation(type, extent)(input);
  if ('got' in prepared) {
    const { path, expected, got } = prepared;
    throw badInput([field, ...path].join('.'), `expected ${expected}, got ${got}`);
  }
  return prepared;
}

function prepare(type: StepType, value: unknown, extent: Extent): StepData | Fault {
  if (value != null && (typeof value !== 'object' || Array.isArray(value))) {
    return { path: [], expected: 'a JSON object', got: shown(value) };
  }
  const data = (value ?? {}) as Readonly<Record<string, unknown>>;
  const known = withKnownNames(type, data);
  const shape: z.ZodType = extent === 'whole' ? SHAPES[type] : PARTS[type];
  const issue = shape.safeParse(known).error?.issues[0] ?? usageIssue(type, data);
  if (issue !== undefined) {
    const path = issue.path.map(String);
    return { path, expected: issue.message, got: shown(valueAt(known, path)) };
  }
  const messages = (type === 'llm_call' ? (data['messages'] ?? []) : []) as readonly unknown[];
  if (messages.length > MAX_LIST) {
    return {
      path: ['messages'],
      expected: `a list of at most ${MAX_LIST} messages`,
      got: String(messages.length),
    };
  }
  const shownText = JSON.stringify(type === 'llm_call' ? without(data, 'messages') : data);
  const hasPrompt = messages.length > 0;
  return {
    columns: columnsOf(type, known),
    prompt: hasPrompt ? textsOfList(messages) : null,
    texts: {
      shown: shownText,
      stored: hasPrompt
        ? objectText(data, (key) => (key === 'messages' ? 'null' : JSON.stringify(data[key])))
        : JSON.stringify(data),
    },
  };
}

/** `data` with the fields of its type under their own names where it spells them in camelCase. */
function withKnownNames(
  type: StepType,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const renamed = Object.keys(SHAPES[type].shape).flatMap((name) => {
    const camel = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    return camel !== name && data[name] == null && data[camel] != null ? [[name, data[camel]] as const] : [];
  });
  return renamed.length === 0 ? data : { ...data, ...Object.fromEntries(renamed) };
}

function valueAt(data: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  return path.length === 1
    ? data[path[0] ?? '']
    : path.reduce<unknown>(
        (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
        data,
      );
}

/** OpenAI's `usage`: its numbers of tokens, read by names that do not depend on its version. */
const USAGE = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.looseObject({ cached_tokens: count }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish(),
});

type Usage = z.infer<typeof USAGE>;

/** What is wrong with the `usage` of a type that records usage. */
function usageIssue(
  type: StepType,
  data: Readonly<Record<string, unknown>>,
): { readonly path: readonly PropertyKey[]; readonly message: string } | undefined {
  const usage = data['usage'];
  if ((type !== 'llm_call' && type !== 'span') || typeof usage !== 'object' || usage === null) {
    return undefined;
  }
  const [issue] = USAGE.safeParse(usage).error?.issues ?? [];
  return issue && { path: ['usage', ...issue.path], message: issue.message };
}

/** The tokens that checked data records: in its own fields, otherwise in OpenAI's `usage`. */
function usageOfData(
  data: Readonly<Record<string, unknown>>,
): Pick<StepDataColumns, 'promptTokens' | 'completionTokens' | 'cacheReadTokens' | 'reasoningTokens'> {
  const given = data['usage'];
  const usage = (typeof given === 'object' && given !== null ? given : {}) as Usage;
  return {
    promptTokens: (data['prompt_tokens'] as number | null | undefined) ?? usage.prompt_tokens ?? null,
    completionTokens:
      (data['completion_tokens'] as number | null | undefined) ?? usage.completion_tokens ?? null,
    cacheReadTokens: usage.prompt_tokens_details?.cached_tokens ?? null,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? null,
  };
}

/** The parts of checked `data` that Cypher can filter on, with the fields of its type under their own names. */
export function columnsOf(type: StepType, data: Readonly<Record<string, unknown>>): StepDataColumns {
  const get = <T>(name: string): T | null => (data[name] ?? null) as T | null;
  switch (type) {
    case 'llm_call':
    case 'span':
      return {
        ...NO_COLUMNS,
        model: get('model'),
        ...usageOfData(data),
        cost: get('cost'),
      };
    case 'tool_call':
      return {
        ...NO_COLUMNS,
        toolName: get('tool_name'),
        argumentsDigest: digestOf(get('arguments')),
        llmStepId: get('llm_step_id'),
      };
    case 'tool_result':
      return { ...NO_COLUMNS, toolCallStepId: get('tool_call_step_id'), durationMs: get('duration_ms') };
    case 'conclusion':
      return { ...NO_COLUMNS, isFinal: get('is_final') };
    case 'feedback':
      return { ...NO_COLUMNS, targetStepId: get('target_step_id'), feedbackType: get('feedback_type') };
    case 'memory_read':
      return {
        ...NO_COLUMNS,
        skillsCount: get('skills_count'),
        experiencesCount: get('experiences_count'),
        experienceIds: (get<unknown[]>('experiences') ?? []).flatMap(experienceId),
      };
    case 'memory_write':
      return { ...NO_COLUMNS, experienceId: get('experience_id') };
  }
}

/** The id of a memory that was read: the entry itself, its `experience_id` or its `id`. */
function experienceId(entry: unknown): string[] {
  if (typeof entry === 'string') {
    return [entry];
  }
  const named = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const id = named['experience_id'] ?? named['id'];
  return typeof id === 'string' ? [id] : [];
}
