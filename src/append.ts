import { keyOf, type Batch, type Table } from './batch.js';
import { statement } from './cypher.js';
import type { Runner } from './database.js';
import type { GoalRow, TraceRow } from './graph.js';
import { lockOrder } from './load.js';
import { messageToNode, statsToProperties, stepToNode } from './nodes.js';

type Rows = readonly object[];

const appendRows = statement<
  {
    traces: Rows;
    goals: Rows;
    stepOwners: Rows;
    links: Rows;
    messageOwners: Rows;
    logs: Rows;
  },
  { known: number }
>('traces/append');

/**
 * Writes the batch's changes of traces and goals, and its new steps, messages and events: all or, where a trace is not as
 * the batch has it, nothing and false. By itself it is a transaction that takes the locks it needs.
 */
export async function append(runner: Runner, batch: Batch): Promise<boolean> {
  const steps = batch.steps.added();
  const rows = {
    traces: batch.traces.changed().map(traceUpdate).sort(lockOrder),
    goals: goalsOf(batch, (table) => table.changed()).map(goalUpdate),
    stepOwners: byOwner(steps, 'steps', stepToNode),
    links: steps
      .filter(({ parentIds }) => parentIds.length > 0)
      .map(({ projectId, id, parentIds }) => ({ projectId, id, parentIds })),
    messageOwners: byOwner(batch.messages.added(), 'messages', messageToNode),
    logs: group(
      batch.events.added(),
      (event) => keyOf(event.projectId, event.traceId),
      ([{ projectId, traceId }], events) => ({ projectId, traceId, events }),
    ),
  };
  if (Object.values(rows).every((each) => each.length === 0)) {
    return true;
  }
  return (await appendRows(runner, rows)).length > 0;
}

/**
 * Whether what `append` writes is all that the batch comes to, and looks at all it rests on: a trace that the batch read and did
 * not change would not be looked at.
 */
export function isAppend(batch: Batch): boolean {
  const changed = new Set(batch.traces.changed().map(({ after }) => after));
  return [
    [...batch.traces.rows()].filter((trace) => !changed.has(trace)),
    batch.threads.added(),
    batch.threads.changed(),
    goalsOf(batch, (table) => table.added()),
    goalsOf(batch, (table) => table.removed()),
    goalsOf(batch, (table) => table.changed()).filter(isMove),
    batch.messages.changed(),
    batch.runEvents.added(),
    batch.checkpoints.added(),
    batch.checkpoints.changed(),
    [...batch.held.rows()],
  ].every((rows) => rows.length === 0);
}

export function goalsOf<T>(batch: Batch, pick: (table: Table<GoalRow>) => T[]): T[] {
  return [...batch.goalTables()].flatMap(pick);
}

export function isMove({ before, after }: { readonly before: GoalRow; readonly after: GoalRow }): boolean {
  return before.parentId !== after.parentId;
}

/** The properties of `after` that differ; null where one went. */
export function difference<Row extends object>(before: Row, after: Row): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => old[name] !== value));
}

/** What `after` differs in, by the row's key. */
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

/** Rows gathered by their trace and goal, so that each owner is looked up once. */
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

function traceUpdate({ before, after }: { readonly before: TraceRow; readonly after: TraceRow }) {
  const known = {
    lastEventId: before.lastEventId,
    createdAt: before.createdAt,
    parentTraceId: before.parentTraceId ?? '',
    parentGoalId: before.parentGoalId ?? '',
  };
  return { ...update({ before, after }), known };
}

function goalUpdate({ before, after }: { readonly before: GoalRow; readonly after: GoalRow }): object {
  const { self, cumulative, ...properties } = difference(before, after);
  return {
    projectId: after.projectId,
    traceId: after.traceId,
    goalId: after.goalId,
    properties: {
      ...properties,
      ...(self === undefined ? {} : statsToProperties('self', after.self)),
      ...(cumulative === undefined ? {} : statsToProperties('cumulative', after.cumulative)),
    },
  };
}
