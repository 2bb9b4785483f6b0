import { type TraceKey, keyOf } from '../model/keys.js';
import type { CachedTable } from '../model/tables.js';
import type { RowTypes, UnitOfWork } from './unit-of-work.js';
import type { GoalRow, StepRow, TraceRow } from '../model/rows.js';

/** A trace as the last commit of this process left it, with its cached goals and steps. */
interface CachedTrace extends RowsOfTrace {
  readonly trace: TraceRow;
  /** Whether all steps of the trace are cached: this process created it, and nobody else wrote to it. */
  readonly hasAllSteps: boolean;
}

/** Its rows of the kinds that `model/tables.ts` declares as cached, without their payloads, which may be large. */
type RowsOfTrace = { readonly [Name in Exclude<CachedTable, 'traces'>]: Map<string, RowTypes[Name]> };

/** A step depends on steps shortly before it. */
const MAX_STEPS = 200;
const MAX_ROWS = 10_000;

/**
 * The row cache: rows of the traces that this process wrote last, so that the next write to one need not read it. Others may
 * have written since, so changes based on these rows must be written by `append`, which writes nothing in that case.
 */
export class RowCache {
  /** In order of last write, the oldest first. */
  readonly #traces = new Map<string, CachedTrace>();
  #rows = 0;

  trace(projectId: string, id: string): TraceRow | undefined {
    return this.#traces.get(keyOf(projectId, id))?.trace;
  }

  goal(projectId: string, traceId: string, goalId: string): GoalRow | undefined {
    return this.#traces.get(keyOf(projectId, traceId))?.goals.get(goalId);
  }

  step(projectId: string, traceId: string, id: string): StepRow | undefined {
    return this.#traces.get(keyOf(projectId, traceId))?.steps.get(id);
  }

  /** The cached steps of a trace. */
  steps(projectId: string, traceId: string): Iterable<StepRow> {
    return this.#traces.get(keyOf(projectId, traceId))?.steps.values() ?? [];
  }

  /** Whether a step of the trace that is not cached does not exist. */
  hasAllSteps(projectId: string, traceId: string): boolean {
    return this.#traces.get(keyOf(projectId, traceId))?.hasAllSteps ?? false;
  }

  /** Caches what a committed batch read and wrote. */
  store(unit: UnitOfWork): void {
    const added = unit.traces.added().map((after) => ({ before: null, after }));
    for (const { before, after } of [...added, ...unit.traces.changed()]) {
      const old = this.#take(after);
      const goesOn = old !== undefined && before !== null && isSame(old.trace, before);
      const { goals, steps } = goesOn
        ? old
        : { goals: new Map<string, GoalRow>(), steps: new Map<string, StepRow>() };
      let hasAllSteps = goesOn ? old.hasAllSteps : before === null;
      const table = unit.goals(after.projectId, after.id);
      for (const { goalId } of table.removed()) {
        goals.delete(goalId);
        // The steps recorded on it belong to the trace now.
        steps.clear();
        hasAllSteps = false;
      }
      for (const goal of table.rows()) {
        goals.set(goal.goalId, goal);
      }
      const { context: _, ...trace } = after;
      this.#put({ trace, goals, steps, hasAllSteps });
    }
    for (const row of unit.steps.rows()) {
      const {
        data: _,
        texts: _texts,
        payloads: _payloads,
        affected: _affected,
        original: _original,
        setBy: _setBy,
        ...step
      } = row;
      const cached = this.#take({ projectId: step.projectId, id: step.traceId });
      if (cached !== undefined) {
        cached.steps.set(step.id, step);
        const [oldest] = cached.steps.keys();
        const isFull = cached.steps.size > MAX_STEPS && oldest !== undefined;
        if (isFull) {
          cached.steps.delete(oldest);
        }
        this.#put({ ...cached, hasAllSteps: cached.hasAllSteps && !isFull });
      }
    }
    for (const { trace } of this.#traces.values()) {
      if (this.#rows <= MAX_ROWS) {
        break;
      }
      this.#take(trace);
    }
  }

  forget(traces: readonly TraceKey[]): void {
    traces.forEach((trace) => this.#take(trace));
  }

  #take({ projectId, id }: TraceKey): CachedTrace | undefined {
    const key = keyOf(projectId, id);
    const cached = this.#traces.get(key);
    if (cached !== undefined) {
      this.#traces.delete(key);
      this.#rows -= rowsOf(cached);
    }
    return cached;
  }

  #put(cached: CachedTrace): void {
    this.#traces.set(keyOf(cached.trace.projectId, cached.trace.id), cached);
    this.#rows += rowsOf(cached);
  }
}

function rowsOf({ goals, steps }: CachedTrace): number {
  return 1 + goals.size + steps.size;
}

/** Whether a trace that was read equals the cached one: nobody else wrote to it in between. */
function isSame(cached: TraceRow, read: TraceRow): boolean {
  return cached.lastEventId === read.lastEventId && cached.createdAt === read.createdAt;
}
