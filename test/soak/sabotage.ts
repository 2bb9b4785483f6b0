import { spawn } from 'node:child_process';
import { ask } from './check-threads.js';
import type { Run } from './run.js';

const ADD_MESSAGE = 'mutation ($input: AddMessageInput!) { addMessage(input: $input) { id } }';
const APPEND =
  'mutation ($id: ID!, $number: Int!) { appendEvent(traceId: $id, type: "soak_loose", payload: { number: $number }) { eventId } }';

/** Breaks on purpose what the options name, just before the checks: a soak that found none of it would prove nothing. */
export async function sabotage(run: Run): Promise<void> {
  const { sabotage: words } = run.options;
  if (words.size === 0) {
    return;
  }
  const [first, second, third] = run.ledger.traces.filter(({ state, large }) => state === 'there' && !large);
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error('expected three traces to sabotage');
  }
  const cypher = (text: string, id: string): Promise<unknown> =>
    run.topology.database.run({ name: 'soak', text }, { id });
  if (words.has('lose')) {
    const number = first.messages.begin();
    const id = `${first.id}/m${number}`;
    await ask(run, ADD_MESSAGE, { input: { id, traceId: first.id, role: 'user', content: 'lost' } });
    first.messages.acknowledge(number);
    await cypher('MATCH (m:Message {projectId: "default", id: $id}) DETACH DELETE m', id);
  }
  if (words.has('copy')) {
    const number = first.loose.size + 1;
    first.loose.set(number, { acknowledged: true, mostCopies: 1 });
    await ask(run, APPEND, { id: first.id, number });
    await ask(run, APPEND, { id: first.id, number });
  }
  if (words.has('stat')) {
    await cypher(
      'MATCH (t:Trace {projectId: "default", id: $id}) SET t.totalTokens = t.totalTokens + 1',
      second.id,
    );
  }
  if (words.has('revive')) {
    await ask(run, 'mutation ($id: ID!) { deleteTrace(id: $id) { traces } }', { id: third.id });
    third.state = 'deleted';
    await ask(run, 'mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id: third.id });
  }
  if (words.has('process')) {
    const [name = '', value = ''] = run.topology.marker.split('=');
    const env = { ...process.env, [name]: value };
    spawn('sleep', ['300'], { detached: true, stdio: 'ignore', env }).unref();
  }
}
