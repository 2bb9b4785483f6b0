import { keyOf } from '../model/keys.js';
import { lockOrder } from '../model/lock-order.js';
import {
  append,
  difference,
  goalsOf,
  group,
  isMove,
  isReplacedWithin,
  isStepMove,
  update,
} from './fast-append.js';
import type { UnitOfWork } from './unit-of-work.js';
import { TABLES, WRITERS } from '../model/tables.js';
import { checkWriters, claim, writerOf } from './writers.js';
import { statement, toProperties } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import { TransactionConflictError } from '../base/errors.js';
import { flushCheckpoints } from './write-checkpoints.js';
import { collectGarbage, lockCollecting } from '../content/collect-chunks.js';
import type { MessageRow, RunEventRow, RunRow } from '../model/rows.js';
import { contentToProperties, goalToNode } from '../model/row-mapping.js';
import { partsOf } from '../base/slices.js';
import { storeOfSteps, type ChunkKey } from '../content/store-chunks.js';

type Rows = readonly object[];

const createTraces = writerOf<{ traces: Rows }>('traces added');
const linkTraces = statement<{ traces: Rows }, never>('traces/link');
const createThreads = writerOf<{ threads: Rows }>('threads added');
const updateThreads = writerOf<{ threads: Rows }>('threads changed');
const joinThreads = statement<{ traces: Rows }, never>('traces/join-threads');
const createGoals = writerOf<{ goals: Rows }>('goals added');
const moveGoals = statement<{ goals: Rows }, never>('goals/move');
const removeGoals = writerOf<{ goals: Rows }>('goals removed');
const updateMessages = writerOf<{ messages: Rows }>('messages changed');
const moveMessages = statement<{ messages: Rows }, never>('messages/move');
const moveSteps = statement<{ steps: Rows }, never>('steps/move');
const leaveSteps = statement<{ steps: Rows }, never>('steps/leave');
const releasePrompts = statement<{ steps: Rows }, ChunkKey>('steps/release-prompts');
const touchRuns = statement<{ runs: readonly RunRow[] }, never>('runs/touch');
const createRunEvents = writerOf<{ runs: Rows }>('runEvents added');

// `flushCheckpoints` and `storeOfSteps` write these.
claim(['references added']);
checkWriters();

/**
 * Writes the changes of the unit of work: one statement for each kind of change, sent without waiting for one another (Neo4j runs
 * them in order). A statement of very many rows is sent in parts. Throws an Error before it writes anything if there is a kind of
 * change that no statement writes.
 */
