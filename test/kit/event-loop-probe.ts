// Loaded into a server's process with `--import`: prints on SIGUSR2 how long its event loop was kept at most since the last time.

import { readFileSync } from 'node:fs';

const INTERVAL_MS = 5;

/** The CPU time of the main thread, which runs the event loop. */
function usedMs(): number {
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e6;
}

let last = performance.now();
let used = usedMs();
let worstMs = 0;
let wallMs = 0;

setInterval(() => {
  const now = performance.now();
  const usedNow = usedMs();
  const gapMs = now - last - INTERVAL_MS;
  // Where the machine gives the process no time, the gap is long although nothing keeps the loop: that takes CPU time.
  worstMs = Math.max(worstMs, Math.min(gapMs, usedNow - used));
  wallMs = Math.max(wallMs, gapMs);
  last = now;
  used = usedNow;
}, INTERVAL_MS).unref();

process.on('SIGUSR2', () => {
  console.log(`event loop: ${worstMs.toFixed(1)} ms kept, ${wallMs.toFixed(1)} ms gap`);
  worstMs = 0;
  wallMs = 0;
});
