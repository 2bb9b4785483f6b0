import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpoints, openCheckpointStage } from './checkpoints.js';
import { checkpointStore } from './checkpoint-store.js';
import { delivery } from './delivery.js';
import { part, type Part, type Reading } from './figure.js';
import { memory } from './memory.js';
import { root } from './neo4j.js';
import { starts } from './npm-start.js';
import { openReadingStage } from './reading-stage.js';
import { reads } from './reads.js';
import { resultsOf } from './results.js';
import { stopAll } from './started.js';
import { tableOf } from './table.js';
import { writes } from './writes.js';
import { openWritingStage } from './writing-stage.js';

const parts: readonly Part[] = [
  part(openWritingStage, [...writes, ...delivery, memory]),
  part(openReadingStage, reads),
  part(() => Promise.resolve(undefined), checkpointStore),
  part(openCheckpointStage, checkpoints),
  part(() => Promise.resolve(undefined), starts),
];
const words = process.argv.slice(2);

/** The figures whose names hold one of the words, with those that must be measured before them. */
function chosen(): ReadonlySet<number> {
  const figures = parts.flatMap((each) => each.figures);
  const wanted = figures.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  return new Set(wanted.flatMap(({ number, after = [] }) => [number, ...after]));
}

async function measureAll(numbers: ReadonlySet<number>): Promise<void> {
  const measured: { readonly number: number; readonly reading: Reading }[] = [];
  for (const each of parts) {
    await each.run(numbers, (number, readings) => {
      measured.push(...readings.map((reading) => ({ number, reading })));
      console.log(tableOf(readings.map((reading) => ({ number, reading }))));
    });
    await stopAll();
  }
  console.log(`\n${tableOf(measured)}`);
  if (words.length === 0) {
    writeFileSync(join(root, 'bench', 'results.json'), `${JSON.stringify(resultsOf(measured), null, 2)}\n`);
  }
}

const numbers = chosen();
if (numbers.size === 0) {
  console.error(`no figure has ${words.join(' or ')} in its name`);
  process.exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().then(() => process.exit(1)));
}
try {
  await measureAll(numbers);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stopAll();
}
process.exit();
