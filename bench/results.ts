import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { isReached, median, type Reading } from './figure.js';
import { root } from './neo4j.js';

/** What `bench/results.json` holds: each reading, and what it was measured on; `others` are the versions of the peers. */
export function resultsOf(
  measured: readonly { readonly number: number; readonly reading: Reading }[],
  others: Readonly<Record<string, string>>,
): object {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
    },
    versions: {
      node: process.versions.node,
      neo4j: /<neo4j\.version>([^<]+)</.exec(readFileSync(join(root, 'neo4j', 'pom.xml'), 'utf8'))?.[1],
      stemma: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
      ...others,
    },
    figures: measured.map(({ number, reading }) => ({
      number,
      name: reading.name,
      value: rounded(median(reading.rounds)),
      unit: reading.unit,
      target: reading.target ?? null,
      reached: isReached(reading),
      min: rounded(Math.min(...reading.rounds)),
      max: rounded(Math.max(...reading.rounds)),
      rounds: reading.rounds.map(rounded),
    })),
  };
}

/** The commit checked out, followed by `+` if files differ from it. */
function commit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
