import { writeFileSync } from 'node:fs';

// Loaded into a server with --import: on SIGUSR2 it collects all garbage and records the memory still in use, to distinguish
// a leak from garbage that has not been collected yet.
const file = process.env['STEMMA_TEST_MEMORY_FILE'];
if (file !== undefined) {
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    writeFileSync(file, JSON.stringify({ ...process.memoryUsage(), at: Date.now() }));
  });
}
