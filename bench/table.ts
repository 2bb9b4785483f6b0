import { isReached, median, type Reading, type Target } from './figure.js';

/** Readings as lines of a table: number, name, value, spread, target. */
export function tableOf(measured: readonly { readonly number: number; readonly reading: Reading }[]): string {
  const lines = measured.map(({ number, reading }) => [
    String(number),
    reading.name,
    `${shownNumber(median(reading.rounds))} ${reading.unit}`,
    reading.rounds.length === 1
      ? ''
      : `${shownNumber(Math.min(...reading.rounds))} to ${shownNumber(Math.max(...reading.rounds))}`,
    reading.target === undefined ? '' : shownTarget(reading.target),
    { true: 'reached', false: 'NOT REACHED', null: '' }[String(isReached(reading)) as 'true'],
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function shownTarget(target: Target): string {
  return 'atLeast' in target
    ? `at least ${shownNumber(target.atLeast)}`
    : `at most ${shownNumber(target.atMost)}`;
}

/** Three digits, or the whole integer part if it has more. */
export function shownNumber(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)));
}
