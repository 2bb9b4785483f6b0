import neo4j from 'neo4j-driver';
import { TransactionConflictError } from '../base/errors.js';

/**
 * What a driver error means for the transaction that received it:
 *
 * - `conflict`: another transaction changed what this one had read; run it again.
 * - `busy`: it was rolled back in favour of others (a deadlock, a lock timeout); run it again.
 * - `exhausted`: it needs more memory than the database gives a transaction.
 * - `timeout`: it ran longer than its timeout, and was rolled back.
 * - `away`: there is no connection, or the database behind it is down.
 * - `broken`: the database answers, but it cannot write: a full or read-only disk, a damaged store.
 * - `doubtful`: an internal error of Neo4j, caused by a faulty statement or by the disk; a probe can tell which.
 * - `other`: anything else, which is a bug in the program.
 */
export type FailureKind =
  'conflict' | 'busy' | 'exhausted' | 'timeout' | 'away' | 'broken' | 'doubtful' | 'other';

/** The connections were replaced after an outage while a statement still waited on an old one. */
export class ReplacedError extends Error {
  override readonly name = 'ReplacedError';
}

const KINDS: readonly (readonly [RegExp, FailureKind])[] = [
  [/^Neo\.ClientError\.Schema\.ConstraintValidationFailed$/, 'conflict'],
  [/^Neo\.ClientError\.Statement\.EntityNotFound$/, 'conflict'],
  [/^(ServiceUnavailable|SessionExpired|ProtocolError)$/, 'away'],
  [/^Neo\.TransientError\.General\.\w*(OutOfMemory|MemoryLimit|StackOverFlow)/, 'exhausted'],
  [/^Neo\.(Client|Transient)Error\.Transaction\.TransactionTimedOut/, 'timeout'],
  [/^Neo\.\w+Error\.Transaction\.(Terminated|LockClientStopped)$/, 'busy'],
  [/^Neo\.TransientError\.(Database|Cluster|General)\./, 'away'],
  [/^Neo\.TransientError\./, 'busy'],
  [/^Neo\.ClientError\.Database\.DatabaseNotFound$/, 'away'],
  [/^Neo\.ClientError\.Cluster\./, 'away'],
  [/^Neo\.ClientError\.General\.(ForbiddenOnReadOnlyDatabase|WriteOnReadOnlyAccessDatabase)$/, 'broken'],
  [/^Neo\.ClientError\.Security\./, 'away'],
  [/^Neo\.DatabaseError\.(General\.UnknownError|Statement\.)/, 'doubtful'],
  [/^Neo\.DatabaseError\./, 'broken'],
];

/** Neo4j answers so to a message on a connection that it has reset or that is closing: it ran nothing. */
const RESET_CONNECTION = /not permitted while failed or interrupted/;

/** The driver's own errors without a code, by their text. */
const LOCAL = /acquisition timed out|pool is closed|closed (session|driver)|connection (was )?(closed|lost)/i;

/** See FailureKind. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof TransactionConflictError) {
    return 'conflict';
  }
  if (error instanceof ReplacedError) {
    return 'away';
  }
  if (!(error instanceof neo4j.Neo4jError)) {
    return 'other';
  }
  if (error.code === 'Neo.ClientError.Request.Invalid' && RESET_CONNECTION.test(error.message)) {
    return 'away';
  }
  const kind = KINDS.find(([code]) => code.test(error.code))?.[1];
  return kind ?? (!error.code.startsWith('Neo.') && LOCAL.test(error.message) ? 'away' : 'other');
}

/**
 * Whether a statement or COMMIT that failed with this error after it was sent was certainly rolled back. Without an answer,
 * or if the log could not be written, the result is unknown.
 */
export function wasRolledBack(error: unknown): boolean {
  return (
    error instanceof neo4j.Neo4jError && /^Neo\.(ClientError|TransientError\.Transaction)\./.test(error.code)
  );
}

/** A short reason why the database is not available. */
export function reasonOf(error: unknown): string {
  if (error instanceof neo4j.Neo4jError) {
    if (error.code.startsWith('Neo.')) {
      return error.code;
    }
    const system = /E[A-Z]{4,}/.exec(error.message)?.[0];
    return system === 'ECONNREFUSED' ? 'connection refused' : (system ?? 'the connection was lost');
  }
  return error instanceof Error ? error.message : String(error);
}
