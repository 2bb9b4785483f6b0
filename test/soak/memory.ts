import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Disturbances } from './disturbances.js';
import type { Report } from './report.js';
import type { SoakServer } from './server.js';
import type { Topology } from './topology.js';

/** One reading of a server's memory, after a garbage collection, while nobody was sending anything. */
export interface MemorySample {
  readonly server: 'A' | 'B';
  readonly pid: number;
  /** Seconds since the process became ready. */
  readonly ageSeconds: number;
  readonly residentMb: number;
  readonly liveMb: number;
}

const EVERY_MS = 30_000;
/** How long the run pauses before a measurement, so that requests in flight can end. */
const QUIET_MS = 1_000;
/** The first minutes of a process do not count, because its caches fill. */
const WARM_UP_SECONDS = 180;
const FEWEST_SAMPLES = 9;
/** The limit that the issue sets. */
const MOST_GROWTH = 1.1;

/** Pauses the run at regular intervals and measures; ends with the run. */
export async function sampleMemory({
  topology,
  disturbances,
  ending,
  pause,
}: {
  readonly topology: Topology;
  readonly disturbances: Disturbances;
  readonly ending: AbortSignal;
  /** Pauses all actors until the returned function is called. */
  readonly pause: () => () => void;
}): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  const isOver = (): boolean => ending.aborted;
  while (!isOver()) {
    await delay(EVERY_MS, undefined, { signal: ending }).catch(() => undefined);
    const now = performance.now();
    if (isOver() || disturbances.during(['A', 'B', 'neo4j'], now, now, 3_000) !== undefined) {
      continue;
    }
    const resume = pause();
    await delay(QUIET_MS);
    for (const server of topology.servers) {
      const sample = await measure(server);
      if (sample !== undefined) {
        samples.push(sample);
      }
    }
    resume();
  }
  return samples;
}

async function measure(server: SoakServer): Promise<MemorySample | undefined> {
  const { pid, readySince } = server;
  if (pid === undefined || readySince === undefined) {
    return undefined;
  }
  rmSync(server.memoryFile, { force: true });
  server.signal('SIGUSR2');
  for (let tries = 0; tries < 30; tries += 1) {
    await delay(100);
    try {
      const used = JSON.parse(readFileSync(server.memoryFile, 'utf8')) as {
        rss: number;
        heapUsed: number;
        external: number;
      };
      return {
        server: server.name,
        pid,
        ageSeconds: Math.round((performance.now() - readySince) / 1000),
        residentMb: Math.round(used.rss / 2 ** 20),
        liveMb: Math.round((used.heapUsed + used.external) / 2 ** 20),
      };
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * Compares the medians of the first and the last third of a process's readings, once it is warm. If no process lived long
 * enough, returns why that cannot be judged.
 */
export function judgeMemory(samples: readonly MemorySample[], report: Report): string | undefined {
  let judged = 0;
  for (const name of ['A', 'B'] as const) {
    const byPid = new Map<number, MemorySample[]>();
    for (const sample of samples.filter(
      ({ server, ageSeconds }) => server === name && ageSeconds >= WARM_UP_SECONDS,
    )) {
      byPid.set(sample.pid, [...(byPid.get(sample.pid) ?? []), sample]);
    }
    for (const [pid, own] of byPid) {
      if (own.length < FEWEST_SAMPLES) {
        continue;
      }
      judged += 1;
      const third = Math.floor(own.length / 3);
      const of = (part: readonly MemorySample[], value: (sample: MemorySample) => number): number =>
        median(part.map(value));
      const [first, last] = [own.slice(0, third), own.slice(-third)];
      const resident = [
        of(first, ({ residentMb }) => residentMb),
        of(last, ({ residentMb }) => residentMb),
      ] as const;
      const live = [of(first, ({ liveMb }) => liveMb), of(last, ({ liveMb }) => liveMb)] as const;
      report.count(`memory of server ${name}, first third, MB`, resident[0]);
      report.count(`memory of server ${name}, last third, MB`, resident[1]);
      report.count(`live memory of server ${name}, first third, MB`, live[0]);
      report.count(`live memory of server ${name}, last third, MB`, live[1]);
      if (resident[1] > resident[0] * MOST_GROWTH) {
        report.find(
          'memory',
          `server ${name} grew from ${resident[0]} to ${resident[1]} MB resident (${live[0]} to ${live[1]} MB live) over ${own.length} readings`,
          String(pid),
        );
      }
    }
  }
  const highest = Math.max(0, ...samples.map(({ residentMb }) => residentMb));
  report.most('memory of a server, highest reading, MB', highest);
  return judged > 0
    ? undefined
    : `not judged: no server ran for ${WARM_UP_SECONDS} s of warm-up and ${FEWEST_SAMPLES} readings after it`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
