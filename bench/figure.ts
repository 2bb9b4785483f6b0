/** What a reading has to reach. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** One line of the table: what each round measured; the median counts. */
export interface Reading {
  readonly name: string;
  readonly unit: string;
  readonly rounds: readonly number[];
  /** Without one, the reading only explains others. */
  readonly target?: Target;
}

/** One row of the issue: something measured on a stage that several figures share. */
export interface Figure<Stage> {
  readonly number: number;
  readonly name: string;
  /** Numbers of figures to measure before it. */
  readonly after?: readonly number[];
  measure(stage: Stage): Promise<readonly Reading[]>;
}

/** Figures that are measured one after the other on the same running processes. */
export interface Part {
  readonly figures: readonly Pick<Figure<never>, 'number' | 'name' | 'after'>[];
  /** Measures the figures with these numbers, and reports each when it is done. */
  run(
    numbers: ReadonlySet<number>,
    tell: (number: number, readings: readonly Reading[]) => void,
  ): Promise<void>;
}

export function part<Stage>(open: () => Promise<Stage>, figures: readonly Figure<Stage>[]): Part {
  return {
    figures,
    async run(numbers, tell) {
      const wanted = figures.filter(({ number }) => numbers.has(number));
      if (wanted.length > 0) {
        const stage = await open();
        for (const figure of wanted) {
          tell(figure.number, await figure.measure(stage));
        }
      }
    },
  };
}

/** The number below which this share of `values` is; `percentile(values, 0.5)` is the median. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return low + (high - low) * (place % 1);
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export function isReached({ rounds, target }: Reading): boolean | null {
  if (target === undefined) {
    return null;
  }
  return 'atLeast' in target ? median(rounds) >= target.atLeast : median(rounds) <= target.atMost;
}
