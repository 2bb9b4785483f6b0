import { writeFileSync } from 'node:fs';

// Loaded into a server with --import: on SIGUSR2 it collects all garbage and writes down what memory is left in use, so
// that a leak and garbage that was not collected yet can be told apart.
const file = process.env['STEMMA_TEST_MEMORY_FILE'];
if (file !== undefined) {
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    writeFileSync(file, JSON.stringify({ ...process.memoryUsage(), at: Date.now() }));
  });
}
