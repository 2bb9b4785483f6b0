import { type Batch, type Table, keyOf } from './batch.js';
import { statement } from './cypher.js';
import type { Runner } from './database.js';
import type { GoalRow, MessageRow, RunRow } from './graph.js';
import { contentToProperties, goalToNode, messageToNode, statsToProperties, stepToNode } from './nodes.js';
import { freeContent, storeContent } from './store-content.js';
import { flushCheckpoints } from './flush-checkpoints.js';

type Rows = readonly object[];

const createTraces = statement<{ traces: Rows }, never>('traces/create');
const linkTraces = statement<{ traces: Rows }, never>('traces/link');
const updateTraces = statement<{ traces: Rows }, never>('traces/update');
const createThreads = statement<{ threads: Rows }, never>('threads/create');
const updateThreads = statement<{ threads: Rows }, never>('threads/update');
const joinThreads = statement<{ traces: Rows }, never>('traces/join-threads');
const createGoals = statement<{ goals: Rows }, never>('goals/create');
const updateGoals = statement<{ goals: Rows }, never>('goals/update');
const moveGoals = statement<{ goals: Rows }, never>('goals/move');
const removeGoals = statement<{ goals: Rows }, never>('goals/remove');
const createSteps = statement<{ owners: Rows }, never>('steps/create');
const linkSteps = statement<{ links: Rows }, never>('steps/link');
const createMessages = statement<{ owners: Rows }, never>('messages/create');
const updateMessages = statement<{ messages: Rows }, never>('messages/update');
const moveMessages = statement<{ messages: Rows }, never>('messages/move');
const createEvents = statement<{ logs: Rows }, never>('events/create');
const touchRuns = statement<{ runs: readonly RunRow[] }, never>('runs/touch');
const createRunEvents = statement<{ runs: Rows }, never>('run-events/create');

/**
 * Writes what became of the batch: one statement a kind of change, however many rows, sent without waiting for one
 * another (the server runs them in order).
 */
export async function flush(transaction: Runner, batch: Batch): Promise<void> {
  const sent: Promise<unknown>[] = [];
  const send = (rows: Rows, run: (rows: Rows) => Promise<unknown>): void => {
    if (rows.length > 0) {
      sent.push(run(rows));
    }
  };
  const goalTables = [...batch.goalTables()];
  const goals = <T>(pick: (table: Table<GoalRow>) => T[]): T[] => goalTables.flatMap(pick);

  send(batch.traces.added(), (traces) => createTraces(transaction, { traces }));
  send(batch.traces.changed().map(update), (traces) => updateTraces(transaction, { traces }));

  send(batch.threads.added(), (threads) => createThreads(transaction, { threads }));
  send(batch.threads.changed().map(update), (threads) => updateThreads(transaction, { threads }));
  const joining = batch.traces.added().filter(({ threadId }) => threadId !== null);
  send(
    joining.map(({ projectId, id, threadId }) => ({ projectId, id, threadId })),
    (traces) => joinThreads(transaction, { traces }),
  );

  const newGoals = goals((table) => table.added());
  const changedGoals = goals((table) => table.changed());
  send(newGoals.map(goalToNode), (rows) => createGoals(transaction, { goals: rows }));
  send(changedGoals.map(goalUpdate), (rows) => updateGoals(transaction, { goals: rows }));
  const moved = [
    ...newGoals.filter((goal) => goal.parentId !== null),
    ...changedGoals
      .filter(({ before, after }) => before.parentId !== after.parentId)
      .map(({ after }) => after),
  ].map(({ projectId, traceId, goalId, parentId }) => ({ projectId, traceId, goalId, parentId }));
  send(moved, (rows) => moveGoals(transaction, { goals: rows }));
  // After the goals: the goal that a sub-trace works for may be as new as the sub-trace.
  const subTraces = batch.traces.added().filter(({ parentTraceId }) => parentTraceId !== null);
  send(
    subTraces.map(({ projectId, id }) => ({ projectId, id })),
    (traces) => linkTraces(transaction, { traces }),
  );
  const removed = goals((table) => table.removed()).map(({ projectId, traceId, goalId }) => ({
    projectId,
    traceId,
    goalId,
  }));
  send(removed, (rows) => removeGoals(transaction, { goals: rows }));

  const steps = batch.steps.added();
  send(byOwner(steps, 'steps', stepToNode), (owners) => createSteps(transaction, { owners }));
  const links = steps
    .filter(({ parentIds }) => parentIds.length > 0)
    .map(({ projectId, id, parentIds }) => ({ projectId, id, parentIds }));
  send(links, (rows) => linkSteps(transaction, { links: rows }));

  send(byOwner(batch.messages.added(), 'messages', messageToNode), (owners) =>
    createMessages(transaction, { owners }),
  );
  const changedMessages = batch.messages.changed();
  send(changedMessages.map(messageUpdate), (rows) => updateMessages(transaction, { messages: rows }));
  const movedMessages = changedMessages
    .filter(({ before, after }) => before.goalId !== after.goalId)
    .map(({ after: { projectId, id, traceId, goalId } }) => ({ projectId, id, traceId, goalId }));
  send(movedMessages, (rows) => moveMessages(transaction, { messages: rows }));

  const logs = group(
    batch.events.added(),
    (event) => keyOf(event.projectId, event.traceId),
    ([first], events) => ({ projectId: first.projectId, traceId: first.traceId, events }),
  );
  send(logs, (rows) => createEvents(transaction, { logs: rows }));

  const runs = group(
    batch.runEvents.added(),
    (event) => keyOf(event.projectId, event.threadId, event.runId),
    ([{ projectId, threadId, runId }], events) => ({
      run: { projectId, threadId, id: runId, createdAt: batch.now, updatedAt: batch.now },
      events,
    }),
  );
  send(runs, () => touchRuns(transaction, { runs: runs.map(({ run }) => run) }));
  send(runs, () => createRunEvents(transaction, { runs }));
  const released = flushCheckpoints(transaction, batch);
  sent.push(released);
  const held = [...batch.held.rows()];
  sent.push(
    storeContent(transaction, {
      chains: held.flatMap(({ projectId, contentId }) => {
        const chain = batch.chains.get(keyOf(projectId, contentId));
        return chain === undefined ? [] : [chain];
      }),
      known: batch.knownContent,
      held,
    }),
  );
  await Promise.all(sent);
  await freeContent(transaction, await released);
}

