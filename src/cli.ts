import { openClient } from './api-client.js';
import { runDemo } from './demo.js';

const [command, ...rest] = process.argv.slice(2);
if (command !== 'demo') {
  console.error('usage: stemma demo [--fast]');
  process.exit(2);
}
await runDemo(openClient(process.env['STEMMA_URL'] ?? 'http://127.0.0.1:4000'), {
  say: (line) => console.log(line),
  pace: rest.includes('--fast') ? 0 : 1,
}).catch((error: unknown) => {
  console.error(`stemma demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
