// npm run soak -- --minutes N [--seed S]: everything at once on servers and a Neo4j of its own, then the checks.
import { prepare } from './prepare.mjs';

prepare();
await import('../dist/test/soak/soak.js');
