import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SOAK = fileURLToPath(new URL('./soak.js', import.meta.url));

/** Runs a soak as a process; `onOutput` gets all it has printed so far, how to signal it, and what it has just printed. */
export async function soak(
  options: readonly string[],
  onOutput: (output: string, signal: (name: NodeJS.Signals) => void, chunk: string) => void = () => undefined,
): Promise<{ readonly code: number | null; readonly output: string; readonly folder: string }> {
  const child = spawn(process.execPath, ['--enable-source-maps', SOAK, ...options], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      onOutput(output, (name) => child.kill(name), chunk.toString());
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [, folder = ''] = /everything is kept in (\S+)/.exec(output) ?? [];
  return { code, output, folder };
}

/** The checks that failed, by their descriptions in the table. */
export function failures(output: string): string[] {
  return [...output.matchAll(/^(\S.*?) {2,}FAILED/gm)].map(([, name = '']) => name);
}
