import { statement, type Statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import type { StepRef, StepRow, StepType } from '../../model/rows.js';
import { stepOfNode } from '../../model/row-mapping.js';
import type { StepNode } from '../../model/rows.js';
import {
  paged,
  type After,
  type GoalOwner,
  type OwnedList,
  type OwnedPage,
  type Pages,
} from '../../model/owned-pages.js';

const ofTraces: OwnedList<string, number, StepNode, { readonly types: readonly string[] | null }> =
  statement('steps/by-traces');
const ofGoals: OwnedList<GoalOwner, number, StepNode> = statement('steps/by-goals');
const children: OwnedList<string, number, StepNode> = statement('steps/children');
const inner: OwnedList<string, number, StepNode> = statement('steps/inner');
const enclosing: OwnedList<string, number, StepNode> = statement('steps/enclosing');
const MAX_ENCLOSING = 1_000;

/** The steps of traces, by sequence; only those of these types, unless null. */
export function stepsOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number> & { readonly types: readonly string[] | null },
): Promise<Pages<StepRow>> {
  return paged(ofTraces(database, page), (node) => stepOfNode(node));
}

/** The steps of goals, by sequence. */
export function stepsOfGoals(
  database: Runner,
  page: OwnedPage<GoalOwner> & After<number>,
): Promise<Pages<StepRow>> {
  return paged(ofGoals(database, page), (node) => stepOfNode(node));
}

/** The children of steps, by sequence. */
export function childrenOfSteps(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<StepRow>> {
  return paged(children(database, page), (node) => stepOfNode(node));
}

/** The steps called in steps, by sequence. */
export function innerOfSteps(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<StepRow>> {
  return paged(inner(database, page), (node) => stepOfNode(node));
}

/** The step that each step was called in, the one that that was called in, and so on, nearest first. */
export async function readEnclosing(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Pages<StepRow>> {
  const page = { projectId, owners: ids, after: 0, limit: MAX_ENCLOSING };
  return await paged(enclosing(database, page), (node) => stepOfNode(node));
}

export interface RelatedStep {
  readonly step: StepRef;
  /** The number of edges on the shortest path. */
  readonly depth: number;
}

/** A list rather than a map: there may be 10,000 of them. */
type RelatedItem = readonly [id: string, traceId: string, sequence: number, type: StepType, depth: number];
type RelatedList<Position> = Statement<
  OwnedPage<string> & Position & { readonly maxDepth: number | null },
  { owner: string; items: RelatedItem[] }
>;
const areWhole = ({ items }: { readonly items: readonly RelatedItem[] }): boolean =>
  items.every((item) => item.every((value: unknown) => value !== null));
const ancestors: RelatedList<{ readonly before: number }> = statement('steps/ancestors', areWhole);
const descendants: RelatedList<{ readonly after: number }> = statement('steps/descendants', areWhole);

/** All ancestors of steps, latest first. */
export function ancestorsOfSteps(
  database: Runner,
  page: OwnedPage<string> & { readonly before: number; readonly maxDepth: number | null },
): Promise<Pages<RelatedStep>> {
  return related(ancestors(database, page));
}

/** All descendants of steps, earliest first. */
export function descendantsOfSteps(
  database: Runner,
  page: OwnedPage<string> & After<number> & { readonly maxDepth: number | null },
): Promise<Pages<RelatedStep>> {
  return related(descendants(database, page));
}

async function related(
  rows: Promise<{ owner: string; items: RelatedItem[] }[]>,
): Promise<Pages<RelatedStep>> {
  return new Map((await rows).map(({ owner, items }) => [owner, items.map(toRelated)]));
}

function toRelated([id, traceId, sequence, type, depth]: RelatedItem): RelatedStep {
  return { step: { id, traceId, sequence, type }, depth };
}
