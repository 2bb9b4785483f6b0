import { filled, LARGE, SEED } from './filled.js';
import { stopAll } from './started.js';

const [traces = LARGE, seed = SEED] = process.argv.slice(2).map(Number);
if (!Number.isInteger(traces) || traces < 1 || !Number.isInteger(seed)) {
  console.error('expected a number of traces and a seed, both whole: npm run bench:fill -- 100000 1');
  process.exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().then(() => process.exit(1)));
}
const begun = performance.now();
try {
  const folder = await filled(traces, seed);
  console.log(`${folder}, after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
} finally {
  await stopAll();
}
process.exit();
