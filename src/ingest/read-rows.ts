import { keyOf, type IdKey, type TraceKey } from '../model/keys.js';
import { inLockOrder, unique } from '../model/lock-order.js';
import { UnitOfWork } from './unit-of-work.js';
import type { Chunk } from '../content/chunks.js';
import { statement } from '../neo4j/cypher.js';
import type { Runner } from '../neo4j/database.js';
import type {
  CheckpointPayload,
  CheckpointRow,
  EventRow,
  GoalRow,
  MessageRow,
  RunEventRow,
  StepRow,
} from '../model/rows.js';
import {
  contentOfNode,
  goalOfNode,
  messageOfNode,
  stepOfNode,
  type GoalNode,
  type MessageNode,
  type StepNode,
} from '../model/row-mapping.js';
import { previewOf } from '../model/stats.js';
import { measureStored } from '../content/store-chunks.js';

/** The rows that a write needs in its batch. Keys may name rows that do not exist. */
export interface Needs {
  /** Traces with their `context`. */
  readonly contexts?: readonly TraceKey[];
  /** Goals with all goals above them. */
  readonly goals?: readonly {
    readonly projectId: string;
    readonly traceId: string;
    readonly goalId: string;
  }[];
  /** All goals of these traces. */
  readonly trees?: readonly TraceKey[];
  /**
   * Messages to be created. They exist only if they were written before. The row cache does not check for them, because their
   * key's constraint rejects a duplicate.
   */
  readonly newMessages?: readonly IdKey[];
  /** Messages with their content. */
  readonly messageContents?: readonly IdKey[];
  readonly steps?: readonly IdKey[];
  /** Steps to be created: see `newMessages`. */
  readonly newSteps?: readonly IdKey[];
  /** Sequences that clients ask for: see `newMessages`. */
  readonly newSequences?: readonly SequenceKey[];
  /** Idempotency keys of events to be created: see `newMessages`. */
  readonly newEventKeys?: readonly {
    readonly projectId: string;
    readonly traceId: string;
    readonly key: string;
  }[];
  readonly runEventKeys?: readonly {
    readonly projectId: string;
    readonly threadId: string;
    readonly key: string;
  }[];
  /** Traces to be created. */
  readonly newTraces?: readonly TraceKey[];
  /** The newest message of a goal except a given one. */
  readonly newest?: readonly NewestKey[];
  /** Checkpoints with their payload. */
  readonly checkpoints?: readonly IdKey[];
  /** Ids of checkpoints, existing or not, that no other transaction may write or wait for meanwhile. */
  readonly checkpointLocks?: readonly IdKey[];
  /** Lists and values to be stored as content. */
  readonly chains?: readonly (readonly Chunk[])[];
}

export interface NewestKey {
  readonly projectId: string;
  readonly traceId: string;
  readonly goalId: string;
  readonly exceptId: string;
}

export interface SequenceKey {
  readonly projectId: string;
  readonly traceId: string;
  readonly label: 'Step' | 'Message';
  readonly sequence: number;
}

const lockCheckpoints = statement<{ keys: readonly IdKey[] }, never>('checkpoints/lock-keys');
const readCheckpoints = statement<
  { keys: readonly IdKey[] },
  { checkpoint: CheckpointRow; payload: CheckpointPayload }
>('checkpoints/read-whole');
const readDeleting = statement<{ traces: readonly TraceKey[] }, TraceKey>('traces/read-deleting');
const readChains = statement<{ goals: readonly object[] }, GoalNode>('goals/read-chains');
const readTrees = statement<{ traces: readonly TraceKey[] }, GoalNode>('goals/read-trees');
const readMessages = statement<{ messages: readonly object[] }, MessageNode>('messages/read');
const readSteps = statement<{ steps: readonly IdKey[] }, StepNode>('steps/read');
const readMessageSequences = statement<{ sequences: readonly object[] }, SequenceKey>(
  'messages/read-sequences',
);
const readStepSequences = statement<{ sequences: readonly object[] }, SequenceKey>('steps/read-sequences');
const readNewest = statement<
  NewestKey,
  { sequence: number; content: string | null; contentJson: string | null }
>('messages/newest-in-goal');
const readEventKeys = statement<{ keys: readonly object[] }, { event: EventRow }>('events/read-by-keys');

const readRunEventKeys = statement<{ keys: readonly object[] }, { event: RunEventRow }>(
  'run-events/read-by-keys',
);

