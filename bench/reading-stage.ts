import { openDatabase } from '../src/neo4j/database.js';
import { filled, LARGE, SMALL } from './filled.js';
import { openHttpClient, type HttpClient } from './http-client.js';
import { startNeo4j } from './neo4j.js';
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
  const folders = [await filled(LARGE), await filled(SMALL)];
  const [large, small] = await Promise.all(folders.map(serve));
  return { large: large as HttpClient, small: small as HttpClient };
}

async function serve(folder: string): Promise<HttpClient> {
  const neo4j = await startNeo4j(folder);
  // The statistics that plans are based on are as fresh as after an idle night.
  const database = openDatabase(neo4j);
  await database.run({ name: 'bench/resample', text: 'CALL db.resampleOutdatedIndexes()' }, {});
  await database.close();
  const server = await startServer(neo4j);
  const client = openHttpClient(server.url);
  stopLater(() => {
    client.close();
    return undefined;
  });
  return client;
}
