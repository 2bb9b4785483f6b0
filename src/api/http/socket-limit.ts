import type { EventEmitter } from 'node:events';
import { StemmaError } from '../../base/errors.js';
import type { UpgradeRoute } from './http-server.js';
import { reject, RETRY_AFTER_S } from './respond.js';

/** Limits the connections that stay open for results: WebSockets and event streams. */
export interface SocketLimit {
  /** Counts `connection` until it emits `close`. Throws UNAVAILABLE if there are too many. */
  take(connection: EventEmitter): void;
}

export function createSocketLimit(maxSockets: number): SocketLimit {
  let open = 0;
  return {
    take(connection) {
      if (open >= maxSockets) {
        throw new StemmaError(
          'UNAVAILABLE',
          `expected at most ${maxSockets} open WebSockets and event streams, got one more; try again a little later`,
        );
      }
      open += 1;
      connection.once('close', () => {
        open -= 1;
      });
    },
  };
}

/** The same upgrades within the limit; beyond it they answer 503. */
export function limitSockets(upgrades: readonly UpgradeRoute[], limit: SocketLimit): readonly UpgradeRoute[] {
  return upgrades.map((route) => ({
    ...route,
    upgrade(request, socket, head, target) {
      try {
        limit.take(socket);
      } catch (error) {
        reject(socket, '503 Service Unavailable', (error as Error).message, [
          `retry-after: ${RETRY_AFTER_S}`,
        ]);
        return;
      }
      route.upgrade(request, socket, head, target);
    },
  }));
}
