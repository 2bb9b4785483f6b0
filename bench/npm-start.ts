import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './figure.js';
import { installDir, root, temporaryFolder } from './neo4j.js';
import { stopLater } from './started.js';

const ROUNDS = 3;

/** Runs `npm start` with a data folder, and stops it when it is ready; returns the seconds until then. */
async function start(dataDir: string): Promise<number> {
  const begun = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, STEMMA_DATA_DIR: dataDir, STEMMA_PORT: '0' },
    // In its own group, which is what Ctrl-C interrupts.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const interrupt = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(-(child.pid ?? 0), 'SIGINT');
      await ended;
    }
  };
  stopLater(interrupt);
  let output = '';
  const seconds = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.includes('Stemma is ready.')) {
        resolve((performance.now() - begun) / 1000);
      }
    });
    void ended.then(() => reject(new Error(`npm start ended:\n${output}`)));
  });
  await interrupt();
  return seconds;
}

/**
 * Figure 14. From `npm start` to "Stemma is ready.", with packages, compiled code and Neo4j present: the second and later
 * starts, in a data folder of their own, after a clean stop.
 */
const secondStart: Figure<undefined> = {
  number: 14,
  name: 'npm start',
  async measure() {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, 'neo4j'));
    for (const name of readdirSync(installDir).filter((file) => file.startsWith('lib-'))) {
      symlinkSync(join(installDir, name), join(dataDir, 'neo4j', name));
    }
    await start(dataDir);
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push(await start(dataDir));
    }
    return [{ name: 'npm start to ready, second time', unit: 's', rounds, target: { atMost: 10 } }];
  },
};

export const starts = [secondStart];
