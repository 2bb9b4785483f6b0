import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createRoutes, createUpgradeRoutes } from '../../../src/api/http/routes.js';
import { startKit, type Kit } from '../../kit/kit.js';

const ALLOWED = 'http://localhost:5173';

let kit: Kit;
before(async () => {
  kit = await startKit({ allowedHosts: ['Stemma.example'], allowedOrigins: [ALLOWED] });
});
after(() => kit.close());

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends a request head verbatim: HTTP clients do not send several `Host` headers or unusual targets. */
function raw(lines: readonly string[], body = ''): Promise<Reply> {
  const { hostname, port } = new URL(kit.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    });
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }));
    socket.on('error', reject);
  });
}

const QUERY = JSON.stringify({ query: '{ __typename }' });

/** The status of a GraphQL query with these headers. */
async function query(
  headers: readonly string[],
  host: string | null = 'Host: localhost:4000',
): Promise<number> {
  const { status } = await raw(
    [
      'POST /graphql HTTP/1.1',
      ...(host === null ? [] : [host]),
      'Content-Type: application/json',
      `Content-Length: ${QUERY.length}`,
      ...headers,
    ],
    QUERY,
  );
  return status;
}

/** The status of an upgrade with these headers. The server closes an accepted one after the close frame. */
async function upgrade(
  path: string,
  headers: readonly string[],
  host = 'Host: localhost:4000',
): Promise<number> {
  const { hostname, port } = new URL(kit.url);
  const head = [
    `GET ${path} HTTP/1.1`,
    host,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    ...headers,
  ];
  return await new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${head.join('\r\n')}\r\n\r\n`));
    socket.once('data', (data: Buffer) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1]));
    });
    socket.on('error', reject);
  });
}

const HOSTILE: readonly (readonly string[])[] = [
  ['Host: evil.example'],
  ['Host: localhost:4000', 'Origin: http://evil.example'],
  ['Host: localhost:4000', 'Origin: http://localhost:3000'],
  ['Host: localhost:4000', 'Origin: null'],
  ['Host: localhost:4000', 'Sec-Fetch-Site: cross-site'],
  ['Host: localhost:4000', 'Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors'],
];

describe('every route', () => {
  // These functions only build the tables and call nothing on their arguments.
  const routes = createRoutes({} as Parameters<typeof createRoutes>[0]);
  const upgrades = createUpgradeRoutes({} as Parameters<typeof createUpgradeRoutes>[0]);
  const pathOf = (name: string): string => name.replace(/\{\w+\}/g, 'x');

  test('matches the path in its name', () => {
    assert.ok(routes.length >= 4 && upgrades.length >= 2);
    for (const { name, matches } of [...routes, ...upgrades]) {
      assert.ok(matches(pathOf(name)), name);
    }
  });

  test('rejects a foreign Host, Origin or Sec-Fetch-Site with any method', async () => {
    for (const { name } of routes) {
      for (const hostile of HOSTILE) {
        for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
          const lines = [`${method} ${pathOf(name)} HTTP/1.1`, ...hostile];
          const { status, text } = await raw([...lines, 'Accept: text/html,*/*']);
          assert.equal(status, 403, lines.join(', '));
          assert.match(text, /"code":"FORBIDDEN"/);
          assert.doesNotMatch(text, /access-control-allow/i);
        }
      }
    }
  });

  test('that upgrades to a WebSocket rejects them at the handshake', async () => {
    for (const { name } of upgrades) {
      assert.equal(await upgrade(pathOf(name), []), 101, name);
      for (const [host = '', ...hostile] of HOSTILE) {
        assert.equal(await upgrade(pathOf(name), hostile, host), 403, `${name} ${hostile.join()}`);
      }
    }
  });

  test('rejects them even if it does not exist', async () => {
    for (const hostile of HOSTILE) {
      assert.equal((await raw(['GET /nothing-here HTTP/1.1', ...hostile])).status, 403);
    }
  });
});

describe('Host', () => {
  test('may be a local name or an allowed one, in either case, with any port', async () => {
    for (const host of [
      '127.0.0.1',
      '127.0.0.1:4000',
      '[::1]',
      '[::1]:80',
      'localhost',
      'localhost:65535',
      'LOCALHOST:4000',
      'stemma.example',
      'stemma.example:8080',
    ]) {
      assert.equal(await query([], `Host: ${host}`), 200, host);
    }
  });

  test('may not be any other text, even if it parses to a local name', async () => {
    for (const host of [
      '127.1',
      '127.0.0.2',
      '127.000.000.001',
      '0x7f.1',
      '0x7f000001',
      '2130706433',
      '017700000001',
      '0.0.0.0',
      '0',
      'localhost.',
      'localhost:',
      'localhost:4000:4000',
      'localhost:http',
      'localhost:123456',
      'a@localhost',
      'localhost@evil.example',
      'localhost/',
      'localhost#',
      'localhost?evil.example',
      'localhost\\evil.example',
      'localhost evil.example',
      'localhost,evil.example',
      'loc%61lhost',
      'ｌocalhost',
      'http://localhost',
      '[::ffff:127.0.0.1]',
      '[0:0:0:0:0:0:0:1]',
      '[::1%25lo]',
      '::1',
      '[::1',
      '127.0.0.1.evil.example',
      'localhost.evil.example:4000',
      'evil.example',
      'sub.stemma.example',
      '',
    ]) {
      const status = await query([], `Host: ${host}`);
      assert.ok(status === 403 || status === 400, `${host}: ${status}`);
    }
  });

  test('must be present exactly once', async () => {
    assert.equal(await query([], null), 400);
    assert.equal((await raw(['GET /healthz HTTP/1.0'])).status, 403);
    assert.equal(await query(['Host: evil.example']), 403);
    assert.equal(await query(['Host: localhost:4000']), 403);
  });

  test('must match the host of a request target in absolute form', async () => {
    const get = async (target: string): Promise<number> =>
      (await raw([`GET ${target} HTTP/1.1`, 'Host: localhost:4000'])).status;
    assert.equal(await get('http://localhost:4000/healthz'), 200);
    for (const target of [
      'http://evil.example/healthz',
      'http://localhost/healthz',
      'http://localhost:4000@evil.example/healthz',
      'http:///healthz',
    ]) {
      assert.equal(await get(target), 403, target);
    }
    assert.equal(await get('https://localhost:4000/healthz'), 404);
  });
});

describe('Origin', () => {
  test("may be the server's own origin, as derived from Host", async () => {
    assert.equal(await query(['Origin: http://localhost:4000']), 200);
    assert.equal(await query(['Origin: http://127.0.0.1:4000'], 'Host: 127.0.0.1:4000'), 200);
    for (const origin of [
      'https://localhost:4000',
      'http://127.0.0.1:4000',
      'http://localhost',
      'http://localhost:4001',
      'http://localhost:4000/',
      'http://localhost:4000, http://localhost:4000',
      'localhost:4000',
      'null',
      '',
    ]) {
      const expected = origin === '' ? [403, 200] : [403];
      assert.ok(expected.includes(await query([`Origin: ${origin}`])), origin);
    }
  });

  test('may have either scheme if Host is an allowed name, because a proxy may terminate TLS', async () => {
    const host = 'Host: stemma.example';
    assert.equal(await query(['Origin: https://stemma.example'], host), 200);
    assert.equal(await query(['Origin: http://stemma.example'], host), 200);
    assert.equal(await query(['Origin: https://stemma.example:8443'], host), 403);
  });

  test('may be an allowed origin (exact match), even if Sec-Fetch-Site names another site', async () => {
    for (const site of ['same-site', 'cross-site']) {
      assert.equal(await query([`Origin: ${ALLOWED}`, `Sec-Fetch-Site: ${site}`]), 200);
    }
    assert.equal(await upgrade('/graphql', [`Origin: ${ALLOWED}`]), 101);
    assert.equal(await query(['Origin: http://localhost:51733']), 403);
    assert.equal(await query(['Origin: https://localhost:5173']), 403);
    assert.equal(await query(['Origin: http://127.0.0.1:5173']), 403);
  });

  test('may read responses and send preflight requests if it is allowed', async () => {
    const { status, text } = await raw([
      'OPTIONS /graphql HTTP/1.1',
      'Host: localhost:4000',
      `Origin: ${ALLOWED}`,
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: content-type',
      'Sec-Fetch-Site: cross-site',
    ]);
    assert.equal(status, 204);
    const head = text.toLowerCase();
    for (const line of [
      `access-control-allow-origin: ${ALLOWED}`,
      'access-control-allow-methods: get, post',
      'access-control-max-age: 7200',
      'vary: origin',
    ]) {
      assert.ok(head.includes(`\r\n${line}\r\n`), `${line} in ${head}`);
    }
    assert.match(head, /access-control-allow-headers: content-type, authorization, apollo-require-preflight/);
    assert.doesNotMatch(head, /allow-credentials/);
    const failed = await raw([`GET /nothing-here HTTP/1.1`, 'Host: localhost', `Origin: ${ALLOWED}`]);
    assert.match(failed.text, /access-control-allow-origin: http:\/\/localhost:5173\r\n/i);
    const own = await raw(['GET /healthz HTTP/1.1', 'Host: localhost', 'Origin: http://localhost']);
    assert.doesNotMatch(own.text, /access-control/i);
  });
});

describe('Sec-Fetch-Site', () => {
  const navigation = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', 'Accept: text/html,*/*'];
  const get = async (path: string, headers: readonly string[]): Promise<number> =>
    (await raw([`GET ${path} HTTP/1.1`, 'Host: localhost:4000', ...headers])).status;

  test('may be same-origin, none or missing', async () => {
    for (const headers of [['Sec-Fetch-Site: same-origin'], ['Sec-Fetch-Site: none'], []]) {
      assert.equal(await query(headers), 200);
      assert.equal(await get('/readyz', headers), 200);
    }
    assert.equal(await query(['Sec-Fetch-Site: something-new']), 403);
    assert.equal(await query(['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site']), 403);
  });

  test('may be another site when a link opens a page as a top-level document', async () => {
    for (const site of ['same-site', 'cross-site']) {
      const headers = [`Sec-Fetch-Site: ${site}`, ...navigation];
      assert.equal(await get('/', headers), 302);
      assert.equal(await get('/graphql', headers), 200);
      assert.equal(await get('/graphql?query={__typename}', headers), 200);
      // These have no page.
      assert.equal(await get('/healthz', headers), 403);
      assert.equal(await get('/readyz', headers), 403);
    }
  });

  test('may not be another site when the page is embedded, posted to or read by a script', async () => {
    const site = 'Sec-Fetch-Site: cross-site';
    for (const dest of ['iframe', 'object', 'embed', 'frame', 'image', 'script', 'empty']) {
      const headers = [site, 'Sec-Fetch-Mode: navigate', `Sec-Fetch-Dest: ${dest}`, 'Accept: text/html'];
      assert.equal(await get('/graphql', headers), 403, dest);
    }
    assert.equal(
      await get('/graphql', [site, 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: document', 'Accept: text/html']),
      403,
    );
    assert.equal(await get('/graphql', [site, 'Accept: text/html']), 403);
    assert.equal(await get('/graphql', [site, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']), 403);
    assert.equal(await query([site, ...navigation]), 403);
  });
});
