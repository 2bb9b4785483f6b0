import { after, before, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../src/base/limits.js';
import { checkFreeze } from '../kit/freeze.js';
import { startOwnNeo4j, type OwnNeo4j } from '../kit/outage-kit.js';

// Full-length freezes, with the default deadline and the settings of `npm start`. The shortest case is in outages.test.ts.

let neo4j: OwnNeo4j;
before(async () => {
  neo4j = await startOwnNeo4j({ settings: {} });
});
after(() => neo4j.stop());

for (const seconds of [30, 75]) {
  test(`in a freeze of ${seconds} s every request is answered within its deadline, and service resumes within 2 s`, (t) =>
    checkFreeze(t, neo4j, { seconds, deadlineMs: DEFAULT_LIMITS.requestTimeoutMs, recoveryMs: 2_000 }));
}
