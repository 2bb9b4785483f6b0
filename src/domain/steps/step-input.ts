import { badInput } from '../../base/errors.js';
import { shown } from '../../base/json.js';
import { JsonText, stringifyJson } from '../../base/json-text.js';
import { objectTextOf, PreparedJson } from '../../base/prepared-json.js';
import { chainOf, type Chunk } from '../../content/chunks.js';
import { checkId, checkIndexed, checkOptionalId, checkTags, digestOfText, idOr } from '../../model/ids.js';
import type { StepPayloads, StepRow, StepStatus, StepTexts, StepType } from '../../model/rows.js';
import { instantOf, millisecondsBetween } from '../../model/times.js';
import { checkAmount, checkCount } from '../../model/usage.js';
import { checkSequence } from '../traces/sequences.js';
import { stepDataOf, type Extent } from './step-data.js';

type Optional<T> = T | null | undefined;

export interface StepUsage {
  readonly promptTokens?: Optional<number>;
  readonly completionTokens?: Optional<number>;
  readonly cacheReadTokens?: Optional<number>;
  readonly cacheWriteTokens?: Optional<number>;
  readonly reasoningTokens?: Optional<number>;
  readonly cost?: Optional<number>;
}

export interface NewStep {
  readonly id?: Optional<string>;
  readonly traceId: string;
  readonly type: StepType;
  readonly sequence?: Optional<number>;
  readonly goalId?: Optional<string>;
  readonly parentIds?: Optional<readonly string[]>;
  readonly within?: Optional<string>;
  readonly data?: unknown;
  readonly status?: Optional<StepStatus>;
  readonly error?: Optional<{
    readonly type?: Optional<string>;
    readonly message?: Optional<string>;
    readonly stack?: Optional<string>;
  }>;
  readonly name?: Optional<string>;
  readonly kind?: Optional<string>;
  readonly provider?: Optional<string>;
  readonly requestModel?: Optional<string>;
  readonly agentName?: Optional<string>;
  readonly toolCallId?: Optional<string>;
  readonly firstTokenMs?: Optional<number>;
  readonly finishReason?: Optional<string>;
  readonly startedAt?: Optional<string>;
  readonly endedAt?: Optional<string>;
  readonly tags?: Optional<readonly string[]>;
  readonly usage?: Optional<StepUsage>;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly attributes?: unknown;
  readonly resource?: unknown;
  readonly scope?: unknown;
}

const MAX_PARENTS = 1_000;
/** About how many bytes a message of a prompt takes besides its text. */
const CHUNK_BYTES = 100;
const JSON_VALUES = ['input', 'output'] as const;
const JSON_OBJECTS = ['attributes', 'resource', 'scope'] as const;

/** Texts that may be indexed. */
type IndexedText =
  'name' | 'kind' | 'provider' | 'requestModel' | 'agentName' | 'toolCallId' | 'finishReason';

/** A checked step, before it has its place in the trace. */
export interface StepDraft extends Omit<
  StepRow,
  'sequence' | 'createdAt' | 'eventId' | 'affected' | 'original' | 'awaits' | 'awaitingSequence'
> {
  /** The sequence that the client asks for. */
  readonly given: number | null;
  readonly prompt: readonly Chunk[];
  readonly texts: StepTexts;
  readonly payloads: StepPayloads;
  readonly sizeBytes: number;
}

