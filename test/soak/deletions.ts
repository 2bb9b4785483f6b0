import { setTimeout as delay } from 'node:timers/promises';
import type { Owner, TraceOwner } from './ledger.js';
import { textOf } from './payloads.js';
import type { Random } from './random.js';
import type { Run } from './run.js';
import type { Outcome, WriteRequest } from './writing.js';

const LOCK_MS = 20_000;

/** Deletes something of a random kind once its writers are done, or replaces a goal tree, which deletes goals. */
export async function deleteSomething(run: Run, random: Random): Promise<void> {
  const kind = random.weighted({ trace: 4, goals: 4, runs: 3, events: 3, before: 3, checkpoints: 1 });
  const { traces, runThreads, checkpointThreads } = run.ledger;
  if (kind === 'trace' || kind === 'goals') {
    const trace = random.pick(
      traces.filter(({ state, large }) => state === 'there' && (kind === 'trace' || !large)),
    );
    await (trace === undefined
      ? undefined
      : kind === 'trace'
        ? deleteTrace(run, random, trace)
        : setGoalTree(run, random, trace));
    return;
  }
  if (kind === 'runs' || kind === 'events') {
    const thread = random.pick(runThreads);
    const target = kind === 'runs' ? random.pick([...(thread?.runs.keys() ?? [])]) : undefined;
    if (thread === undefined || (kind === 'runs' && target === undefined)) {
      return;
    }
    await exclusively(run, thread, async () => {
      const outcome = await execute(run, random, thread, {
        kind: target === undefined ? 'deleteThreadEvents' : 'deleteRunEvents',
        query:
          target === undefined
            ? 'mutation ($threadId: ID!) { deleteThreadEvents(threadId: $threadId) }'
            : 'mutation ($threadId: ID!, $runId: ID!) { deleteRunEvents(threadId: $threadId, runId: $runId) }',
        variables: { threadId: thread.id, ...(target === undefined ? {} : { runId: target }) },
      });
      if (outcome.kind !== 'acknowledged') {
        thread.retired = true;
      }
      const deleted = target === undefined ? [...thread.runs.keys()] : [target];
      for (const id of deleted) {
        thread.runs.delete(id);
        if (outcome.kind === 'acknowledged') {
          thread.deletedRuns.add(id);
        }
      }
      thread.generation += target === undefined ? 1 : 0;
    });
    return;
  }
  const thread = random.pick(checkpointThreads.filter(({ state }) => state === 'there'));
  if (thread === undefined) {
    return;
  }
  await exclusively(run, thread, async () => {
    const before = kind === 'before' ? random.int(1, thread.checkpoints.issued + 1) : undefined;
    const outcome = await execute(run, random, thread, {
      kind: before === undefined ? 'deleteCheckpointThread' : 'deleteCheckpointsBefore',
      query:
        before === undefined
          ? 'mutation ($threadId: ID!) { deleteCheckpointThread(threadId: $threadId) }'
          : 'mutation ($threadId: ID!, $before: Long!) { deleteCheckpointsBefore(threadId: $threadId, beforeStep: $before) }',
      variables: { threadId: thread.id, ...(before === undefined ? {} : { before }) },
    });
    if (outcome.kind !== 'acknowledged') {
      // It is unknown whether they exist, so nothing of this thread is judged.
      thread.state = 'deleting';
      return;
    }
    for (let number = 1; number <= thread.checkpoints.issued; number += 1) {
      if (number < (before ?? Infinity)) {
        thread.deleted.add(number);
      }
    }
  });
}

async function deleteTrace(run: Run, random: Random, trace: TraceOwner): Promise<void> {
  const withSubTraces = trace.children.size > 0 && random.chance(0.5);
  const deleted = withSubTraces ? below(trace) : [trace];
  if (deleted.some((owner) => !isSettled(owner))) {
    return;
  }
  const releases: (() => void)[] = [];
  for (const owner of deleted) {
    const release = await owner.lock.exclude(LOCK_MS);
    if (release === undefined) {
      releases.forEach((undo) => undo());
      return;
    }
    releases.push(release);
  }
  // This deletion holds no lock on sub-traces that were started meanwhile.
  const all = withSubTraces ? below(trace) : deleted;
  if (
    all.length === deleted.length &&
    deleted.every((owner) => isSettled(owner) && owner.state !== 'deleted')
  ) {
    deleted.forEach((owner) => (owner.state = 'deleting'));
    const outcome = await execute(run, random, trace, {
      kind: 'deleteTrace',
      query: 'mutation ($id: ID!, $all: Boolean) { deleteTrace(id: $id, includeSubTraces: $all) { traces } }',
      variables: { id: trace.id, all: withSubTraces },
      accept: ['NOT_FOUND'],
    });
    if (outcome.kind === 'acknowledged') {
      deleted.forEach((owner) => (owner.state = 'deleted'));
    } else if (outcome.kind === 'rejected') {
      deleted.forEach((owner) => (owner.state = 'there'));
    }
  }
  releases.forEach((release) => release());
}

/** Replaces the tree: half of the goals stay, the others are deleted, and one is added. */
async function setGoalTree(run: Run, random: Random, trace: TraceOwner): Promise<void> {
  if (trace.retired) {
    return;
  }
  await exclusively(run, trace, async () => {
    if (trace.state !== 'there') {
      return;
    }
    trace.goalsIssued += 1;
    const kept = [...trace.goals].filter(() => random.chance(0.5));
    const goals = [...kept, trace.goalsIssued];
    const outcome = await execute(run, random, trace, {
      kind: 'setGoalTree',
      query:
        'mutation ($traceId: ID!, $goals: [GoalInput!]!) { setGoalTree(traceId: $traceId, goals: $goals) { goals { goalId } } }',
      variables: {
        traceId: trace.id,
        goals: goals.map((goal, index) => ({
          goalId: `g${goal}`,
          description: textOf(`${trace.id}/g${goal}`),
          parentId: index > 0 && random.chance(0.5) ? `g${goals[random.int(0, index - 1)]}` : null,
        })),
      },
    });
    if (outcome.kind === 'acknowledged') {
      trace.goals = new Set(goals);
    } else {
      [...trace.goals, ...goals].forEach((goal) => trace.openGoals.add(goal));
      trace.goals = new Set();
    }
  });
}

/** Runs `work` while no writer has the owner; does nothing while an earlier request for it may still be executed. */
async function exclusively(_run: Run, owner: Owner, work: () => Promise<void>): Promise<void> {
  if (!isSettled(owner)) {
    return;
  }
  const release = await owner.lock.exclude(LOCK_MS);
  if (release !== undefined) {
    if (isSettled(owner)) {
      await work();
    }
    release();
  }
}

/** Sends a deletion; if it may be executed once more, waits until it no longer can before anything is written again. */
async function execute(run: Run, random: Random, owner: Owner, request: WriteRequest): Promise<Outcome> {
  const outcome = await run.writing.write(owner, random, request);
  if (outcome.kind !== 'acknowledged' || outcome.uncertain > 0) {
    const waitMs = Math.max(0, owner.settledAt - performance.now());
    await delay(waitMs, undefined, { signal: run.ending }).catch(() => undefined);
  }
  return outcome;
}

function isSettled(owner: Owner): boolean {
  return performance.now() > owner.settledAt;
}

/** A trace and the traces below it that were not deleted. */
function below(trace: TraceOwner): TraceOwner[] {
  return [trace, ...[...trace.children].filter(({ state }) => state !== 'deleted').flatMap(below)];
}
