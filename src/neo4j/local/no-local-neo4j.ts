import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { StemmaError } from '../../base/errors.js';

/** UNAVAILABLE: why there is no local Neo4j, and what can be done about it. */
export function noLocalNeo4j(reason: string, waysOut: readonly string[], cause?: unknown): StemmaError {
  const ways = [
    ...waysOut,
    'set NEO4J_URI to a Neo4j 5 that is running elsewhere',
    'run Stemma and Neo4j in containers: docker compose up',
  ];
  const message = [reason, 'Do one of these:', ...ways.map((way) => `  - ${way}`)].join('\n');
  return new StemmaError('UNAVAILABLE', message, cause === undefined ? {} : { cause });
}

/** The last lines of a log, without stack frames, to end a message with. */
export function logTail(path: string, lineCount = 15): string {
  const lines = stripVTControlCharacters(readFileSync(path, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+(at |\.\.\. )/.test(line));
  return [`The log, ${path}, ends with:`, ...lines.slice(-lineCount).map((line) => `  ${line}`)].join('\n');
}
