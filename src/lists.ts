import { statement, type Statement } from './cypher.js';
import type { Runner } from './database.js';
import type {
  CheckpointRow,
  EventRow,
  MessageRow,
  StepRef,
  StepType,
  TraceMode,
  TraceRow,
  TraceStatus,
} from './graph.js';
import { messageOfNode, stepOfNode, type MessageNode, type StepNode } from './nodes.js';

/** Which traces to list; null does not narrow. */
export interface TraceFilter {
  readonly mode: TraceMode | null;
  readonly agentType: string | null;
  readonly uid: string | null;
  readonly status: TraceStatus | null;
}

export interface TracePage extends TraceFilter {
  readonly projectId: string;
  /** A list key; the page holds what is older. */
  readonly before: string;
  readonly limit: number;
}

/** Sorts after every list key. */
export const NEWEST = '~';

type TraceList = Statement<TracePage, TraceRow>;

const listAll: TraceList = statement('traces/list');
/** Each filter's own index, the ones that narrow most first; the other filters are checked along the way. */
const listBy: readonly (readonly [keyof TraceFilter, TraceList])[] = [
  ['uid', statement('traces/list-by-uid')],
  ['agentType', statement('traces/list-by-agent-type')],
  ['status', statement('traces/list-by-status')],
  ['mode', statement('traces/list-by-mode')],
];

/** A page of a project's traces, newest first. */
export async function listTraces(database: Runner, page: TracePage): Promise<TraceRow[]> {
  const list = listBy.find(([filter]) => page[filter] !== null)?.[1] ?? listAll;
  return await list(database, page);
}

/** A page of one list for each of several owners, in one statement. */
export interface OwnedPage<Owner> {
  readonly projectId: string;
  readonly owners: readonly Owner[];
  readonly limit: number;
}

export interface GoalOwner {
  readonly traceId: string;
  readonly goalId: string;
}

type After<Position> = { readonly after: Position };
type Owned<Owner, Item> = Item & { readonly owner: Owner };
type OwnedList<Owner, Position, Item, More = object> = Statement<
  OwnedPage<Owner> & After<Position> & More,
  Owned<Owner, Item>
>;

/** The lists that things of the graph own: for each owner a page, in the list's order. */
const subTracesOfTraces: OwnedList<string, string, TraceRow> = statement('traces/by-parents');
const subTracesOfGoals: OwnedList<GoalOwner, string, TraceRow> = statement('traces/by-goals');
const tracesOfThreads: Statement<
  OwnedPage<string> & { readonly before: string },
  Owned<string, TraceRow>
> = statement('traces/by-threads');
const childrenOfCheckpoints: OwnedList<string, string, CheckpointRow> = statement('checkpoints/children');
const stepsOfTraces: OwnedList<string, number, StepNode, { readonly types: readonly string[] | null }> =
  statement('steps/by-traces');
const stepsOfGoals: OwnedList<GoalOwner, number, StepNode> = statement('steps/by-goals');
const childrenOfSteps: OwnedList<string, number, StepNode> = statement('steps/children');
const messagesOfTraces: OwnedList<string, number, MessageNode> = statement('messages/by-traces');
const messagesOfGoals: OwnedList<GoalOwner, number, MessageNode> = statement('messages/by-goals');
const messagesOfSteps: OwnedList<string, number, MessageNode> = statement('messages/by-steps');
const eventsOfTraces: OwnedList<string, number, EventRow> = statement('events/by-traces');

export interface RelatedStep {
  readonly step: StepRef;
  /** Edges between, by the shortest way. */
  readonly depth: number;
}

/** A list rather than a map: there may be 10,000 of them. */
type RelatedItem = readonly [id: string, traceId: string, sequence: number, type: StepType, depth: number];
type RelatedList<Position> = Statement<
  OwnedPage<string> & Position & { readonly maxDepth: number | null },
  { owner: string; items: RelatedItem[] }
