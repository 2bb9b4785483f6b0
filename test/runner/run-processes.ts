import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, processWithPid, type ProcessIdentity } from '../../src/neo4j/local/process-lock.js';

interface Listed {
  readonly pid: number;
  readonly parentPid: number;
  /** Its command line, then the environment that it was started with. */
  readonly text: string;
}

/** Every process with `text` in its command line or environment, and all their descendants; this process is left out. */
export function processesWith(text: string): readonly ProcessIdentity[] {
  const all = listProcesses().filter(({ pid }) => pid !== process.pid);
  const found = new Set(all.filter((listed) => listed.text.includes(text)).map(({ pid }) => pid));
  for (let grown = true; grown;) {
    const children = all.filter(({ pid, parentPid }) => found.has(parentPid) && !found.has(pid));
    children.forEach(({ pid }) => found.add(pid));
    grown = children.length > 0;
  }
  return [...found].map(processWithPid).filter((identity) => identity !== undefined);
}

function listProcesses(): Listed[] {
  if (platform() !== 'linux') {
    return execFileSync('ps', ['-A', '-E', '-ww', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => {
        const [, pid, parentPid, text = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
        return { pid: Number(pid), parentPid: Number(parentPid), text };
      });
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const read = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'utf8');
        const parentPid = Number(/^PPid:\s+(\d+)/m.exec(read('status'))?.[1]);
        return [{ pid: Number(name), parentPid, text: `${read('cmdline')}${read('environ')}` }];
      } catch {
        // It has ended, or belongs to another user.
        return [];
      }
    });
}

/**
 * Kills every process with `text` in its command line or environment, and their descendants, including those started
 * meanwhile. Resolves once they have ended.
 */
export async function killProcessesWith(text: string): Promise<void> {
  const stopped: ProcessIdentity[] = [];
  for (;;) {
    const fresh = processesWith(text).filter(({ pid }) => stopped.every((other) => other.pid !== pid));
    if (fresh.length === 0) {
      break;
    }
    // A stopped process starts no others, so none is missed in the end.
    fresh.forEach((identity) => signal(identity, 'SIGSTOP'));
    stopped.push(...fresh);
  }
  stopped.forEach((identity) => signal(identity, 'SIGKILL'));
  while (stopped.some(isAlive)) {
    await delay(20);
  }
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isAlive(identity)) {
      process.kill(identity.pid, name);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
