import { isDeepStrictEqual } from 'node:util';
import { checkLoose, compare } from './check-traces.js';
import type { CheckpointThread, RunThread } from './ledger.js';
import { checkpointOf } from './payloads.js';
import type { Run } from './run.js';
import { runEventKey } from './thread-writes.js';

/** Compares the run events that the API lists with what was acknowledged. */
export async function checkRunThread(run: Run, thread: RunThread): Promise<void> {
  const seqs = new Map<number, string>();
  for (const target of thread.runs.values()) {
    const keys: string[] = [];
    const limit = target.hasLarge ? 10 : 500;
    for (let after = 0, more = true; more;) {
      const { runEvents: events } = await ask(
        run,
        'query ($threadId: ID!, $runId: ID!, $limit: Int, $after: Long) { runEvents(threadId: $threadId, runId: $runId, limit: $limit, afterSeq: $after) { seq content } }',
        { threadId: thread.id, runId: target.id, limit, after },
      );
      for (const { seq, content } of events) {
        const [key = ''] = (content as string).slice(0, 300).split(/\s/);
        keys.push(key);
        const other = seqs.get(seq);
        if (other !== undefined) {
          run.report.find('duplicated', `seq ${seq} is that of ${other} too`, key);
        }
        seqs.set(seq, key);
        after = Math.max(after, seq);
      }
      more = events.length === limit;
    }
    const start = `${thread.id}|${thread.generation}|${target.id}|`;
    const place = { id: target.id };
    compare(
      run,
      place,
      'k',
      keys
        .filter((key) => key.startsWith(`${start}k`))
        .map((key) => `${target.id}/k${key.slice(start.length + 1)}`),
      target.keyed,
    );
    checkLoose(
      run,
      `${target.id}/x`,
      keys.filter((key) => key.startsWith(`${start}x`)).map((key) => Number(key.slice(start.length + 1))),
      target.loose,
    );
    keys
      .filter((key) => !key.startsWith(start))
      .forEach((key) =>
        run.report.find('deleted', `an event that is not of ${runEventKey(thread, target.id, 0, true)}`, key),
      );
  }
  for (const runId of thread.deletedRuns) {
    const { runEvents: left } = await ask(
      run,
      'query ($threadId: ID!, $runId: ID!) { runEvents(threadId: $threadId, runId: $runId, limit: 1) { seq } }',
      { threadId: thread.id, runId },
    );
    if (left.length > 0) {
      run.report.find('deleted', `the run has event ${left[0].seq}, although it was deleted`, runId);
    }
  }
}

/** Compares the checkpoints of a thread with what was acknowledged, and reads two of them whole. */
export async function checkCheckpointThread(run: Run, thread: CheckpointThread): Promise<void> {
  const rows = await run.topology.database.run<{ id: string }>(
    {
      name: 'soak',
      text: 'MATCH (c:Checkpoint {projectId: $projectId, threadId: $threadId}) RETURN c.id AS id',
    },
    { projectId: 'default', threadId: thread.id },
  );
  const ids = rows.map(({ id }) => id).filter((id) => id !== `${thread.id}/c0`);
  compare(run, thread, 'c', ids, thread.checkpoints, thread.deleted);
  const numbers = ids.map((id) => Number(id.slice(thread.id.length + 2))).sort((a, b) => a - b);
  for (const number of new Set([numbers[0], numbers.at(-1)])) {
    if (number === undefined) {
      continue;
    }
    const id = `${thread.id}/c${number}`;
    const { checkpoint } = await ask(run, 'query ($id: ID!) { checkpoint(id: $id) { messages state } }', {
      id,
    });
    const versions = thread.versions.get(number)?.possible ?? [1];
    const isOne = versions.some((version) =>
      isDeepStrictEqual(
        checkpoint === null ? null : { ...checkpoint },
        checkpointOf(thread.id, thread.seed, number, version),
      ),
    );
    if (!isOne) {
      run.report.find(
        'changed',
        `the checkpoint is none of the versions ${versions.join(', ')}: ${JSON.stringify(checkpoint).slice(0, 200)}`,
        id,
      );
    }
  }
}

/** An answer from the API; retries if a server does not answer. */
export async function ask(run: Run, query: string, variables: object): Promise<any> {
  for (let tries = 0; ; tries += 1) {
    const server = run.topology.servers[tries % 2] as (typeof run.topology.servers)[0];
    const answer = await run.client.ask(server, 'check', query, variables);
    if (answer.kind === 'data') {
      return answer.data;
    }
    if (tries > 20) {
      throw new Error(`expected an answer to ${query}, got ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
