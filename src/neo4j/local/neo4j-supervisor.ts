import type { Neo4jServer } from './neo4j-server.js';

/** Keeps a Neo4j running: restarts it when it exits on its own. */
export interface Supervisor {
  /**
   * Stops Neo4j, even while it is being restarted, and kills it after `timeoutMs`; resolves once nothing runs. May be
   * called again.
   */
  stop(timeoutMs?: number): Promise<void>;
  /**
   * Reports that the running Neo4j cannot write. After 5 s of repeated reports it is restarted, if restarts are allowed, at
   * most every 150 s: after a failed write, Neo4j keeps a database closed until it is restarted, even if the disk has space
   * again.
   */
  reportBroken(reason: string): void;
  /** Resolves once nothing is running and nothing will be restarted. */
  readonly ended: Promise<void>;
}

export interface SupervisorOptions {
  readonly first: Neo4jServer;
  /** Restarts it at the same address. Rejects, leaving nothing running, if that fails or the signal is aborted. */
  readonly restart: (signal: AbortSignal) => Promise<Neo4jServer>;
  /** How many restarts are allowed within 10 minutes; 0: none. */
  readonly maxRestarts: number;
  readonly onRestart: (message: string) => void;
  /** Called with one sentence when Neo4j has ended and is not restarted. */
  readonly onGivenUp: (message: string) => void;
}

const WITHIN_MINUTES = 10;
const BROKEN_MS = 5_000;
/** Long enough that this does not use up the restarts. */
const REPLACE_EVERY_MS = 150_000;
const REPLACE_STOP_MS = 5_000;

/** See Supervisor. */
export function superviseNeo4j({
  first,
  restart,
  maxRestarts,
  onRestart,
  onGivenUp,
}: SupervisorOptions): Supervisor {
  const stopping = new AbortController();
  let server: Neo4jServer | undefined = first;
  let restartedAt: number[] = [];
  let broken: { readonly sinceMs: number; lastMs: number } | undefined;
  let replacedMs = -Infinity;
  /** Why the running Neo4j is being stopped. */
  let replacing: string | undefined;

  /** Resolves with how Neo4j ended, or why it did not start. */
  async function runOnce(): Promise<string> {
    try {
      server ??= await restart(stopping.signal);
      if (stopping.signal.aborted) {
        await server.stop();
      }
      const how = await server.ended;
      return replacing === undefined ? `ended by itself (${how})` : `could not write (${replacing})`;
    } catch (error) {
      return `did not start again (${firstLine(error)})`;
    } finally {
      server = undefined;
      replacing = undefined;
      broken = undefined;
    }
  }

  async function watch(): Promise<void> {
    for (;;) {
      const what = await runOnce();
      if (stopping.signal.aborted) {
        return;
      }
      const now = performance.now();
      restartedAt = restartedAt.filter((at) => now - at < WITHIN_MINUTES * 60_000);
      if (restartedAt.length >= maxRestarts) {
        onGivenUp(
          maxRestarts === 0
            ? `Neo4j ${what}, and STEMMA_NEO4J_RESTARTS=0 says not to restart it`
            : `Neo4j ${what}, after ${maxRestarts} restarts within ${WITHIN_MINUTES} minutes, the most that STEMMA_NEO4J_RESTARTS allows`,
        );
        return;
      }
      restartedAt.push(now);
      onRestart(`Neo4j ${what}; starting it again (${restartedAt.length} of ${maxRestarts})`);
    }
  }

  const ended = watch();
  return {
    ended,
    reportBroken(reason) {
      const now = performance.now();
      if (broken === undefined || now - broken.lastMs > BROKEN_MS) {
        broken = { sinceMs: now, lastMs: now };
      }
      broken.lastMs = now;
      if (
        maxRestarts > 0 &&
        server !== undefined &&
        replacing === undefined &&
        now - broken.sinceMs >= BROKEN_MS &&
        now - replacedMs >= REPLACE_EVERY_MS
      ) {
        replacing = reason;
        replacedMs = now;
        void server.stop(REPLACE_STOP_MS);
      }
    },
    async stop(timeoutMs) {
      stopping.abort();
      await server?.stop(timeoutMs);
      await ended;
    },
  };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
