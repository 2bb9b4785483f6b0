import { keyOf, type IdKey } from '../model/keys.js';
import { unique } from '../model/lock-order.js';
import { stepOfNode } from '../model/row-mapping.js';
import type { StepNode, StepRow } from '../model/rows.js';
import { statement } from '../model/statement.js';
import type { StepKey } from './needs.js';
import type { Read } from './read.js';
import type { RowCache } from './row-cache.js';
import type { UnitOfWork } from './unit-of-work.js';

const readSteps = statement<{ steps: readonly IdKey[] }, StepNode>('steps/read');
const readWholeSteps = statement<{ steps: readonly IdKey[] }, StepNode>('steps/read-whole');
const readAwaiting = statement<{ traces: readonly object[] }, StepNode>('steps/read-awaiting');
const readAncestry = statement<
  { steps: readonly IdKey[] },
  Pick<StepNode, 'projectId' | 'id' | 'parentIds' | 'within' | 'awaits'>
>(
  'steps/read-ancestry',
  ({ parentIds }: { readonly parentIds: readonly string[] | null }) => parentIds !== null,
);

/** The reads of steps, and of what awaits them or is above them. */
export const STEP_READS: readonly Read[] = [
  {
    of: ['steps', 'newSteps', 'namedSteps'],
    fromCache: (cache, unit, { steps = [], namedSteps = [] }) =>
      steps.every((key) => loadCachedStep(cache, unit, key)) &&
      namedSteps.every(
        ({ projectId, traceId, id }) =>
          loadCachedStep(cache, unit, { projectId, id }) || cache.hasAllSteps(projectId, traceId),
      ),
    async fromDatabase(transaction, unit, { steps, newSteps, namedSteps }) {
      const named = namedSteps.map(({ projectId, id }) => ({ projectId, id }));
      for (const node of await readSteps(transaction, { steps: unique([...steps, ...newSteps, ...named]) })) {
        loadPart(unit, stepOfNode(node));
      }
    },
  },
  {
    of: ['wholeSteps'],
    // A step that is cached is read, because payloads are not; another one is taken to be new: see REJECTED_BY_KEY.
    fromCache: (cache, unit, { wholeSteps = [] }) =>
      wholeSteps.every((key) => !loadCachedStep(cache, unit, key)),
    async fromDatabase(transaction, unit, { wholeSteps }) {
      for (const node of await readWholeSteps(transaction, { steps: wholeSteps })) {
        unit.steps.load(stepOfNode(node, true));
      }
    },
  },
  {
    of: ['arrivingSteps'],
    fromCache: (cache, unit, { arrivingSteps = [] }) =>
      tracesOfSteps(arrivingSteps).every(({ projectId, traceId, ids }) => {
        if (cache.trace(projectId, traceId)?.awaitingSteps === 0) {
          return true;
        }
        const wanted = new Set(ids);
        for (const step of cache.steps(projectId, traceId)) {
          if (step.awaits?.some((id) => wanted.has(id)) === true) {
            unit.steps.load(step);
            unit.loadWaiting(step);
          }
        }
        return cache.hasAllSteps(projectId, traceId);
      }),
    async fromDatabase(transaction, unit, { arrivingSteps }) {
      for (const node of await readAwaiting(transaction, { traces: tracesOfSteps(arrivingSteps) })) {
        const step = stepOfNode(node);
        loadPart(unit, step);
        unit.loadWaiting(step);
      }
    },
  },
  {
    of: ['ancestry'],
    fromCache: (cache, unit, { ancestry = [] }) =>
      tracesOfSteps(ancestry).every(({ projectId, traceId }) => {
        for (const step of cache.steps(projectId, traceId)) {
          unit.ancestry.set(keyOf(projectId, step.id), step);
        }
        return cache.hasAllSteps(projectId, traceId);
      }),
    async fromDatabase(transaction, unit, { ancestry }) {
      const steps = ancestry.map(({ projectId, id }) => ({ projectId, id }));
      for (const step of await readAncestry(transaction, { steps })) {
        unit.ancestry.set(keyOf(step.projectId, step.id), step);
      }
    },
  },
];

/** Loads a step without its payloads, unless it is loaded with them. */
function loadPart(unit: UnitOfWork, step: StepRow): void {
  if (unit.steps.get(keyOf(step.projectId, step.id))?.payloads === undefined) {
    unit.steps.load(step);
  }
}

/** Steps by trace. */
function tracesOfSteps(
  steps: readonly StepKey[],
): { readonly projectId: string; readonly traceId: string; readonly ids: string[] }[] {
  const traces = new Map<
    string,
    { readonly projectId: string; readonly traceId: string; readonly ids: string[] }
  >();
  for (const { projectId, traceId, id } of steps) {
    const key = keyOf(projectId, traceId);
    const trace = traces.get(key);
    if (trace === undefined) {
      traces.set(key, { projectId, traceId, ids: [id] });
    } else {
      trace.ids.push(id);
    }
  }
  return [...traces.values()];
}

function loadCachedStep(cache: RowCache, unit: UnitOfWork, { projectId, id }: IdKey): boolean {
  for (const trace of unit.traces.rows()) {
    const step = trace.projectId === projectId ? cache.step(projectId, trace.id, id) : undefined;
    if (step !== undefined) {
      unit.steps.load(step);
      return true;
    }
  }
  return false;
}
