import { measureStored } from '../content/store-chunks.js';
import { keyOf, type TraceKey } from '../model/keys.js';
import { unique } from '../model/lock-order.js';
import { contentOfNode, goalOfNode, messageOfNode } from '../model/row-mapping.js';
import type { EventRow, GoalNode, MessageNode, RunEventRow } from '../model/rows.js';
import { statement } from '../model/statement.js';
import { previewOf } from '../model/stats.js';
import { upgraded } from '../model/event-versions.js';
import type { Runner } from '../neo4j/database.js';
import type { Needs, NewestKey, RunEventType, SequenceKey } from './needs.js';
import type { MergedNeeds, Read } from './read.js';
import { STEP_READS } from './read-steps.js';
import type { RowCache } from './row-cache.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { Write } from './write.js';

const readDeleting = statement<{ traces: readonly TraceKey[] }, TraceKey>('traces/read-deleting');
const readChains = statement<{ goals: readonly object[] }, GoalNode>('goals/read-chains');
const readTrees = statement<{ traces: readonly TraceKey[] }, GoalNode>('goals/read-trees');
const readMessages = statement<{ messages: readonly object[] }, MessageNode>('messages/read');
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
const readFirstOfTypes = statement<{ types: readonly RunEventType[] }, { event: RunEventRow }>(
  'run-events/first-of-types',
);

/** For rows to be created: the cache need not have them, because their keys' constraints reject a duplicate. */
const REJECTED_BY_KEY = (): boolean => true;

/** All reads that precede a write. New messages and steps are like rows for which REJECTED_BY_KEY stands. */
const READS: readonly Read[] = [
  {
    of: ['goals'],
    fromCache: (cache, unit, { goals = [] }) => goals.every((goal) => loadCachedChain(cache, unit, goal)),
    fromDatabase: async (transaction, unit, { goals }) =>
      loadGoals(unit, await readChains(transaction, { goals })),
  },
  {
    of: ['trees'],
    fromDatabase: async (transaction, unit, { trees }) =>
      loadGoals(unit, await readTrees(transaction, { traces: trees })),
  },
  {
    of: ['newMessages', 'messageContents'],
    fromCache: (_cache, _unit, { messageContents = [] }) => messageContents.length === 0,
    async fromDatabase(transaction, unit, { newMessages, messageContents }) {
      const contents = new Set(messageContents.map(({ projectId, id }) => keyOf(projectId, id)));
      const messages = unique([...newMessages, ...messageContents]).map((key) => ({
        ...key,
        withContent: contents.has(keyOf(key.projectId, key.id)),
      }));
      for (const node of await readMessages(transaction, { messages })) {
        const key = keyOf(node.projectId, node.id);
        unit.messages.load(messageOfNode(node, contents.has(key)));
      }
    },
  },
  ...STEP_READS,
  {
    of: ['newSequences'],
    fromCache: REJECTED_BY_KEY,
    async fromDatabase(transaction, unit, { newSequences }) {
      const ofLabel = (wanted: SequenceKey['label']): SequenceKey[] =>
        newSequences.filter(({ label }) => label === wanted);
      const read = async (label: SequenceKey['label'], run: typeof readStepSequences): Promise<void> => {
        const sequences = ofLabel(label);
        const taken = sequences.length === 0 ? [] : await run(transaction, { sequences });
        taken.forEach(({ projectId, traceId, sequence }) =>
          unit.takenSequences.add(keyOf(label, projectId, traceId, sequence)),
        );
      };
      await Promise.all([read('Message', readMessageSequences), read('Step', readStepSequences)]);
    },
  },
  {
    of: ['newEventKeys'],
    fromCache: REJECTED_BY_KEY,
    async fromDatabase(transaction, unit, { newEventKeys }) {
      for (const { event } of await readEventKeys(transaction, { keys: newEventKeys })) {
        unit.eventsByKey.load(upgraded(event));
      }
    },
  },
  {
    of: ['runEventKeys'],
    async fromDatabase(transaction, unit, { runEventKeys }) {
      for (const { event } of await readRunEventKeys(transaction, { keys: runEventKeys })) {
        unit.runEventsByKey.load(event);
      }
    },
  },
  {
    of: ['runEventTypes'],
    async fromDatabase(transaction, unit, { runEventTypes }) {
      for (const { event } of await readFirstOfTypes(transaction, { types: runEventTypes })) {
        unit.firstRunEvents.load(event);
      }
    },
  },
  {
    of: ['newTraces'],
    async fromDatabase(transaction, unit, { newTraces }) {
      for (const { projectId, id } of await readDeleting(transaction, { traces: newTraces })) {
        unit.deleting.add(keyOf(projectId, id));
      }
    },
  },
  {
    of: ['newest'],
    async fromDatabase(transaction, unit, { newest }) {
      await Promise.all(
        newest.map(async (key) => {
          const [row] = await readNewest(transaction, key);
          if (row !== undefined) {
            unit.newest.set(keyOf(key.projectId, key.traceId, key.goalId, key.exceptId), {
              sequence: row.sequence,
              text: previewOf(contentOfNode(row)),
            });
          }
        }),
      );
    },
  },
  {
    of: ['chains'],
    async fromDatabase(transaction, unit, { chains }) {
      const found = await measureStored(
        transaction,
        chains.filter((chain) => chain.length > 0),
      );
      found.forEach((length, key) => unit.storedLengths.set(key, length));
    },
  },
  {
    // `lockAndLoad` reads what checkpoints need, with their threads.
    of: ['checkpoints'],
    fromDatabase: () => Promise.resolve(),
  },
];

