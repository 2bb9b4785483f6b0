import { statement, type Statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import type { TraceMode, TraceRow, TraceStatus } from '../../model/rows.js';
import {
  paged,
  same,
  type After,
  type GoalOwner,
  type Owned,
  type OwnedList,
  type OwnedPage,
  type Pages,
} from '../../model/owned-pages.js';

/** Which traces to list; null does not filter. */
export interface TraceFilter {
  readonly mode: TraceMode | null;
  readonly agentType: string | null;
  readonly uid: string | null;
  readonly status: TraceStatus | null;
}

export interface TracePage extends TraceFilter {
  readonly projectId: string;
  /** A sort key; the page contains the older traces. */
  readonly before: string;
  readonly limit: number;
}

/** Sorts after every sort key. */
export const NEWEST = '~';

type TraceList = Statement<TracePage, TraceRow>;

const listAll: TraceList = statement('traces/list');
/** Each filter's own index, the most selective first; the other filters are checked on the rows it returns. */
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

const ofTraces: OwnedList<string, string, TraceRow> = statement('traces/by-parents');
const ofGoals: OwnedList<GoalOwner, string, TraceRow> = statement('traces/by-goals');
const ofThreads: Statement<
  OwnedPage<string> & { readonly before: string },
  Owned<string, TraceRow>
> = statement('traces/by-threads');

/** The sub-traces of traces, oldest first. */
export function subTracesOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<string>,
): Promise<Pages<TraceRow>> {
  return paged(ofTraces(database, page), same);
}

/** The sub-traces that were started for goals, oldest first. */
export function subTracesOfGoals(
  database: Runner,
  page: OwnedPage<GoalOwner> & After<string>,
): Promise<Pages<TraceRow>> {
  return paged(ofGoals(database, page), same);
}

/** The traces that run in threads, newest first. */
export function tracesOfThreads(
  database: Runner,
  page: OwnedPage<string> & { readonly before: string },
): Promise<Pages<TraceRow>> {
  return paged(ofThreads(database, page), same);
}
