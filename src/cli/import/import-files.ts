import { basename } from 'node:path';
import type { Client } from '../api-client.js';
import { StemmaError } from '../../base/errors.js';
import type { Progress } from './progress.js';
import type { Speed } from './replay-pace.js';
import type { TraceWrites } from './run-to-trace.js';
import { openTranscript, type Transcript } from './transcripts.js';
import { REAL_CLOCK, writeTrace } from './write-trace.js';

/** The result of importing one file. */
export interface ImportedFile {
  readonly file: string;
  readonly traceIds: readonly string[];
  /** How many of the traces this import added to; the others were already complete. */
  readonly tracesWritten: number;
  /** What this import added. */
  readonly steps: number;
  readonly messages: number;
}

/** Everything that is wrong with the given files, one line per file. */
export class BrokenFiles extends StemmaError {
  constructor(faults: readonly string[]) {
    super('BAD_USER_INPUT', `${faults.join('\n')}\nNothing was imported.`);
  }
}

/** A transcript that was read to its end once. */
interface Checked extends Transcript {
  readonly runCount: number;
  readonly writeCount: number;
}

/** How many runs are written at once at full speed: their writes share transactions in the server. */
const AT_ONCE = 8;

/**
 * Imports transcripts: at full speed several runs at once, otherwise run by run, in order. Every file is read and checked
 * before the first write; importing again adds only what is missing.
 *
 * Throws BrokenFiles, having written nothing, if any file is broken; what the client throws if the server rejects a write or
 * disconnects, with advice on how to continue.
 */
export async function importFiles(
  client: Client,
  {
    files,
    speed,
    progress,
  }: { readonly files: readonly string[]; readonly speed: Speed; readonly progress: Progress },
): Promise<ImportedFile[]> {
  const checked = await checkAll(files);
  // Outside the `try`: nothing has been written yet, so its errors need no advice on how to continue.
  await client.ask('{ __typename }');
  const imported = checked.map(({ file }) => ({
    file: basename(file),
    traceIds: [] as string[],
    tracesWritten: 0,
    steps: 0,
    messages: 0,
  }));
  progress.begin(checked.reduce((sum, { writeCount }) => sum + writeCount, 0));
  try {
    await inParallel(speed === 'max' ? AT_ONCE : 1, runsOf(checked), async ({ fileIndex, index, trace }) => {
      const [transcript, report] = [checked[fileIndex], imported[fileIndex]];
      if (transcript === undefined || report === undefined) {
        return;
      }
      const traceId = trace.trace.id;
      report.traceIds[index] = traceId;
      progress.traceBegins({ file: report.file, index, count: transcript.runCount, traceId });
      const added = await writeTrace(client, {
        trace,
        speed,
        clock: REAL_CLOCK,
        onWritten: (count) => progress.written(count),
      });
      report.tracesWritten += added === null ? 0 : 1;
      report.steps += added?.steps ?? 0;
      report.messages += added?.messages ?? 0;
    });
  } catch (error) {
    throw error instanceof StemmaError ? interrupted(error) : error;
  } finally {
    progress.end();
  }
  return imported;
}

interface RunOfFile {
  readonly fileIndex: number;
  readonly index: number;
  readonly trace: TraceWrites;
}

async function* runsOf(transcripts: readonly Transcript[]): AsyncGenerator<RunOfFile> {
  for (const [fileIndex, transcript] of transcripts.entries()) {
    let index = 0;
    for await (const trace of transcript.runs()) {
      yield { fileIndex, index, trace };
      index += 1;
    }
  }
}

/** Runs `work` on each item, `count` at a time. Rejects with the first error, once the work already started has finished. */
async function inParallel<Item>(
  count: number,
  items: AsyncGenerator<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let failed = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await items.next();
      if (next.done === true || failed) {
        return;
      }
      await work(next.value);
    }
  };
  const workers = Array.from({ length: count }, () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  const rejected = results.find((result) => result.status === 'rejected');
  if (rejected !== undefined) {
    throw rejected.reason;
  }
}

async function checkAll(files: readonly string[]): Promise<Checked[]> {
  const checked: Checked[] = [];
  const faults: string[] = [];
  for (const file of files) {
    try {
      const transcript = await openTranscript(file);
      let [runCount, writeCount] = [0, 0];
      for await (const { writes } of transcript.runs()) {
        runCount += 1;
        writeCount += writes.length;
      }
      checked.push({ ...transcript, runCount, writeCount });
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
  return checked;
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
