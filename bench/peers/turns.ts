import type { Reading } from '../figure.js';

/** The result of each round, by who was measured. */
export type Turns<Result> = Readonly<Record<string, readonly Result[]>>;

/** Has each do the work in each round, with a different one first each time. */
export async function inTurns<Who extends { readonly name: string }, Result>(
  { all, rounds }: { readonly all: readonly Who[]; readonly rounds: number },
  work: (who: Who, round: number) => Promise<Result>,
): Promise<Turns<Result>> {
  const results: Record<string, Result[]> = Object.fromEntries(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [turn] of all.entries()) {
      const who = all[(round + turn) % all.length] as Who;
      results[who.name]?.push(await work(who, round));
    }
  }
  return results;
}

/**
 * A reading of `value` for each, and for each peer its ratio to Stemma's in the same round: above 1, Stemma takes less.
 */
export function beside<Result>(
  { name, unit, turns }: { readonly name: string; readonly unit: string; readonly turns: Turns<Result> },
  value: (result: Result) => number,
): Reading[] {
  const readings = Object.entries(turns).map(([who, results]) => ({ who, rounds: results.map(value) }));
  const ours = readings.find(({ who }) => who === 'Stemma')?.rounds ?? [];
  return [
    ...readings.map(({ who, rounds }) => ({ name: `${name}: ${who}`, unit, rounds })),
    ...readings
      .filter(({ who }) => who !== 'Stemma')
      .map(({ who, rounds }) => ({
        name: `${name}: ${who}`,
        unit: 'of Stemma',
        rounds: rounds.map((each, round) => each / (ours[round] ?? NaN)),
      })),
  ];
}
