import DataLoader from 'dataloader';
import {
  readWholeCheckpoints,
  type PayloadPart,
  type WholeCheckpoint,
} from '../../domain/checkpoints/checkpoint-payload.js';
import type { Database } from '../../neo4j/database.js';
import {
  goalsOfTraces,
  readChildren,
  readGoals,
  readRoots,
  readTrees,
} from '../../domain/goals/read-goals.js';
import type {
  CheckpointRow,
  GoalRow,
  MessageRow,
  RunEventRow,
  RunRow,
  StepRow,
  ThreadRow,
  TraceRow,
} from '../../model/rows.js';
import { childrenOfCheckpoints } from '../../domain/checkpoints/list-children.js';
import { eventsOfTraces } from '../../domain/events/list-events.js';
import { messagesOfGoals, messagesOfSteps, messagesOfTraces } from '../../domain/messages/list-messages.js';
import {
  ancestorsOfSteps,
  childrenOfSteps,
  descendantsOfSteps,
  innerOfSteps,
  readEnclosing,
  stepsOfGoals,
  stepsOfTraces,
} from '../../domain/steps/list-steps.js';
import { subTracesOfGoals, subTracesOfTraces, tracesOfThreads } from '../../domain/traces/list-traces.js';
import { ownerKey, type GoalOwner, type Pages } from '../../model/owned-pages.js';
import { readContents, readMessages } from '../../domain/messages/messages.js';
import {
  readCheckpoints,
  readLatestCheckpoints,
  readLineages,
  readNearest,
  readStepIds,
} from '../../domain/checkpoints/read-checkpoints.js';
import { readStepPayloads, readSteps, type StepKey, type WholeStep } from '../../domain/steps/steps.js';
import { readLastMessages, type AssistantRule } from '../../domain/run-events/last-messages.js';
import { idOfRun, runsOfThreads } from '../../domain/run-events/runs.js';
import { readThreads } from '../../domain/threads/threads.js';
import {
  readTracePayloads,
  readTraces,
  readTreeStats,
  type TracePayloads,
} from '../../domain/traces/read-traces.js';
import type { PublicStats } from '../../model/stats.js';

/** The reads of one request, batched so that each kind of read is one statement however many objects need it. */
export interface Loaders {
  readonly trace: DataLoader<string, TraceRow | null>;
  readonly tracePayloads: DataLoader<string, TracePayloads | null>;
  readonly treeStats: DataLoader<string, Omit<PublicStats, 'preview'> | null>;
  readonly goal: DataLoader<GoalOwner, GoalRow | null, string>;
  readonly goalTree: DataLoader<string, readonly GoalRow[]>;
  /** By trace: all its goals as of the snapshot that is being delivered. */
  readonly snapshotGoals: Map<string, readonly GoalRow[]>;
  readonly rootGoals: DataLoader<string, readonly GoalRow[]>;
  readonly childGoals: DataLoader<GoalOwner, readonly GoalRow[], string>;
  readonly thread: DataLoader<string, ThreadRow | null>;
  readonly step: DataLoader<string, StepRow | null>;
  readonly stepPayloads: DataLoader<StepKey, WholeStep | null, string>;
  /** By step. */
  readonly enclosing: DataLoader<string, readonly StepRow[] | null>;
  readonly message: DataLoader<string, MessageRow | null>;
  readonly content: DataLoader<string, unknown>;
  readonly checkpoint: DataLoader<string, CheckpointRow | null>;
  /** By thread. */
  readonly latestCheckpoint: DataLoader<string, CheckpointRow | null>;
  /** By step. */
  readonly nearestCheckpoint: DataLoader<string, CheckpointRow | null>;
  readonly stepOfCheckpoint: DataLoader<string, string | null>;
  /** The ids of a checkpoint and its ancestors. */
  readonly lineage: DataLoader<string, readonly string[] | null>;
  /** A checkpoint as of one moment, with these parts of its payload. */
  wholeCheckpoint(parts: readonly PayloadPart[]): DataLoader<string, WholeCheckpoint | null>;
  /** Clears a checkpoint, so that the next load reads it again. */
  forgetWhole(id: string): void;
  /** The last message of the assistant in a run; null if it has none. */
  lastMessage(rule: AssistantRule): DataLoader<RunRow, RunEventRow | null, string>;
  /** A page of one of the lists that `owner` owns; equal pages of several owners are read together. */
  list<Name extends keyof Lists>(
    name: Name,
    owner: OwnerOf<Name>,
    page: PageOf<Name>,
  ): Promise<ItemsOf<Name>>;
}

/** The lists that objects of the graph own: one page per owner, in the list's order. */
const lists = {
  subTracesOfTraces,
  subTracesOfGoals,
  tracesOfThreads,
  runsOfThreads,
  childrenOfCheckpoints,
  goalsOfTraces,
  stepsOfTraces,
  stepsOfGoals,
  childrenOfSteps,
  ancestorsOfSteps,
  descendantsOfSteps,
  innerOfSteps,
  messagesOfTraces,
  messagesOfGoals,
  messagesOfSteps,
  eventsOfTraces,
};
type Lists = typeof lists;
const STEP_LISTS: ReadonlySet<keyof Lists> = new Set([
  'stepsOfTraces',
  'stepsOfGoals',
  'childrenOfSteps',
  'innerOfSteps',
]);
type OwnerOf<Name extends keyof Lists> = Parameters<Lists[Name]>[1]['owners'][number];
type PageOf<Name extends keyof Lists> = Omit<Parameters<Lists[Name]>[1], 'projectId' | 'owners'>;
type ItemsOf<Name extends keyof Lists> =
  Awaited<ReturnType<Lists[Name]>> extends Pages<infer Item> ? readonly Item[] : never;

