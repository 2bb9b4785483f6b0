import { openDatabase } from '../src/neo4j/database.js';
import { filled, LARGE, SMALL } from './filled.js';
import { openHttpClient, type HttpClient } from './http-client.js';
import { startNeo4j, type BenchNeo4j } from './neo4j.js';
import { startServer } from './server.js';
import { stopLater } from './started.js';

/** What the reading figures are measured on: two databases, each with its own server, both up at the same time. */
export interface ReadingStage {
  /** 100,000 traces, 2 million nodes. */
  readonly large: HttpClient;
  /** 1,000 traces like them. */
  readonly small: HttpClient;
}

export async function openReadingStage(): Promise<ReadingStage> {
  const neo4js = await openFilled();
  return await readingStage(neo4js);
}

/** Starts the two databases, and fills them if that has not been done. */
export async function openFilled(): Promise<readonly BenchNeo4j[]> {
  const folders = [await filled(LARGE), await filled(SMALL)];
  return await Promise.all(folders.map(open));
}

/** A stage on running databases, with servers of its own; `checkout`: the folder of another version. */
export async function readingStage(neo4js: readonly BenchNeo4j[], checkout?: string): Promise<ReadingStage> {
  const [large, small] = await Promise.all(neo4js.map((neo4j) => serve(neo4j, checkout)));
  return { large: large as HttpClient, small: small as HttpClient };
}

async function open(folder: string): Promise<BenchNeo4j> {
  const neo4j = await startNeo4j(folder);
  // The statistics that plans are based on are as fresh as after an idle night.
  const database = openDatabase(neo4j);
  await database.run({ name: 'bench/resample', text: 'CALL db.resampleOutdatedIndexes()' }, {});
  await database.close();
  return neo4j;
}

async function serve(neo4j: BenchNeo4j, checkout?: string): Promise<HttpClient> {
  const server = await startServer(neo4j, checkout);
  const client = openHttpClient(server.url);
  stopLater(() => {
    client.close();
    return undefined;
  });
  return client;
}
