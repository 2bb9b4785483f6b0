import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { request, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { startKit, type Kit } from './kit.js';

let kit: Kit;
before(async () => {
  kit = await startKit({ allowedHosts: ['stemma.example'] });
});
after(() => kit.close());

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with any headers: fetch does not let `Host` be set. */
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

/** The HTTP status with which an upgrade is refused, or 101. */
function upgrade(path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${kit.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', {
      headers,
    });
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      socket.terminate();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => undefined);
  });
}

const QUERY = JSON.stringify({ query: '{ __typename }' });
const JSON_TYPE = { 'content-type': 'application/json' };

describe('health', () => {
  test('/healthz says that the process lives', async () => {
    const { status, body } = await ask('/healthz');
    assert.deepEqual([status, JSON.parse(body)], [200, { status: 'ok' }]);
  });

  test('/readyz says that the database answers', async () => {
    assert.equal((await ask('/readyz')).status, 200);
  });
});

describe('GraphiQL', () => {
  test('is served to a browser at /graphql, whole: its page names nothing to load from other sites', async () => {
    const { status, headers, body } = await ask('/graphql', { accept: 'text/html,*/*' });
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /text\/html/);
    const loaded = [
      ...body.slice(0, 20_000).matchAll(/<(?:script|link|img|iframe)[^>]+(?:src|href)="(?!data:)([^"]*)"/g),
    ];
    assert.deepEqual(
      loaded.map(([, address]) => address),
      [],
    );
  });

  test('is where / leads to', async () => {
    const { status, headers } = await ask('/');
    assert.deepEqual([status, headers.location], [302, '/graphql']);
  });
});

describe('Host and Origin', () => {
  test('requests under a loopback name are answered', async () => {
    for (const host of ['127.0.0.1:4000', 'localhost', '[::1]:80', 'stemma.example']) {
      assert.equal((await ask('/graphql', { ...JSON_TYPE, host }, QUERY)).status, 200, host);
    }
  });

  test('a request under another name is refused: a site may have its name resolve to this machine', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:4000']) {
      const { status, body } = await ask('/graphql', { ...JSON_TYPE, host }, QUERY);
      assert.equal(status, 403, host);
      assert.equal(JSON.parse(body).errors[0].extensions.code, 'FORBIDDEN');
    }
  });

  test('a request from a page of another site is refused, from a page of this machine answered', async () => {
    const from = async (origin: string): Promise<number> =>
      (await ask('/graphql', { ...JSON_TYPE, origin }, QUERY)).status;
    assert.equal(await from('https://evil.example'), 403);
    assert.equal(await from('null'), 403);
    assert.equal(await from('http://localhost:5173'), 200);
    assert.equal(await from('https://stemma.example'), 200);
  });

  test('so it is with sockets', async () => {
    assert.equal(await upgrade('/graphql'), 101);
    assert.equal(await upgrade('/graphql', { origin: 'http://127.0.0.1:3000' }), 101);
    assert.equal(await upgrade('/graphql', { origin: 'https://evil.example' }), 403);
    assert.equal(await upgrade('/graphql', { host: 'evil.example' }), 403);
    assert.equal(await upgrade('/api/traces/x/watch', { origin: 'https://evil.example' }), 403);
    assert.equal(await upgrade('/elsewhere'), 404);
  });
});

test('a target that is no path does no harm, over HTTP or as an upgrade', async () => {
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
      assert.match(reply, /^HTTP\/1.1 (302|400|404) /, `${target} ${head}`);
    }
  }
  assert.equal((await ask('/healthz')).status, 200);
});

test('an unknown page is 404 and says where the API is', async () => {
  const { status, body } = await ask('/v1/traces');
  assert.equal(status, 404);
  assert.match(body, /the API is at \/graphql/);
});

test('a form or plain text post, which a page of another site could send, is refused', async () => {
  const { status } = await ask('/graphql', { 'content-type': 'text/plain' }, QUERY);
  assert.equal(status, 400);
});
