import { join } from 'node:path';
import { startNeo4j, storeBytes, temporaryFolder } from '../neo4j.js';
import { packages, peersFolder, python } from './install.js';
import { startPostgres } from './postgres.js';
import { startSaverProcess, type Saver } from './saver.js';

/** The LangGraph checkpointer for Postgres, with its own server. */
export async function openPostgres(): Promise<Saver> {
  return openPackage('Postgres', await startPostgres());
}

/** The LangGraph checkpointer for SQLite, with full sync. */
export function openSqlite(): Promise<Saver> {
  return openPackage('SQLite', join(temporaryFolder(), 'checkpoints.db'));
}

async function openPackage(name: 'Postgres' | 'SQLite', uri: string): Promise<Saver> {
  const saver = await startSaverProcess(
    process.execPath,
    [join(peersFolder, 'npm-savers.mjs'), name.toLowerCase()],
    { PEER_PACKAGES: packages, PEER_URI: uri },
  );
  const bytes = async (): Promise<number> =>
    ((await saver.ask({ work: 'bytes' })) as { bytes: number }).bytes;
  const empty = await bytes();
  return { ...saver, name, bytesOnDisk: async () => (await bytes()) - empty };
}

/** The LangGraph checkpointer for Neo4j, on its own Neo4j with the same settings as ours. */
export async function openNeo4jSaver(): Promise<Saver> {
  const folder = temporaryFolder();
  const open = async () => {
    const neo4j = await startNeo4j(folder);
    const saver = await startSaverProcess(python, [join(peersFolder, 'neo4j-saver.py')], {
      PEER_URI: neo4j.uri,
      PEER_USERNAME: neo4j.username,
      PEER_PASSWORD: neo4j.password,
    });
    const bytes = async (): Promise<number> => {
      await saver.stop();
      await neo4j.stop();
      return storeBytes(folder);
    };
    return { saver, bytes };
  };
  const empty = await (await open()).bytes();
  const { saver, bytes } = await open();
  return { ...saver, name: 'Neo4j saver', bytesOnDisk: async () => (await bytes()) - empty };
}
