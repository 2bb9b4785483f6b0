import { badInput, StemmaError } from '../../../base/errors.js';
import { collect, type CollectedWrite } from '../../../ingest/collect.js';
import { RejectedWrite } from '../../../ingest/sequence.js';
import type { Ingest, Outcome, Pending } from '../../../ingest/write.js';
import { putCheckpoint } from '../../../domain/checkpoints/put-checkpoint.js';
import { appendEvent } from '../../../domain/events/events.js';
import { addGoal, updateGoal } from '../../../domain/goals/goals.js';
import { setGoalTree } from '../../../domain/goals/set-goal-tree.js';
import { addMessages } from '../../../domain/messages/messages.js';
import { updateMessage } from '../../../domain/messages/update-message.js';
import { putRunEventIfAbsent } from '../../../domain/run-events/put-if-absent.js';
import { putRunEvents } from '../../../domain/run-events/run-events.js';
import { addSteps } from '../../../domain/steps/steps.js';
import { upsertSteps } from '../../../domain/steps/upsert-steps.js';
import { createTrace } from '../../../domain/traces/traces.js';
import { updateTrace } from '../../../domain/traces/update-trace.js';
import type { MutationResolvers, WriteOperation } from '../generated/schema.js';

/** How many operations one request may have. */
const MAX_OPERATIONS = 1_000;

type Name = keyof WriteOperation;
type Given<N extends Name> = NonNullable<WriteOperation[N]>;

/** An operation: what it calls, what it writes, and what it names. Keys are the kind and the id. */
interface Operation<Input> {
  readonly run: (ingest: Ingest, projectId: string, given: Input) => Promise<unknown>;
  readonly creates: (given: Input) => readonly (string | null | undefined)[];
  readonly refersTo: (given: Input) => readonly (string | null | undefined)[];
}

const key = (kind: string, ...ids: readonly (string | null | undefined)[]): string | null =>
  ids.some((id) => id == null) ? null : `${kind} ${ids.join('/')}`;
const one = <T>(rows: readonly T[]): T => rows[0] as T;
const input = (): string => 'input';

const ofStep = {
  creates: ({ id }: { readonly id?: string | null | undefined }) => [key('step', id)],
  refersTo: ({
    traceId,
    goalId,
    parentIds,
    within,
  }: {
    readonly traceId: string;
    readonly goalId?: string | null | undefined;
    readonly parentIds?: readonly string[] | null | undefined;
    readonly within?: string | null | undefined;
  }) => [
    key('trace', traceId),
    key('goal', traceId, goalId),
    key('step', within),
    ...(parentIds ?? []).map((id) => key('step', id)),
  ],
};

