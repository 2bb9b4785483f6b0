import { spawn } from 'node:child_process';
import { ask } from './check-threads.js';
import type { Run } from './run.js';

/** Breaks on purpose what the options name, just before the checks: a soak that finds none of it would prove nothing. */
export async function sabotage(run: Run): Promise<void> {
  const { sabotage: words } = run.options;
  const there = run.ledger.traces.filter(({ state, large }) => state === 'there' && !large);
  const cypher = (text: string, parameters: object): Promise<unknown> =>
    run.topology.database.run({ name: 'soak', text }, parameters);
  if (words.has('lose')) {
    const trace = there.find(({ messages }) => messages.isAcknowledged(1));
    await cypher('MATCH (m:Message {projectId: "default", id: $id}) DETACH DELETE m', {
      id: `${trace?.id}/m1`,
    });
  }
  if (words.has('copy')) {
    const trace = there.find(({ loose }) => loose.get(1)?.acknowledged === true);
    const mutation =
      'mutation ($traceId: ID!) { appendEvent(traceId: $traceId, type: "soak_loose", payload: { number: 1 }) { eventId } }';
    for (let copies = trace?.loose.get(1)?.mostCopies ?? 0; copies > 0; copies -= 1) {
      await ask(run, mutation, { traceId: trace?.id });
    }
  }
  if (words.has('revive')) {
    const trace = run.ledger.traces.find(({ state }) => state === 'deleted');
    await ask(run, 'mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: trace?.id });
  }
  if (words.has('stat')) {
    await cypher('MATCH (t:Trace {projectId: "default", id: $id}) SET t.totalTokens = t.totalTokens + 1', {
      id: there.at(-1)?.id,
    });
  }
  if (words.has('process')) {
    const [name = '', value = ''] = run.topology.marker.split('=');
    spawn('sleep', ['300'], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, [name]: value },
    }).unref();
  }
}
