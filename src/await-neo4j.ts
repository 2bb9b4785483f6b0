import { setTimeout as delay } from 'node:timers/promises';
import neo4j from 'neo4j-driver';
import type { DatabaseSettings } from './neo4j/database.js';
import { StemmaError } from './base/errors.js';
import { within } from './base/within.js';

const START_TIMEOUT_MS = 60_000;
const PAUSE_MS = 500;
/** For one attempt, including its connection. */
const ANSWER_TIMEOUT_MS = 4_000;

/**
 * Waits at most a minute for a Neo4j that is still starting (it refuses connections). Calls `onWait` if it has to wait.
 *
 * Throws UNAVAILABLE, in one sentence that names the setting. If waiting would not help, it does so within 10 s: no Neo4j
 * answers at the address, the user or password is rejected, or the database does not exist. Rejects when `signal` aborts.
 */
export async function awaitNeo4j(
  settings: DatabaseSettings,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<void> {
  const giveUpMs = performance.now() + START_TIMEOUT_MS;
  for (let waiting = false; ; waiting = true) {
    const problem = await connectionProblem(settings);
    signal.throwIfAborted();
    if (problem === null) {
      return;
    }
    // A Neo4j that refused connections before may be slow to answer the first one.
    const mayPass = problem.kind === 'starting' || (problem.kind === 'silent' && waiting);
    if (!mayPass || performance.now() > giveUpMs) {
      throw new StemmaError('UNAVAILABLE', problem.message);
    }
    if (!waiting) {
      onWait();
    }
    await delay(PAUSE_MS, undefined, { signal });
  }
}

interface Problem {
  readonly kind: 'starting' | 'silent' | 'settings';
  /** One sentence that names the setting. */
  readonly message: string;
}

/** Tries to connect once; null if that succeeds. */
async function connectionProblem(settings: DatabaseSettings): Promise<Problem | null> {
  const { uri, username, password, database } = settings;
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), {
    connectionTimeout: ANSWER_TIMEOUT_MS,
    connectionAcquisitionTimeout: ANSWER_TIMEOUT_MS,
    maxTransactionRetryTime: 0,
  });
  try {
    // Unlike `verifyConnectivity`, a statement also fails if the database does not exist.
    const answered = driver.session(database === undefined ? {} : { database }).run('RETURN 1');
    return (await within(ANSWER_TIMEOUT_MS, answered)) ? null : silent(uri);
  } catch (error) {
    return problemOf(error, settings);
  } finally {
    // Not awaited: closing waits for a connection that may still be opening.
    driver.close().catch(() => undefined);
  }
}

function silent(uri: string): Problem {
  const seconds = ANSWER_TIMEOUT_MS / 1000;
  return { kind: 'silent', message: `no Neo4j answers at NEO4J_URI ${uri} within ${seconds} s.` };
}

function problemOf(error: unknown, { uri, username, database }: DatabaseSettings): Problem {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  // The routing driver reports the connection's failure as the cause.
  const text = `${message} ${cause}`;
  const says = (pattern: RegExp): boolean => pattern.test(text);
  const atUri = (kind: Problem['kind'], what: string): Problem => ({
    kind,
    message: `NEO4J_URI ${uri} ${what}.`,
  });
  if (code?.startsWith('Neo.ClientError.Security.') === true) {
    return {
      kind: 'settings',
      message: `Neo4j at ${uri} rejects the user ${JSON.stringify(username)} with the given password; check NEO4J_USERNAME and NEO4J_PASSWORD.`,
    };
  }
  if (code === 'Neo.ClientError.Database.DatabaseNotFound') {
    return {
      kind: 'settings',
      message: `Neo4j at ${uri} has no database ${JSON.stringify(database)}; check NEO4J_DATABASE.`,
    };
  }
  if (says(/responded HTTP/)) {
    return atUri(
      'settings',
      "leads to a web server; expected the address of Neo4j's Bolt port, which is 7687 by default",
    );
  }
  if (says(/Unknown Bolt protocol|not compatible/i)) {
    return atUri('settings', 'leads to a server that is not a Neo4j');
  }
  if (says(/ENOTFOUND|EAI_AGAIN/)) {
    return atUri('settings', 'names a host that cannot be resolved');
  }
  if (says(/SSL|certificate|wrong version number/i)) {
    return atUri('settings', `cannot be reached over TLS (${firstLine(cause === '' ? message : cause)})`);
  }
  if (says(/timed out|establish connection in|ETIMEDOUT/)) {
    return silent(uri);
  }
  if (says(/ECONNREFUSED|ECONNRESET|EPIPE|closed by server|socket disconnected|TransientError/)) {
    return atUri('starting', 'does not accept connections');
  }
  return atUri('settings', `cannot be used (${firstLine(message)})`);
}

function firstLine(text: string): string {
  const caused = /Caused by: (.*)/.exec(text)?.[1] ?? text;
  return (caused.split('\n')[0] ?? caused).replace(/^\w+:error:/, '').replace(/\.$/, '');
}
