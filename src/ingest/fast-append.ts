import { keyOf } from '../model/keys.js';
import { lockOrder } from '../model/lock-order.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { Changed, Table } from './table.js';
import { APPEND } from '../model/declare.js';
import { TABLES, WRITERS, type Change } from '../model/tables.js';
import { claim } from './writers.js';
import { statement, toProperties } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import type { EventRow, GoalRow, MessageRow, StepRow, TraceRow } from '../model/rows.js';
import { changedStats, messageToNode, stepToNode } from '../model/row-mapping.js';
import { partsOf } from '../base/slices.js';

type Rows = readonly object[];

const appendRows = statement<
  {
    traces: Rows;
    goals: Rows;
    stepOwners: Rows;
    stepUpdates: Rows;
    links: Rows;
    withins: Rows;
    messageOwners: Rows;
    logs: Rows;
  },
  { matching: number }
>(APPEND);

/**
 * Writes the unit's changes of traces and goals, and its new steps, messages and events. If a trace is not in the state that
 * the unit of work assumes, it writes nothing and returns false. If `isAppend` is true, no transaction around it is needed: it is
 * one statement, which takes the locks it needs.
 */
export async function append(runner: Runner, unit: UnitOfWork): Promise<boolean> {
  const traces = { traces: unit.traces.changed().map(traceUpdate).sort(lockOrder) };
  const appended = rowsOf(unit);
  const { goals, steps, messages, events } = appended;
  if (fitsOneStatement(appended)) {
    const rows = {
      ...traces,
      ...goalRows(goals),
      ...stepRows(steps),
      ...linkRows(unit),
      ...messageRows(messages),
      ...eventRows(events),
    };
    return Object.values(rows).every((each) => each.length === 0) || (await send(runner, rows));
  }
  // Messages follow the steps that they belong to. Each part is built and encoded in its own turn of the event loop.
  const parts = [
    () => traces,
    ...partsOf(goals).map((part) => () => goalRows(part)),
    ...partsOf(steps).map((part) => () => stepRows(part)),
    // After all steps: a step may depend on a later one.
    () => linkRows(unit),
    ...partsOf(messages).map((part) => () => messageRows(part)),
    ...partsOf(events).map((part) => () => eventRows(part)),
  ];
  for (const rows of parts) {
    if (!(await send(runner, rows()))) {
      return false;
    }
  }
  return true;
}

/** The goals that a unit of work changed, and the rows that it added. */
interface Appended {
  readonly goals: readonly Changed<GoalRow>[];
  readonly steps: readonly StepRow[];
  readonly messages: readonly MessageRow[];
  readonly events: readonly EventRow[];
}

function rowsOf(unit: UnitOfWork): Appended {
  return {
    goals: goalsOf(unit, (table) => table.changed()),
    steps: unit.steps.added(),
    messages: unit.messages.added(),
    events: unit.events.added(),
  };
}

/** The most rows in one statement: encoding more at once would block the event loop for too long. */
const MAX_APPENDED = 2_500;

function fitsOneStatement({ goals, steps, messages, events }: Appended): boolean {
  return goals.length + steps.length + messages.length + events.length <= MAX_APPENDED;
}

const NO_ROWS = {
  traces: [],
  goals: [],
  stepOwners: [],
  stepUpdates: [],
  links: [],
  withins: [],
  messageOwners: [],
  logs: [],
};

async function send(runner: Runner, rows: Partial<Parameters<typeof appendRows>[1]>): Promise<boolean> {
  return (await appendRows(runner, { ...NO_ROWS, ...rows })).length > 0;
}

function goalRows(goals: readonly Changed<GoalRow>[]): { readonly goals: Rows } {
  return { goals: goals.map(goalUpdate) };
}

function stepRows(steps: readonly StepRow[]): { readonly stepOwners: Rows } {
  return { stepOwners: byOwner(steps, 'steps', stepToNode) };
}

/** The changed steps, and the edges of steps to those that they name, as far as these have arrived. */
function linkRows(unit: UnitOfWork): {
  readonly stepUpdates: Rows;
  readonly links: Rows;
  readonly withins: Rows;
} {
  const changed = unit.steps.changed();
  const all = [...unit.steps.added().map((after) => ({ before: null, after })), ...changed];
  return {
    stepUpdates: changed.map(stepUpdate),
    links: all.flatMap(({ before, after }) => {
      const old = before === null ? [] : arrived(before, before.parentIds);
      const parentIds = arrived(after, after.parentIds).filter((id) => !old.includes(id));
      return parentIds.length === 0 ? [] : [{ projectId: after.projectId, id: after.id, parentIds }];
    }),
    withins: all.flatMap(({ before, after }) => {
      const [old] = before === null ? [] : arrived(before, [before.within ?? '']);
      const [within] = arrived(after, [after.within ?? '']);
      return within === undefined || within === '' || within === old
        ? []
        : [{ projectId: after.projectId, id: after.id, within }];
    }),
  };
}

function arrived({ awaits }: StepRow, ids: readonly string[]): readonly string[] {
  return awaits === null ? ids : ids.filter((id) => !awaits.includes(id));
}

