import { keyOf } from '../../model/keys.js';
import { badInput, StemmaError } from '../../base/errors.js';
import type { TraceMode, TraceRow, TraceStatus } from '../../model/rows.js';
import { checkIndexed, checkTags, checkOptionalId, digestOfText, idOr } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { stringifyJson } from '../../base/json-text.js';
import { shown } from '../../base/json.js';
import { objectTextOf } from '../../base/prepared-json.js';
import { NO_STATS } from '../../model/stats.js';
import { instantOf } from '../../model/times.js';
import { isOver, startSubTrace } from './sub-traces.js';
import { startOf } from './trace-start.js';

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
  readonly name?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly metadata?: unknown;
  readonly service?: string | null | undefined;
  readonly environment?: string | null | undefined;
  readonly release?: string | null | undefined;
  readonly startedAt?: string | null | undefined;
  readonly endedAt?: string | null | undefined;
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
  const details = detailsOf(input);
  const text = stringifyJson({ ...given, ...present(details) });
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
        ...details,
        stepsStartedAt: null,
        formerParentId: null,
        awaitingSteps: 0,
        lastStepSequence: 0,
        lastMessageSequence: 0,
        lastGoalNumber: 0,
        lastGoalSequence: 0,
        lastEventId: 0,
        createdAt: unit.now,
        completedAt: isOver(given.status) ? unit.now : null,
        ...startOf({ ...key, ...details, createdAt: unit.now, stepsStartedAt: null }),
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

/** The checked fields that describe a trace. */
export function detailsOf(
  input: NewTrace,
): Pick<
  TraceRow,
  'name' | 'service' | 'environment' | 'release' | 'tags' | 'metadata' | 'ownStartedAt' | 'endedAt'
> {
  const text = (name: 'name' | 'service' | 'environment' | 'release'): string | null =>
    checkIndexed(input[name], `input.${name}`);
  return {
    name: text('name'),
    service: text('service'),
    environment: text('environment'),
    release: text('release'),
    tags: checkTags(input.tags, 'input.tags'),
    metadata: input.metadata == null ? null : objectTextOf(input.metadata, 'input.metadata'),
    ownStartedAt: instantOf(input.startedAt, 'input.startedAt'),
    endedAt: instantOf(input.endedAt, 'input.endedAt'),
  };
}

/** The members of `object` that are not null. */
function present(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

export function contextText(context: unknown): string {
  return objectTextOf(context, 'input.context');
}
