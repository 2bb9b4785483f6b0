import { spawnServer, type ServerProcess } from '../test/kit/server-process.js';
import type { BenchNeo4j } from './neo4j.js';
import { stopLater } from './started.js';

/** Starts a server in its own process; it is stopped with the run. `checkout`: the folder of another version. BENCH_NODE_ARGUMENTS are for profiling it. */
export async function startServer(neo4j: BenchNeo4j, checkout?: string): Promise<ServerProcess> {
  const nodeArguments = (process.env['BENCH_NODE_ARGUMENTS'] ?? '').split(' ').filter((word) => word !== '');
  const server = await spawnServer(neo4j, { nodeArguments, checkout });
  stopLater(() => server.stop());
  return server;
}
