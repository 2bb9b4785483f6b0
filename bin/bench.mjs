// npm run bench: measures every figure, on a Neo4j and servers of its own; `npm run bench -- WORD...` only those whose names
// hold one of the words.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/bench/run.js');
