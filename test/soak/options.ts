import { parseArgs } from 'node:util';

/** What can be left out with `--without`. */
export const PARTS = [
  'deletions',
  'freezes',
  'hostile',
  'kills',
  'large',
  'neo4j',
  'reads',
  'restarts',
  'watchers',
] as const;
export type Part = (typeof PARTS)[number];

/** Shorter runs leave out what takes long to recover. */
export const SHORT_MINUTES = 1.5;

/** What can be broken on purpose with `--sabotage`, to verify that the checks find it. */
export const SABOTAGES = ['copy', 'lose', 'process', 'revive', 'stat'] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** How a soak runs. */
export interface Options {
  readonly minutes: number;
  readonly seed: number;
  /** The most write requests sent per second. */
  readonly rate: number;
  readonly without: ReadonlySet<Part>;
  readonly sabotage: ReadonlySet<Sabotage>;
  /** Where to write the figures as JSON; undefined: nowhere. */
  readonly out: string | undefined;
}

export const USAGE = `npm run soak -- --minutes N [--seed S] [--rate REQUESTS_PER_SECOND] [--without PART,...] [--out FILE]
  parts: ${PARTS.join(', ')}
  STEMMA_TEST_SOAK_PATIENCE=N in the environment multiplies every deadline, for a busy machine
  --sabotage WORD,... breaks something on purpose before the checks (${SABOTAGES.join(', ')}), to test the soak itself`;

/** The options on the command line. Throws an Error with one sentence for each mistake. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string', default: '90' },
      without: { type: 'string', default: '' },
      sabotage: { type: 'string', default: '' },
      out: { type: 'string' },
    },
  });
  const seed = values.seed ?? String(Math.floor(Math.random() * 1e9));
  return {
    minutes: positive('--minutes', values.minutes),
    seed: positive('--seed', seed),
    rate: positive('--rate', values.rate),
    without: words('--without', values.without, PARTS),
    sabotage: words('--sabotage', values.sabotage, SABOTAGES),
    out: values.out,
  };
}

function positive(name: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !Number.isFinite(value) || value <= 0) {
    throw new Error(`${name}: expected a number above 0, got ${text ?? 'none'}`);
  }
  return value;
}

function words<Word extends string>(name: string, text: string, allowed: readonly Word[]): ReadonlySet<Word> {
  const given = text.split(',').filter((word) => word !== '');
  const unknown = given.find((word) => !(allowed as readonly string[]).includes(word));
  if (unknown !== undefined) {
    throw new Error(`${name}: expected words of ${allowed.join(', ')}, got ${unknown}`);
  }
  return new Set(given as Word[]);
}
