import { type TraceKey, keyOf } from '../../model/keys.js';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { statement } from '../../model/statement.js';
import type { Database, Runner } from '../../neo4j/database.js';
import { badInput, notFound, StemmaError } from '../../base/errors.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';
import type { TraceMode, TraceRow, TraceStatus } from '../../model/rows.js';
import { checkId, checkIndexed, checkOptionalId, digestOfText, idOr } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { JsonText, stringifyJson } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { objectTextOf } from '../../base/prepared-json.js';
import { NO_STATS } from '../../model/stats.js';
import { publicStats, type PublicStats } from '../goals/roll-up.js';

export interface NewTrace {
  readonly id?: string | null | undefined;
  readonly mode?: TraceMode | null | undefined;
  readonly promptName?: string | null | undefined;
  readonly task?: string | null | undefined;
  readonly agentType?: string | null | undefined;
  readonly status?: TraceStatus | null | undefined;
  readonly uid?: string | null | undefined;
  readonly context?: unknown;
  readonly summary?: string | null | undefined;
  readonly error?: string | null | undefined;
  readonly parentTraceId?: string | null | undefined;
  readonly parentGoalId?: string | null | undefined;
  readonly threadId?: string | null | undefined;
}

/** Absent fields are unchanged; null clears a field. */
export type TraceChanges = Omit<NewTrace, 'id' | 'parentTraceId' | 'parentGoalId' | 'threadId'>;

/**
 * Creates a trace; with a parent, appends `sub_trace_started` to the parent's log in the same transaction. Repeating it with
 * the same id and content returns the trace as it is now; with different content it is a CONFLICT.
 */
export async function createTrace(
  ingest: Ingest,
  { projectId, input }: { readonly projectId: string; readonly input: NewTrace },
): Promise<TraceRow> {
  const id = idOr(input.id, 'input.id');
  const parentTraceId = checkOptionalId(input.parentTraceId, 'input.parentTraceId');
  const parentGoalId = checkOptionalId(input.parentGoalId, 'input.parentGoalId');
  if (parentGoalId !== null && parentTraceId === null) {
    throw badInput('input.parentGoalId', 'expected input.parentTraceId beside it, got none');
  }
  if (parentTraceId === id) {
    throw badInput('input.parentTraceId', 'expected another trace, got the trace itself');
  }
  const given = {
    mode: input.mode ?? 'agent',
    promptName: input.promptName ?? null,
    task: input.task ?? null,
    agentType: checkIndexed(input.agentType, 'input.agentType'),
    status: input.status ?? 'running',
    uid: checkIndexed(input.uid, 'input.uid'),
    context: contextText(input.context),
    summary: input.summary ?? null,
    error: input.error ?? null,
    parentTraceId,
    parentGoalId,
    threadId: checkOptionalId(input.threadId, 'input.threadId'),
  };
  const thread = given.threadId === null ? null : { projectId, id: given.threadId };
  const text = stringifyJson(given);
  const digest = digestOfText(text);
  const key = { projectId, id };
  const parent = parentTraceId === null ? null : { projectId, id: parentTraceId };
  return await ingest.submit({
    traces: parent === null ? [key] : [key, parent],
    threads: thread === null ? [] : [thread],
    needs: {
      newTraces: [key],
      goals:
        parentTraceId === null || parentGoalId === null
          ? []
          : [{ projectId, traceId: parentTraceId, goalId: parentGoalId }],
    },
    cost: 2,
    sizeBytes: text.length,
    apply(unit) {
      const existing = unit.traces.get(keyOf(projectId, id));
      if (existing !== undefined) {
        if (existing.digest !== digest) {
          throw new StemmaError('CONFLICT', `trace ${shown(id)} already exists with different content`, {
            field: 'input.id',
          });
        }
        return existing;
      }
      if (unit.deleting.has(keyOf(projectId, id))) {
        throw new StemmaError(
          'UNAVAILABLE',
          `trace ${shown(id)} is still being deleted; try again a little later`,
        );
      }
      const trace: TraceRow = {
        ...NO_STATS,
        ...key,
        ...given,
        formerParentId: null,
        totalSteps: 0,
        lastStepSequence: 0,
        lastMessageSequence: 0,
        lastGoalNumber: 0,
        lastGoalSequence: 0,
        lastEventId: 0,
        createdAt: unit.now,
        completedAt: isOver(given.status) ? unit.now : null,
        sortKey: `${unit.now} ${id}`,
        digest,
      };
      unit.traces.put(trace);
      if (thread !== null) {
        unit.changeThread(thread);
      }
      if (parent !== null) {
        startSubTrace(unit, parent, trace);
      }
      return trace;
    },
  });
}

function startSubTrace(unit: UnitOfWork, parent: TraceKey, trace: TraceRow): void {
  const { projectId, id: parentId } = unit.trace(parent.projectId, parent.id);
  const { parentGoalId: goalId } = trace;
  checkGoalOfTrace(unit, { projectId, traceId: parentId, goalId }, 'input.parentGoalId');
  unit.append(projectId, parentId, 'sub_trace_started', {
    traceId: trace.id,
    parentTraceId: parentId,
    parentGoalId: trace.parentGoalId,
    agentType: trace.agentType,
    task: trace.task,
  });
  if (isOver(trace.status)) {
    completeSubTrace(unit, trace);
  }
}

