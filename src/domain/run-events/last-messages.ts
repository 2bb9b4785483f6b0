import { badInput } from '../../base/errors.js';
import type { RunEventRow, RunRow } from '../../model/rows.js';
import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import { eventsOf, type RunEventRead } from './read-run-events.js';

/** Which of a run's messages are the assistant's. */
export interface AssistantRule {
  readonly eventTypes: readonly string[];
  /** Whether those count that a middleware asked a model for. */
  readonly includeMiddleware: boolean;
}

type RunKey = Pick<RunRow, 'threadId' | 'generation' | 'id'>;

const readLast = statement<
  {
    readonly projectId: string;
    readonly runs: readonly (RunKey & { readonly place: number; readonly before: number })[];
    readonly eventTypes: readonly string[];
    readonly limit: number;
  },
  RunEventRead & { readonly run: number }
>('run-events/last-messages');

const MAX_TYPES = 20;
/** How many more messages of a run are read each time that all of them were a middleware's, and at most. */
const GROWTH = { factor: 8, most: 512 };

/** What deer-flow's journal calls a message of the assistant, now and formerly: the default in the schema. */
const ASSISTANT_TYPES = ['llm.ai.response', 'ai_message'];

/** The rule for what a client gave, null where it gave nothing: BAD_USER_INPUT naming `eventTypes` for too many of them. */
export function assistantRule({
  eventTypes,
  includeMiddleware,
}: {
  readonly eventTypes: readonly string[] | null;
  readonly includeMiddleware: boolean | null;
}): AssistantRule {
  const types = [...new Set(eventTypes ?? ASSISTANT_TYPES)];
  if (types.length > MAX_TYPES) {
    throw badInput('eventTypes', `expected at most ${MAX_TYPES} types, got ${types.length}`);
  }
  return { eventTypes: types, includeMiddleware: includeMiddleware ?? false };
}

/** The last message of the assistant in each run, in the order of `runs`; null for a run without one. */
export async function readLastMessages(
  runner: Runner,
  {
    projectId,
    runs,
    eventTypes,
    includeMiddleware,
  }: AssistantRule & { readonly projectId: string; readonly runs: readonly RunKey[] },
): Promise<(RunEventRow | null)[]> {
  const last = runs.map((): RunEventRow | null => null);
  let open = runs.map(({ threadId, generation, id }, place) => ({
    ...{ threadId, generation, id, place },
    before: Number.MAX_SAFE_INTEGER,
  }));
  for (let limit = 1; open.length > 0; limit = Math.min(limit * GROWTH.factor, GROWTH.most)) {
    const rows = await readLast(runner, { projectId, runs: open, eventTypes, limit });
    const found = runs.map((): RunEventRead[] => []);
    rows.forEach((row) => found[row.run]?.push(row));
    open = open.flatMap((run) => {
      const candidates = found[run.place] ?? [];
      const events = eventsOf(candidates);
      const event = events.find((candidate) => includeMiddleware || !isOfMiddleware(candidate));
      last[run.place] = event ?? null;
      const oldest = events.at(-1);
      const more = event === undefined && oldest !== undefined && candidates.length === limit;
      return more ? [{ ...run, before: oldest.seq }] : [];
    });
  }
  return last;
}

function isOfMiddleware({ metadata }: RunEventRow): boolean {
  // Most metadata need not be parsed. A backslash may begin an escape.
  if (!/middleware:|\\/.test(metadata)) {
    return false;
  }
  const { caller } = JSON.parse(metadata) as { readonly caller?: unknown };
  return typeof caller === 'string' && caller.startsWith('middleware:');
}
