// npm start: prepares the checkout, then runs the server in this process, so that a signal reaches it directly.
import { prepare } from './prepare.mjs';

prepare();
// graphql checks what it need not check in production.
process.env.NODE_ENV ??= 'production';
await import('../dist/src/main.js');
