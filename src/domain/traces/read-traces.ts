import type { TraceKey } from '../../model/keys.js';
import type { TraceRow } from '../../model/rows.js';
import { statement } from '../../model/statement.js';
import type { PublicStats } from '../../model/stats.js';
import type { Database, Runner } from '../../neo4j/database.js';

const readTraceRows = statement<
  { traces: readonly (TraceKey & { readonly withContext: boolean })[] },
  TraceRow
>('traces/read');

/** The existing traces with these ids, without their contexts, in no particular order. */
export async function readTraces(
  database: Runner,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<TraceRow[]> {
  const traces = ids.map((id) => ({ projectId, id, withContext: false }));
  return await readTraceRows(database, { traces });
}

/** What may be large of a trace, as JSON texts. */
export interface TracePayloads {
  readonly context: string;
  readonly metadata: string;
}

/** The contexts and metadata of traces, by id. */
export async function readTracePayloads(
  database: Database,
  { projectId, ids }: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, TracePayloads>> {
  const traces = ids.map((id) => ({ projectId, id, withContext: true }));
  return new Map(
    (await readTraceRows(database, { traces })).map(({ id, context, metadata }) => [
      id,
      { context: context ?? '{}', metadata: metadata ?? '{}' },
    ]),
  );
}

const readTreeStatRows = statement<
  { readonly projectId: string; readonly ids: readonly string[] },
  Omit<PublicStats, 'preview'> & { readonly id: string }
>('traces/tree-stats');

/** The usage of each trace including all traces below it, by id. */
export async function readTreeStats(
  database: Database,
  keys: { readonly projectId: string; readonly ids: readonly string[] },
): Promise<Map<string, Omit<PublicStats, 'preview'>>> {
  return new Map((await readTreeStatRows(database, keys)).map(({ id, ...stats }) => [id, stats]));
}
