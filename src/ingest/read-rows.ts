import { measureStored } from '../content/store-chunks.js';
import { keyOf, type IdKey, type TraceKey } from '../model/keys.js';
import { unique } from '../model/lock-order.js';
import { contentOfNode, goalOfNode, messageOfNode, stepOfNode } from '../model/row-mapping.js';
import type { EventRow, GoalNode, MessageNode, RunEventRow, StepNode } from '../model/rows.js';
import { statement } from '../model/statement.js';
import { previewOf } from '../model/stats.js';
import { upgraded } from '../model/event-versions.js';
import type { Runner } from '../neo4j/database.js';
import type { Needs, NewestKey, SequenceKey } from './needs.js';
import type { RowCache } from './row-cache.js';
import type { UnitOfWork } from './unit-of-work.js';

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

/** The needs of several writes together, each key once. */
type MergedNeeds = { readonly [Name in keyof Needs]-?: NonNullable<Needs[Name]> };

/** How some of the needs are satisfied: from the row cache, or from the database. */
interface Read {
  readonly of: readonly (keyof Needs)[];
  /** Loads what one write needs into `unit`; returns false if any of it is not cached. Absent: the row cache never has it. */
  readonly fromCache?: (cache: RowCache, unit: UnitOfWork, needs: Needs) => boolean;
  readonly fromDatabase: (transaction: Runner, unit: UnitOfWork, needs: MergedNeeds) => Promise<unknown>;
}

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
  {
    of: ['steps', 'newSteps'],
    fromCache: (cache, unit, { steps = [] }) => steps.every((key) => loadCachedStep(cache, unit, key)),
    async fromDatabase(transaction, unit, { steps, newSteps }) {
      for (const node of await readSteps(transaction, { steps: unique([...steps, ...newSteps]) })) {
        unit.steps.load(stepOfNode(node));
      }
    },
  },
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
  traces: readonly TraceKey[],
  needs: readonly Needs[],
): boolean {
  for (const { projectId, id } of traces) {
    const trace = cache.trace(projectId, id);
    if (trace === undefined) {
      return false;
    }
    unit.traces.load(trace);
  }
  return needs.every(
    (need) =>
      (need.contexts ?? []).length === 0 &&
      READS.every(
        ({ of, fromCache }) =>
          !isNeeded(of, need) || (fromCache !== undefined && fromCache(cache, unit, need)),
      ),
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
    newSteps: unique(all('newSteps')),
    newSequences: unique(all('newSequences')),
    newEventKeys: unique(all('newEventKeys')),
    runEventKeys: unique(all('runEventKeys')),
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
