import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, processWithPid, type ProcessIdentity } from '../../src/neo4j/local/process-lock.js';
import { killProcessesWith } from './run-processes.js';

const PREFIX = 'stemma-run-';

/** Everything that one test run creates and starts. */
export interface RunFolder {
  /** For the throwaway Neo4j. */
  readonly dataDir: string;
  /** For the processes of the run: marks them, and puts their temporary files in the folder. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kills the processes of the run and removes the folder. */
  remove(): Promise<void>;
}

/** Creates the folder for a run by this process. */
export function createRunFolder(): RunFolder {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  // A test runs the server as another user, who needs access to the image's files in here.
  chmodSync(folder, 0o711);
  writeFileSync(ownerFile(folder), JSON.stringify(processWithPid(process.pid)));
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  return {
    dataDir: folder,
    environment: { STEMMA_TEST_RUN: folder, TMPDIR: temporary },
    remove: () => removeRun(folder),
  };
}

/** Removes what killed runs have left behind. */
export async function removeDeadRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    // If the file is missing, the folder has just been created.
    if (existsSync(ownerFile(folder))) {
      const owner = JSON.parse(readFileSync(ownerFile(folder), 'utf8')) as ProcessIdentity;
      if (!isAlive(owner)) {
        console.log(`Removing what the test run of process ${owner.pid} left behind`);
        await removeRun(folder);
      }
    }
  }
}

async function removeRun(folder: string): Promise<void> {
  await killProcessesWith(`STEMMA_TEST_RUN=${folder}`);
  rmSync(folder, { recursive: true, force: true });
}

function ownerFile(folder: string): string {
  return join(folder, 'owner.json');
}
