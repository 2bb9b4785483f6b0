import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Sits between a client and its server, such as a Neo4j, and can stop forwarding what it receives, like a frozen server. */
export interface FreezableProxy {
  /** The address of the server through the proxy, with the Bolt scheme. */
  readonly uri: string;
  freeze(): void;
  /** Breaks all connections; new ones can be opened. */
  cut(): void;
  close(): void;
}

/** Starts a proxy to the Neo4j at `uri`. */
export async function startFreezableProxy(uri: string): Promise<FreezableProxy> {
  const { hostname, port } = new URL(uri);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const neo4j = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, neo4j],
      [neo4j, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    uri: `bolt://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    freeze() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    cut() {
      sockets.forEach((socket) => socket.destroy());
    },
    close() {
      proxy.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
