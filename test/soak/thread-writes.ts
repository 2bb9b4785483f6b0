import {
  Changing,
  newCheckpointThread,
  Numbered,
  openOwners,
  type CheckpointThread,
  type Run as ThreadRun,
  type RunThread,
} from './ledger.js';
import { checkpointOf, largeTextOf, textOf } from './payloads.js';
import type { Random } from './random.js';
import type { Run } from './run.js';

const MOST_CHECKPOINTS = 60;
const MOST_RUNS = 6;
const MOST_EVENTS_A_RUN = 150;

/** The idempotency key of a run event, which its content begins with. */
export function runEventKey(thread: RunThread, runId: string, number: number, keyed: boolean): string {
  return `${thread.id}|${thread.generation}|${runId}|${keyed ? 'k' : 'x'}${number}`;
}

/** Writes run events to one of the threads that accept them: one or a batch, with or without idempotency keys. */
export async function writeRunEvents(run: Run, random: Random): Promise<void> {
  const thread = random.pick(openOwners(run.ledger.runThreads));
  const release = thread?.lock.share();
  if (thread === undefined || release === undefined) {
    return;
  }
  const target = runOf(thread, random);
  if (target !== undefined) {
    await (random.chance(0.75)
      ? putKeyed(run, random, thread, target)
      : putLoose(run, random, thread, target));
    thread.writes += 1;
  }
  release();
}

/** A run event of megabytes. */
export async function writeLargeRunEvent(run: Run, random: Random): Promise<void> {
  const thread = random.pick(openOwners(run.ledger.runThreads));
  const release = thread?.lock.share();
  if (thread === undefined || release === undefined) {
    return;
  }
  const target = runOf(thread, random);
  if (target !== undefined) {
    target.hasLarge = true;
    await putKeyed(run, random, thread, target, 1_500_000);
  }
  release();
}

function runOf(thread: RunThread, random: Random): ThreadRun | undefined {
  const taking = [...thread.runs.values()].filter(({ keyed }) => keyed.issued < MOST_EVENTS_A_RUN);
  if (taking.length === 0 || (taking.length < MOST_RUNS && random.chance(0.05))) {
    thread.runsIssued += 1;
    const id = `${thread.id}/r${thread.runsIssued}`;
    const created: ThreadRun = { id, hasLarge: false, keyed: new Numbered(), loose: new Map() };
    thread.runs.set(id, created);
    return created;
  }
  return random.pick(taking);
}

async function putKeyed(
  run: Run,
  random: Random,
  thread: RunThread,
  target: ThreadRun,
  sizeBytes = 0,
): Promise<void> {
  const one = sizeBytes > 0 || random.chance(0.5);
  const numbers = Array.from({ length: one ? 1 : random.int(2, 20) }, () => target.keyed.begin());
  const inputs = numbers.map((number) => {
    const key = runEventKey(thread, target.id, number, true);
    return {
      threadId: thread.id,
      runId: target.id,
      eventType: number % 3 === 0 ? 'llm_end' : 'message_added',
      category: number % 3 === 0 ? 'trace' : 'message',
      content: sizeBytes > 0 ? largeTextOf(key, sizeBytes) : textOf(key),
      metadata: { generation: thread.generation },
      idempotencyKey: key,
    };
  });
  const outcome = await run.writing.write(thread, random, {
    kind: sizeBytes > 0 ? 'putRunEvent of 1.5 MB' : one ? 'putRunEvent with a key' : 'putRunEvents',
    query: one
      ? 'mutation ($input: RunEventInput!) { putRunEvent(input: $input) { id } }'
      : 'mutation ($inputs: [RunEventInput!]!) { putRunEvents(inputs: $inputs) { id } }',
    variables: one ? { input: inputs[0] } : { inputs },
  });
  if (outcome.kind === 'acknowledged') {
    numbers.forEach((number) => target.keyed.acknowledge(number));
    run.report.count('rows acknowledged', numbers.length);
  }
}

async function putLoose(run: Run, random: Random, thread: RunThread, target: ThreadRun): Promise<void> {
  const number = target.loose.size + 1;
  const copies = { acknowledged: false, mostCopies: 1 };
  target.loose.set(number, copies);
  const outcome = await run.writing.write(thread, random, {
    kind: 'putRunEvent',
    query: 'mutation ($input: RunEventInput!) { putRunEvent(input: $input) { id } }',
    variables: {
      input: {
        threadId: thread.id,
        runId: target.id,
        eventType: 'message_added',
        category: 'message',
        content: textOf(runEventKey(thread, target.id, number, false)),
        metadata: { generation: thread.generation },
      },
    },
  });
  if (outcome.kind !== 'rejected') {
    copies.acknowledged = outcome.kind === 'acknowledged';
    copies.mostCopies = 1 + outcome.uncertain;
    run.report.count('rows acknowledged', copies.acknowledged ? 1 : 0);
  }
}

