// Loaded into a server's process with `--import`: prints on SIGUSR2 how long its event loop was kept at most since the last time.

const INTERVAL_MS = 5;

let last = performance.now();
let used = process.cpuUsage();
let worstMs = 0;
let wallMs = 0;

setInterval(() => {
  const now = performance.now();
  const { user, system } = process.cpuUsage(used);
  const gapMs = now - last - INTERVAL_MS;
  // On a machine that gives the process no time, the gap is long although nothing keeps the loop: that takes CPU time.
  worstMs = Math.max(worstMs, Math.min(gapMs, (user + system) / 1_000));
  wallMs = Math.max(wallMs, gapMs);
  last = now;
  used = process.cpuUsage();
}, INTERVAL_MS).unref();

process.on('SIGUSR2', () => {
  console.log(`event loop: ${worstMs.toFixed(1)} ms kept, ${wallMs.toFixed(1)} ms gap`);
  worstMs = 0;
  wallMs = 0;
});
