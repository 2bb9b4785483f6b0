import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A fixed address for the database: the local Neo4j listens on another port after each start. */
export interface BoltLine {
  readonly uri: string;
  close(): void;
}

/** Forwards connections to the port that `portNow` names; drops them while it names none. */
export async function openBoltLine(portNow: () => number | undefined): Promise<BoltLine> {
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    near.on('error', () => undefined);
    const port = portNow();
    if (port === undefined) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end
        .on('error', () => undefined)
        .on('close', () => {
          ends.delete(end);
          other.destroy();
        });
      end.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    uri: `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      ends.forEach((end) => end.destroy());
    },
  };
}
