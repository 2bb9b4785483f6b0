// npm run bench:compare -- FOLDER [WORD...]: measures this version and the compiled one in another folder in turns.
import { prepare } from './prepare.mjs';

process.env.BENCH_ROUNDS = '1';
prepare();
await import('../dist/bench/compare.js');
