import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { keyOf, type TraceKey } from '../../model/keys.js';
import type { TraceRow, TraceStatus } from '../../model/rows.js';
import { publicStats } from '../../model/stats.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';

/** Appends to the parent's log that a trace was started from it, and that it has ended, if it has. */
export function startSubTrace(unit: UnitOfWork, parent: TraceKey, trace: TraceRow): void {
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

/** Appends to the parent's log, if the parent still exists, that a sub-trace has ended. */
export function completeSubTrace(unit: UnitOfWork, trace: TraceRow): void {
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

/** Whether a trace in this status has ended. */
export function isOver(status: TraceStatus): boolean {
  return status === 'completed' || status === 'failed';
}
