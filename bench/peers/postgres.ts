import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../neo4j.js';
import { freePort } from '../../src/neo4j/local/neo4j-server.js';
import { postgresPrograms } from './install.js';
import { startPeerServer } from './process.js';

/** Starts a Postgres server with the settings of its `initdb`, on loopback only, and returns how to reach it. */
export async function startPostgres(): Promise<string> {
  const programs = postgresPrograms();
  const folder = temporaryFolder();
  const [data, passwordFile] = [join(folder, 'data'), join(folder, 'password')];
  const password = randomBytes(16).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const user = postgresUser();
  if (user !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  // Neither can access the caller's folder.
  const own = { cwd: folder, ...user };
  execFileSync(
    join(programs, 'initdb'),
    [...['-D', data, '-U', 'bench'], '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    { ...own, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  await startPeerServer(
    join(programs, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...own,
      log: join(folder, 'log'),
      answers: () => isReady(join(programs, 'pg_isready'), port),
      // SIGTERM would make it wait for its clients.
      endSignal: 'SIGINT',
    },
  );
  return `postgresql://bench:${password}@127.0.0.1:${port}/postgres`;
}

/** The user that runs it instead of root, for whom Postgres refuses to run. */
function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

function isReady(program: string, port: number): Promise<boolean> {
  const words = ['--quiet', '--host=127.0.0.1', `--port=${port}`];
  return promisify(execFile)(program, words).then(
    () => true,
    () => false,
  );
}
