import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';

/** Identifies a process, and distinguishes it from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** The process that has `pid` now; undefined if there is none, or if it has ended but has not been reaped. */
export function processWithPid(pid: number): ProcessIdentity | undefined {
  const startedAt = platform() === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processWithPid(identity.pid)?.startedAt === identity.startedAt;
}

/** The start time in ticks since boot, from proc(5), with the boot's id. */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name, is in parentheses and may contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    const ended = state === 'Z' || state === 'X';
    return ended || ticks === undefined ? undefined : `${ticks}@${bootId()}`;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function startByPs(pid: number): string | undefined {
  try {
    const options = { encoding: 'utf8', env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' } } as const;
    const [state = '', ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options)
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : start.join('-');
  } catch {
    return undefined;
  }
}

export interface ProcessLock {
  /** Releases the lock, so that another process can take it. */
  release(): Promise<void>;
}

const RELEASED = 'released';

/**
 * Takes the lock kept in `folder` for this process, or returns which live process has it. The lock of a process that has
 * ended is taken over; if several processes try at once, one gets it.
 *
 * The folder contains turns, numbered from 1. A turn is a symbolic link that names its holder, because creating one is a
 * single step that fails if it exists. Turn numbers only increase: if an abandoned lock were removed and created again, a
 * slow process could remove the new one instead of the old one.
 */
export async function takeLock(folder: string): Promise<ProcessLock | { readonly ownedBy: number }> {
  await mkdir(folder, { recursive: true });
  const self = processWithPid(process.pid);
  if (self === undefined) {
    throw new Error(`expected to find this process, ${process.pid}, among those that run`);
  }
  for (;;) {
    const last = await lastTurn(folder);
    const holder = await holderOf(join(folder, String(last)));
    if (holder !== undefined && isAlive(holder)) {
      return { ownedBy: holder.pid };
    }
    const mine = last + 1;
    if (!(await makeTurn(folder, mine, `${self.pid} ${self.startedAt}`))) {
      continue;
    }
    // Turns that were created and removed since the folder was read may have left this number free.
    if ((await lastTurn(folder)) !== mine) {
      await removeTurn(folder, mine);
      continue;
    }
    await Promise.all(
      (await turns(folder)).filter((turn) => turn < mine).map((turn) => removeTurn(folder, turn)),
    );
    return {
      async release() {
        await makeTurn(folder, mine + 1, RELEASED);
        await removeTurn(folder, mine);
      },
    };
  }
}

async function turns(folder: string): Promise<number[]> {
  return (await readdir(folder)).map(Number).filter(Number.isInteger);
}

async function lastTurn(folder: string): Promise<number> {
  return Math.max(0, ...(await turns(folder)));
}

async function makeTurn(folder: string, turn: number, holder: string): Promise<boolean> {
  try {
    await symlink(holder, join(folder, String(turn)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

async function removeTurn(folder: string, turn: number): Promise<void> {
  await rm(join(folder, String(turn)), { force: true });
}

/** Undefined if nobody has the turn: it was released or deleted. */
async function holderOf(path: string): Promise<ProcessIdentity | undefined> {
  let text: string;
  try {
    text = await readlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  const [pid = '', startedAt] = text.split(' ');
  return startedAt === undefined ? undefined : { pid: Number(pid), startedAt };
}