/** Writes a checkpoint: a new one whose list has grown, an earlier one again, or a fork. */
export async function writeCheckpoint(run: Run, random: Random): Promise<void> {
  const thread = random.pick(openOwners(run.ledger.checkpointThreads));
  const release = thread?.lock.share();
  if (thread === undefined || release === undefined) {
    return;
  }
  const existing = existingCheckpoint(thread, random);
  if (existing !== undefined && random.chance(0.25)) {
    await rewrite(run, random, thread, existing);
  } else if (existing !== undefined && random.chance(0.08)) {
    await fork(run, random, thread, existing);
  } else {
    await put(run, random, thread, thread.checkpoints.begin(), 1);
  }
  thread.writes += 1;
  thread.retired = thread.checkpoints.issued >= MOST_CHECKPOINTS;
  release();
}

/** The number of an existing checkpoint of a thread. */
function existingCheckpoint(thread: CheckpointThread, random: Random): number | undefined {
  const number = random.int(1, thread.checkpoints.issued);
  return thread.checkpoints.isAcknowledged(number) && !thread.deleted.has(number) ? number : undefined;
}

async function put(
  run: Run,
  random: Random,
  thread: CheckpointThread,
  number: number,
  version: number,
): Promise<boolean> {
  const parent =
    number > 1 ? `${thread.id}/c${number - 1}` : thread.forkOf === undefined ? undefined : `${thread.id}/c0`;
  const outcome = await run.writing.write(thread, random, {
    kind: version === 1 ? 'putCheckpoint' : 'putCheckpoint again',
    query: 'mutation ($input: CheckpointInput!) { putCheckpoint(input: $input) { id } }',
    variables: {
      input: {
        metadata: {
          threadId: thread.id,
          checkpointId: `${thread.id}/c${number}`,
          step: number,
          ...(parent === undefined ? {} : { parentCheckpointId: parent }),
          tags: ['soak'],
        },
        ...checkpointOf(thread.id, thread.seed, number, version),
        toolsResult: {},
        nextNode: 'agent',
      },
    },
  });
  if (outcome.kind === 'acknowledged') {
    thread.checkpoints.acknowledge(number);
    run.report.count('rows acknowledged');
  }
  return outcome.kind === 'acknowledged';
}

async function rewrite(run: Run, random: Random, thread: CheckpointThread, number: number): Promise<void> {
  const version = thread.versions.get(number) ?? new Changing(1);
  if (version.busy) {
    return;
  }
  thread.versions.set(number, version);
  version.busy = true;
  const next = Math.max(...version.possible) + 1;
  version.sent(next);
  if (await put(run, random, thread, number, next)) {
    version.acknowledge(next, thread.settledAt > performance.now());
  }
  version.busy = false;
}

async function fork(run: Run, random: Random, source: CheckpointThread, number: number): Promise<void> {
  const version = source.versions.get(number);
  if (version?.busy === true || (version?.possible.length ?? 1) > 1) {
    return;
  }
  // While it is being forked, it is not rewritten.
  const changing = version ?? new Changing(1);
  source.versions.set(number, changing);
  changing.busy = true;
  run.ledger.forksIssued += 1;
  const own = Array.from({ length: number }, (_, index) => `${source.id}/l${index + 1}`);
  const forked = newCheckpointThread(
    `fork-${run.ledger.forksIssued}`,
    [...source.seed, ...own],
    `${source.id}/c${number}`,
  );
  const outcome = await run.writing.write(forked, random, {
    kind: 'forkCheckpoint',
    query:
      'mutation ($id: ID!, $threadId: ID, $checkpointId: ID) { forkCheckpoint(id: $id, threadId: $threadId, checkpointId: $checkpointId) { id } }',
    variables: { id: `${source.id}/c${number}`, threadId: forked.id, checkpointId: `${forked.id}/c0` },
  });
  if (outcome.kind === 'acknowledged') {
    forked.state = 'there';
    run.ledger.checkpointThreads.push(forked);
    run.report.count('rows acknowledged');
  }
  source.settledAt = Math.max(source.settledAt, forked.settledAt);
  changing.busy = false;
}
