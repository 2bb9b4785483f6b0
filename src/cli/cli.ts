import { parseArgs } from 'node:util';
import { connectTo, type Client } from './api-client.js';
import { runDemo } from './demo/demo.js';
import { StemmaError } from '../base/errors.js';
import { followTrace } from './follow-trace.js';
import { importFiles, type ImportedFile } from './import/import-files.js';
import { PROGRAM_VERSION } from '../base/program-version.js';
import { progressBar, progressLines } from './import/progress.js';
import { parseSpeed } from './import/replay-pace.js';

const USAGE = `Usage:
  npx stemma import FILE... [--speed 20x|max]   writes recorded runs of agents as traces
  npx stemma demo [--fast]                      plays agents at work, live, in about 30 seconds
  npx stemma watch TRACE                        shows the events of a trace as they happen

FILE holds OpenAI chat messages (one list, a list of runs, or JSON Lines; tau-bench's files are such) or is a SWE-agent
trajectory (.traj). Importing a file again adds nothing. JSON Lines with a run on each line may have any size, other files
512 MB.

  --speed max   as fast as the server takes it (unless given)
  --speed 20x   at 20 times the speed it happened at, to watch it arrive
  --fast        without the pauses
  --help        this text
  --version     the version of this program

STEMMA_URL says where the server is: http://127.0.0.1:4000 unless set.`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      speed: { type: 'string' },
      fast: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
  const [command, ...files] = positionals;
  if (values.help === true) {
    say(USAGE);
    return;
  }
  if (values.version === true) {
    say(PROGRAM_VERSION);
    return;
  }
  const client = connectTo(process.env['STEMMA_URL'] || 'http://127.0.0.1:4000');
  if (command === 'import' && files.length > 0) {
    await runImport(client, files, values.speed ?? 'max');
  } else if (command === 'demo' && files.length === 0) {
    await runDemo(client, { say, pace: values.fast === true ? 0 : 1 });
  } else if (command === 'watch' && files.length === 1) {
    await runWatch(client, files[0] ?? '');
  } else {
    throw new StemmaError('BAD_USER_INPUT', complaint(command, files));
  }
}

function complaint(command: string | undefined, more: readonly string[]): string {
  const got =
    command === 'import'
      ? 'expected a FILE to import, got none'
      : command === 'demo'
        ? `expected no more words after demo, got ${more.join(' ')}`
        : command === 'watch'
          ? `expected the id of one TRACE to watch, got ${more.length === 0 ? 'none' : more.join(' ')}`
          : `expected import, demo or watch, got ${command ?? 'nothing'}`;
  return `${got}\n\n${USAGE}`;
}

/** Runs until Ctrl-C. */
async function runWatch(client: Client, traceId: string): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  await followTrace(client, { traceId, say, signal: interrupted.signal });
}

async function runImport(client: Client, files: readonly string[], speedText: string): Promise<void> {
  const speed = parseSpeed(speedText);
  const begunMs = performance.now();
  const progress = process.stdout.isTTY ? progressBar(process.stdout) : progressLines(say, speed !== 'max');
  const imported = await importFiles(client, { files, speed, progress });
  imported.forEach((report) => say(summaryOf(report)));
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
  const [first = ''] = imported[0]?.traceIds ?? [];
  say(
    `Done in ${seconds} s. See one at ${client.url}/graphql: { trace(id: "${first}") { task status totalSteps } }`,
  );
}

function summaryOf({ file, traceIds, tracesWritten, steps, messages }: ImportedFile): string {
  const there = traceIds.length - tracesWritten;
  const within = `${counted(steps, 'step')} and ${counted(messages, 'message')}`;
  const parts = [
    ...(tracesWritten > 0 ? [`${counted(tracesWritten, 'trace')} with ${within} added`] : []),
    ...(there > 0 ? [`${counted(there, 'trace')} already there`] : []),
  ];
  return `${file}: ${parts.join(', ')}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

try {
  await run();
} catch (error) {
  const expected =
    error instanceof StemmaError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(
    `${expected === true ? (error as Error).message : String((error as Error).stack ?? error)}\n`,
  );
  process.exitCode = 1;
}
