import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { below, isObject, TranscriptFault, unexpected, type AgentRun, type Place } from './agent-run.js';
import { StemmaError } from './errors.js';
import { checkJson, parseJson, position, shown } from './json.js';
import { MESSAGE_LISTS, readOpenAiRun } from './openai-transcript.js';
import { traceOfRun, type TraceWrites } from './run-to-trace.js';
import { readSweAgentRun } from './swe-agent-trajectory.js';

const EXPECTED =
  'a transcript (a list of OpenAI chat messages or of runs, as JSON or JSON Lines) or a SWE-agent trajectory';

/**
 * The runs in a file, as the traces they become; nothing is sent.
 *
 * A file holds one run (a list of chat messages, an object with such a list, or a SWE-agent trajectory), or a list of runs;
 * as one JSON text, or as JSON Lines with one message or one run a line. Its content tells which; its name does not matter.
 *
 * Throws BAD_USER_INPUT at the first fault: `file:line:column`, then, where the JSON is sound, the place in words
 * ("run 3, message 12").
 */
export function readTranscript(file: string, bytes: Uint8Array): TraceWrites[] {
  const text = decoded(file, bytes);
  const parts = jsonLines(text) ?? [{ text, firstLine: 1 }];
  const values = parts.map((part) => parsed(file, part));
  try {
    const root = parts.length === 1 ? values[0] : values;
    // A step wraps what the file holds.
    checkJson([[root]], file);
    return runsIn(root).map(traceOfRun);
  } catch (error) {
    if (!(error instanceof TranscriptFault)) {
      throw error;
    }
    const { path } = error.place;
    const [part, inPart] = parts.length === 1 ? [parts[0], path] : [parts[Number(path[0])], path.slice(1)];
    const { line, column } = placeOf(part ?? { text, firstLine: 1 }, inPart);
    throw new StemmaError('BAD_USER_INPUT', `${file}:${line}:${column}: ${error.message}`);
  }
}

/** A JSON text in a file, and the line of the file it begins in. */
interface Part {
  readonly text: string;
  readonly firstLine: number;
}

function decoded(file: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StemmaError('BAD_USER_INPUT', `${file}: expected text in UTF-8, got bytes that are not`, {
      cause,
    });
  }
  const begin = text.search(/\S/);
  if (begin === -1) {
    throw new StemmaError('BAD_USER_INPUT', `${file}: expected ${EXPECTED}, got an empty file`);
  }
  if (!/[[{]/.test(text.charAt(begin))) {
    const { line, column } = lineAndColumn(text, begin);
    const got = shown(text.slice(begin).split('\n', 1)[0]);
    throw new StemmaError('BAD_USER_INPUT', `${file}:${line}:${column}: expected ${EXPECTED}, got ${got}`);
  }
  return text;
}

/** The lines of a text that is not one JSON text, but begins with a line that is; else null. */
function jsonLines(text: string): readonly Part[] | null {
  if (isJson(text)) {
    return null;
  }
  const lines = text
    .split('\n')
    .map((line, index) => ({ text: line, firstLine: index + 1 }))
    .filter((line) => line.text.trim() !== '');
  return lines.length > 1 && isJson(lines[0]?.text ?? '') ? lines : null;
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

function parsed(file: string, { text, firstLine }: Part): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const found = /^line (\d+), column (\d+): (.*)$/s.exec(error instanceof Error ? error.message : '');
    if (found === null) {
      throw error;
    }
    const [, line, column, message] = found;
    throw new StemmaError(
      'BAD_USER_INPUT',
      `${file}:${Number(line) + firstLine - 1}:${column ?? ''}: ${message ?? ''}`,
    );
  }
}

function placeOf(
  { text, firstLine }: Part,
  path: readonly (string | number)[],
): { readonly line: number; readonly column: number } {
  const tree = parseTree(text);
  for (let length = path.length; length >= 0 && tree !== undefined; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) {
      const { line, column } = lineAndColumn(text, node.offset);
      return { line: line + firstLine - 1, column };
    }
  }
  return { line: firstLine, column: 1 };
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const [line = 1, column = 1] = (position(text, offset).match(/\d+/g) ?? []).map(Number);
  return { line, column };
}

const TOP: Place = { path: [], words: '' };

function runsIn(root: unknown): readonly AgentRun[] {
  if (isObject(root)) {
    return ['role' in root ? readOpenAiRun([root], TOP) : readRun(root, TOP)];
  }
  const list = Array.isArray(root) ? (root as readonly unknown[]) : [];
  const [first] = list;
  if (isObject(first) && !isRun(first) && 'role' in first) {
    return [readOpenAiRun(list, TOP)];
  }
  if (list.length === 0 || !isRun(first)) {
    throw new TranscriptFault(
      below(TOP, [0], ''),
      `expected ${EXPECTED}, got ${list.length === 0 ? 'an empty list' : `a list of ${described(first)}`}`,
    );
  }
  return list.map((source, index) => readRun(source, below(TOP, [index], `run ${index + 1}`)));
}

function isRun(value: unknown): boolean {
  return (
    Array.isArray(value) ||
    (isObject(value) && ['trajectory', ...MESSAGE_LISTS].some((name) => name in value))
  );
}

function readRun(source: unknown, place: Place): AgentRun {
  if (isObject(source) && 'trajectory' in source) {
    return readSweAgentRun(source, place);
  }
  if (Array.isArray(source) && source.length === 0) {
    throw unexpected(place, 'a list of messages', source);
  }
  if (!isRun(source)) {
    const names = MESSAGE_LISTS.join(', ');
    throw new TranscriptFault(
      place,
      `expected a run (a list of messages, or an object with one of ${names}, trajectory), got ${described(source)}`,
    );
  }
  return readOpenAiRun(source, place);
}

function described(value: unknown): string {
  return isObject(value)
    ? `an object with ${Object.keys(value).slice(0, 8).join(', ') || 'nothing'}`
    : shown(value);
}
