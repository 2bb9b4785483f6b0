import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openHttpClient } from '../http-client.js';
import { temporaryFolder } from '../neo4j.js';
import { freePort } from '../../src/neo4j/local/neo4j-server.js';
import { peersFolder, python } from './install.js';
import { startPeerServer } from './process.js';
import type { SpanStore } from './span-store.js';

/** How long to wait between two polls for what is not there yet. */
const COUNT_EVERY_MS = 500;
const FIND_EVERY_MS = 5;

const COUNT = '{ getProjectByName(name: "default") { recordCount } }';
const FIND = 'query ($spanId: String!) { getSpanByOtelId(spanId: $spanId) { spanId } }';
const LIST = `query ($first: Int!) {
  getProjectByName(name: "default") {
    spans(first: $first, filterCondition: "parent_id is None", sort: { col: startTime, dir: desc }) {
      edges {
        node {
          name
          startTime
          statusCode
          cumulativeTokenCountTotal
          trace { traceId numSpans costSummary { total { cost } } }
        }
      }
    }
  }
}`;
const TRACE = `query ($traceId: String!) {
  getTraceByOtelId(traceId: $traceId) {
    spans(first: 1000) {
      edges {
        node {
          spanId
          parentId
          name
          spanKind
          startTime
          tokenCountPrompt
          tokenCountCompletion
          input { value }
          output { value }
        }
      }
    }
  }
}`;

interface Edges<Node> {
  readonly edges: readonly { readonly node: Node }[];
}

/** Phoenix with its defaults, SQLite among them, on loopback only and without telemetry. */
export async function openPhoenix(clients: number): Promise<SpanStore> {
  const folder = temporaryFolder();
  const open = async () => {
    const [port, grpcPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    const { stop } = await startPeerServer(python, [join(peersFolder, 'start-phoenix.py')], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PHOENIX_WORKING_DIR: folder,
        PHOENIX_HOST: '127.0.0.1',
        PHOENIX_PORT: String(port),
        PHOENIX_GRPC_PORT: String(grpcPort),
        PHOENIX_TELEMETRY_ENABLED: 'false',
        PHOENIX_ALLOW_EXTERNAL_RESOURCES: 'false',
      },
      log: join(folder, 'log'),
      answers: () =>
        fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
    });
    const bytes = async (): Promise<number> => {
      await stop();
      return databaseBytes(folder);
    };
    return { url, bytes };
  };
  const empty = await (await open()).bytes();
  const { url, bytes } = await open();
  const sender = openHttpClient(url, clients, {
    path: '/v1/traces',
    contentType: 'application/x-protobuf',
  });
  const client = openHttpClient(url);
  return {
    name: 'Phoenix',
    bodiesOf(batches) {
      const bodies = temporaryFolder();
      const source = join(bodies, 'batches.json');
      writeFileSync(source, JSON.stringify(batches));
      execFileSync(python, [join(peersFolder, 'write-otlp.py'), source, bodies]);
      return batches.map((_, index) => readFileSync(join(bodies, `${index}.otlp`)));
    },
    send: (body) => sender.post(body),
    async untilCounted({ inAll }) {
      for (;;) {
        const { getProjectByName } = await client.ask<{ getProjectByName: { recordCount: number } }>(COUNT);
        if (getProjectByName.recordCount === inAll) {
          return;
        }
        await delay(COUNT_EVERY_MS);
      }
    },
    async untilFound(spanId) {
      while (
        (await client.ask<{ getSpanByOtelId: object | null }>(FIND, { spanId })).getSpanByOtelId === null
      ) {
        await delay(FIND_EVERY_MS);
      }
    },
    async list(first) {
      const { getProjectByName } = await client.ask<{
        getProjectByName: {
          spans: Edges<{
            cumulativeTokenCountTotal: number;
            trace: { traceId: string; numSpans: number; costSummary: { total: { cost: number } } };
          }>;
        };
      }>(LIST, { first });
      return getProjectByName.spans.edges.map(({ node: { cumulativeTokenCountTotal, trace } }) => ({
        id: trace.traceId,
        spans: trace.numSpans,
        tokens: cumulativeTokenCountTotal,
        cost: trace.costSummary.total.cost,
      }));
    },
    async spansOf(traceId) {
      const { getTraceByOtelId } = await client.ask<{
        getTraceByOtelId: {
          spans: Edges<{
            spanId: string;
            parentId: string | null;
            input: { value: string } | null;
            output: { value: string } | null;
          }>;
        };
      }>(TRACE, { traceId });
      return getTraceByOtelId.spans.edges.map(({ node: { spanId, parentId, input, output } }) => ({
        id: spanId,
        parentId,
        input: input?.value ?? '',
        output: output?.value ?? '',
      }));
    },
    bytesOnDisk: async () => {
      sender.close();
      client.close();
      return (await bytes()) - empty;
    },
  };
}

/** `phoenix.db` and SQLite's files next to it. */
function databaseBytes(folder: string): number {
  const names = readdirSync(folder).filter((name) => name.startsWith('phoenix.db'));
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