const readParents = statement<{ traces: readonly TraceKey[] }, { parentTraceId: string | null }>(
  'traces/read-parents',
);

/**
 * Changes a trace, and reports each change in its log: `trace_status_changed` and, on completion, `trace_completed` for the
 * status, `trace_updated` for the rest. Values equal to the stored ones are not changes. Throws NOT_FOUND if there is no such
 * trace.
 */
export async function updateTrace(
  ingest: Ingest,
  {
    projectId,
    id,
    changes,
  }: { readonly projectId: string; readonly id: string; readonly changes: TraceChanges },
): Promise<TraceRow> {
  const key = { projectId, id: checkId(id, 'id') };
  for (const field of ['mode', 'status'] as const) {
    if (changes[field] === null) {
      throw badInput(`input.${field}`, 'expected a value, got null');
    }
  }
  checkIndexed(changes.agentType, 'input.agentType');
  checkIndexed(changes.uid, 'input.uid');
  // A trace's parent never changes (it can only be deleted), so it can be read before the locks are taken.
  const [stored] = await readParents(ingest.database, { traces: [key] });
  if (stored === undefined) {
    throw notFound('trace', id);
  }
  const parent = stored.parentTraceId === null ? [] : [{ projectId, id: stored.parentTraceId }];
  const { context, ...plain } = changes;
  const given: Partial<TraceRow> = {
    ...(Object.fromEntries(
      Object.entries(plain).filter(([, value]) => value !== undefined),
    ) as Partial<TraceRow>),
    ...(context === undefined ? {} : { context: contextText(context) }),
  };
  return await ingest.submit({
    traces: [key, ...parent],
    needs: context === undefined ? {} : { contexts: [key] },
    cost: 3,
    sizeBytes: stringifyJson(given).length,
    apply(unit) {
      const before = unit.trace(projectId, id);
      const changed = Object.entries(given).filter(
        ([name, value]) => before[name as keyof TraceRow] !== value,
      );
      const { status, ...patch } = Object.fromEntries(changed) as Partial<TraceRow>;
      if (Object.keys(patch).length > 0) {
        unit.changeTrace(before, patch);
        unit.append(projectId, id, 'trace_updated', {
          patch: { ...patch, ...(patch.context == null ? {} : { context: new JsonText(patch.context) }) },
        });
      }
      if (status !== undefined) {
        changeStatus(unit, before, status);
      }
      return unit.trace(projectId, id);
    },
  });
}

function changeStatus(unit: UnitOfWork, before: TraceRow, status: TraceStatus): void {
  const { projectId, id } = before;
  const completedAt = isOver(status) ? (isOver(before.status) ? before.completedAt : unit.now) : null;
  const trace = unit.changeTrace(before, { status, completedAt });
  unit.append(projectId, id, 'trace_status_changed', {
    status,
    totalCost: trace.totalCost,
    totalMessages: trace.messageCount,
  });
  if (status === 'completed') {
    unit.append(projectId, id, 'trace_completed', { totalMessages: trace.messageCount });
  }
  if (isOver(status)) {
    completeSubTrace(unit, trace);
  }
}

/** Appends to the parent's log, if the parent still exists, that a sub-trace has ended. */
function completeSubTrace(unit: UnitOfWork, trace: TraceRow): void {
  const { projectId, parentTraceId } = trace;
  if (parentTraceId !== null && unit.traces.get(keyOf(projectId, parentTraceId)) !== undefined) {
    unit.append(projectId, parentTraceId, 'sub_trace_completed', {
      traceId: trace.id,
      status: trace.status,
      summary: trace.summary,
      stats: publicStats(trace),
    });
  }
}

function isOver(status: TraceStatus): boolean {
  return status === 'completed' || status === 'failed';
}

function contextText(context: unknown): string {
  return objectTextOf(context, 'input.context');
}

const readTraceRows = statement<
  { traces: readonly (TraceKey & { readonly withContext: boolean })[] },
  TraceRow
>('traces/read');

/** The existing traces with these ids, without their contexts, in no particular order. */
export async function readTraces(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<TraceRow[]> {
  const traces = ids.map((id) => ({ projectId, id, withContext: false }));
  return await readTraceRows(database, { traces });
}

/** The contexts of traces, as JSON text by id. */
export async function readContexts(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, string>> {
  const traces = ids.map((id) => ({ projectId, id, withContext: true }));
  return new Map((await readTraceRows(database, { traces })).map(({ id, context }) => [id, context ?? '{}']));
}

const readTreeStatRows = statement<
  { readonly projectId: string; readonly ids: readonly string[] },
  Omit<PublicStats, 'preview'> & { readonly id: string }
>('traces/tree-stats');

/** The usage of each trace including all traces below it, by id. */
export async function readTreeStats(
  database: Database,
  keys: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, Omit<PublicStats, 'preview'>>> {
  return new Map((await readTreeStatRows(database, keys)).map(({ id, ...stats }) => [id, stats]));
}
