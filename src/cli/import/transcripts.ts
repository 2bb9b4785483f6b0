import { stat, readFile } from 'node:fs/promises';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { below, isObject, TranscriptFault, unexpected, type AgentRun, type Place } from './agent-run.js';
import { StemmaError } from '../../base/errors.js';
import { checkJson, parseJson, position, shown } from '../../base/json.js';
import { MESSAGE_LISTS, readOpenAiRun } from './openai-transcript.js';
import { traceOfRun, type TraceWrites } from './run-to-trace.js';
import { readSweAgentRun } from './swe-agent-trajectory.js';
import { decoded, linesOf, MAX_TEXT_BYTES, tooLong, type Part } from './text-lines.js';

const EXPECTED =
  'a transcript (a list of OpenAI chat messages or of runs, as JSON or JSON Lines) or a SWE-agent trajectory';

/** The runs in a file, converted to traces; nothing is sent. */
export interface Transcript {
  readonly file: string;
  /** Reads them from the start on each call; see `openTranscript` for the errors. */
  runs(): AsyncIterable<TraceWrites> | Iterable<TraceWrites>;
}

/**
 * Detects how a file is to be read. JSON Lines with a run on each line are read one line at a time; anything else is read at
 * once, and may have up to 512 MB.
 *
 * Throws BAD_USER_INPUT, as reading the runs does, if there is no such file, if it is too long, and at the first fault in it:
 * `file:line:column`, then, if the JSON is valid, the place in words ("run 3, message 12").
 */
export async function openTranscript(file: string): Promise<Transcript> {
  const size = await sizeOf(file);
  if (await hasRunsOnLines(file)) {
    return { file, runs: () => runsOnLines(file) };
  }
  if (size > MAX_TEXT_BYTES) {
    throw tooLong(file, `${size} bytes`);
  }
  const traces = readTranscript(file, await readFile(file));
  return { file, runs: () => traces };
}

/**
 * The runs in the bytes of a file, converted to traces.
 *
 * A file contains one run (a list of chat messages, an object with such a list, or a SWE-agent trajectory) or a list of runs,
 * as one JSON text or as JSON Lines with one message or one run per line. Its content decides which, not its name.
 *
 * Throws BAD_USER_INPUT at the first fault: see `openTranscript`.
 */
export function readTranscript(file: string, bytes: Uint8Array): TraceWrites[] {
  const text = transcriptText(file, bytes);
  const parts = jsonLines(text) ?? [{ text, firstLine: 1 }];
  const values = parts.map((part) => parsed(file, part));
  try {
    const root = parts.length === 1 ? values[0] : values;
    // Checked at the depth that the content has inside a step.
    checkJson([[root]], file);
    return runsIn(root).map(traceOfRun);
  } catch (error) {
    if (!(error instanceof TranscriptFault)) {
      throw error;
    }
    const { path } = error.place;
    const [part, inPart] = parts.length === 1 ? [parts[0], path] : [parts[Number(path[0])], path.slice(1)];
    throw located(file, part ?? { text, firstLine: 1 }, inPart, error);
  }
}

async function sizeOf(file: string): Promise<number> {
  const expected = (why: string, cause?: unknown): StemmaError =>
    new StemmaError('BAD_USER_INPUT', `${file}: expected a file, but ${why}`, { cause });
  const found = await stat(file).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw expected(code === 'ENOENT' ? 'there is none' : message, cause);
  });
  if (found.isDirectory()) {
    throw expected('it is a folder');
  }
  return found.size;
}

/** Whether the first line is a complete run and other lines follow. */
async function hasRunsOnLines(file: string): Promise<boolean> {
  let lines = 0;
  try {
    for await (const { text } of linesOf(file)) {
      if (lines === 0 && !(isJson(text) && isRun(parseJson(text)))) {
        return false;
      }
      lines += 1;
      if (lines === 2) {
        return true;
      }
    }
  } catch (error) {
    // Faults in the file are reported when it is read.
    if (!(error instanceof StemmaError)) {
      throw error;
    }
  }
  return false;
}

async function* runsOnLines(file: string): AsyncGenerator<TraceWrites> {
  let index = 0;
  for await (const part of linesOf(file)) {
    const value = parsed(file, part);
    try {
      // Checked at the depth that the line's content has inside a step, with the file as a list of lines.
      checkJson([[[value]]], file);
      yield traceOfRun(readRun(value, below(TOP, [index], `run ${index + 1}`)), index);
    } catch (error) {
      throw error instanceof TranscriptFault ? located(file, part, error.place.path.slice(1), error) : error;
    }
    index += 1;
  }
}

/** The fault with the line and column of its place. */
function located(
  file: string,
  part: Part,
  path: readonly (string | number)[],
  { message }: TranscriptFault,
): StemmaError {
  const { line, column } = placeOf(part, path);
  return new StemmaError('BAD_USER_INPUT', `${file}:${line}:${column}: ${message}`);
}

function transcriptText(file: string, bytes: Uint8Array): string {
  const text = decoded(file, bytes);
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

/** The lines of a text that is not one JSON text, but whose first line is JSON; else null. */
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
