import type { Stats } from './rows.js';
import { JsonText } from '../base/json-text.js';
import { parseJson } from '../base/json.js';

/** What one step or message adds. */
export interface Usage {
  readonly messageCount: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: number;
}

/** The source of a preview: the message's sequence, and the beginning of its text. */
export interface Preview {
  readonly sequence: number;
  readonly text: string | null;
}

const PREVIEW_LENGTH = 80;

export const NO_STATS: Stats = {
  messageCount: 0,
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  totalCost: 0,
  preview: null,
  previewSequence: null,
};

/** Usage as recorded on a message (`messageCount` 1) or a step (0). */
export function usageOf(
  row: {
    readonly promptTokens: number | null;
    readonly completionTokens: number | null;
    readonly cost: number | null;
  },
  messageCount: 0 | 1,
): Usage {
  return {
    messageCount,
    promptTokens: row.promptTokens ?? 0,
    completionTokens: row.completionTokens ?? 0,
    cost: row.cost ?? 0,
  };
}

/** `stats` with `usage` added (`sign` 1) or subtracted (-1). */
export function addUsage(stats: Stats, usage: Usage, sign: 1 | -1 = 1): Stats {
  const promptTokens = stats.promptTokens + sign * usage.promptTokens;
  const completionTokens = stats.completionTokens + sign * usage.completionTokens;
  return {
    messageCount: stats.messageCount + sign * usage.messageCount,
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    totalCost: addCost(stats.totalCost, sign * usage.cost),
    preview: stats.preview,
    previewSequence: stats.previewSequence,
  };
}

/** `stats` showing `preview` unless it already shows a message with a higher sequence. */
export function showNewest(stats: Stats, preview: Preview): Stats {
  return stats.previewSequence !== null && stats.previewSequence > preview.sequence
    ? stats
    : { ...stats, preview: preview.text, previewSequence: preview.sequence };
}

/** Both combined: the sums, and the newer preview. */
export function mergeStats(a: Stats, b: Stats): Stats {
  const sum = addUsage(a, {
    messageCount: b.messageCount,
    promptTokens: b.promptTokens,
    completionTokens: b.completionTokens,
    cost: b.totalCost,
  });
  return b.previewSequence === null ? sum : showNewest(sum, { sequence: b.previewSequence, text: b.preview });
}

export function equalStats(a: Stats, b: Stats): boolean {
  return (Object.keys(NO_STATS) as (keyof Stats)[]).every((key) => a[key] === b[key]);
}

/** A message's content as JSON text, with a preview that was computed before. */
export class PreviewedText extends JsonText {
  readonly preview: string | null;

  constructor({ text, preview }: { readonly text: string; readonly preview: string | null }) {
    super(text);
    this.preview = preview;
  }
}

/** The beginning of a message's text, with whitespace collapsed; null if its content has no text. */
export function previewOf(content: unknown): string | null {
  if (content instanceof PreviewedText) {
    return content.preview;
  }
  const text = textOf(content instanceof JsonText ? parseJson(content.text) : content)
    ?.trimStart()
    .slice(0, 400)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text === undefined || text === '' ? null : firstCharacters(text, PREVIEW_LENGTH);
}

/** Splitting a text into characters is slow, so it does that only if one may take two UTF-16 units. */
function firstCharacters(text: string, count: number): string {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).slice(0, count).join('') : text.slice(0, count);
}

/** The text of a content: itself, its `text`, or the first text among its parts (the shapes of OpenAI's messages). */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') {
    return content;
  }
  if (Array.isArray(content)) {
    return content.map(textOf).find((text) => text !== undefined);
  }
  if (typeof content === 'object' && content !== null && 'text' in content) {
    return textOf(content.text);
  }
  return undefined;
}

/**
 * Sums of doubles depend on their order; sums of whole nano-dollars do not. A total is therefore always a whole number of
 * 1e-9 dollars, and equals a recount whatever the order of the writes.
 */
function addCost(total: number, cost: number): number {
  return (Math.round(total * 1e9) + Math.sign(cost) * Math.round(Math.abs(cost) * 1e9)) / 1e9;
}
