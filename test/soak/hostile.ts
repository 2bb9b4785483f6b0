import { HOSTILE_REQUESTS } from './hostile-requests.js';
import { HOSTILE_SOCKETS } from './hostile-sockets.js';
import { openOwners } from './ledger.js';
import { repeat } from './pace.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { SoakServer } from './server.js';

const EVERY_MS = 900;

/** Starts the attacks on the servers: expensive queries, broken requests, and connections that are held open. */
export function startHostile(run: Run): Promise<void>[] {
  return [
    ...['first', 'second'].map((name) => {
      const random = run.random(`hostile ${name}`);
      return repeat(run, random, EVERY_MS, () => attackByRequest(run, random));
    }),
    ...['first', 'second'].map((name) => {
      const random = run.random(`hostile socket ${name}`);
      return repeat(run, random, EVERY_MS, () => attackBySocket(run, random));
    }),
  ];
}

async function attackByRequest(run: Run, random: Random): Promise<void> {
  const [name, make] = random.pick(Object.entries(HOSTILE_REQUESTS)) as [
    string,
    (typeof HOSTILE_REQUESTS)[string],
  ];
  const traceId = random.pick(openOwners(run.ledger.traces))?.id ?? 'none';
  const threadId = random.pick(openOwners(run.ledger.checkpointThreads))?.id ?? 'none';
  const server = random.pick(run.topology.servers) as SoakServer;
  await run.client.send(server, `hostile: ${name}`.slice(0, 34), make({ traceId, threadId }, random));
}

async function attackBySocket(run: Run, random: Random): Promise<void> {
  const [name, attack] = random.pick(Object.entries(HOSTILE_SOCKETS)) as [
    string,
    (typeof HOSTILE_SOCKETS)[string],
  ];
  const server = random.pick(run.topology.servers) as SoakServer;
  const trace = random.pick(openOwners(run.ledger.traces).filter(({ large }) => !large));
  const begun = performance.now();
  const wrong = await attack(server, trace?.id ?? 'none');
  const now = performance.now();
  run.report.attempt(`hostile: ${name}`.slice(0, 34), now - begun, wrong === undefined ? undefined : 'LOST');
  if (wrong !== undefined && run.disturbances.during([server.name, 'soak'], begun, now) === undefined) {
    run.report.find('deadlines', `${name}: ${wrong}`, server.name);
  }
}
