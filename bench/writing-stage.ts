import type { ServerProcess } from '../test/kit/server-process.js';
import { share, openHttpClient, type HttpClient } from './http-client.js';
import { startNeo4j, temporaryFolder, type BenchNeo4j } from './neo4j.js';
import { watching } from './process-watch.js';
import { openRaw, type Raw } from './raw.js';
import { startServer } from './server.js';
import { stopLater } from './started.js';
import { batchBody, createTraces, singleBody } from './workload.js';

/** What the writing and delivery figures are measured on: a fresh Neo4j and a server, both warm. */
export interface WritingStage {
  readonly neo4j: BenchNeo4j;
  readonly server: ServerProcess;
  readonly client: HttpClient;
  readonly raw: Raw;
  /** Fifty traces with goals six deep. */
  readonly traces: readonly string[];
  /** Runs what a figure measures, and records the server's peak memory. */
  watched<T>(work: () => Promise<T>): Promise<T>;
  /** The server's peak resident memory while `watched` ran, in MB, by figure. */
  readonly peaksMb: number[];
}

const TRACES = 50;
const WARM_BATCHES = 60;
const WARM_SINGLES = 3_000;

export async function openWritingStage(): Promise<WritingStage> {
  const neo4j = await startNeo4j(temporaryFolder());
  return await writingStage(neo4j, await startServer(neo4j));
}

/** A stage on running processes; `name` begins the ids of its traces. */
export async function writingStage(
  neo4j: BenchNeo4j,
  server: ServerProcess,
  name = 'trace',
): Promise<WritingStage> {
  const client = openHttpClient(server.url, 2);
  stopLater(() => {
    client.close();
    return undefined;
  });
  const traces = await createTraces(client, name, TRACES);
  const [warm = ''] = await createTraces(client, `${name}-warm`, 1);
  await client.post(batchBody(warm, 1));
  const raw = await openRaw(neo4j, warm);
  await warmUp({ server, raw, traces: await createTraces(client, `${name}-warm-up`, 8) });
  const peaksMb: number[] = [];
  return {
    neo4j,
    server,
    client,
    raw,
    traces,
    peaksMb,
    async watched(work) {
      const { result, used } = await watching([server.pid, neo4j.pid, process.pid], work);
      peaksMb.push(used.peakMb[0] ?? 0);
      const [ofServer, ofNeo4j, ofClient] = used.cores.map((cores) => cores.toFixed(2));
      console.log(
        `    cores: server ${ofServer ?? ''}, Neo4j ${ofNeo4j ?? ''}, client ${ofClient ?? ''}; ` +
          `server memory at most ${Math.round(used.peakMb[0] ?? 0)} MB`,
      );
      return result;
    },
  };
}

/** Runs what is measured until both compilers have seen it. */
async function warmUp({
  server,
  raw,
  traces,
}: {
  readonly server: ServerProcess;
  readonly raw: Raw;
  readonly traces: readonly string[];
}): Promise<void> {
  const client = openHttpClient(server.url, 16);
  const batches = traces.map((trace, index) => batchBody(trace, index));
  const singles = traces.map((trace, index) => singleBody(trace, index));
  await raw.rowsPerSecond({ writers: 2, batches: WARM_BATCHES });
  await raw.singleCommits(300);
  await share({ clients: 2, count: WARM_BATCHES }, (_, unit) =>
    client.post(batches[unit % batches.length] ?? ''),
  );
  await share({ clients: 16, count: WARM_SINGLES }, (_, unit) =>
    client.post(singles[unit % singles.length] ?? ''),
  );
  client.close();
}