>;
const ancestorsOfSteps: RelatedList<{ readonly before: number }> = statement('steps/ancestors');
const descendantsOfSteps: RelatedList<{ readonly after: number }> = statement('steps/descendants');

/** An owner as a key for its page. */
export function ownerKey(owner: string | GoalOwner): string {
  return typeof owner === 'string' ? owner : `${owner.traceId}\u0000${owner.goalId}`;
}

/** Pages by owner; an owner with an empty list may be missing. */
export type Pages<Item> = Map<string, Item[]>;

async function paged<Owner extends string | GoalOwner, Item extends object, Row>(
  rows: Promise<Owned<Owner, Item>[]>,
  toRow: (item: Omit<Owned<Owner, Item>, 'owner'>) => Row,
): Promise<Pages<Row>> {
  const pages: Pages<Row> = new Map();
  for (const { owner, ...item } of await rows) {
    const key = ownerKey(owner);
    const page = pages.get(key);
    if (page === undefined) {
      pages.set(key, [toRow(item)]);
    } else {
      page.push(toRow(item));
    }
  }
  return pages;
}

async function related(
  rows: Promise<{ owner: string; items: RelatedItem[] }[]>,
): Promise<Pages<RelatedStep>> {
  return new Map((await rows).map(({ owner, items }) => [owner, items.map(toRelated)]));
}

const same = <T>(row: T): T => row;
const toMessage = (node: MessageNode): MessageRow => messageOfNode(node, false);
const toRelated = ([id, traceId, sequence, type, depth]: RelatedItem): RelatedStep => ({
  step: { id, traceId, sequence, type },
  depth,
});

/** The lists by name; each takes the database and a page for several owners. */
export const lists = {
  subTracesOfTraces: (database: Runner, page: OwnedPage<string> & After<string>) =>
    paged(subTracesOfTraces(database, page), same),
  subTracesOfGoals: (database: Runner, page: OwnedPage<GoalOwner> & After<string>) =>
    paged(subTracesOfGoals(database, page), same),
  tracesOfThreads: (database: Runner, page: OwnedPage<string> & { readonly before: string }) =>
    paged(tracesOfThreads(database, page), same),
  childrenOfCheckpoints: (database: Runner, page: OwnedPage<string> & After<string>) =>
    paged(childrenOfCheckpoints(database, page), same),
  stepsOfTraces: (
    database: Runner,
    page: OwnedPage<string> & After<number> & { readonly types: readonly string[] | null },
  ) => paged(stepsOfTraces(database, page), stepOfNode),
  stepsOfGoals: (database: Runner, page: OwnedPage<GoalOwner> & After<number>) =>
    paged(stepsOfGoals(database, page), stepOfNode),
  childrenOfSteps: (database: Runner, page: OwnedPage<string> & After<number>) =>
    paged(childrenOfSteps(database, page), stepOfNode),
  ancestorsOfSteps: (
    database: Runner,
    page: OwnedPage<string> & { readonly before: number; readonly maxDepth: number | null },
  ) => related(ancestorsOfSteps(database, page)),
  descendantsOfSteps: (
    database: Runner,
    page: OwnedPage<string> & After<number> & { readonly maxDepth: number | null },
  ) => related(descendantsOfSteps(database, page)),
  messagesOfTraces: (database: Runner, page: OwnedPage<string> & After<number>) =>
    paged(messagesOfTraces(database, page), toMessage),
  messagesOfGoals: (database: Runner, page: OwnedPage<GoalOwner> & After<number>) =>
    paged(messagesOfGoals(database, page), toMessage),
  messagesOfSteps: (database: Runner, page: OwnedPage<string> & After<number>) =>
    paged(messagesOfSteps(database, page), toMessage),
  eventsOfTraces: (database: Runner, page: OwnedPage<string> & After<number>) =>
    paged(eventsOfTraces(database, page), same),
};
