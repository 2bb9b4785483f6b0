// npm run bench:fill: fills the large database that `npm run bench` reads; `npm run bench:fill -- TRACES SEED` another one.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/bench/fill.js');
