import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messagesOf } from '../checkpoint-load.js';
import { median, type Figure, type Reading } from '../figure.js';
import { temporaryFolder } from '../neo4j.js';
import { installPackages, installPython, postgresPrograms } from './install.js';
import { openNeo4jSaver, openPostgres, openSqlite } from './peer-savers.js';
import type { Chain, Saver } from './saver.js';
import { openStemmaSaver, type StemmaSaver } from './stemma-saver.js';
import { beside, inTurns } from './turns.js';

/** Stemma and the peers: after each figure, all store the same data. */
export interface CheckpointStage {
  readonly savers: readonly [StemmaSaver, ...Saver[]];
  /** The chains put so far, the first ones for warm-up. */
  readonly chains: Chain[];
}

const LENGTH = 300;
const WARM = 2;
const ROUNDS = 3;
/** How many puts at each end of a chain show how a put grows with it. */
const END = 20;
const READS = 40;
const LISTS = 5;
const LIMIT = 100;

export async function openCheckpointStage(): Promise<CheckpointStage> {
  // This one is not installed here: if it is missing, that is reported before the others are installed.
  postgresPrograms();
  installPython();
  installPackages();
  const savers = [
    await openStemmaSaver(),
    await openPostgres(),
    await openSqlite(),
    await openNeo4jSaver(),
  ] as const;
  const chains = Array.from({ length: WARM }, (_, round) => chainOf(round));
  for (const chain of chains) {
    for (const saver of savers) {
      await saver.put(chain);
      await saver.latest(chain, READS);
      await saver.list(chain, { times: 1, limit: LIMIT });
    }
    await savers[0].listMetadata(chain, { times: READS, limit: LIMIT });
  }
  return { savers, chains };
}

/** A chain with its own texts, in a file for everyone that puts it. */
function chainOf(round: number): Chain {
  const messages = messagesOf(1_000 + round).slice(0, LENGTH);
  const file = join(temporaryFolder(), 'messages.json');
  writeFileSync(file, JSON.stringify(messages));
  return { thread: `chain-${round}`, file, messages };
}

/** Figure 1. Chains of 300 checkpoints of a list that grows by one message of 1 KB, each put whole, one after the other. */
const puts: Figure<CheckpointStage> = {
  number: 1,
  name: 'checkpoints: put',
  async measure({ savers, chains }) {
    for (let round = 0; round < ROUNDS; round += 1) {
      chains.push(chainOf(WARM + round));
    }
    const turns = await inTurns({ all: savers, rounds: ROUNDS }, (saver, round) =>
      saver.put(chains[WARM + round] as Chain),
    );
    const reading = (name: string, from: number, to: number): Reading[] =>
      beside({ name: `checkpoint: ${name}`, unit: 'ms', turns }, (took) => median(took.slice(from, to)));
    return [
      ...reading(`put, p50 of ${LENGTH}`, 0, LENGTH),
      ...reading(`put 1 to ${END}, p50`, 0, END),
      ...reading(`put ${LENGTH - END + 1} to ${LENGTH}, p50`, LENGTH - END, LENGTH),
    ];
  },
};

/** Figure 2. The latest checkpoint of a chain of 300, whole. */
const latest: Figure<CheckpointStage> = {
  number: 2,
  name: 'checkpoints: latest',
  after: [1],
  async measure({ savers, chains }) {
    const turns = await inTurns({ all: savers, rounds: ROUNDS }, (saver, round) =>
      saver.latest(chains[WARM + round] as Chain, READS),
    );
    return beside({ name: `checkpoint: latest, ${LENGTH} messages, p50`, unit: 'ms', turns }, median);
  },
};

/** Figure 3. The newest 100 checkpoints of a chain of 300, each whole: 25 MB of JSON. */
const list: Figure<CheckpointStage> = {
  number: 3,
  name: 'checkpoints: list of 100',
  after: [1],
  async measure({ savers, chains }) {
    const turns = await inTurns({ all: savers, rounds: ROUNDS }, (saver, round) =>
      saver.list(chains[WARM + round] as Chain, { times: LISTS, limit: LIMIT }),
    );
    const [ours] = savers;
    const without = await inTurns({ all: [ours], rounds: ROUNDS }, (_, round) =>
      ours.listMetadata(chains[WARM + round] as Chain, { times: READS, limit: LIMIT }),
    );
    return [
      ...beside({ name: `checkpoint: list of ${LIMIT}, whole, p50`, unit: 'ms', turns }, median),
      ...beside(
        { name: `checkpoint: list of ${LIMIT}, metadata only, p50`, unit: 'ms', turns: without },
        median,
      ),
    ];
  },
};

/** Figure 4. The disk space of the chains, per checkpoint. */
const disk: Figure<CheckpointStage> = {
  number: 4,
  name: 'checkpoints: bytes on disk',
  after: [1, 2, 3],
  async measure({ savers, chains }) {
    const turns = await inTurns({ all: savers, rounds: 1 }, (saver) => saver.bytesOnDisk());
    return beside(
      { name: 'checkpoint: on disk', unit: 'KB', turns },
      (bytes) => bytes / chains.length / LENGTH / 1e3,
    );
  },
};

export const checkpoints = [puts, latest, list, disk];
