// npm start: prepares the checkout, then runs the server in this process, so that a signal reaches it directly.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/src/main.js');
