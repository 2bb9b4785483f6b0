import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient, type ExecutionResult } from 'graphql-sse';
import { openStream, type StreamRequest } from '../../kit/event-stream.js';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';
import { addMessages, appendEvent, deleteTrace, newTrace, range, TRACE_EVENTS } from '../../kit/live.js';

// GraphQL over Server-Sent Events, with the client of the protocol's own package and with plain requests.

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

const CREATE = 'mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }';

/** All events of a stream that the server ends: the results of `next`, then the names of the other events. */
async function all(request: StreamRequest): Promise<any[]> {
  const stream = await openStream(kit, request);
  assert.equal(stream.status, 200);
  assert.equal(await stream.ended, true);
  return await Promise.all(
    range(1, stream.waiting).map(async () => {
      const { event, data } = await stream.event();
      return event === 'next' ? (JSON.parse(data ?? '') as unknown) : `${event}:${data ?? 'none'}`;
    }),
  );
}

describe('the client of graphql-sse', () => {
  const iterate = (
    query: string,
    variables: Record<string, unknown>,
  ): AsyncIterableIterator<ExecutionResult<any>> =>
    createClient({ url: `${kit.url}/graphql`, retryAttempts: 0 }).iterate({ query, variables });

  test('gets the results of queries and mutations', async () => {
    const id = newId('trace');
    const [created, found] = [
      await iterate(CREATE, { id }).next(),
      await iterate('query ($id: ID!) { trace(id: $id) { status } }', { id }).next(),
    ];
    assert.deepEqual(created.value.data, { createTrace: { id } });
    assert.deepEqual(found.value.data, { trace: { status: 'RUNNING' } });
    assert.equal((await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id })).length, 1);
  });

  test('gets a snapshot, then the events as they happen, each once and in order, until the trace is deleted', async () => {
    const traceId = await newTrace(kit);
    await addMessages(kit, traceId, 3);
    const types: string[] = [];
    const ids: number[] = [];
    for await (const { data } of iterate(TRACE_EVENTS, { traceId, since: 1 })) {
      const { __typename: type, eventId } = data.traceEvents;
      types.push(type);
      if (eventId !== undefined) {
        ids.push(eventId);
        if (eventId === 3) {
          await addMessages(kit, traceId, 700);
          await deleteTrace(kit, traceId);
        }
      }
    }
    assert.equal(types[0], 'TraceSnapshot');
    assert.equal(types.at(-1), 'TraceDeleted');
    assert.deepEqual(ids, range(2, ids.length + 1));
    assert.ok(ids.length >= 2);
    await until(() => kit.server.store.tails.watched === 0);
  });

  test('resumes with `since` where it left, and misses nothing', async () => {
    const traceId = await newTrace(kit);
    await addMessages(kit, traceId, 50);
    const ids: number[] = [];
    for (const most of [10, 20, 20]) {
      let left = most;
      for await (const { data } of iterate(TRACE_EVENTS, { traceId, since: ids.at(-1) ?? 0 })) {
        if (data.traceEvents.eventId !== undefined) {
          ids.push(data.traceEvents.eventId);
          left -= 1;
        }
        if (left === 0) {
          break;
        }
      }
    }
    assert.deepEqual(ids, range(1, 50));
    await until(() => kit.server.store.tails.watched === 0);
  });

  test('gets the error of an operation that is not valid, and reports no failed connection', async () => {
    const { value } = await iterate('{ nothing }', {}).next();
    assert.equal(value.errors[0].extensions.code, 'BAD_USER_INPUT');
  });
});

