import type { UpgradeRoute } from './http-server.js';
import { reject, RETRY_AFTER_S } from './respond.js';

/** The same upgrades while fewer than `maxSockets` of their connections are open; beyond that they answer 503. */
export function limitSockets(upgrades: readonly UpgradeRoute[], maxSockets: number): readonly UpgradeRoute[] {
  let open = 0;
  return upgrades.map((route) => ({
    ...route,
    upgrade(request, socket, head, target) {
      if (open >= maxSockets) {
        const message = `expected at most ${maxSockets} open WebSockets, got one more; try again a little later`;
        reject(socket, '503 Service Unavailable', message, [`retry-after: ${RETRY_AFTER_S}`]);
        return;
      }
      open += 1;
      socket.once('close', () => {
        open -= 1;
      });
      route.upgrade(request, socket, head, target);
    },
  }));
}
