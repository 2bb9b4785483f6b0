import { startNeo4j, storeBytes } from '../neo4j.js';
import { startServer } from '../server.js';

/** A Stemma on an empty Neo4j. */
export interface Stemma {
  readonly url: string;
  /** Stops it, and returns how much its store has grown: the database's files without the transaction log. */
  bytesOnDisk(): Promise<number>;
}

/** Keeps its Neo4j in `folder` and starts it twice: the empty size is known once a server has created its indexes. */
export async function openStemma(folder: string): Promise<Stemma> {
  const open = async () => {
    const neo4j = await startNeo4j(folder);
    const server = await startServer(neo4j);
    const bytes = async (): Promise<number> => {
      await server.stop();
      await neo4j.stop();
      return storeBytes(folder);
    };
    return { url: server.url, bytes };
  };
  const empty = await (await open()).bytes();
  const { url, bytes } = await open();
  return { url, bytesOnDisk: async () => (await bytes()) - empty };
}
