import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testNeo4j } from './kit.js';

/** A server in its own process, on the test's Neo4j. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it printed. */
  readonly output: () => string;
  /** Sends an operation over HTTP and returns the answer, errors included. */
  send(
    query: string,
    variables?: object,
  ): Promise<{ data: any; errors?: { message: string; extensions: { code: string } }[] }>;
  /** Resolves with the exit code when it ends; null if a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Sends SIGTERM, or the signal given, and returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a server on the test's Neo4j, or on the one that `environment` names. */
export function startServerProcess(
  environment: NodeJS.ProcessEnv = {},
  onOutput: (pid: number, output: string) => void = () => undefined,
): Promise<ServerProcess> {
  return spawnServer(testNeo4j(), { environment, onOutput, nodeArguments: ['--enable-source-maps'] });
}

/**
 * Starts `node dist/src/main.js` on a free port, and resolves when it reports that it is ready; rejects if it ends first.
 * `onOutput` gets each piece of output, with all output so far.
 */
export async function spawnServer(
  { uri, username, password }: ReturnType<typeof testNeo4j>,
  {
    environment = {},
    onOutput = () => undefined,
    nodeArguments = [],
    checkout = fileURLToPath(new URL('../../../', import.meta.url)),
  }: {
    readonly environment?: NodeJS.ProcessEnv;
    readonly onOutput?: (pid: number, output: string) => void;
    readonly nodeArguments?: readonly string[];
    /** The folder whose compiled server is started; this one unless given. */
    readonly checkout?: string | undefined;
  } = {},
): Promise<ServerProcess> {
  const main = join(checkout, 'dist', 'src', 'main.js');
  const child = spawn(process.execPath, [...nodeArguments, main], {
    env: {
      PATH: process.env['PATH'],
      // An interrupted test run uses this to find what it started.
      STEMMA_TEST_RUN: process.env['STEMMA_TEST_RUN'],
      NODE_ENV: 'production',
      NEO4J_URI: uri,
      NEO4J_USERNAME: username,
      NEO4J_PASSWORD: password,
      STEMMA_PORT: '0',
      STEMMA_LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      onOutput(child.pid ?? 0, output);
      const [, address] = /over HTTP +(http:\/\/\S+)\/graphql/.exec(output) ?? [];
      if (address !== undefined) {
        resolve(address);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then((code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    async send(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as never;
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}