/** Rows gathered by their trace and goal, so that each owner is looked up once. */
function byOwner<
  Row extends { readonly projectId: string; readonly traceId: string; readonly goalId: string | null },
>(rows: readonly Row[], name: 'steps' | 'messages', toNode: (row: Row) => object): object[] {
  return group(
    rows,
    (row) => keyOf(row.projectId, row.traceId, row.goalId ?? ''),
    ([{ projectId, traceId, goalId }], members) => ({
      projectId,
      traceId,
      goalId,
      [name]: members.map(toNode),
    }),
  );
}

function group<Row, Group extends object>(
  rows: readonly Row[],
  keyed: (row: Row) => string,
  shape: (first: readonly [Row], members: readonly Row[]) => Group,
): Group[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const members = groups.get(keyed(row));
    if (members === undefined) {
      groups.set(keyed(row), [row]);
    } else {
      members.push(row);
    }
  }
  return [...groups.values()].map((members) => shape([members[0]], members));
}

/** The properties of `after` that differ; null where one went. */
function difference<Row extends object>(before: Row, after: Row): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => old[name] !== value));
}

function update<Row extends { readonly projectId: string; readonly id: string }>({
  before,
  after,
}: {
  before: Row;
  after: Row;
}): object {
  return { projectId: after.projectId, id: after.id, properties: difference(before, after) };
}

function goalUpdate({ before, after }: { before: GoalRow; after: GoalRow }): object {
  const { self, cumulative, ...properties } = difference(before, after);
  return {
    projectId: after.projectId,
    traceId: after.traceId,
    goalId: after.goalId,
    properties: {
      ...properties,
      ...(self === undefined ? {} : statsToProperties('self', after.self)),
      ...(cumulative === undefined ? {} : statsToProperties('cumulative', after.cumulative)),
    },
  };
}

function messageUpdate({ before, after }: { before: MessageRow; after: MessageRow }): object {
  const { content, ...properties } = difference(before, after);
  return {
    projectId: after.projectId,
    id: after.id,
    properties: { ...properties, ...(content === undefined ? {} : contentToProperties(after.content)) },
  };
}
