import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Part, Reading } from './figure.js';
import { root } from './neo4j.js';
import { resultsOf } from './results.js';
import { stopAll } from './started.js';
import { tableOf } from './table.js';

/**
 * Measures the figures that the command line selects, prints them, and ends the process with everything it started. Without
 * words, it measures all figures and writes them to `file` in `bench/`.
 */
export async function measure({
  parts,
  file,
  versions = () => ({}),
}: {
  readonly parts: readonly Part[];
  readonly file: string;
  /** The versions of what is measured besides Stemma; called when all figures are measured. */
  readonly versions?: () => Readonly<Record<string, string>>;
}): Promise<never> {
  const words = process.argv.slice(2);
  const numbers = chosen(parts, words);
  if (numbers.size === 0) {
    console.error(`no figure has ${words.join(' or ')} in its name`);
    process.exit(1);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopAll().then(() => process.exit(1)));
  }
  try {
    const measured = await measureAll(parts, numbers);
    if (words.length === 0) {
      const results = resultsOf(measured, versions());
      writeFileSync(join(root, 'bench', file), `${JSON.stringify(results, null, 2)}\n`);
    }
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await stopAll();
  }
  process.exit();
}

/** The figures whose names contain one of the words, with those that must be measured before them. */
function chosen(parts: readonly Part[], words: readonly string[]): ReadonlySet<number> {
  const figures = parts.flatMap((each) => each.figures);
  const wanted = figures.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  return new Set(wanted.flatMap(({ number, after = [] }) => [number, ...after]));
}

async function measureAll(
  parts: readonly Part[],
  numbers: ReadonlySet<number>,
): Promise<{ readonly number: number; readonly reading: Reading }[]> {
  const measured: { readonly number: number; readonly reading: Reading }[] = [];
  for (const each of parts) {
    await each.run(numbers, (number, readings) => {
      measured.push(...readings.map((reading) => ({ number, reading })));
      console.log(tableOf(readings.map((reading) => ({ number, reading }))));
    });
    await stopAll();
  }
  console.log(`\n${tableOf(measured)}`);
  return measured;
}
