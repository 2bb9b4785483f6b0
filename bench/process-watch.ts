import { readFileSync } from 'node:fs';

const EVERY_MS = 50;
/** The unit in which /proc counts processor time, on every Linux. */
const TICKS_PER_SECOND = 100;

/** What processes used while something ran. */
export interface Used {
  /** The peak resident memory of each, in MB. */
  readonly peakMb: readonly number[];
  /** How many cores each kept busy. */
  readonly cores: readonly number[];
}

/** Watches the processes with these ids while `work` runs, and polls their memory every 50 ms. */
export async function watching<T>(
  pids: readonly number[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly used: Used }> {
  const peakMb = pids.map(residentMb);
  const before = pids.map(cpuSeconds);
  const begun = performance.now();
  const timer = setInterval(() => {
    pids.forEach((pid, index) => {
      peakMb[index] = Math.max(peakMb[index] ?? 0, residentMb(pid));
    });
  }, EVERY_MS);
  try {
    const result = await work();
    const seconds = (performance.now() - begun) / 1000;
    const cores = pids.map((pid, index) => (cpuSeconds(pid) - (before[index] ?? 0)) / seconds);
    return { result, used: { peakMb, cores } };
  } finally {
    clearInterval(timer);
  }
}

function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function cpuSeconds(pid: number): number {
  // The second field is the command's name in parentheses, which may contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
