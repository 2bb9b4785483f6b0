import { badInput } from '../../base/errors.js';
import { checkId } from '../../model/ids.js';
import { paged, same, type Owned, type OwnedPage, type Pages } from '../../model/owned-pages.js';
import type { RunRow } from '../../model/rows.js';
import { isComplete, statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import { MAX_LISTED } from '../threads/list-limit.js';

type RunPage = OwnedPage<string> & { readonly before: string };

const ofThreads = statement<RunPage, Owned<string, RunRow>>('runs/by-threads', isComplete);
const readById = statement<
  { readonly projectId: string; readonly threadId: string; readonly ids: readonly string[] },
  RunRow
>('runs/read', isComplete);

/** The runs of threads that have run events in the current log generation, the one begun last first. */
export function runsOfThreads(runner: Runner, page: RunPage): Promise<Pages<RunRow>> {
  return paged(ofThreads(runner, page), same);
}

/** The runs of a thread with these ids, each once, in the order of `runIds`; those that do not exist are left out. */
export async function readRuns(
  runner: Runner,
  {
    projectId,
    threadId,
    runIds,
  }: { readonly projectId: string; readonly threadId: string; readonly runIds: readonly string[] },
): Promise<RunRow[]> {
  if (runIds.length > MAX_LISTED) {
    throw badInput('runIds', `expected at most ${MAX_LISTED} runs, got ${runIds.length}`);
  }
  const ids = new Set(runIds.map((id, index) => checkId(id, `runIds[${index}]`)));
  const rows = await readById(runner, { projectId, threadId: checkId(threadId, 'threadId'), ids: [...ids] });
  const byId = new Map(rows.map((run) => [run.id, run]));
  return [...ids].flatMap((id) => byId.get(id) ?? []);
}

/** The id of a run in the API. Clients treat it as opaque. */
export function idOfRun({ threadId, generation, id }: RunRow): string {
  return `${encodeURIComponent(threadId)}/${generation}/${encodeURIComponent(id)}`;
}
