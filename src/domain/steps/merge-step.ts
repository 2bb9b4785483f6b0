import { parseJson } from '../../base/json.js';
import { JsonText } from '../../base/json-text.js';
import { membersOf, textOfMembers } from '../../base/json-members.js';
import { millisecondsBetween } from '../../model/times.js';
import { USAGE_NAMES } from '../../model/stats.js';
import type { StepDataColumns, StepPayloads, StepRow } from '../../model/rows.js';
import { stepDataOf } from './step-data.js';
import type { NewStep, StepDraft } from './step-input.js';

// Inputs of one step may arrive in any order. What the step is in the end must not depend on it, so each field remembers by which
// input it was set, as a rank: '' for one that was not final, otherwise its `endedAt` and its digest. The higher rank wins. Most
// steps have one input, or one and then a final one; ranks are stored (`setBy`) only from the second input on.
//
// The fields are the columns, `error` as a whole, each member of `data` and of `attributes`.

/** A stored `setBy`: ranks, each with its fields. */
type SetBy = readonly (readonly [rank: string, fields: readonly string[]])[];

/** The digest of a step that an upsert created begins with this, so that no added step has the same. */
export const UPSERTED = 'upsert:';

const COLUMNS = [
  'goalId',
  'within',
  'status',
  'name',
  'kind',
  'provider',
  'requestModel',
  'agentName',
  'toolCallId',
  'firstTokenMs',
  'finishReason',
  'startedAt',
  'endedAt',
] as const satisfies readonly (keyof StepRow & keyof NewStep)[];
const PAYLOADS = ['input', 'output', 'resource', 'scope'] as const;

/** What an input sets, checked. */
export interface StepInput {
  readonly draft: StepDraft;
  readonly given: NewStep;
}

/** The rank of an input. */
export function rankOf({ status, endedAt, digest }: Pick<StepRow, 'status' | 'endedAt' | 'digest'>): string {
  return status === 'running' ? '' : `${endedAt ?? ''} ${digest.replace(UPSERTED, '')}`;
}

/** The fields that an input clears, which a step's columns do not show. Null if it clears none. */
export function clearedBy({ draft, given }: StepInput): string | null {
  const cleared = fieldsOf({ draft, given }).flatMap(([field, value]) => (value === null ? [field] : []));
  if (cleared.length === 0) {
    return null;
  }
  const rank = rankOf(draft);
  const all = fieldsOf({ draft, given }).map(([field]) => field);
  return JSON.stringify([[rank, all]] satisfies SetBy);
}

/** What an input sets, with the values: null clears. */
function fieldsOf({ draft, given }: StepInput): (readonly [field: string, value: unknown])[] {
  const columns = COLUMNS.flatMap((name) =>
    given[name] === undefined ? [] : [[name, draft[name]] as const],
  );
  const payloads = PAYLOADS.flatMap((name) =>
    given[name] === undefined ? [] : [[name, draft.payloads[name]] as const],
  );
  const error =
    given.error === undefined ? [] : [['error', given.error === null ? null : errorOf(draft)] as const];
  const usage =
    given.usage === undefined
      ? []
      : USAGE_NAMES.flatMap((name) =>
          given.usage === null || given.usage?.[name] === null
            ? [[name, null] as const]
            : given.usage?.[name] === undefined
              ? []
              : [[name, draft[name]] as const],
        );
  const members = (prefix: string, text: string | null): (readonly [string, string])[] =>
    text === null ? [] : [...membersOf(text)].map(([key, value]) => [`${prefix}.${key}`, value] as const);
  return [
    ...columns,
    ...payloads,
    ...error,
    ...usage,
    ...members('data', given.data == null ? null : draft.texts.stored),
    ...members('attributes', draft.payloads.attributes),
  ];
}

function errorOf(step: Pick<StepRow, 'errorType' | 'errorMessage' | 'payloads'>): object {
  return { type: step.errorType, message: step.errorMessage, stack: step.payloads?.errorStack ?? null };
}

/** By which rank each field of a step was set. `before` must be whole. */
function settersOf(before: StepRow): Map<string, string> {
  if (before.setBy != null) {
    const stored = parseJson(before.setBy) as SetBy;
    return new Map(stored.flatMap(([rank, fields]) => fields.map((field) => [field, rank] as const)));
  }
  const rank = rankOf({ ...before, status: before.status ?? 'ok' });
  const fromData = dataColumns(before, dataText(before));
  const fields = [
    ...COLUMNS.filter((name) => before[name] !== null),
    ...PAYLOADS.filter((name) => before.payloads?.[name] != null),
    ...(before.errorType === null && before.errorMessage === null && before.payloads?.errorStack == null
      ? []
      : ['error']),
    // Usage that `data` does not explain was given by itself.
    ...USAGE_NAMES.filter((name) => before[name] !== null && before[name] !== fromData[name]),
    ...[...membersOf(dataText(before)).keys()].map((key) => `data.${key}`),
    ...[...membersOf(before.payloads?.attributes ?? '{}').keys()].map((key) => `attributes.${key}`),
  ];
  return new Map(fields.map((field) => [field, rank]));
}

