/** A trace by its project and id. */
export interface TraceKey {
  readonly projectId: string;
  readonly id: string;
}

/** A thread by its project and id. */
export interface ThreadKey {
  readonly projectId: string;
  readonly id: string;
}

/** A row by its project and id. */
export interface IdKey {
  readonly projectId: string;
  readonly id: string;
}

/** The distinct traces of rows. */
export function tracesOf(projectId: string, rows: readonly { readonly traceId: string }[]): TraceKey[] {
  return [...new Set(rows.map(({ traceId }) => traceId))].map((id) => ({ projectId, id }));
}

/** Joins the parts of a row's key into one text. */
export const keyOf = (...parts: readonly (string | number)[]): string => parts.join('\u0000');
