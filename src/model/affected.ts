import { parseJson } from '../base/json.js';
import type { Stats } from './rows.js';
import { NO_STATS } from './stats.js';

// What a fact (a message or a step) changed in the stats of its goals and of its trace, as it is stored with the fact: a text
// of lines, because the same stats repeat from goal to goal up to the trace.
//
//   own stats of its goal        \
//   id of its goal                |
//   cumulative stats of its goal  |  without a goal, only the last line
//   id of the goal above          |
//   cumulative stats of that      |
//   ...                          /
//   stats of the trace
//
// Stats are `=` if they equal the stats before them; otherwise their numbers in the order of COUNTERS, with nothing for 0 and
// without the last zeros, and after a tab what they preview: nothing for none, `*` for this message, `^` for the same as the
// stats before them, otherwise the text as JSON.

/** The stats of a trace, and of a goal and each goal above it. */
export interface Affected {
  /** From the fact's goal upwards; empty without a goal. */
  readonly goals: readonly { readonly goalId: string; readonly cumulative: Stats }[];
  /** The own stats of the first of the goals. */
  readonly self: Stats | null;
  readonly totals: Stats;
}

const COUNTERS = [
  'messageCount',
  'stepCount',
  'errorCount',
  'unpricedCount',
  'promptTokens',
  'completionTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'totalCost',
] as const satisfies readonly (keyof Stats)[];

/** The stored form; `sequence` is that of the message whose preview is left out, null for a step. */
export function affectedText({ goals, self, totals }: Affected, sequence: number | null): string {
  let before: Stats | null = null;
  const lines: string[] = [];
  const add = (stats: Stats): void => {
    lines.push(statsText(stats, before, sequence));
    before = stats;
  };
  if (self !== null) {
    add(self);
  }
  for (const { goalId, cumulative } of goals) {
    lines.push(goalId);
    add(cumulative);
  }
  add(totals);
  return lines.join('\n');
}

function statsText(stats: Stats, before: Stats | null, sequence: number | null): string {
  const samePreview =
    before !== null &&
    stats.preview === before.preview &&
    // Two messages may have the same text; only one of them is this one.
    (stats.previewSequence === sequence) === (before.previewSequence === sequence);
  if (before !== null && samePreview && COUNTERS.every((name) => stats[name] === before[name])) {
    return '=';
  }
  let numbers = '';
  let zeros = '';
  for (const name of COUNTERS) {
    if (stats[name] !== 0) {
      numbers += zeros + String(stats[name]);
      zeros = '';
    }
    zeros += ',';
  }
  if (stats.previewSequence === null) {
    return numbers;
  }
  if (stats.previewSequence === sequence) {
    return `${numbers}\t*`;
  }
  return `${numbers}\t${samePreview ? '^' : JSON.stringify(stats.preview)}`;
}

/** What the stored form says; `preview` is what the message itself previews. Sequences of previews are not stored. */
export function parseAffected(text: string, preview: string | null): Affected {
  const lines = text.split('\n');
  let before: Stats | null = null;
  const next = (line: string | undefined): Stats => {
    before = line === '=' && before !== null ? before : statsOf(line ?? '', before, preview);
    return before;
  };
  if (lines.length === 1) {
    return { goals: [], self: null, totals: next(lines[0]) };
  }
  const self = next(lines[0]);
  const goals: { readonly goalId: string; readonly cumulative: Stats }[] = [];
  for (let index = 1; index < lines.length - 1; index += 2) {
    goals.push({ goalId: lines[index] ?? '', cumulative: next(lines[index + 1]) });
  }
  return { goals, self, totals: next(lines.at(-1)) };
}

/** The goal on which the fact was recorded at first. */
export function goalIdOf(text: string): string | null {
  const lines = text.split('\n', 2);
  return lines.length === 1 ? null : (lines[1] ?? null);
}

function statsOf(line: string, before: Stats | null, preview: string | null): Stats {
  const [numbers = '', shown = ''] = line.split('\t');
  const values = numbers.split(',');
  const stats: { -readonly [Name in keyof Stats]: Stats[Name] } = { ...NO_STATS };
  COUNTERS.forEach((name, index) => {
    stats[name] = Number(values[index] ?? 0);
  });
  stats.totalTokens = stats.promptTokens + stats.completionTokens;
  stats.preview = previewOf(shown, before, preview);
  return stats;
}

function previewOf(shown: string, before: Stats | null, preview: string | null): string | null {
  switch (shown) {
    case '':
      return null;
    case '*':
      return preview;
    case '^':
      return before?.preview ?? null;
    default:
      return parseJson(shown) as string | null;
  }
}
