import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { startProcess } from './process.js';

/** Which checkpoints to write or read: those of a thread whose messages are the JSON list in `file`. */
export interface Chain {
  readonly thread: string;
  readonly file: string;
  readonly messages: readonly object[];
}

/** Something that stores checkpoints. Each operation checks what it gets and throws if that is not what was put. */
export interface Saver {
  readonly name: string;
  /** Puts a checkpoint of the first message, then of the first two, and so on; returns how many ms each put took. */
  put(chain: Chain): Promise<readonly number[]>;
  /** Reads the whole last checkpoint that many times; returns how many ms each read took. */
  latest(chain: Chain, times: number): Promise<readonly number[]>;
  /** Reads the newest `limit` checkpoints in full that many times; returns how many ms each read took. */
  list(chain: Chain, options: { readonly times: number; readonly limit: number }): Promise<readonly number[]>;
  /** How many more bytes it has on disk than when it was opened; this may stop it, so call it last. */
  bytesOnDisk(): Promise<number>;
}

/** A program that does the work with a peer's own library: it takes tasks as lines of JSON and answers each with one. */
export interface SaverProcess extends Pick<Saver, 'put' | 'latest' | 'list'> {
  ask(task: object): Promise<object>;
  stop(): Promise<void>;
}

/** Resolves once the peer's tables or indexes are created. */
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
