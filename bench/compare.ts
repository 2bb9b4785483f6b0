import { resolve } from 'node:path';
import { checkpoints, checkpointStage } from './checkpoints.js';
import { deletions, deletionStage } from './deletions.js';
import { delivery } from './delivery.js';
import { fairness } from './fairness.js';
import { median, type Figure, type Reading } from './figure.js';
import { memory } from './memory.js';
import { root, startNeo4j, temporaryFolder, type BenchNeo4j } from './neo4j.js';
import { openFilled, readingStage } from './reading-stage.js';
import { reads } from './reads.js';
import { startServer } from './server.js';
import { stopAll } from './started.js';
import { shownNumber } from './table.js';
import { writes } from './writes.js';
import { writingStage } from './writing-stage.js';

// Measures this version and another one on the same running Neo4j, each figure in turns: one round of one, one of the other, and
// the first of a pair alternates. What the machine does then happens to both. The ratio is that of the medians.

const TURNS = 5;
/** The figures of bytes do not vary, and the second version would find the content of the first. */
const COUNTED = new Set([15, 16]);

const [folder, ...words] = process.argv.slice(2);
if (folder === undefined) {
  throw new Error(
    'expected the folder of another checkout, compiled, got none: npm run bench:compare -- FOLDER [WORD...]',
  );
}
const versions = [
  { name: 'this', checkout: root },
  { name: 'other', checkout: resolve(folder) },
] as const;
type Rounds = Map<
  string,
  { readonly number: number; readonly reading: Reading; readonly rounds: [number[], number[]] }
>;
const measured: Rounds = new Map();

async function inTurns<Stage>(
  open: (version: (typeof versions)[number]) => Promise<Stage>,
  figures: readonly Figure<Stage>[],
): Promise<void> {
  const stages = [await open(versions[0]), await open(versions[1])];
  for (const figure of figures) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const index of turn % 2 === 0 ? [0, 1] : [1, 0]) {
        for (const reading of await figure.measure(stages[index] as Stage)) {
          const key = `${figure.number} ${reading.name} ${reading.unit}`;
          const entry = measured.get(key) ?? { number: figure.number, reading, rounds: [[], []] };
          measured.set(key, entry);
          entry.rounds[index as 0 | 1].push(...reading.rounds);
        }
      }
    }
    report(figure.number);
  }
  await stopAll();
}

const isWanted = ({ number, name }: { readonly number: number; readonly name: string }): boolean =>
  !COUNTED.has(number) && (words.length === 0 || words.some((word) => name.includes(word)));

/** How good this version is compared to the other one: 1 is equal, below 1 is worse. */
function ratioOf({ unit, target }: Reading, [mine, others]: readonly [number[], number[]]): number {
  const isMoreBetter = unit.endsWith('/s') || (target !== undefined && 'atLeast' in target);
  const ratio = median(mine) / median(others);
  return isMoreBetter ? ratio : 1 / ratio;
}

function report(number: number): void {
  for (const entry of measured.values()) {
    if (entry.number === number) {
      const { reading, rounds } = entry;
      const spread = (values: readonly number[]): string =>
        `${shownNumber(median(values))} (${shownNumber(Math.min(...values))} to ${shownNumber(Math.max(...values))})`;
      console.log(
        `${number}  ${reading.name}, ${reading.unit}: ${spread(rounds[0])} against ${spread(rounds[1])}; ` +
          `ratio ${ratioOf(reading, rounds).toFixed(3)}`,
      );
    }
  }
}

/** Opens a stage on a Neo4j that both versions use. */
async function onFreshNeo4j<Stage>(
  stage: (neo4j: BenchNeo4j, checkout: string, name: string) => Promise<Stage>,
  figures: readonly Figure<Stage>[],
): Promise<void> {
  const wanted = figures.filter(isWanted);
  if (wanted.length > 0) {
    const neo4j = await startNeo4j(temporaryFolder());
    await inTurns(({ checkout, name }) => stage(neo4j, checkout, name), wanted);
  }
}

try {
  await onFreshNeo4j(
    async (neo4j, checkout, name) => writingStage(neo4j, await startServer(neo4j, checkout), name),
    [...writes, ...delivery, fairness, memory],
  );
  const wantedReads = reads.filter(isWanted);
  if (wantedReads.length > 0) {
    const neo4js = await openFilled();
    await inTurns(({ checkout }) => readingStage(neo4js, checkout), wantedReads);
  }
  await onFreshNeo4j(
    async (neo4j, checkout) => checkpointStage(neo4j, await startServer(neo4j, checkout)),
    checkpoints,
  );
  await onFreshNeo4j(
    async (neo4j, checkout) => deletionStage(neo4j, await startServer(neo4j, checkout)),
    [deletions],
  );
} finally {
  await stopAll();
}
process.exit();
