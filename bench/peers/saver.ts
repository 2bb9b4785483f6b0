import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { startProcess } from './process.js';

/** Which checkpoints to write or read: those of a thread whose messages are the JSON list in `file`. */
export interface Chain {
  readonly thread: string;
  readonly file: string;
  readonly messages: readonly object[];
}

/** Something that keeps checkpoints. Each operation checks what it gets and throws when that is not what was put. */
export interface Saver {
  readonly name: string;
  /** Puts a checkpoint of the first message, then of the first two, and so on; how many ms each put took. */
  put(chain: Chain): Promise<readonly number[]>;
  /** Reads the last checkpoint so many times, all of it; how many ms each took. */
  latest(chain: Chain, times: number): Promise<readonly number[]>;
  /** Reads the newest `limit` checkpoints so many times, all of each; how many ms each took. */
  list(chain: Chain, options: { readonly times: number; readonly limit: number }): Promise<readonly number[]>;
  /** What it has on disk more than when it was opened; it may be stopped for that, and nothing comes after. */
  bytesOnDisk(): Promise<number>;
}

/** A program that does the work with a peer's own library: it is given tasks as lines of JSON and answers each with one. */
export interface SaverProcess extends Pick<Saver, 'put' | 'latest' | 'list'> {
  ask(task: object): Promise<object>;
  stop(): Promise<void>;
}

/** Resolves once the peer's tables or indexes are made. */
export async function startSaverProcess(
  command: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<SaverProcess> {
  const { child, stop } = startProcess(command, words, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  const answer = async (): Promise<object> => {
    const line = await lines.next();
    if (line.done === true) {
      throw new Error(`expected an answer of ${words.join(' ')}, and it has ended`);
    }
    return JSON.parse(line.value) as object;
  };
  const ask = (task: object): Promise<object> => {
    child.stdin?.write(`${JSON.stringify(task)}\n`);
    return answer();
  };
  const took = async (work: string, { thread, file }: Chain, options: object = {}): Promise<number[]> =>
    ((await ask({ work, thread, file, ...options })) as { took: number[] }).took;
  await answer();
  return {
    ask,
    put: (chain) => took('put', chain),
    latest: (chain, times) => took('latest', chain, { times }),
    list: (chain, options) => took('list', chain, options),
    async stop() {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
      await stop();
    },
  };
}
