import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../kit/browser.js';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';

// What pages of other sites can do to a server on this machine, in a browser. evil.example resolves to this machine, as
// with DNS rebinding.

let pages: Server;
let browser: Browser;
let context: BrowserContext;
let kit: Kit;
let sharing: Kit;
let port: number;
before(async () => {
  pages = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Other</title>');
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  ({ port } = pages.address() as AddressInfo);
  kit = await startKit();
  sharing = await startKit({ allowedOrigins: [`http://127.0.0.1:${port}`] });
  browser = await launchBrowser(['--host-resolver-rules=MAP evil.example 127.0.0.1']);
});
after(async () => {
  await browser.close();
  pages.close();
  await kit.close();
  await sharing.close();
});

/** Opens a page of another origin in a new browser context. */
async function open(host: string): Promise<{ page: Page; statuses: Map<string, number[]> }> {
  context = await browser.newContext();
  const page = await context.newPage();
  const statuses = new Map<string, number[]>();
  context.on('response', (response) => {
    const { host: from } = new URL(response.url());
    statuses.set(from, [...(statuses.get(from) ?? []), response.status()]);
  });
  await page.goto(`http://${host}:${port}/`);
  return { page, statuses };
}

const mutation = (id: string): string => `mutation { createTrace(input: { id: "${id}" }) { id } }`;

/** Tries everything that a page can do without the user. Runs in the browser; returns what it could read or open. */
async function attack({
  url,
  mutation: text,
}: {
  readonly url: string;
  readonly mutation: string;
}): Promise<Record<string, string>> {
  const body = JSON.stringify({ query: text });
  const api = `${url}/graphql`;
  const read = (input: string, init: RequestInit): Promise<string> =>
    fetch(input, init).then(
      async (response) => `read: ${await response.text()}`,
      () => 'failed',
    );
  const element = (tag: string, attributes: Record<string, string>): Promise<string> =>
    new Promise((resolve) => {
      const made = document.createElement(tag);
      made.onload = () => resolve('loaded');
      made.onerror = () => resolve('failed');
      for (const [name, value] of Object.entries(attributes)) {
        made.setAttribute(name, value);
      }
      document.body.append(made);
    });
  const opened = (target: EventTarget): Promise<string> =>
    new Promise((resolve) => {
      target.addEventListener('open', () => resolve('opened'));
      target.addEventListener('error', () => resolve('failed'));
    });
  const query = `${api}?query=${encodeURIComponent(text)}`;
  const post = { method: 'POST', body };
  const frame = document.createElement('iframe');
  frame.name = 'frame';
  const form = document.createElement('form');
  Object.assign(form, { action: api, method: 'post', enctype: 'text/plain', target: 'frame' });
  const field = document.createElement('input');
  // Sent as `name=value`: together they are JSON.
  Object.assign(field, { name: `${body.slice(0, -1)},"x":"`, value: '"}' });
  form.append(field);
  document.body.append(frame, form);
  const submitted = new Promise<string>((resolve) => {
    frame.onload = () => resolve('submitted');
  });
  form.submit();
  return {
    json: await read(api, { ...post, headers: { 'content-type': 'application/json' } }),
    text: await read(api, { ...post, headers: { 'content-type': 'text/plain' } }),
    // Reads nothing, but is sent without a preflight request.
    blind: await read(api, { ...post, mode: 'no-cors' }),
    blindGet: await read(query, { mode: 'no-cors' }),
    get: await read(query, {}),
    ready: await read(`${url}/readyz`, {}),
    socket: await opened(new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')),
    watch: await opened(new WebSocket(`${url.replace('http', 'ws')}/api/traces/x/watch`)),
    events: await opened(new EventSource(query)),
    image: await element('img', { src: query }),
    script: await element('script', { src: query }),
    style: await element('link', { rel: 'stylesheet', href: query }),
    object: await element('object', { data: api }),
    form: await submitted,
  };
}

for (const [site, host] of [
  ['another local port', '127.0.0.1'],
  ['another site', 'evil.example'],
] as const) {
  test(`a page of ${site} cannot read, write or embed anything`, async () => {
    const id = newId('trace');
    const { page, statuses } = await open(host);
    const got = await page.evaluate(attack, { url: kit.url, mutation: mutation(id) });
    // A blind response has no content. A form always opens a page, here one that says FORBIDDEN.
    assert.deepEqual(
      Object.entries(got).filter(([, result]) => !['failed', 'read: '].includes(result)),
      [['form', 'submitted']],
    );
    assert.equal(got['json'], 'failed');
    const answered = statuses.get(new URL(kit.url).host) ?? [];
    // The browser reveals no more about the responses that it hides from the page.
    assert.deepEqual([...new Set(answered)], [403]);

    const framed = page.waitForResponse((response) => response.url() === `${kit.url}/`);
    await page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = `${url}/`;
      document.body.append(frame);
    }, kit.url);
    assert.equal((await framed).status(), 403);
    assert.deepEqual(await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id }), []);
    await context.close();
  });
}