/** Reads into `unit` what the writes need; their traces and threads are locked. */
export async function load(transaction: Runner, unit: UnitOfWork, needs: readonly Needs[]): Promise<void> {
  const wanted = <K extends keyof Needs>(name: K): NonNullable<Needs[K]>[number][] =>
    unique(needs.flatMap((need) => (need[name] ?? []) as NonNullable<Needs[K]>[number][]));
  const loads: Promise<void>[] = [];
  const read = <Key, Row>(
    keys: readonly Key[],
    run: (keys: readonly Key[]) => Promise<Row[]>,
    take: (row: Row) => void,
  ): void => {
    if (keys.length > 0) {
      loads.push(run(keys).then((rows) => rows.forEach(take)));
    }
  };

  const takeGoal = (node: GoalNode): void => {
    const goal: GoalRow = goalOfNode(node);
    const table = unit.goals(goal.projectId, goal.traceId);
    if (table.get(goal.goalId) === undefined) {
      table.load(goal.goalId, goal);
    }
  };
  read(wanted('goals'), (goals) => readChains(transaction, { goals }), takeGoal);
  read(wanted('trees'), (traces) => readTrees(transaction, { traces }), takeGoal);

  const contents = new Set(wanted('messageContents').map((key) => keyOf(key.projectId, key.id)));
  const messages = unique([...wanted('newMessages'), ...wanted('messageContents')]).map((key) => ({
    ...key,
    withContent: contents.has(keyOf(key.projectId, key.id)),
  }));
  read(
    messages,
    (keys) => readMessages(transaction, { messages: keys }),
    (node) => {
      const message: MessageRow = messageOfNode(node, contents.has(keyOf(node.projectId, node.id)));
      unit.messages.load(keyOf(message.projectId, message.id), message);
    },
  );
  read(
    unique([...wanted('steps'), ...wanted('newSteps')]),
    (steps) => readSteps(transaction, { steps }),
    (node) => {
      const step: StepRow = stepOfNode(node);
      unit.steps.load(keyOf(step.projectId, step.id), step);
    },
  );

  const takeSequence = (taken: SequenceKey): void => {
    unit.takenSequences.add(keyOf(taken.label, taken.projectId, taken.traceId, taken.sequence));
  };
  const sequences = wanted('newSequences');
  read(
    sequences.filter(({ label }) => label === 'Message'),
    (keys) => readMessageSequences(transaction, { sequences: keys }),
    takeSequence,
  );
  read(
    sequences.filter(({ label }) => label === 'Step'),
    (keys) => readStepSequences(transaction, { sequences: keys }),
    takeSequence,
  );
  read(
    wanted('newEventKeys'),
    (keys) => readEventKeys(transaction, { keys }),
    ({ event }) => {
      unit.eventsByKey.load(keyOf(event.projectId, event.traceId, event.key ?? ''), event);
    },
  );
  read(
    wanted('runEventKeys'),
    (keys) => readRunEventKeys(transaction, { keys }),
    ({ event }) => {
      unit.runEventsByKey.load(keyOf(event.projectId, event.threadId, event.key), event);
    },
  );
  read(
    wanted('newTraces'),
    (traces) => readDeleting(transaction, { traces }),
    ({ projectId, id }) => {
      unit.deleting.add(keyOf(projectId, id));
    },
  );
  for (const key of wanted('newest')) {
    loads.push(
      readNewest(transaction, key).then(([row]) => {
        if (row !== undefined) {
          unit.newest.set(keyOf(key.projectId, key.traceId, key.goalId, key.exceptId), {
            sequence: row.sequence,
            text: previewOf(contentOfNode(row)),
          });
        }
      }),
    );
  }
  const locks = inLockOrder(wanted('checkpointLocks'));
  if (locks.length > 0) {
    loads.push(lockCheckpoints(transaction, { keys: locks }).then(() => undefined));
  }
  read(
    wanted('checkpoints'),
    (keys) => readCheckpoints(transaction, { keys }),
    ({ checkpoint, payload }) => {
      unit.checkpoints.load(keyOf(checkpoint.projectId, checkpoint.id), { ...checkpoint, payload });
    },
  );
  const chains = needs.flatMap((need) => need.chains ?? []).filter((chain) => chain.length > 0);
  if (chains.length > 0) {
    loads.push(
      measureStored(transaction, chains).then((stored) => {
        unit.storedLengths = stored;
      }),
    );
  }
  await Promise.all(loads);
}
