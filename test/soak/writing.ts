import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Client } from './client.js';
import type { Owner } from './ledger.js';
import type { Random } from './random.js';
import type { Report } from './report.js';
import type { SoakServer } from './server.js';
import { TIMEOUTS } from './timeouts.js';

/** How a write ended. */
export type Outcome =
  | {
      readonly kind: 'acknowledged';
      readonly data: any;
      readonly server: SoakServer;
      /** How many earlier attempts may have been executed, or may still be. */
      readonly uncertain: number;
    }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  /** The soak ended before an answer came. */
  | { readonly kind: 'open'; readonly uncertain: number };

export interface Writing {
  /**
   * Sends a write until it is acknowledged, at any of the servers. `accept` names codes that are as good as success (a
   * deletion that finds nothing because its first attempt was executed); any other error is reported.
   */
  write(owner: Owner, random: Random, write: WriteRequest): Promise<Outcome>;
  /** No attempt begins after this. */
  giveUp(): void;
}

export interface WriteRequest {
  readonly kind: string;
  readonly query: string;
  readonly variables: object;
  readonly accept?: readonly string[];
}

/** Freezes are no longer than this. */
export const MAX_FREEZE_MS = 20_000;
/** How long a server may still execute a request whose connection was lost. */
export const UNSETTLED_MS = TIMEOUTS.requestMs + MAX_FREEZE_MS + 5_000;

export function createWriting({
  client,
  servers,
  report,
}: {
  readonly client: Client;
  readonly servers: readonly SoakServer[];
  readonly report: Report;
}): Writing {
  let over = false;

  return {
    giveUp() {
      over = true;
    },
    async write(owner, random, { kind, query, variables, accept = [] }) {
      let uncertain = 0;
      for (let attempts = 1; !over; attempts += 1) {
        const server = random.pick(servers) as SoakServer;
        const answer = await client.ask(server, kind, query, variables);
        if (
          answer.kind === 'data' ||
          (answer.kind === 'error' && accept.includes(answer.code) && uncertain > 0)
        ) {
          report.acknowledged(kind, attempts);
          return {
            kind: 'acknowledged',
            data: answer.kind === 'data' ? answer.data : undefined,
            server,
            uncertain,
          };
        }
        if (isUncertain(answer)) {
          uncertain += 1;
          owner.settledAt = performance.now() + UNSETTLED_MS;
        } else if (answer.kind === 'error' && answer.code !== 'UNAVAILABLE') {
          report.find(
            'answers',
            `${kind} was rejected although it is valid: ${answer.code} ${answer.message.slice(0, 300)}`,
            owner.id,
          );
          return { kind: 'rejected', code: answer.code, message: answer.message };
        }
        const retryMs = answer.kind === 'error' ? Math.min(answer.retryAfterMs ?? 0, 5_000) : 0;
        await delay(retryMs + Math.min(100 * 2 ** attempts, 2_000) * (0.5 + random.next()));
      }
      return { kind: 'open', uncertain };
    },
  };
}

/** Whether the write may have been executed, or may still be. */
function isUncertain(answer: Answer): boolean {
  return (
    answer.kind === 'lost' ||
    (answer.kind === 'error' &&
      (answer.written === 'UNKNOWN' ||
        answer.code === 'INTERNAL_SERVER_ERROR' ||
        answer.code.startsWith('HTTP_')))
  );
}