describe('a stream', () => {
  test('is opened by a POST or a GET, and proxies may neither keep nor change it', async () => {
    for (const method of ['POST', 'GET'] as const) {
      const traceId = await newTrace(kit);
      const stream = await openStream(kit, { method, query: TRACE_EVENTS, variables: { traceId } });
      assert.equal(stream.status, 200);
      assert.equal(stream.headers['content-type'], 'text/event-stream; charset=utf-8');
      assert.equal(stream.headers['cache-control'], 'no-store, no-transform');
      assert.equal(stream.headers['x-accel-buffering'], 'no');
      assert.match(stream.headers.vary ?? '', /Origin, Accept/);
      assert.equal((await stream.next()).data.traceEvents.__typename, 'TraceSnapshot');
      await appendEvent(kit, traceId, 'seen');
      assert.equal((await stream.next()).data.traceEvents.type, 'seen');
      stream.cut();
    }
  });

  test('of a quiet list can be read before anything changes', async () => {
    const stream = await openStream(kit, { query: 'subscription { traceChanges { traceId } }' });
    await until(() => stream.text() === ':\n\n');
    stream.cut();
  });

  test('of a query or mutation has its result, then `complete` with an empty field', async () => {
    const id = newId('trace');
    assert.deepEqual(await all({ query: CREATE, variables: { id } }), [
      { data: { createTrace: { id } } },
      'complete:',
    ]);
    for (const method of ['POST', 'GET'] as const) {
      assert.deepEqual(await all({ method, query: '{ __typename }' }), [
        { data: { __typename: 'Query' } },
        'complete:',
      ]);
    }
    const [{ data, errors }] = await all({ query: '{ a: __typename trace(id: "x") { id } }' });
    assert.deepEqual([data, errors], [{ a: 'Query', trace: null }, undefined]);
  });

  test('of a mutation in a GET is refused, and nothing is written', async () => {
    const id = newId('trace');
    const stream = await openStream(kit, { method: 'GET', query: CREATE, variables: { id } });
    assert.equal(stream.status, 405);
    assert.equal(stream.headers.allow, 'POST');
    await stream.ended;
    assert.match(stream.text(), /BAD_USER_INPUT/);
    assert.deepEqual(await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id }), []);
  });

  test('has the errors of an operation that cannot start as its only result', async () => {
    const traceId = await newTrace(kit);
    for (const [request, field] of [
      [{ query: 'subscription {' }, undefined],
      [{ query: '{ nothing }' }, undefined],
      [
        { query: 'subscription ($traceId: ID!) { traceEvents(traceId: $traceId) { __typename } }' },
        'traceId',
      ],
      [{ query: TRACE_EVENTS, variables: { traceId, since: -1 } }, undefined],
      [{ query: TRACE_EVENTS, variables: { traceId, since: 99 } }, 'since'],
      [{ query: 'query A { __typename } query B { __typename }' }, undefined],
      [{ query: '' }, 'query'],
      [{ query: 'query A { __typename }', operationName: 'B' }, undefined],
      [{ body: '{"query":7}' }, 'query'],
      [{ body: '{"query":"{ __typename }","variables":[]}' }, 'variables'],
      [{ body: '{"query":"{ __typename }","variables":{"v":9007199254740993}}' }, undefined],
      [{ body: '[]' }, undefined],
      [{ body: '' }, undefined],
      [{ body: '{"query":' }, undefined],
      [{ method: 'GET', query: '{ nothing }' }, undefined],
      [{ method: 'GET' }, 'query'],
    ] as const) {
      const [result, ...rest] = await all(request);
      assert.equal(result.errors[0].extensions.code, 'BAD_USER_INPUT', JSON.stringify(request));
      assert.deepEqual(rest, ['complete:'], JSON.stringify(request));
      if (field !== undefined) {
        assert.equal(result.errors[0].extensions.field, field, JSON.stringify(request));
      }
    }
    const [unknown] = await all({ query: TRACE_EVENTS, variables: { traceId: newId('none') } });
    assert.equal(unknown.errors[0].extensions.code, 'NOT_FOUND');
    await until(() => kit.server.store.tails.watched === 0);
  });

  test('has each result in one line, whatever JSON the client sent', async () => {
    const traceId = await newTrace(kit);
    const query =
      'mutation ($traceId: ID!, $content: JSON) { addMessage(input: { traceId: $traceId, role: "user", content: $content }) { content } }';
    const body = `{"query":${JSON.stringify(query)},\r\n"variables":{"traceId":"${traceId}","content":\n{"10":\r1,"2":"a\\nb\u2028"}}}`;
    const stream = await openStream(kit, { body });
    const { data } = await stream.event();
    assert.deepEqual(JSON.parse(data ?? '').data.addMessage.content, { 10: 1, 2: 'a\nb\u2028' });
    assert.match(data ?? '', /"10":\s*1,\s*"2"/);
  });

  test('has a result of several megabytes whole', async () => {
    const traceId = await newTrace(kit);
    const content = '\u00e4\u{1f600}x'.repeat(30_000);
    await addMessages(kit, traceId, 20, { content });
    const [{ data }] = await all({
      query: 'query ($id: ID!) { trace(id: $id) { messages { nodes { content } } } }',
      variables: { id: traceId },
    });
    assert.equal(data.trace.messages.nodes.length, 20);
    assert.ok(data.trace.messages.nodes.every((node: any) => node.content === content));
  });

  test('reads the state anew for each event', async () => {
    const traceId = await newTrace(kit);
    const stream = await openStream(kit, {
      query: `subscription ($traceId: ID!) { traceEvents(traceId: $traceId) {
        ... on MessageAdded { eventId message { trace { totalMessages } } } } }`,
      variables: { traceId },
    });
    await stream.next();
    for (const count of [1, 2, 3]) {
      await addMessages(kit, traceId, 1);
      const { data } = await stream.next();
      assert.deepEqual(data.traceEvents, { eventId: count, message: { trace: { totalMessages: count } } });
    }
    stream.cut();
  });
});

