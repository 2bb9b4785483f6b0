import type { Stats } from './rows.js';
import { JsonText } from '../base/json-text.js';
import { parseJson } from '../base/json.js';

/** What one step or message adds. */
export type Usage = Omit<Stats, 'totalTokens' | 'preview' | 'previewSequence'>;

/** The source of a preview: the message's sequence, and the beginning of its text. */
export interface Preview {
  readonly sequence: number;
  readonly text: string | null;
}

const PREVIEW_LENGTH = 80;

export const NO_STATS: Stats = {
  messageCount: 0,
  stepCount: 0,
  errorCount: 0,
  unpricedCount: 0,
  promptTokens: 0,
  completionTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  totalCost: 0,
  preview: null,
  previewSequence: null,
};

/** Stats as the API shows them. */
export type PublicStats = Omit<Stats, 'previewSequence'>;

export function publicStats(stats: Stats): PublicStats {
  return {
    messageCount: stats.messageCount,
    stepCount: stats.stepCount,
    errorCount: stats.errorCount,
    unpricedCount: stats.unpricedCount,
    promptTokens: stats.promptTokens,
    completionTokens: stats.completionTokens,
    cacheReadTokens: stats.cacheReadTokens,
    cacheWriteTokens: stats.cacheWriteTokens,
    reasoningTokens: stats.reasoningTokens,
    totalTokens: stats.totalTokens,
    totalCost: stats.totalCost,
    preview: stats.preview,
  };
}

/** What a message or step records about its use of models. */
export interface RecordedUsage {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  /** US dollars. */
  readonly cost: number | null;
}

export const USAGE_NAMES = [
  'promptTokens',
  'completionTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'cost',
] as const satisfies readonly (keyof RecordedUsage)[];

/** What a record adds to the stats that include it. */
export function usageOf(
  recorded: RecordedUsage,
  { messageCount = 0, stepCount = 0, errorCount = 0 }: Partial<Usage> = {},
): Usage {
  const promptTokens = recorded.promptTokens ?? 0;
  const completionTokens = recorded.completionTokens ?? 0;
  return {
    messageCount,
    stepCount,
    errorCount,
    unpricedCount: recorded.cost === null && promptTokens + completionTokens > 0 ? 1 : 0,
    promptTokens,
    completionTokens,
    cacheReadTokens: recorded.cacheReadTokens ?? 0,
    cacheWriteTokens: recorded.cacheWriteTokens ?? 0,
    reasoningTokens: recorded.reasoningTokens ?? 0,
    totalCost: recorded.cost ?? 0,
  };
}

/** `stats` with `usage` added (`sign` 1) or subtracted (-1). */
export function addUsage(stats: Stats, usage: Usage, sign: 1 | -1 = 1): Stats {
  const promptTokens = stats.promptTokens + sign * usage.promptTokens;
  const completionTokens = stats.completionTokens + sign * usage.completionTokens;
  return {
    messageCount: stats.messageCount + sign * usage.messageCount,
    stepCount: stats.stepCount + sign * usage.stepCount,
    errorCount: stats.errorCount + sign * usage.errorCount,
    unpricedCount: stats.unpricedCount + sign * usage.unpricedCount,
    promptTokens,
    completionTokens,
    cacheReadTokens: stats.cacheReadTokens + sign * usage.cacheReadTokens,
    cacheWriteTokens: stats.cacheWriteTokens + sign * usage.cacheWriteTokens,
    reasoningTokens: stats.reasoningTokens + sign * usage.reasoningTokens,
    totalTokens: promptTokens + completionTokens,
    totalCost: addCost(stats.totalCost, sign * usage.totalCost),
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
  const sum = addUsage(a, b);
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
