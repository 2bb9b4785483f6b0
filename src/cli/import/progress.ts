import { SingleBar } from 'cli-progress';

/** What an import reports while it runs. */
export interface Progress {
  begin(writes: number): void;
  traceBegins(trace: {
    readonly file: string;
    readonly index: number;
    readonly count: number;
    readonly traceId: string;
  }): void;
  written(count: number): void;
  end(): void;
}

/** A progress bar for a terminal, which is cleared at the end. */
export function progressBar(stream: NodeJS.WritableStream): Progress {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value}/{total} writes | {file}, run {run}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: null,
    clearOnComplete: true,
    stream,
  });
  return {
    begin: (writes) => bar.start(writes, 0, { file: '', run: '' }),
    traceBegins: ({ file, index, count, traceId }) =>
      bar.update({ file, run: `${index + 1} of ${count}: ${traceId}` }),
    written: (count) => bar.increment(count),
    end: () => bar.stop(),
  };
}

/** Plain lines, for a file or a pipe: one for each trace if `everyTrace`, else one for each transcript. */
export function progressLines(say: (line: string) => void, everyTrace: boolean): Progress {
  return {
    begin: () => undefined,
    traceBegins({ file, index, count, traceId }) {
      if (everyTrace) {
        say(`${file}, run ${index + 1} of ${count}: ${traceId}`);
      } else if (index === 0) {
        say(`${file}: importing ${count} ${count === 1 ? 'run' : 'runs'} ...`);
      }
    },
    written: () => undefined,
    end: () => undefined,
  };
}