export async function flush(transaction: Runner, unit: UnitOfWork): Promise<void> {
  const unwritten = [...unit.changes()].filter((change) => !WRITERS.has(change));
  if (unwritten.length > 0) {
    throw new Error(`expected changes that are written, got ${unwritten.join(', ')}`);
  }
  const sent: Promise<unknown>[] = [];
  const add = (promise: Promise<unknown>): void => {
    // It may fail while another is awaited; then `Promise.all` below reports it.
    promise.catch(() => undefined);
    sent.push(promise);
  };
  const send = async <Row extends object>(
    rows: readonly Row[],
    run: (rows: readonly Row[]) => Promise<unknown>,
  ): Promise<void> => {
    const parts = partsOf(rows);
    if (parts.length === 1) {
      add(run(rows));
      return;
    }
    // Each part is encoded in its own turn of the event loop.
    for (const part of parts) {
      await run(part);
    }
  };

  // Every server uses the same order, so that two that create the same rows do not deadlock.
  await send(unit.traces.added().sort(lockOrder), (traces) =>
    createTraces(transaction, { traces: traces.map((trace) => toProperties(TABLES.traces, trace)) }),
  );
  const joining = unit.traces.added().filter(({ threadId }) => threadId !== null);
  // The statement that writes checkpoints also writes their threads, unless something else needs those before.
  const withThreads =
    joining.length === 0 &&
    unit.runEvents.added().length === 0 &&
    unit.checkpoints.added().length + unit.checkpoints.changed().length > 0;
  if (!withThreads) {
    await send(unit.threads.added().sort(lockOrder), (threads) => createThreads(transaction, { threads }));
    await send(unit.threads.changed().map(update), (threads) => updateThreads(transaction, { threads }));
  }
  await send(
    joining.map(({ projectId, id, threadId }) => ({ projectId, id, threadId })),
    (traces) => joinThreads(transaction, { traces }),
  );

  const newGoals = goalsOf(unit, (table) => table.added());
  await send(newGoals, (goals) => createGoals(transaction, { goals: goals.map(goalToNode) }));
  const moved = [
    ...newGoals.filter((goal) => goal.parentId !== null),
    ...goalsOf(unit, (table) => table.changed())
      .filter(isMove)
      .map(({ after }) => after),
  ].map(({ projectId, traceId, goalId, parentId }) => ({ projectId, traceId, goalId, parentId }));
  await send(moved, (rows) => moveGoals(transaction, { goals: rows }));
  // After the goals: a sub-trace and the goal that it works for may be new in the same batch.
  const subTraces = unit.traces.added().filter(({ parentTraceId }) => parentTraceId !== null);
  await send(
    subTraces.map(({ projectId, id }) => ({ projectId, id })),
    (traces) => linkTraces(transaction, { traces }),
  );
  const removed = goalsOf(unit, (table) => table.removed()).map(({ projectId, traceId, goalId }) => ({
    projectId,
    traceId,
    goalId,
  }));
  await send(removed, (rows) => removeGoals(transaction, { goals: rows }));

  const changedMessages = unit.messages.changed();
  await send(changedMessages.map(messageUpdate), (rows) => updateMessages(transaction, { messages: rows }));
  const movedMessages = changedMessages
    .filter(({ before, after }) => before.goalId !== after.goalId)
    .map(({ after: { projectId, id, traceId, goalId } }) => ({ projectId, id, traceId, goalId }));
  await send(movedMessages, (rows) => moveMessages(transaction, { messages: rows }));

  const changedSteps = unit.steps.changed();
  await send(
    changedSteps
      .filter(isStepMove)
      .map(({ after: { projectId, id, traceId, goalId } }) => ({ projectId, id, traceId, goalId })),
    (rows) => moveSteps(transaction, { steps: rows }),
  );
  await send(
    changedSteps.filter(isReplacedWithin).map(({ after: { projectId, id } }) => ({ projectId, id })),
    (rows) => leaveSteps(transaction, { steps: rows }),
  );
  const replacedPrompts = changedSteps.filter(
    ({ before, after }) => before.messagesId !== null && before.messagesId !== after.messagesId,
  );
  const releasedPrompts =
    replacedPrompts.length === 0
      ? Promise.resolve([])
      : Promise.all([
          lockCollecting(transaction),
          releasePrompts(transaction, {
            steps: replacedPrompts.map(({ after: { projectId, id } }) => ({ projectId, id })),
          }),
        ]).then(([, rows]) => rows);
  add(releasedPrompts);
  add(
    append(transaction, unit).then((done) => {
      if (!done) {
        throw new TransactionConflictError('a trace lost what it was started from after it was read');
      }
    }),
  );

  await send(unit.runEvents.added(), (events) => addRunEvents(transaction, events, unit.now));
  const content = { chainOf: (key: string) => unit.chains.get(key)?.chunks, stored: unit.storedLengths };
  const released = flushCheckpoints(transaction, unit, { content, withThreads });
  add(released);
  const ofSteps = [...unit.references.rows()].filter(({ owner }) => owner === 'Step');
  add(storeOfSteps(transaction, content, ofSteps));
  await Promise.all(sent);
  await collectGarbage(transaction, [...(await released), ...(await releasedPrompts)]);
}

async function addRunEvents(
  transaction: Runner,
  added: readonly RunEventRow[],
  now: string,
): Promise<unknown> {
  const runs = group(
    added,
    (event) => keyOf(event.projectId, event.threadId, event.runId),
    ([{ projectId, threadId, generation, runId }], events) => ({
      run: {
        projectId,
        threadId,
        generation,
        id: runId,
        createdAt: now,
        updatedAt: now,
        sortKey: `${now} ${runId}`,
      },
      events,
    }),
  );
  return await Promise.all([
    touchRuns(transaction, { runs: runs.map(({ run }) => run) }),
    createRunEvents(transaction, { runs }),
  ]);
}

function messageUpdate({ before, after }: { before: MessageRow; after: MessageRow }): object {
  const { content, ...properties } = difference(before, after);
  return {
    projectId: after.projectId,
    id: after.id,
    properties: { ...properties, ...(content === undefined ? {} : contentToProperties(after.content)) },
  };
}
