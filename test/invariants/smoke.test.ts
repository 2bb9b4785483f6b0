import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, startKit, type Kit } from '../kit/kit.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

test('a trace written over HTTP is in Neo4j, and its events arrive live', async () => {
  const id = newId('trace');
  await kit.ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id });
  const live = kit.follow(
    'subscription ($id: ID!) { traceEvents(traceId: $id) { __typename ... on TraceEvent { eventId } ... on MessageAdded { message { content } } } }',
    { id },
  );
  assert.equal((await live.next()).data.traceEvents.__typename, 'TraceSnapshot');
  await kit.ask(
    'mutation ($id: ID!) { addMessage(input: { traceId: $id, role: "user", content: "hi" }) { id } }',
    { id },
  );
  assert.deepEqual((await live.next()).data.traceEvents, {
    __typename: 'MessageAdded',
    eventId: 1,
    message: { content: 'hi' },
  });
  live.stop();
  assert.deepEqual(
    await kit.cypher('MATCH (m:Message {projectId: "default", traceId: $id}) RETURN m.content AS content', {
      id,
    }),
    [{ content: 'hi' }],
  );
});