const OPERATIONS: { readonly [N in Name]-?: Operation<Given<N>> } = {
  createTrace: {
    run: (ingest, projectId, given) => createTrace(ingest, { projectId, input: given }),
    creates: ({ id }) => [key('trace', id)],
    refersTo: ({ parentTraceId, parentGoalId }) => [
      key('trace', parentTraceId),
      key('goal', parentTraceId, parentGoalId),
    ],
  },
  updateTrace: {
    run: (ingest, projectId, { id, input: changes }) => updateTrace(ingest, { projectId, id, changes }),
    creates: () => [],
    refersTo: ({ id }) => [key('trace', id)],
  },
  setGoalTree: {
    run: (ingest, projectId, { traceId, goals }) =>
      setGoalTree(ingest, { projectId, traceId, inputs: goals }),
    creates: ({ traceId, goals }) => goals.map(({ goalId }) => key('goal', traceId, goalId)),
    refersTo: ({ traceId }) => [key('trace', traceId)],
  },
  addGoal: {
    run: (ingest, projectId, { traceId, input: goal }) =>
      addGoal(ingest, { projectId, traceId, input: goal }),
    creates: ({ traceId, input: { goalId } }) => [key('goal', traceId, goalId)],
    refersTo: ({ traceId, input: { parentId } }) => [key('trace', traceId), key('goal', traceId, parentId)],
  },
  updateGoal: {
    run: (ingest, projectId, { traceId, goalId, input: changes }) =>
      updateGoal(ingest, { projectId, traceId, goalId, changes }),
    creates: () => [],
    refersTo: ({ traceId, goalId, input: { parentId } }) => [
      key('trace', traceId),
      key('goal', traceId, goalId),
      key('goal', traceId, parentId),
    ],
  },
  addStep: {
    run: async (ingest, projectId, step) =>
      one(await addSteps(ingest, { projectId, inputs: [step], field: input })),
    ...ofStep,
  },
  upsertStep: {
    run: async (ingest, projectId, step) =>
      one(await upsertSteps(ingest, { projectId, inputs: [step], field: input })),
    ...ofStep,
  },
  addMessage: {
    run: async (ingest, projectId, message) =>
      one(await addMessages(ingest, { projectId, inputs: [message], field: input })),
    creates: ({ id }) => [key('message', id)],
    refersTo: ({ traceId, goalId, stepId }) => [
      key('trace', traceId),
      key('goal', traceId, goalId),
      key('step', stepId),
    ],
  },
  updateMessage: {
    run: (ingest, projectId, { id, input: changes }) => updateMessage(ingest, { projectId, id, changes }),
    creates: () => [],
    refersTo: ({ id }) => [key('message', id)],
  },
  appendEvent: {
    run: (ingest, projectId, { traceId, type, payload, idempotencyKey }) =>
      appendEvent(ingest, { projectId, traceId, type, payload, idempotencyKey }),
    creates: () => [],
    refersTo: ({ traceId }) => [key('trace', traceId)],
  },
  putRunEvent: {
    run: async (ingest, projectId, event) =>
      one(await putRunEvents(ingest, { projectId, inputs: [event], field: input })),
    creates: () => [],
    refersTo: () => [],
  },
  putRunEventIfAbsent: {
    run: async (ingest, projectId, event) =>
      (await putRunEventIfAbsent(ingest, { projectId, input: event })).event,
    creates: () => [],
    refersTo: () => [],
  },
  putCheckpoint: {
    run: (ingest, projectId, checkpoint) => putCheckpoint(ingest, { projectId, input: checkpoint }),
    creates: ({ metadata: { checkpointId } }) => [key('checkpoint', checkpointId)],
    refersTo: ({ stepId, messagesAfter, stateAfter, toolsResultAfter }) => [
      key('step', stepId),
      ...[messagesAfter, stateAfter, toolsResultAfter].map((after) => key('checkpoint', after?.checkpointId)),
    ],
  },
};

/** The field of a result that holds what an operation wrote. */
const RESULTS: { readonly [N in Name]-?: string } = {
  createTrace: 'trace',
  updateTrace: 'trace',
  setGoalTree: 'goals',
  addGoal: 'goal',
  updateGoal: 'goal',
  addStep: 'step',
  upsertStep: 'step',
  addMessage: 'message',
  updateMessage: 'message',
  appendEvent: 'event',
  putRunEvent: 'runEvent',
  putRunEventIfAbsent: 'runEvent',
  putCheckpoint: 'checkpoint',
};

function nameOf(operation: WriteOperation): Name {
  return (Object.keys(operation) as Name[]).find((name) => operation[name] != null) as Name;
}

const known = (keys: readonly (string | null | undefined)[]): string[] => keys.filter((each) => each != null);

/** What the operations before one will have written. */
function pendingOf(operations: readonly WriteOperation[], until: number): Pending {
  const before = operations.slice(0, until);
  return {
    traceOfMessage: (id) => before.findLast(({ addMessage }) => addMessage?.id === id)?.addMessage?.traceId,
    parentOfTrace(id) {
      const created = before.findLast(({ createTrace: trace }) => trace?.id === id)?.createTrace;
      return created == null ? undefined : (created.parentTraceId ?? null);
    },
  };
}

/** An operation's error, with the place of its field in the request. */
function located(error: unknown, index: number, name: Name): unknown {
  if (!(error instanceof StemmaError) || error.field === undefined) {
    return error;
  }
  const path = error.field.replace(/^input\b\.?/, '');
  const field = `operations[${index}].${name}${path === '' ? '' : `.${path}`}`;
  return new StemmaError(error.code, error.message.replace(error.field, field), { field, cause: error });
}

