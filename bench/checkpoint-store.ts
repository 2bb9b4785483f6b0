import { LENGTH, messagesOf, putBody } from './checkpoint-load.js';
import type { Figure } from './figure.js';
import { openHttpClient } from './http-client.js';
import { startNeo4j, storeBytes, temporaryFolder } from './neo4j.js';
import { startServer } from './server.js';

/**
 * Figure 15. How much the store grows when 1,000 checkpoints are put, one after the other, of a list that grows by one message
 * of 1 KB: its files without the transaction log, against those of an empty database with the server's constraints and indexes.
 * Neo4j is stopped before the measurement, which makes it write a checkpoint of its own.
 */
const store: Figure<undefined> = {
  number: 15,
  name: 'checkpoints: store of 1,000',
  async measure() {
    const dataDir = temporaryFolder();
    const messages = messagesOf(1);
    let sentMb = 0;
    const emptyMb = await storeMbAfter(dataDir, () => Promise.resolve());
    const grownMb = await storeMbAfter(dataDir, async (url) => {
      const client = openHttpClient(url);
      for (let step = 1; step <= LENGTH; step += 1) {
        const body = putBody('growing', step, messages);
        sentMb += body.length / 1e6;
        await client.post(body);
      }
      client.close();
    });
    return [
      { name: 'checkpoints: store of 1,000', unit: 'MB', rounds: [grownMb - emptyMb], target: { atMost: 6 } },
      { name: 'checkpoints: sent for them', unit: 'MB', rounds: [sentMb] },
      { name: 'checkpoints: store before them', unit: 'MB', rounds: [emptyMb] },
    ];
  },
};

/** The size of a database's files once a server has done `work` on it, and both are stopped. */
async function storeMbAfter(dataDir: string, work: (url: string) => Promise<void>): Promise<number> {
  const neo4j = await startNeo4j(dataDir);
  const server = await startServer(neo4j);
  await work(server.url);
  await server.stop();
  await neo4j.stop();
  return storeBytes(dataDir) / 1e6;
}

export const checkpointStore = [store];
