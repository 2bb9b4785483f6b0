import { keyOf } from '../src/model/keys.js';
import { UnitOfWork } from '../src/ingest/unit-of-work.js';
import { applyWrite, type Ingest } from '../src/ingest/write.js';
import { toProperties } from '../src/model/statement.js';
import { TABLES } from '../src/model/tables.js';
import { goalToNode, messageToNode, stepToNode } from '../src/model/row-mapping.js';
import type { ImportFiles } from './import-files.js';

/** A file has a column for every property, also where a node has none. */
const noValues = (columns: object): object =>
  Object.fromEntries(Object.keys(columns).map((name) => [name, null]));
const NO_STEP = noValues(TABLES.steps.columns);
const NO_MESSAGE = noValues(TABLES.messages.columns);

/** Applies writes to a batch in memory immediately; they never reach a database. */
export function ingestInto(unit: UnitOfWork): Ingest {
  return {
    get database(): never {
      throw new Error('expected writes that read nothing');
    },
    submit: async (write) => await applyWrite(unit, write),
  };
}

/**
 * Writes the result of a batch to the files, as `flush` writes it to the database: the same nodes, the same edges. `stored` is
 * the content in the files, by id: content that batches share is written once.
 */
export function writeRows(unit: UnitOfWork, files: ImportFiles, stored: Map<string, number>): void {
  const ids = new Map<string, number>();
  const node = (label: string, key: string, properties: object): void => {
    // A fact has two labels; its edges name it by the first.
    ids.set(`${label.split(':')[0] ?? ''} ${key}`, files.node(label, properties));
  };
  const edge = (type: string, from: string, to: string): void => {
    const [start, end] = [ids.get(from), ids.get(to)];
    if (start === undefined || end === undefined) {
      throw new Error(`expected the ends of ${type} in the batch, got ${from} and ${to}`);
    }
    files.edge(type, start, end);
  };
  const home = ({ traceId, goalId }: { readonly traceId: string; readonly goalId: string | null }): string =>
    goalId === null ? `Trace ${traceId}` : `Goal ${keyOf(traceId, goalId)}`;

  const traces = unit.traces.added();
  const goals = [...unit.goalTables()].flatMap((table) => table.added());
  const steps = unit.steps.added();
  const messages = unit.messages.added();
  const events = unit.events.added();
  const changedAtMs = Date.parse(unit.now);
  // Every write after the one that creates the trace writes the lock.
  traces.forEach((trace) =>
    node('Trace', trace.id, { ...toProperties(TABLES.traces, trace), changedAtMs, locked: true }),
  );
  goals.forEach((goal) => {
    // The program makes a random one; here the same seed must give the same one.
    const addedBy = `fill ${goal.goalId}`;
    node('Goal', keyOf(goal.traceId, goal.goalId), { ...goalToNode(goal), addedBy });
  });
  steps.forEach((step) => node('Step:Event', step.id, { ...NO_STEP, ...stepToNode(step) }));
  messages.forEach((message) =>
    node('Message:Event', message.id, { ...NO_MESSAGE, ...messageToNode(message) }),
  );

  for (const { id, parentTraceId, parentGoalId } of traces) {
    if (parentTraceId !== null) {
      edge('PARENT_OF', `Trace ${parentTraceId}`, `Trace ${id}`);
      if (parentGoalId !== null) {
        edge('BELONGS_TO', `Trace ${id}`, `Goal ${keyOf(parentTraceId, parentGoalId)}`);
      }
    }
  }
  for (const { traceId, goalId, parentId } of goals) {
    edge('BELONGS_TO', `Goal ${keyOf(traceId, goalId)}`, `Trace ${traceId}`);
    if (parentId !== null) {
      edge('PARENT_OF', `Goal ${keyOf(traceId, parentId)}`, `Goal ${keyOf(traceId, goalId)}`);
    }
  }
  for (const step of steps) {
    edge('BELONGS_TO', `Step ${step.id}`, home(step));
    step.parentIds.forEach((parentId) => edge('PARENT_OF', `Step ${parentId}`, `Step ${step.id}`));
  }
  for (const message of messages) {
    edge('BELONGS_TO', `Message ${message.id}`, home(message));
    if (message.stepId !== null) {
      edge('PRODUCED', `Step ${message.stepId}`, `Message ${message.id}`);
    }
  }
  for (const { projectId, owner, ownerId, owning, contentId } of unit.references.rows()) {
    for (const { afterId, ...chunk } of unit.chains.get(keyOf(projectId, contentId))?.chunks ?? []) {
      if (!stored.has(chunk.id)) {
        stored.set(chunk.id, files.node('Content', chunk));
        const before = afterId === null ? undefined : stored.get(afterId);
        if (before !== undefined) {
          files.edge('AFTER', stored.get(chunk.id) ?? -1, before);
        }
      }
    }
    files.edge(owning, ids.get(`${owner} ${ownerId}`) ?? -1, stored.get(contentId) ?? -1);
  }
  for (const event of events) {
    files.edge('BELONGS_TO', files.node('Event', event), ids.get(`Trace ${event.traceId}`) ?? -1);
  }
}