test('a link on another site opens GraphiQL, which runs nothing by itself and has no opener', async () => {
  const id = newId('trace');
  const { page } = await open('evil.example');
  await page.evaluate((href) => {
    const link = document.createElement('a');
    Object.assign(link, { href, target: '_blank', rel: 'opener', textContent: 'link' });
    document.body.append(link);
  }, `${kit.url}/?query=x`);
  const [viaRoot] = await Promise.all([context.waitForEvent('page'), page.click('a')]);
  await viaRoot.waitForLoadState();
  assert.equal(viaRoot.url().split('?')[0], `${kit.url}/graphql`);
  await page.evaluate(
    (href) => {
      Object.assign(document.querySelector('a') ?? {}, { href });
    },
    `${kit.url}/graphql?query=${encodeURIComponent(mutation(id))}`,
  );
  const [opened] = await Promise.all([context.waitForEvent('page'), page.click('a')]);
  await opened.getByRole('button', { name: /execute query/i }).waitFor();
  // Once GraphiQL has the schema, it has sent everything that it sends by itself.
  await opened.getByRole('button', { name: /documentation/i }).click();
  await opened.getByText('createTrace', { exact: false }).first().waitFor();
  assert.equal(await opened.evaluate(() => window.opener as unknown), null);
  assert.deepEqual(await kit.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id }), []);
  await context.close();
});

test('a foreign host name that resolves to this machine is rejected', async () => {
  const { page } = await open('evil.example');
  const address = kit.url.replace('127.0.0.1', 'evil.example');
  const response = await page.goto(`${address}/graphql`);
  assert.ok(response);
  assert.equal(response.status(), 403);
  assert.match(await response.text(), /"code":"FORBIDDEN"/);
  await context.close();
});

test('a page of an allowed origin can read, write and open a socket', async () => {
  const id = newId('trace');
  const { page } = await open('127.0.0.1');
  const got = await page.evaluate(attack, { url: sharing.url, mutation: mutation(id) });
  const expected = `{"data":{"createTrace":{"id":"${id}"}}}`;
  assert.equal(got['json']?.trim(), `read: ${expected}`);
  assert.match(got['text'] ?? '', /expected application\/json/);
  assert.match(got['ready'] ?? '', /^read: \{"status":"ok"\}/);
  assert.deepEqual([got['socket'], got['watch']], ['opened', 'opened']);
  const acknowledged = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, 'graphql-transport-ws');
        socket.onopen = () => socket.send('{"type":"connection_init"}');
        socket.onmessage = ({ data }) => resolve(data);
      }),
    `${sharing.url.replace('http', 'ws')}/graphql`,
  );
  assert.equal(acknowledged, '{"type":"connection_ack"}');
  const read = await page.evaluate(
    (url) => fetch(url, { headers: { 'apollo-require-preflight': '1' } }).then((answer) => answer.json()),
    `${sharing.url}/graphql?query={__typename}`,
  );
  assert.deepEqual(read, { data: { __typename: 'Query' } });
  const streamed = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const source = new EventSource(url);
        source.addEventListener('next', ({ data }) => resolve(data));
        // It would otherwise connect again, because the server ends the response.
        source.addEventListener('complete', () => source.close());
        source.onerror = () => resolve('failed');
      }),
    `${sharing.url}/graphql?query={__typename}`,
  );
  assert.equal(streamed, '{"data":{"__typename":"Query"}}');
  await until(async () => (await sharing.cypher('MATCH (t:Trace {id: $id}) RETURN t', { id })).length === 1);
  await context.close();

  // Another name of the same machine is another origin.
  const { page: other } = await open('evil.example');
  const refused = await other.evaluate(attack, { url: sharing.url, mutation: mutation(newId('trace')) });
  assert.deepEqual([refused['json'], refused['ready'], refused['socket']], ['failed', 'failed', 'failed']);
  await context.close();
});
