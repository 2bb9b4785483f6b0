import { badInput, notFound } from '../../base/errors.js';
import { JsonText, stringifyJson } from '../../base/json-text.js';
import type { Ingest } from '../../ingest/write.js';
import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { checkId, checkIndexed } from '../../model/ids.js';
import type { TraceKey } from '../../model/keys.js';
import type { TraceRow, TraceStatus } from '../../model/rows.js';
import { statement } from '../../model/statement.js';
import { shownInstant } from '../../model/times.js';
import { completeSubTrace, isOver } from './sub-traces.js';
import { startOf } from './trace-start.js';
import { contextText, detailsOf, type TraceChanges } from './traces.js';

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
  const pending = ingest.pending?.parentOfTrace(id);
  const parentTraceId =
    pending === undefined
      ? (await readParents(ingest.database, { traces: [key] }))[0]?.parentTraceId
      : pending;
  if (parentTraceId === undefined) {
    throw notFound('trace', id);
  }
  const parent = parentTraceId === null ? [] : [{ projectId, id: parentTraceId }];
  const { context, startedAt, metadata, tags, ...plain } = changes;
  const details = detailsOf(changes);
  const given: Partial<TraceRow> = {
    ...(Object.fromEntries(
      Object.entries(plain).filter(([, value]) => value !== undefined),
    ) as Partial<TraceRow>),
    ...(context === undefined ? {} : { context: contextText(context) }),
    ...(metadata === undefined ? {} : { metadata: details.metadata ?? null }),
    ...(tags === undefined ? {} : { tags: details.tags }),
    ...(startedAt === undefined ? {} : { ownStartedAt: details.ownStartedAt }),
    ...(changes.endedAt === undefined ? {} : { endedAt: details.endedAt }),
  };
  return await ingest.submit({
    traces: [key, ...parent],
    needs: context === undefined && metadata === undefined ? {} : { contexts: [key] },
    cost: 3,
    sizeBytes: stringifyJson(given).length,
    apply(unit) {
      const before = unit.trace(projectId, id);
      const changed = Object.entries(given).filter(
        ([name, value]) => !isEqual(before[name as keyof TraceRow] ?? null, value),
      );
      const { status, ...patch } = Object.fromEntries(changed) as Partial<TraceRow>;
      if (Object.keys(patch).length > 0) {
        const start = 'ownStartedAt' in patch ? startOf({ ...before, ...patch }) : {};
        unit.changeTrace(before, { ...patch, ...start });
        unit.append(projectId, id, 'trace_updated', { patch: reported({ ...patch, ...start }) });
      }
      if (status !== undefined) {
        changeStatus(unit, before, status);
      }
      return unit.trace(projectId, id);
    },
  });
}

function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && a.join('\n') === b.join('\n'));
}

/** Changes of a trace as events report them. */
function reported({ ownStartedAt: _, sortKey: _sortKey, ...patch }: Partial<TraceRow>): object {
  return {
    ...patch,
    ...(patch.context == null ? {} : { context: new JsonText(patch.context) }),
    ...(patch.metadata == null ? {} : { metadata: new JsonText(patch.metadata) }),
    ...(patch.tags === undefined ? {} : { tags: patch.tags ?? [] }),
    ...(patch.startedAt === undefined ? {} : { startedAt: shownInstant(patch.startedAt) }),
    ...(patch.endedAt === undefined ? {} : { endedAt: shownInstant(patch.endedAt) }),
  };
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