/**
 * Creates loaders for one request, or for one event of a subscription; they cache what they read for their whole lifetime.
 * `batchScheduleFn` decides when a batch is sent.
 */
export function createLoaders(
  database: Database,
  projectId: string,
  batchScheduleFn: (send: () => void) => void,
): Loaders {
  const options = { batchScheduleFn };
  const byId = <Row extends { readonly id: string }>(
    read: (database: Database, keys: { projectId: string; ids: readonly string[] }) => Promise<Row[]>,
  ): DataLoader<string, Row | null> =>
    new DataLoader(async (ids) => {
      const rows = new Map((await read(database, { projectId, ids })).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id) ?? null);
    }, options);
  const mapped = <Value>(
    read: (
      database: Database,
      keys: { projectId: string; ids: readonly string[] },
    ) => Promise<ReadonlyMap<string, Value>>,
  ): DataLoader<string, Value | null> =>
    new DataLoader(async (ids) => {
      const values = await read(database, { projectId, ids });
      return ids.map((id) => values.get(id) ?? null);
    }, options);
  const goalsById = (
    read: (
      database: Database,
      keys: { projectId: string; ids: readonly string[] },
    ) => Promise<Pages<GoalRow>>,
  ): DataLoader<string, readonly GoalRow[]> =>
    new DataLoader(async (ids) => {
      const pages = await read(database, { projectId, ids });
      return ids.map((id) => pages.get(id) ?? []);
    }, options);

  const step = byId(readSteps);
  /** Caches steps, because the steps that a step depends on are often in the same page. */
  const keep = (pages: Pages<StepRow>): void => {
    for (const row of [...pages.values()].flat()) {
      step.prime(row.id, row);
    }
  };

  const wholeLoaders = new Map<string, DataLoader<string, WholeCheckpoint | null>>();
  const messageLoaders = new Map<string, DataLoader<RunRow, RunEventRow | null, string>>();
  const pageLoaders = new Map<string, DataLoader<string | GoalOwner, readonly unknown[], string>>();
  const pageLoader = (
    name: keyof Lists,
    page: object,
  ): DataLoader<string | GoalOwner, readonly unknown[], string> => {
    const key = `${name} ${JSON.stringify(page)}`;
    let loader = pageLoaders.get(key);
    if (loader === undefined) {
      const read = lists[name] as (database: Database, page: object) => Promise<Pages<unknown>>;
      loader = new DataLoader(
        async (owners: readonly (string | GoalOwner)[]) => {
          const pages = await read(database, { projectId, owners, ...page });
          if (STEP_LISTS.has(name)) {
            keep(pages as Pages<StepRow>);
          }
          return owners.map((owner) => pages.get(ownerKey(owner)) ?? []);
        },
        { cacheKeyFn: ownerKey, batchScheduleFn },
      );
      pageLoaders.set(key, loader);
    }
    return loader;
  };

  return {
    trace: byId(readTraces),
    tracePayloads: mapped(readTracePayloads),
    treeStats: mapped(readTreeStats),
    goal: new DataLoader<GoalOwner, GoalRow | null, string>(
      async (goals) => {
        const rows = new Map(
          (await readGoals(database, { projectId, goals })).map((goal) => [ownerKey(goal), goal]),
        );
        return goals.map((goal) => rows.get(ownerKey(goal)) ?? null);
      },
      { cacheKeyFn: ownerKey, batchScheduleFn },
    ),
    goalTree: goalsById(readTrees),
    snapshotGoals: new Map(),
    rootGoals: goalsById(readRoots),
    childGoals: new DataLoader<GoalOwner, readonly GoalRow[], string>(
      async (goals) => {
        const children = await readChildren(database, {
          projectId,
          goals: goals.map(({ traceId, goalId }) => ({ traceId, goalId })),
        });
        return goals.map((goal) => children.get(ownerKey(goal)) ?? []);
      },
      { cacheKeyFn: ownerKey, batchScheduleFn },
    ),
    thread: byId(readThreads),
    step,
    stepPayloads: new DataLoader<StepKey, WholeStep | null, string>(
      async (steps) => {
        const payloads = await readStepPayloads(database, { projectId, steps });
        return steps.map(({ id }) => payloads.get(id) ?? null);
      },
      { cacheKeyFn: ({ id }) => id, batchScheduleFn },
    ),
    enclosing: mapped(readEnclosing),
    message: byId(readMessages),
    content: mapped(readContents),
    checkpoint: byId(readCheckpoints),
    latestCheckpoint: mapped(readLatestCheckpoints),
    nearestCheckpoint: mapped(readNearest),
    stepOfCheckpoint: mapped(readStepIds),
    lineage: mapped(readLineages),
    wholeCheckpoint(parts) {
      const name = parts.join();
      const loader =
        wholeLoaders.get(name) ?? mapped((runner, keys) => readWholeCheckpoints(runner, { ...keys, parts }));
      wholeLoaders.set(name, loader);
      return loader;
    },
    lastMessage(rule) {
      const name = JSON.stringify(rule);
      const loader =
        messageLoaders.get(name) ??
        new DataLoader<RunRow, RunEventRow | null, string>(
          (runs) => readLastMessages(database, { projectId, runs, ...rule }),
          { cacheKeyFn: idOfRun, batchScheduleFn },
        );
      messageLoaders.set(name, loader);
      return loader;
    },
    forgetWhole: (id) => wholeLoaders.forEach((loader) => loader.clear(id)),
    list: (name, owner, page) => pageLoader(name, page).load(owner) as Promise<never>,
  };
}
