/** The codes a caller can act on; the schema lists what each means. */
export type StemmaErrorCode =
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNAVAILABLE';

/** Whether a write that failed with UNAVAILABLE was done: UNKNOWN if the response to its commit was lost. */
export type Written = 'NO' | 'UNKNOWN';

/**
 * A failure the caller is meant to see. Any other error is a bug: it is masked and logged.
 *
 * `field` names the argument at fault, as the caller spelt it: `goals[2].parentId`. `written` is set only for UNAVAILABLE;
 * NO unless given.
 */
export class StemmaError extends Error {
  override readonly name = 'StemmaError';
  readonly code: StemmaErrorCode;
  readonly field: string | undefined;
  readonly written: Written | undefined;

  constructor(
    code: StemmaErrorCode,
    message: string,
    options: { field?: string; written?: Written; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.field = options.field;
    this.written = code === 'UNAVAILABLE' ? (options.written ?? 'NO') : undefined;
  }
}

/** The client disconnected, so its request was stopped. Nothing failed, and nobody reads the response. */
export class ClientLeftError extends StemmaError {
  constructor() {
    super('UNAVAILABLE', 'the client disconnected before its response');
  }
}

/** A conflict: something that a transaction found was deleted in the meantime. The transaction must be retried. */
export class TransactionConflictError extends Error {
  override readonly name = 'TransactionConflictError';
}

/** Bad input in one field: `badInput('since', 'expected ...; got ...')`. */
export function badInput(field: string, message: string): StemmaError {
  return new StemmaError('BAD_USER_INPUT', `${field}: ${message}`, { field });
}

/** No such thing in this project. */
export function notFound(what: string, id: string): StemmaError {
  return new StemmaError('NOT_FOUND', `${what} ${JSON.stringify(id)} not found`);
}

/**
 * Settles like `work`, one of the later transactions of a write. If a part of the write is committed, UNAVAILABLE has `written`
 * UNKNOWN: the transaction that failed may have written nothing, but the write as a whole did. `rest` says who does the rest.
 */
export async function afterCommit<T>(
  work: Promise<T>,
  isCommitted = true,
  rest = 'send the request again to do the rest',
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isCommitted &&
      error instanceof StemmaError &&
      error.code === 'UNAVAILABLE' &&
      !(error instanceof ClientLeftError)
      ? new StemmaError(
          'UNAVAILABLE',
          `the database became unavailable after a part was committed; ${rest}`,
          { written: 'UNKNOWN', cause: error },
        )
      : error;
  }
}
