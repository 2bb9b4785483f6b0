import { openOwners } from './ledger.js';
import { repeat } from './pace.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { SoakServer } from './server.js';

const READERS = 3;
const EVERY_MS = 150;

/** Ordinary reads, as a viewer page or a resuming agent makes them, while everything else continues. */
export function startReaders(run: Run): Promise<void>[] {
  return Array.from({ length: READERS }, (_, index) => {
    const random = run.random(`reader ${index}`);
    return repeat(run, random, EVERY_MS, () => read(run, random));
  });
}

async function read(run: Run, random: Random): Promise<void> {
  const { client, ledger, topology } = run;
  const server = random.pick(topology.servers) as SoakServer;
  const trace = random.pick(openOwners(ledger.traces).filter(({ large }) => !large));
  const thread = random.pick(openOwners(ledger.runThreads));
  const checkpoints = random.pick(openOwners(ledger.checkpointThreads));
  const kind = random.weighted({
    list: 2,
    trace: 4,
    steps: 3,
    messages: 3,
    checkpoint: 4,
    checkpoints: 2,
    threads: 1,
  });
  if (kind === 'list') {
    await client.ask(
      server,
      'read traces',
      '{ traces(first: 50) { nodes { id status totalMessages totalCost rootGoals { goalId status } } } }',
    );
  } else if (kind === 'threads') {
    await client.ask(
      server,
      'read checkpointThreads',
      '{ checkpointThreads(limit: 20) { id messageCount metadata { step } } }',
    );
  } else if (kind === 'trace' && trace !== undefined) {
    const query =
      'query ($id: ID!) { trace(id: $id) { id stats(includeSubTraces: true) { totalCost } goalTree { goals { goalId cumulativeStats { totalTokens } } } messages(first: 50) { nodes { id content } } } }';
    await client.ask(server, 'read trace', query, { id: trace.id });
  } else if (kind === 'steps' && trace !== undefined) {
    const query =
      'query ($id: ID!) { trace(id: $id) { steps(first: 50) { nodes { id data parents { id } nearestCheckpoint { id } } } } }';
    await client.ask(server, 'read steps', query, { id: trace.id });
  } else if (kind === 'messages' && thread !== undefined) {
    await client.ask(
      server,
      'read threadMessages',
      'query ($id: ID!) { threadMessages(threadId: $id) { id seq content } threadMessageCount(threadId: $id) }',
      { id: thread.id },
    );
  } else if (kind === 'checkpoint' && checkpoints !== undefined) {
    await client.ask(
      server,
      'read latestCheckpoint',
      'query ($id: ID!) { latestCheckpoint(threadId: $id) { id messages state metadata { step } } }',
      { id: checkpoints.id },
    );
  } else if (kind === 'checkpoints' && checkpoints !== undefined) {
    const query =
      'query ($id: ID!) { checkpoints(threadId: $id, limit: 10) { id messages state } checkpointTree(threadId: $id) { nodes { depth checkpoint { id } } } }';
    await client.ask(server, 'read checkpoints', query, { id: checkpoints.id });
  }
}
