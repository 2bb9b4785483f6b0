import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The files that neo4j-admin imports: one for each label and each type of edge, created on first use. */
export interface ImportFiles {
  /** Adds a node and returns its number. Null properties are left out. */
  node(label: string, properties: object): number;
  edge(type: string, start: number, end: number): void;
  readonly nodes: number;
  /** The arguments that name the files to neo4j-admin. */
  close(): string[];
}

/** The types of properties that are not text. Whole numbers are kept as doubles where `database.ts` says so. */
const TYPES: Readonly<Record<string, string>> = {
  ...named(
    'long',
    'sequence order lastStepSequence lastMessageSequence lastGoalNumber lastGoalSequence lastEventId totalSteps eventId',
  ),
  ...named('long', 'changedAtMs skillsCount experiencesCount position awaitingSteps awaitingSequence'),
  ...named(
    'long',
    statNames('MessageCount StepCount ErrorCount UnpricedCount PromptTokens CompletionTokens'),
  ),
  ...named('long', statNames('CacheReadTokens CacheWriteTokens ReasoningTokens TotalTokens PreviewSequence')),
  ...named('double', `cost durationMs firstTokenMs ${statNames('TotalCost')}`),
  ...named('boolean', 'locked isFinal'),
  ...named('string[]', 'parentIds experienceIds tags awaits'),
};

function named(type: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type]));
}

/** A stat's name on a trace, and with both prefixes on a goal. */
function statNames(names: string): string {
  return names
    .split(' ')
    .flatMap((name) => [name.charAt(0).toLowerCase() + name.slice(1), `self${name}`, `cumulative${name}`])
    .join(' ');
}

const CHUNK_LENGTH = 1 << 20;

export function openImportFiles(folder: string): ImportFiles {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, File>();
  let count = 0;

  function open(kind: File['kind'], name: string, columns: readonly string[], header: string): File {
    const path = join(folder, `${name}.csv`);
    const file = { kind, name, path, columns, descriptor: openSync(path, 'w'), text: `${header}\n` };
    files.set(name, file);
    return file;
  }

  return {
    node(label, properties) {
      const names = Object.keys(properties);
      const file = files.get(label) ?? open('nodes', label, names, headerOf(names));
      const { columns } = file;
      const values = properties as Readonly<Record<string, unknown>>;
      const unknown = names.find((name) => !columns.includes(name));
      if (unknown !== undefined) {
        throw new Error(`expected every ${label} to have the properties of the first, got ${unknown} too`);
      }
      count += 1;
      append(file, [String(count), ...columns.map((name) => cell(name, values[name]))].join(','));
      return count;
    },
    edge(type, start, end) {
      append(files.get(type) ?? open('relationships', type, [], ':START_ID,:END_ID'), `${start},${end}`);
    },
    get nodes() {
      return count;
    },
    close() {
      for (const file of files.values()) {
        writeSync(file.descriptor, file.text);
        closeSync(file.descriptor);
      }
      return [...files.values()].map(({ kind, name, path }) => `--${kind}=${name}=${path}`);
    },
  };
}

interface File {
  readonly kind: 'nodes' | 'relationships';
  readonly name: string;
  readonly path: string;
  readonly columns: readonly string[];
  readonly descriptor: number;
  text: string;
}

function headerOf(names: readonly string[]): string {
  return [':ID', ...names.map((name) => `${name}:${TYPES[name] ?? 'string'}`)].join(',');
}

function append(file: File, line: string): void {
  file.text += `${line}\n`;
  if (file.text.length > CHUNK_LENGTH) {
    writeSync(file.descriptor, file.text);
    file.text = '';
  }
}

function cell(name: string, value: unknown): string {
  if (value == null) {
    return '';
  }
  const type = TYPES[name] ?? 'string';
  if (Array.isArray(value) && type === 'string[]') {
    return quoted(value.join(';'));
  }
  if (typeof value === 'string' && type === 'string') {
    return quoted(value);
  }
  if ((typeof value === 'number' && (type === 'long' || type === 'double')) || typeof value === 'boolean') {
    return String(value);
  }
  throw new Error(`expected ${name} to be a ${type}, got ${JSON.stringify(value)}: mend TYPES`);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
