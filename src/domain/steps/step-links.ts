import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { badInput } from '../../base/errors.js';
import { keyOf } from '../../model/keys.js';
import type { StepRow } from '../../model/rows.js';

// A step names steps of its trace: those that it depends on (`parentIds`), and the one that it was called in (`within`). They may
// arrive later; until then the step awaits them. An id that arrives in another trace is never linked.

/** The ids of the steps that a step names. */
export function referencesOf({
  parentIds,
  within,
}: Pick<StepRow, 'parentIds' | 'within'>): readonly string[] {
  return within === null || parentIds.includes(within) ? parentIds : [...parentIds, within];
}

/**
 * Links a step that is new, or that names other steps than `before`, with those that are there, and the steps that await it with it.
 * Throws BAD_USER_INPUT below `field` if that closes a cycle.
 */
export function linkStep(
  unit: UnitOfWork,
  step: StepRow,
  { field, before }: { readonly field: string; readonly before?: StepRow },
): void {
  const { projectId, traceId, id } = step;
  const named = before === undefined ? [] : referencesOf(before);
  const awaits = referencesOf(step).filter((other) =>
    named.includes(other)
      ? before?.awaits?.includes(other) === true
      : other !== id && !isThere(unit, step, other),
  );
  setAwaits(unit, step, awaits);
  awaits.forEach((other) => unit.awaitStep({ projectId, traceId, id: other }, id));
  const waiting = unit.waiting.get(keyOf(projectId, traceId, id));
  for (const waiterId of waiting?.stepIds ?? []) {
    const waiter = unit.steps.get(keyOf(projectId, waiterId));
    if (waiter?.awaits?.includes(id) === true) {
      setAwaits(
        unit,
        waiter,
        waiter.awaits.filter((other) => other !== id),
      );
    }
  }
  if (waiting !== undefined || referencesOf(step).includes(id) || unit.hasDescendants(step)) {
    checkCycle(unit, step, { field: `${field}.parentIds`, above: (row) => linked(row, row.parentIds) });
    checkCycle(unit, step, {
      field: `${field}.within`,
      above: (row) => (row.within == null ? [] : linked(row, [row.within])),
    });
  }
}

function isThere(unit: UnitOfWork, { projectId, traceId }: StepRow, id: string): boolean {
  return unit.steps.get(keyOf(projectId, id))?.traceId === traceId;
}

function linked({ awaits }: Pick<StepRow, 'awaits'>, ids: readonly string[]): readonly string[] {
  return awaits === null ? ids : ids.filter((id) => !awaits.includes(id));
}

function setAwaits(unit: UnitOfWork, step: StepRow, awaits: readonly string[]): void {
  const current = unit.steps.get(keyOf(step.projectId, step.id)) ?? step;
  const [before, after] = [current.awaits !== null, awaits.length > 0];
  if (!before && !after) {
    return;
  }
  unit.steps.put({
    ...current,
    awaits: after ? awaits : null,
    awaitingSequence: after ? current.sequence : null,
  });
  if (before !== after) {
    const trace = unit.trace(step.projectId, step.traceId);
    unit.changeTrace(trace, { awaitingSteps: trace.awaitingSteps + (after ? 1 : -1) });
  }
}

/** What is needed of a step to go upwards from it. */
type Linked = Pick<StepRow, 'parentIds' | 'within' | 'awaits'>;

/** Throws if a step is above itself. Steps that are not in the unit of work are found in its `ancestry`. */
function checkCycle(
  unit: UnitOfWork,
  { projectId, id }: StepRow,
  { field, above }: { readonly field: string; readonly above: (row: Linked) => readonly string[] },
): void {
  const rowOf = (stepId: string): Linked | undefined =>
    unit.steps.get(keyOf(projectId, stepId)) ?? unit.ancestry.get(keyOf(projectId, stepId));
  /** For each step found, the step below it. */
  const below = new Map<string, string>();
  const pending = [id];
  for (let stepId = pending.pop(); stepId !== undefined; stepId = pending.pop()) {
    const row = rowOf(stepId);
    for (const parentId of row === undefined ? [] : above(row)) {
      if (parentId === id) {
        throw badInput(
          field,
          `expected steps without a cycle, got ${pathOf(below, id, stepId).join(' -> ')}`,
        );
      }
      if (!below.has(parentId)) {
        below.set(parentId, stepId);
        pending.push(parentId);
      }
    }
  }
}

/** The cycle's ids, each followed by a step that it names. */
function pathOf(below: ReadonlyMap<string, string>, id: string, last: string): string[] {
  const path = [last, id];
  for (let step = last; step !== id;) {
    step = below.get(step) ?? id;
    path.unshift(step);
  }
  return path;
}
