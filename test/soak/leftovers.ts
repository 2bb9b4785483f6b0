import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** On Linux: the processes that have `marker` (NAME=value) in the environment they were started with, except this one. */
export function processesWith(marker: string): { readonly pid: number; readonly command: string }[] {
  return (existsSync('/proc') ? readdirSync('/proc') : [])
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        if (!environment.includes(marker)) {
          return [];
        }
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200);
        return [{ pid, command }];
      } catch {
        // It has just ended, or belongs to another user.
        return [];
      }
    });
}
