import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import type { StepRow, TraceRow } from '../../model/rows.js';

/** The columns that follow from when a trace and its steps started. */
export function startOf({
  id,
  createdAt,
  ownStartedAt,
  stepsStartedAt,
}: Pick<TraceRow, 'id' | 'createdAt' | 'ownStartedAt' | 'stepsStartedAt'>): Pick<
  TraceRow,
  'startedAt' | 'sortKey'
> {
  const [startedAt = null] = [ownStartedAt, stepsStartedAt].filter((time) => time !== null).sort();
  return { startedAt, sortKey: `${startedAt ?? createdAt} ${id}` };
}

/**
 * Takes a step's start into account. In lists, a trace only moves towards the older ones by this, where a reader who pages meets
 * it once more rather than never.
 */
export function startWith(unit: UnitOfWork, { projectId, traceId, startedAt }: StepRow): void {
  const trace = unit.trace(projectId, traceId);
  if (startedAt !== null && (trace.stepsStartedAt === null || startedAt < trace.stepsStartedAt)) {
    const start = startOf({ ...trace, stepsStartedAt: startedAt });
    unit.changeTrace(trace, {
      stepsStartedAt: startedAt,
      startedAt: start.startedAt,
      sortKey: start.sortKey < trace.sortKey ? start.sortKey : trace.sortKey,
    });
  }
}