/** Loads into `unit` what the writes need, from the row cache; returns false if any of it is not cached. */
export function loadFromCache(
  cache: RowCache,
  unit: UnitOfWork,
  writes: readonly Pick<Write<unknown>, 'traces' | 'needs' | 'more'>[],
): boolean {
  const traces = writes.flatMap((write) => write.traces ?? []);
  for (const { projectId, id } of traces) {
    const trace = cache.trace(projectId, id);
    if (trace === undefined) {
      return false;
    }
    unit.traces.load(trace);
  }
  const load = (need: Needs): boolean =>
    (need.contexts ?? []).length === 0 &&
    READS.every(
      ({ of, fromCache }) => !isNeeded(of, need) || (fromCache !== undefined && fromCache(cache, unit, need)),
    );
  return (
    writes.every(({ needs }) => load(needs)) &&
    writes.every(({ more }) => more === undefined || load(more(unit)))
  );
}

/** Reads into `unit` what the writes need, besides their traces and threads, which are locked. */
export async function loadFromDatabase(
  transaction: Runner,
  unit: UnitOfWork,
  needs: readonly Needs[],
): Promise<void> {
  const merged = merge(needs);
  await Promise.all(
    READS.filter(({ of }) => isNeeded(of, merged)).map(({ fromDatabase }) =>
      fromDatabase(transaction, unit, merged),
    ),
  );
}

function isNeeded(names: readonly (keyof Needs)[], needs: Needs): boolean {
  return names.some((name) => (needs[name] ?? []).length > 0);
}

function merge(needs: readonly Needs[]): MergedNeeds {
  const all = <Name extends keyof Needs>(name: Name): NonNullable<Needs[Name]>[number][] =>
    needs.flatMap((need) => (need[name] ?? []) as NonNullable<Needs[Name]>[number][]);
  return {
    contexts: unique(all('contexts')),
    goals: unique(all('goals')),
    trees: unique(all('trees')),
    newMessages: unique(all('newMessages')),
    messageContents: unique(all('messageContents')),
    steps: unique(all('steps')),
    wholeSteps: unique(all('wholeSteps')),
    namedSteps: unique(all('namedSteps')),
    arrivingSteps: unique(all('arrivingSteps')),
    ancestry: unique(all('ancestry')),
    newSteps: unique(all('newSteps')),
    newSequences: unique(all('newSequences')),
    newEventKeys: unique(all('newEventKeys')),
    runEventKeys: unique(all('runEventKeys')),
    runEventTypes: unique(all('runEventTypes')),
    newTraces: unique(all('newTraces')),
    newest: unique(all('newest')),
    chains: all('chains'),
    checkpoints: all('checkpoints'),
  };
}

function loadGoals(unit: UnitOfWork, nodes: readonly GoalNode[]): void {
  for (const node of nodes) {
    const goal = goalOfNode(node);
    const table = unit.goals(goal.projectId, goal.traceId);
    if (table.get(goal.goalId) === undefined) {
      table.load(goal);
    }
  }
}

/** Loads a goal and all goals above it; returns false if one of them is not cached. */
function loadCachedChain(
  cache: RowCache,
  unit: UnitOfWork,
  { projectId, traceId, goalId }: NonNullable<Needs['goals']>[number],
): boolean {
  for (let id: string | null = goalId; id !== null;) {
    const goal = cache.goal(projectId, traceId, id);
    if (goal === undefined) {
      return false;
    }
    unit.goals(projectId, traceId).load(goal);
    id = goal.parentId;
  }
  return true;
}