describe('what a client accepts decides', () => {
  const JSON_FIRST =
    'application/graphql-response+json, application/json, text/event-stream, multipart/mixed';

  test('a client that takes JSON too gets streams for subscriptions only, unless it prefers them', async () => {
    const traceId = await newTrace(kit);
    for (const [accept, forQuery] of [
      [JSON_FIRST, 'application/graphql-response+json; charset=utf-8'],
      ['text/event-stream;q=0.9, application/json', 'application/json; charset=utf-8'],
      ['application/json;q=0.5, Text/Event-Stream', 'text/event-stream; charset=utf-8'],
      ['text/event-stream, */*;q=0.1', 'text/event-stream; charset=utf-8'],
    ] as const) {
      const headers = { accept };
      const query = await openStream(kit, { query: '{ __typename }', headers });
      assert.equal(query.headers['content-type'], forQuery, accept);
      const live = await openStream(kit, { query: TRACE_EVENTS, variables: { traceId }, headers });
      assert.equal(live.headers['content-type'], 'text/event-stream; charset=utf-8', accept);
      live.cut();
    }
  });

  test('a subscription that would be answered with JSON is BAD_USER_INPUT, and says which protocols it needs', async () => {
    const traceId = await newTrace(kit);
    const error = await kit.fail(TRACE_EVENTS, { traceId });
    assert.deepEqual([error.extensions.code, error.extensions.field], ['BAD_USER_INPUT', 'query']);
    assert.match(error.message, /WebSocket .*graphql-transport-ws.*`Accept: text\/event-stream`/);
    for (const [method, accept] of [
      ['POST', '*/*'],
      ['POST', 'application/json, text/event-stream;q=0'],
      ['GET', 'application/json'],
    ] as const) {
      const reply = await openStream(kit, {
        method,
        query: TRACE_EVENTS,
        variables: { traceId },
        headers: { accept },
      });
      await reply.ended;
      assert.equal(reply.status, 400, accept);
      assert.match(reply.headers['content-type'] ?? '', /application\/json/);
      assert.equal(JSON.parse(reply.text()).errors[0].extensions.code, 'BAD_USER_INPUT');
      assert.match(reply.text(), /text\/event-stream/);
    }
    const invalid = await kit.fail('subscription { traceEvents { __typename } }');
    assert.match(invalid.message, /traceId/);
    assert.equal(kit.server.store.tails.watched, 0);
  });

  test('of several operations, only the one that is named counts', async () => {
    const query = 'query A { __typename } subscription B { traceChanges { kind } }';
    const accept = { accept: 'application/json' };
    const [asQuery, asSubscription] = await Promise.all([
      openStream(kit, { query, operationName: 'A', headers: accept }),
      openStream(kit, { query, operationName: 'B', headers: accept }),
    ]);
    assert.deepEqual([asQuery.status, asSubscription.status], [200, 400]);
  });
});
