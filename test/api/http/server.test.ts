import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { request, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { newId, startKit, type Kit } from '../../kit/kit.js';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit.close());

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with any headers: fetch does not allow setting `Host`. */
function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${kit.url}${path}`,
      { method: body === undefined ? 'GET' : 'POST', headers },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const QUERY = JSON.stringify({ query: '{ __typename }' });

describe('health', () => {
  test('/healthz reports that the process is alive', async () => {
    const { status, body } = await ask('/healthz');
    assert.deepEqual([status, JSON.parse(body)], [200, { status: 'ok' }]);
  });

  test('/readyz reports that the database answers', async () => {
    assert.equal((await ask('/readyz')).status, 200);
  });
});

describe('GraphiQL', () => {
  test('is the page that / redirects to', async () => {
    const { status, headers } = await ask('/');
    assert.deepEqual([status, headers.location], [302, '/graphql']);
  });
});

test('a malformed request target does no harm, over HTTP or as an upgrade', async () => {
  const { hostname, port } = new URL(kit.url);
  for (const head of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
    for (const target of ['//', '/%', '*', 'http://', '/api/traces/%/watch', '/?%zz']) {
      const reply = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => {
          socket.end(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${head}\r\n`);
        });
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
        socket.on('error', reject);
      });
      assert.match(reply, /^HTTP\/1.1 (302|400|403|404) /, `${target} ${head}`);
    }
  }
  assert.equal((await ask('/healthz')).status, 200);
});

test('an unknown path gets 404 and a message that says where the API is', async () => {
  const { status, body } = await ask('/v1/traces');
  assert.equal(status, 404);
  assert.match(body, /the API is at \/graphql/);
});

describe('content types', () => {
  const post = async (type: string | null): Promise<[status: number, code: unknown, message: unknown]> => {
    const { status, body } = await ask('/graphql', type === null ? {} : { 'content-type': type }, QUERY);
    const error = JSON.parse(body).errors?.[0];
    return [status, error?.extensions.code, error?.message];
  };

  test('a POST must carry JSON: a page of another site could send a form or text without a preflight request', async () => {
    for (const type of [
      'application/graphql',
      'application/graphql+json',
      'text/plain',
      'text/plain;application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'application/json; charset=utf-16',
      'application/json, text/plain',
      null,
    ]) {
      assert.deepEqual(await post(type), [
        415,
        'BAD_USER_INPUT',
        `content-type: expected application/json in UTF-8, got ${JSON.stringify(type)}`,
      ]);
    }
    for (const type of ['application/json', 'Application/JSON', 'application/json; charset="UTF-8"']) {
      assert.deepEqual(await post(type), [200, undefined, undefined], type);
    }
  });

  test('a GET may read if it has a header that needs a preflight request from another site, but may not write', async () => {
    const id = newId('trace');
    const get = (query: string, headers: Record<string, string>): Promise<Reply> =>
      ask(`/graphql?query=${encodeURIComponent(query)}`, headers);
    const asked = { 'apollo-require-preflight': 'true' };
    assert.equal((await get('{ __typename }', {})).status, 400);
    assert.equal((await get('{ __typename }', asked)).body, '{"data":{"__typename":"Query"}}\n');
    assert.equal((await get(`mutation { createTrace(input: { id: "${id}" }) { id } }`, asked)).status, 405);
    assert.deepEqual(await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id }), []);
  });
});

test('every response keeps browsers from embedding it and from guessing its type', async () => {
  for (const [path, headers] of [
    ['/healthz', {}],
    ['/readyz', {}],
    ['/', {}],
    ['/graphql', { accept: 'text/html' }],
    ['/graphql', {}],
    ['/nothing-here', {}],
    ['/healthz', { host: 'evil.example' }],
  ] as const) {
    const { headers: got } = await ask(path, headers);
    const seen = `${path} ${JSON.stringify(got)}`;
    assert.equal(got['x-content-type-options'], 'nosniff', seen);
    assert.equal(got['referrer-policy'], 'no-referrer', seen);
    assert.equal(got['cross-origin-resource-policy'], 'same-origin', seen);
    assert.equal(got['x-frame-options'], 'DENY', seen);
    assert.match(
      String(got['content-security-policy']),
      /^default-src 'none';.* frame-ancestors 'none'/,
      seen,
    );
    assert.match(got.vary ?? '', /Origin/, seen);
  }
});
