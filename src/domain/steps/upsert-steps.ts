import { badInput, StemmaError } from '../../base/errors.js';
import { shown } from '../../base/json.js';
import { mapInSlices, mapInSteps } from '../../base/slices.js';
import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import type { Ingest } from '../../ingest/write.js';
import { keyOf } from '../../model/keys.js';
import { withOriginals } from '../../model/originals.js';
import { reportedChanges } from '../../model/fact-events.js';
import { STEP_PAYLOADS, type StepNode, type StepRow } from '../../model/rows.js';
import { publicStats, USAGE_NAMES } from '../../model/stats.js';
import { checkGoalOfTrace } from '../goals/goal-rules.js';
import { affectedGoals, rollUp, type AffectedGoal } from '../goals/roll-up.js';
import { startWith } from '../traces/trace-start.js';
import { clearedBy, dataText, mergeStep, UPSERTED, type StepInput } from './merge-step.js';
import { draftOf, type NewStep } from './step-input.js';
import { linkStep } from './step-links.js';
import { insertStep, MAX_STEPS, stepWrite, usageOfStep } from './steps.js';

/**
 * Adds steps, or merges inputs into those that exist, in the given order, all or none: see `merge-step.ts`. A new step is its own
 * `step_added` event; a change is a `step_updated` event. An input that changes nothing writes nothing.
 *
 * Throws CONFLICT for a different type and for an id of another trace; BAD_USER_INPUT, with the path of ids, if a step would close
 * a cycle.
 */
export async function upsertSteps(
  ingest: Ingest,
  {
    projectId,
    inputs,
    field,
  }: {
    readonly projectId: string;
    readonly inputs: readonly NewStep[];
    /** The name of the input at this index in errors. */
    readonly field: (index: number) => string;
  },
): Promise<StepRow[]> {
  if (inputs.length > MAX_STEPS) {
    throw badInput('inputs', `expected at most ${MAX_STEPS} steps, got ${inputs.length}`);
  }
  const drafts = await mapInSlices(inputs, (input, index) => {
    const draft = draftOf(projectId, input, { field: field(index), status: 'running', extent: 'part' });
    return { given: input, draft: { ...draft, digest: `${UPSERTED}${draft.digest}` } };
  });
  const write = stepWrite(
    projectId,
    drafts.map(({ draft }) => draft),
  );
  const steps = await ingest.submit({
    ...write,
    needs: { ...write.needs, wholeSteps: write.needs.newSteps },
    more: (unit) => ({
      ...write.more(unit),
      // Others may already depend on a step that exists.
      ...(drafts.some(({ draft: { id } }) => unit.steps.get(keyOf(projectId, id)) !== undefined)
        ? { ancestry: write.needs.namedSteps ?? [] }
        : {}),
      goals: drafts.flatMap(({ draft: { traceId, id } }) => {
        const goalId = unit.steps.get(keyOf(projectId, id))?.goalId ?? null;
        return goalId === null ? [] : [{ projectId, traceId, goalId }];
      }),
    }),
    apply: (unit) => mapInSteps(drafts, (input, index) => upsertStep(unit, input, field(index))),
  });
  // A prompt is not in the row: it is read for the response.
  return steps.map((step) => (step.messagesId === null ? step : { ...step, data: undefined }));
}

function upsertStep(unit: UnitOfWork, input: StepInput, field: string): StepRow {
  const { projectId, id, type, traceId } = input.draft;
  const existing = unit.steps.get(keyOf(projectId, id));
  if (existing === undefined) {
    return insertStep(unit, { ...input.draft, setBy: clearedBy(input) }, field);
  }
  for (const [name, wanted, stored] of [
    ['traceId', traceId, existing.traceId],
    ['type', type, existing.type],
  ] as const) {
    if (wanted !== stored) {
      throw new StemmaError(
        'CONFLICT',
        `step ${shown(id)} already exists with ${name} ${shown(stored)}, got ${shown(wanted)}`,
        { field: `${field}.${name}` },
      );
    }
  }
  return changeStep(unit, existing, input, field);
}

function changeStep(unit: UnitOfWork, before: StepRow, input: StepInput, field: string): StepRow {
  const { projectId, id, traceId } = before;
  const { after: merged, takesPrompt } = mergeStep(before, input);
  const changes = changedColumns(before, merged);
  if (Object.keys(changes).length === 0) {
    return before;
  }
  const { setBy: _, ...reported } = changes;
  const isReported = Object.keys(reported).length > 0;
  const after: StepRow = isReported
    ? { ...merged, original: withOriginals(stored(before), reported) }
    : merged;
  checkGoalOfTrace(unit, after, `${field}.goalId`);
  unit.steps.put(after);
  if (takesPrompt && after.messagesId !== null) {
    unit.reference(
      { projectId, owner: 'Step', ownerId: id, owning: 'MESSAGES', key: null, contentId: after.messagesId },
      input.draft.prompt,
    );
  }
  startWith(unit, after);
  if ('parentIds' in changes || 'within' in changes) {
    linkStep(unit, after, { field, before });
  }
  if (isReported) {
    const affected = recountStep(unit, before, after);
    unit.append(projectId, traceId, 'step_updated', {
      stepId: id,
      patch: reportedChanges(after.type, reported),
      affectedGoals: affected,
      totals: publicStats(unit.trace(projectId, traceId)),
    });
  }
  return unit.steps.get(keyOf(projectId, id)) ?? after;
}

/** A step as its node stores it, with what may be large. */
function stored(step: StepRow): StepNode {
  const { payloads, data: _, texts: _texts, ...row } = step;
  return { ...row, ...payloads, data: dataText(step) };
}

/** The columns that differ, with their new values. */
function changedColumns(before: StepRow, after: StepRow): Partial<StepNode> {
  const [old, now] = [stored(before), stored(after)] as unknown as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(now ?? {}), ...STEP_PAYLOADS]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const [a, b] = [old?.[name] ?? null, now?.[name] ?? null];
      return a === b || (Array.isArray(a) && Array.isArray(b) && a.join('\n') === b.join('\n'))
        ? []
        : [[name, b]];
    }),
  );
}

/** Updates the stats after a change to a step, and returns the goals that it affects. */
function recountStep(unit: UnitOfWork, before: StepRow, after: StepRow): AffectedGoal[] {
  const { projectId, traceId } = after;
  const [old, now] = [usageOfStep(before), usageOfStep(after)];
  const same =
    before.goalId === after.goalId &&
    old.errorCount === now.errorCount &&
    old.unpricedCount === now.unpricedCount &&
    USAGE_NAMES.every((name) => (before[name] ?? 0) === (after[name] ?? 0));
  if (same) {
    return [];
  }
  const places = [
    { projectId, traceId, goalId: before.goalId },
    { projectId, traceId, goalId: after.goalId },
  ] as const;
  rollUp(unit, places[0], old, null, -1);
  rollUp(unit, places[1], now, null);
  const affected = new Map<string, AffectedGoal>();
  for (const place of places) {
    for (const goal of affectedGoals(unit, place)) {
      affected.set(goal.goalId, { ...affected.get(goal.goalId), ...goal });
    }
  }
  return [...affected.values()];
}