/** Checks a new step. Throws BAD_USER_INPUT naming the field below `field` that is invalid. */
export function draftOf(
  projectId: string,
  input: NewStep,
  { field, status, extent }: { readonly field: string; readonly status: StepStatus; readonly extent: Extent },
): StepDraft {
  const { texts, columns, prompt } = stepDataOf(input.type, input.data, { field: `${field}.data`, extent });
  const core = {
    traceId: checkId(input.traceId, `${field}.traceId`),
    type: input.type,
    given: checkSequence(input.sequence, `${field}.sequence`),
    goalId: checkOptionalId(input.goalId, `${field}.goalId`),
    parentIds: checkParents(input.parentIds ?? [], `${field}.parentIds`),
    data: new JsonText(prompt === null ? texts.stored : texts.shown),
  };
  const details = detailsOf(input, field);
  const usage = usageOfInput(input.usage ?? {}, `${field}.usage`);
  const payloads = payloadsOf(input, field);
  const chain = prompt === null ? [] : chainOf(projectId, prompt);
  const messagesId = chain.at(-1)?.id ?? null;
  const given = {
    ...core,
    ...(messagesId === null ? {} : { messagesId }),
    ...present({ ...details, ...usage, ...payloads, status: input.status ?? null }),
  };
  const text = stringifyJson(given);
  const cost = usage.cost ?? columns.cost;
  const durationMs = columns.durationMs ?? millisecondsBetween(details.startedAt, details.endedAt);
  return {
    projectId,
    id: idOr(input.id, `${field}.id`),
    ...core,
    ...columns,
    ...present(usage),
    ...details,
    status: input.status ?? status,
    durationMs,
    cost,
    costSource: cost === null ? null : 'given',
    payloads,
    // A prepared prompt is not reassembled for the response; it is read from the database instead.
    data: prompt === null || !(input.data instanceof PreparedJson) ? dataOf(input.data, texts) : undefined,
    texts,
    prompt: chain,
    messagesId,
    digest: digestOfText(text),
    sizeBytes: text.length + chain.reduce((sum, chunk) => sum + chunk.text.length + CHUNK_BYTES, 0),
  };
}

function detailsOf(
  input: NewStep,
  field: string,
): Pick<
  StepRow,
  IndexedText | 'within' | 'firstTokenMs' | 'startedAt' | 'endedAt' | 'errorType' | 'errorMessage' | 'tags'
> {
  const text = (name: IndexedText): string | null => checkIndexed(input[name], `${field}.${name}`);
  return {
    name: text('name'),
    kind: text('kind'),
    provider: text('provider'),
    requestModel: text('requestModel'),
    agentName: text('agentName'),
    toolCallId: text('toolCallId'),
    finishReason: text('finishReason'),
    within: checkOptionalId(input.within, `${field}.within`),
    firstTokenMs: checkAmount(input.firstTokenMs, `${field}.firstTokenMs`),
    startedAt: instantOf(input.startedAt, `${field}.startedAt`),
    endedAt: instantOf(input.endedAt, `${field}.endedAt`),
    errorType: checkIndexed(input.error?.type, `${field}.error.type`),
    errorMessage: input.error?.message ?? null,
    tags: checkTags(input.tags, `${field}.tags`),
  };
}

function checkParents(ids: readonly string[], field: string): readonly string[] {
  if (ids.length > MAX_PARENTS) {
    throw badInput(field, `expected at most ${MAX_PARENTS} parents, got ${ids.length}`);
  }
  ids.forEach((id, index) => {
    checkId(id, `${field}[${index}]`);
    if (ids.indexOf(id) < index) {
      throw badInput(`${field}[${index}]`, `expected each parent once, got ${shown(id)} again`);
    }
  });
  return ids;
}

function usageOfInput(
  usage: StepUsage,
  field: string,
): Pick<
  StepRow,
  'promptTokens' | 'completionTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'reasoningTokens' | 'cost'
> {
  return {
    promptTokens: checkCount(usage.promptTokens, `${field}.promptTokens`),
    completionTokens: checkCount(usage.completionTokens, `${field}.completionTokens`),
    cacheReadTokens: checkCount(usage.cacheReadTokens, `${field}.cacheReadTokens`),
    cacheWriteTokens: checkCount(usage.cacheWriteTokens, `${field}.cacheWriteTokens`),
    reasoningTokens: checkCount(usage.reasoningTokens, `${field}.reasoningTokens`),
    cost: checkAmount(usage.cost, `${field}.cost`),
  };
}

function payloadsOf(input: NewStep, field: string): StepPayloads {
  const [given, result] = JSON_VALUES.map((name) => jsonTextOf(input[name]));
  const [attributes, resource, scope] = JSON_OBJECTS.map((name) =>
    input[name] == null ? null : objectTextOf(input[name], `${field}.${name}`),
  );
  return {
    input: given ?? null,
    output: result ?? null,
    attributes: attributes ?? null,
    resource: resource ?? null,
    scope: scope ?? null,
    errorStack: input.error?.stack ?? null,
  };
}

/** The text of a JSON input; null for none and for null. */
function jsonTextOf(value: unknown): string | null {
  return value == null ? null : stringifyJson(value);
}

/** The members of `object` that are not null. */
function present<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value != null)) as Partial<T>;
}

/** A step's data for the response to its request. */
function dataOf(input: unknown, { stored }: StepTexts): unknown {
  return input instanceof PreparedJson ? new JsonText(stored) : (input ?? {});
}
