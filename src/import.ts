import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Client } from './api-client.js';
import { StemmaError } from './errors.js';
import type { Progress } from './progress.js';
import type { Speed } from './replay-pace.js';
import type { TraceWrites } from './run-to-trace.js';
import { readTranscript } from './transcripts.js';
import { REAL_CLOCK, writeTrace } from './write-trace.js';

/** What one file became. */
export interface ImportedFile {
  readonly file: string;
  readonly traceIds: readonly string[];
  /** How many of the traces this import added to; the others were there in full. */
  readonly tracesWritten: number;
  /** What this import added. */
  readonly steps: number;
  readonly messages: number;
}

/** Everything that is wrong with the files given, one line a file. */
export class BrokenFiles extends StemmaError {
  constructor(faults: readonly string[]) {
    super('BAD_USER_INPUT', `${faults.join('\n')}\nNothing was imported.`);
  }
}

interface ReadFile {
  readonly file: string;
  readonly traces: readonly TraceWrites[];
}

/**
 * Imports transcripts, file by file and run by run, in order. Every file is read and checked before the first write;
 * importing again adds only what is not there.
 *
 * Throws BrokenFiles, having written nothing, if any file is broken; what the client throws if the server refuses or goes
 * away, with how to go on.
 */
export async function importFiles(
  client: Client,
  {
    files,
    speed,
    progress,
  }: { readonly files: readonly string[]; readonly speed: Speed; readonly progress: Progress },
): Promise<ImportedFile[]> {
  const read = await readAll(files);
  const imported: ImportedFile[] = [];
  progress.begin(read.flatMap(({ traces }) => traces).reduce((sum, { writes }) => sum + writes.length, 0));
  try {
    for (const { file, traces } of read) {
      imported.push(await importFile(client, { file, traces }, { speed, progress }));
    }
  } catch (error) {
    throw error instanceof StemmaError ? interrupted(error) : error;
  } finally {
    progress.end();
  }
  return imported;
}

async function importFile(
  client: Client,
  { file, traces }: ReadFile,
  { speed, progress }: { readonly speed: Speed; readonly progress: Progress },
): Promise<ImportedFile> {
  let tracesWritten = 0;
  let steps = 0;
  let messages = 0;
  for (const [index, trace] of traces.entries()) {
    progress.traceBegins({ file: basename(file), index, count: traces.length, traceId: trace.trace.id });
    const added = await writeTrace(client, {
      trace,
      speed,
      clock: REAL_CLOCK,
      onWritten: (count) => progress.written(count),
    });
    tracesWritten += added === null ? 0 : 1;
    steps += added?.steps ?? 0;
    messages += added?.messages ?? 0;
  }
  return {
    file: basename(file),
    traceIds: traces.map(({ trace }) => trace.id),
    tracesWritten,
    steps,
    messages,
  };
}

async function readAll(files: readonly string[]): Promise<ReadFile[]> {
  const read: ReadFile[] = [];
  const faults: string[] = [];
  for (const file of files) {
    try {
      read.push({ file, traces: readTranscript(file, await bytesOf(file)) });
    } catch (error) {
      if (!(error instanceof StemmaError)) {
        throw error;
      }
      faults.push(error.message);
    }
  }
  if (faults.length > 0) {
    throw new BrokenFiles(faults);
  }
  return read;
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is none' : code === 'EISDIR' ? 'it is a folder' : (cause as Error).message;
    throw new StemmaError('BAD_USER_INPUT', `${file}: expected a file, but ${why}`, { cause });
  }
}

function interrupted(error: StemmaError): StemmaError {
  const advice =
    error.code === 'PAYLOAD_TOO_LARGE'
      ? 'start the server with a greater STEMMA_MAX_REQUEST_BYTES, then run this again to add the rest'
      : error.code === 'UNAVAILABLE'
        ? 'what was written stays; run this again to add the rest'
        : null;
  return advice === null
    ? error
    : new StemmaError(error.code, `${error.message}\n(${advice})`, { cause: error.cause });
}