interface OperationError {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
}

/** Errors that a client may see; any other is a fault of the server, and ends the request. */
function errorOf(error: unknown): OperationError {
  if (!(error instanceof StemmaError) || error.code === 'UNAVAILABLE') {
    throw error;
  }
  return { code: error.code, message: error.message, field: error.field ?? null };
}

async function writeAll(
  ingest: Ingest,
  projectId: string,
  operations: readonly WriteOperation[],
  goesOn: boolean,
): Promise<object[]> {
  const errors = new Map<number, unknown>();
  const collected: {
    readonly index: number;
    readonly write: CollectedWrite;
    readonly settle: (outcome: Outcome) => void;
    readonly result: Promise<unknown>;
  }[] = [];
  const lost = new Set<string>();
  for (const [index, operation] of operations.entries()) {
    const name = nameOf(operation);
    // The input is that of the operation of this name.
    const { run, creates, refersTo }: Operation<never> = OPERATIONS[name];
    const given = operation[name] as never;
    const keys = { creates: known(creates(given)), refersTo: known(refersTo(given)) };
    try {
      const missing = keys.refersTo.find((each) => lost.has(each));
      if (missing !== undefined) {
        throw badInput(
          'input',
          `expected nothing that a rejected operation would have written, got ${missing}`,
        );
      }
      const { submitted, result } = await collect(ingest, pendingOf(operations, index), (collecting) =>
        run(collecting, projectId, given),
      );
      collected.push({ index, write: { write: submitted.write, ...keys }, settle: submitted.settle, result });
    } catch (error) {
      if (!goesOn) {
        throw indexed(located(error, index, name), index);
      }
      errors.set(index, located(error, index, name));
      keys.creates.forEach((each) => lost.add(each));
    }
  }
  const writes = collected.map(({ write }) => write);
  if (writes.length > 0) {
    try {
      const outcomes = await ingest.submit<readonly Outcome[]>({
        traces: writes.flatMap(({ write }) => write.traces ?? []),
        threads: writes.flatMap(({ write }) => write.threads ?? []),
        needs: {},
        exclusive: true,
        sequence: { writes, goesOn },
        cost: writes.reduce((sum, { write }) => sum + write.cost, 0),
        sizeBytes: writes.reduce((sum, { write }) => sum + (write.sizeBytes ?? 0), 0),
        apply: () => [],
      });
      collected.forEach(({ settle }, place) => settle(outcomes[place] ?? { error: new Error('no outcome') }));
    } catch (error) {
      if (error instanceof RejectedWrite) {
        const { index = 0 } = collected[error.index] ?? {};
        throw indexed(located(error.cause, index, nameOf(operations[index] as WriteOperation)), index);
      }
      throw error;
    }
  }
  const results = new Map(collected.map(({ index, result }) => [index, result]));
  return await Promise.all(
    operations.map(async (operation, index) => {
      const name = nameOf(operation);
      try {
        if (errors.has(index)) {
          throw errors.get(index);
        }
        return { index, [RESULTS[name]]: await results.get(index) };
      } catch (error) {
        return { index, error: errorOf(errors.has(index) ? error : located(error, index, name)) };
      }
    }),
  );
}

/** The error of a request that one operation failed. */
function indexed(error: unknown, index: number): unknown {
  return error instanceof StemmaError
    ? new StemmaError(error.code, error.message, {
        field: error.field ?? `operations[${index}]`,
        cause: error,
      })
    : error;
}

export const writeMutations: MutationResolvers = {
  write: async (_, { operations, onError }, { ingest, projectId }) => {
    if (operations.length > MAX_OPERATIONS) {
      throw badInput('operations', `expected at most ${MAX_OPERATIONS} operations, got ${operations.length}`);
    }
    return (await writeAll(ingest, projectId, operations, onError === 'CONTINUE')) as never;
  },
};
