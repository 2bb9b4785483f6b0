// npm run bench:peers: measures others on the same payload beside Stemma; `npm run bench:peers -- WORD...` only the figures whose
// names hold one of the words. The first time, it installs them into bench/.peers.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/bench/peers/run.js');