function stepUpdate({ before, after }: Changed<StepRow>): object {
  const { payloads, data: _newData, texts, ...row } = after;
  const { payloads: oldPayloads, data: _data, texts: _texts, ...old } = before;
  return {
    projectId: after.projectId,
    id: after.id,
    properties: {
      ...difference(old, row),
      ...(payloads === undefined ? {} : difference(oldPayloads ?? {}, payloads)),
      ...(texts === undefined ? {} : { data: texts.stored }),
    },
  };
}

function messageRows(messages: readonly MessageRow[]): { readonly messageOwners: Rows } {
  return { messageOwners: byOwner(messages, 'messages', messageToNode) };
}

function eventRows(rows: readonly EventRow[]): { readonly logs: Rows } {
  return {
    logs: group(
      rows,
      (event) => keyOf(event.projectId, event.traceId),
      ([{ projectId, traceId }], events) => ({ projectId, traceId, events }),
    ),
  };
}

/** The kinds of change that `append` writes. */
const APPENDED: ReadonlySet<Change> = new Set(
  [...WRITERS].filter(([, name]) => name === APPEND).map(([change]) => change),
);
/** Those that the functions above send. */
claim(['traces changed', 'goals changed', 'steps added', 'steps changed', 'messages added', 'events added']);

/**
 * Whether one `append` statement writes all changes of the unit of work and checks every trace that these depend on: it does not
 * check a trace that was read but not changed.
 */
export function isAppend(unit: UnitOfWork): boolean {
  const changed = new Set(unit.traces.changed().map(({ after }) => after));
  return (
    [...unit.changes()].every((change) => APPENDED.has(change)) &&
    [...unit.traces.rows()].every((trace) => changed.has(trace)) &&
    !goalsOf(unit, (table) => table.changed()).some(isMove) &&
    !unit.steps.changed().some((change) => isStepMove(change) || isReplacedWithin(change)) &&
    fitsOneStatement(rowsOf(unit))
  );
}

export function goalsOf<T>(unit: UnitOfWork, pick: (table: Table<GoalRow>) => T[]): T[] {
  return [...unit.goalTables()].flatMap(pick);
}

export function isMove({ before, after }: Changed<GoalRow>): boolean {
  return before.parentId !== after.parentId;
}

/** Whether a step belongs to another goal than before. */
export function isStepMove({ before, after }: Changed<StepRow>): boolean {
  return before.goalId !== after.goalId;
}

/** Whether a step's edge to the step that it was called in has to be removed. */
export function isReplacedWithin({ before, after }: Changed<StepRow>): boolean {
  return before.within !== null && before.within !== after.within;
}

/** The properties of `after` that differ from `before`; null where one was cleared. */
export function difference<Row extends object>(before: Row, after: Row): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => old[name] !== value));
}

/** The properties that changed, with the row's key. */
export function update<Row extends { readonly projectId: string; readonly id: string }>({
  before,
  after,
}: {
  readonly before: Row;
  readonly after: Row;
}): { readonly projectId: string; readonly id: string; readonly properties: Record<string, unknown> } {
  return { projectId: after.projectId, id: after.id, properties: difference(before, after) };
}

export function group<Row, Group extends object>(
  rows: readonly Row[],
  keyed: (row: Row) => string,
  shape: (first: readonly [Row], members: readonly Row[]) => Group,
): Group[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const key = keyed(row);
    const members = groups.get(key);
    if (members === undefined) {
      groups.set(key, [row]);
    } else {
      members.push(row);
    }
  }
  return [...groups.values()].map((members) => shape([members[0]], members));
}

/** Rows grouped by trace and goal, so that each owner is looked up once. */
function byOwner<
  Row extends { readonly projectId: string; readonly traceId: string; readonly goalId: string | null },
>(rows: readonly Row[], name: 'steps' | 'messages', toNode: (row: Row) => object): object[] {
  return group(
    rows,
    (row) => keyOf(row.projectId, row.traceId, row.goalId ?? ''),
    ([{ projectId, traceId, goalId }], members) => ({
      projectId,
      traceId,
      goalId,
      [name]: members.map(toNode),
    }),
  );
}

function traceUpdate({ before, after }: Changed<TraceRow>) {
  const expected = {
    lastEventId: before.lastEventId,
    createdAt: before.createdAt,
    parentTraceId: before.parentTraceId ?? '',
    parentGoalId: before.parentGoalId ?? '',
  };
  const { projectId, id } = after;
  return { projectId, id, properties: toProperties(TABLES.traces, difference(before, after)), expected };
}

function goalUpdate({ before, after }: Changed<GoalRow>): object {
  const { self, cumulative, ...properties } = difference(before, after);
  return {
    projectId: after.projectId,
    traceId: after.traceId,
    goalId: after.goalId,
    properties: {
      ...properties,
      ...(self === undefined ? {} : changedStats('self', before.self, after.self)),
      ...(cumulative === undefined ? {} : changedStats('cumulative', before.cumulative, after.cumulative)),
    },
  };
}