/** A whole step's data as it is stored. */
export function dataText({ data, texts }: StepRow): string {
  return texts?.stored ?? (data instanceof JsonText ? data.text : JSON.stringify(data ?? {}));
}

function dataColumns({ type }: Pick<StepRow, 'type'>, text: string): StepDataColumns {
  return stepDataOf(type, new JsonText(text), { field: 'data', extent: 'part' }).columns;
}

/** The step with an input merged into it, and whether the input's prompt replaces the step's. `before` must be whole. */
export function mergeStep(
  before: StepRow,
  input: StepInput,
  rank = rankOf(input.draft),
): { readonly after: StepRow; readonly takesPrompt: boolean } {
  const { draft } = input;
  const setters = settersOf(before);
  const won = new Map<string, unknown>();
  for (const [field, value] of fieldsOf(input)) {
    const old = setters.get(field);
    if (old === undefined || (rank === '' ? old === '' : rank > old)) {
      won.set(field, value);
      setters.set(field, rank);
    }
  }
  const data = mergeMembers(dataText(before), 'data.', won);
  const attributes = mergeMembers(before.payloads?.attributes ?? null, 'attributes.', won);
  const takesPrompt = won.has('data.messages') && draft.messagesId !== before.messagesId;
  const columns = dataColumns(before, data ?? '{}');
  const error = won.get('error') as
    { type: string | null; message: string | null; stack: string | null } | null | undefined;
  const payload = (name: (typeof PAYLOADS)[number]): string | null =>
    won.has(name) ? (won.get(name) as string | null) : (before.payloads?.[name] ?? null);
  const payloads: StepPayloads = {
    input: payload('input'),
    output: payload('output'),
    resource: payload('resource'),
    scope: payload('scope'),
    attributes,
    errorStack: error === undefined ? (before.payloads?.errorStack ?? null) : (error?.stack ?? null),
  };
  const pick = <Name extends (typeof COLUMNS)[number]>(name: Name): StepRow[Name] =>
    won.has(name) ? (won.get(name) as StepRow[Name]) : before[name];
  const usage = Object.fromEntries(
    USAGE_NAMES.map((name) => [
      name,
      won.has(name) ? won.get(name) : setters.has(name) ? before[name] : columns[name],
    ]),
  ) as Pick<StepRow, (typeof USAGE_NAMES)[number]>;
  const [startedAt, endedAt] = [pick('startedAt'), pick('endedAt')];
  const after: StepRow = {
    ...before,
    ...columns,
    ...(Object.fromEntries(COLUMNS.map((name) => [name, pick(name)])) as Pick<
      StepRow,
      (typeof COLUMNS)[number]
    >),
    ...usage,
    costSource: usage.cost === null ? null : 'given',
    durationMs: columns.durationMs ?? millisecondsBetween(startedAt, endedAt),
    ...(error === undefined ? {} : { errorType: error?.type ?? null, errorMessage: error?.message ?? null }),
    parentIds: [...new Set([...before.parentIds, ...draft.parentIds])],
    tags: union(before.tags, draft.tags),
    messagesId: takesPrompt ? draft.messagesId : before.messagesId,
    payloads,
    data: new JsonText(data ?? '{}'),
    texts: { stored: data ?? '{}', shown: data ?? '{}' },
    setBy: storedSetters(setters),
  };
  return { after, takesPrompt };
}

function mergeMembers(text: string | null, prefix: string, won: ReadonlyMap<string, unknown>): string | null {
  const members = membersOf(text ?? '{}');
  let changed = false;
  for (const [field, value] of won) {
    if (field.startsWith(prefix)) {
      members.set(field.slice(prefix.length), value as string);
      changed = true;
    }
  }
  return changed ? textOfMembers(members) : text;
}

function union(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  const all = [...new Set([...(a ?? []), ...(b ?? [])])].sort();
  return all.length === 0 ? null : all;
}

function storedSetters(setters: ReadonlyMap<string, string>): string {
  const fields = new Map<string, string[]>();
  for (const [field, rank] of setters) {
    fields.set(rank, [...(fields.get(rank) ?? []), field]);
  }
  return JSON.stringify(
    [...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rank, names]) => [rank, names.sort()]),
  );
}
