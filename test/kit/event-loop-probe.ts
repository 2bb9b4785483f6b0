// Loaded into a server's process with `--import`: on SIGUSR2 prints the longest block of its event loop since the last signal.

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
  // When the machine gives the process no time, the gap is long although nothing blocks the loop: blocking takes CPU time.
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
