import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../kit/browser.js';
import { newId, startKit, until, type Kit } from '../../kit/kit.js';

let kit: Kit;
let browser: Browser;
let page: Page;
const requested: string[] = [];
const workers: string[] = [];
/** Exceptions in the page, and what the browser itself reports, such as policy violations. */
const failures: string[] = [];
before(async () => {
  kit = await startKit();
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.on('request', (request) => requested.push(request.url()));
  page.on('websocket', (socket) => requested.push(socket.url()));
  page.on('worker', (worker) => workers.push(worker.url()));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      failures.push(message.text());
    }
  });
  page.on('pageerror', (error) => failures.push(String(error)));
});
after(async () => {
  await browser.close();
  await kit.close();
});

/** Opens GraphiQL with an operation in its editor, and runs it. */
async function run(query: string): Promise<void> {
  await page.goto(`${kit.url}/graphql?query=${encodeURIComponent(query)}`);
  // A click before the editor has its text would run nothing.
  const [word = ''] = query.split(' ');
  await page.locator('.graphiql-query-editor .view-line', { hasText: word }).first().waitFor();
  await page.getByRole('button', { name: /execute query/i }).click();
}

/** What GraphiQL shows as the result. */
async function shown(): Promise<string> {
  const text = await page.locator('.graphiql-response, .result-window').first().innerText();
  return text.replace(/\u00a0/g, ' ');
}

test('a subscription in GraphiQL shows an event as it happens, and the page loads nothing from other hosts', async () => {
  const id = newId('browser');
  await kit.ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id });
  await run(
    `subscription { traceEvents(traceId: "${id}") { __typename ... on CustomEvent { type payload } } }`,
  );
  await until(async () => (await shown()).includes('TraceSnapshot'), 60_000);
  await kit.ask('mutation ($id: ID!) { appendEvent(traceId: $id, type: "seen_in_a_browser") { eventId } }', {
    id,
  });
  await until(async () => (await shown()).includes('seen_in_a_browser'), 60_000);
  const elsewhere = requested.filter(
    (url) => !/^(data:|blob:)/.test(url) && new URL(url).host !== new URL(kit.url).host,
  );
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(failures, []);
});

/** A response as received, still compressed. */
async function fetchPage(headers: Record<string, string>): Promise<{
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}> {
  return await new Promise((resolve, reject) => {
    request(`${kit.url}/graphql`, { headers: { accept: 'text/html', ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('the page', () => {
  test('runs its workers under a policy that permits no other script, no other address and no frame', async () => {
    await run('{ __typename }');
    await until(async () => (await shown()).includes('Query'), 60_000);
    assert.ok(workers.length > 0);
    assert.deepEqual(failures, []);

    const other = createServer((_request, response) => {
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end('read');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const blocked = await page.evaluate(async (address) => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        violations.push(effectiveDirective),
      );
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      const image = document.createElement('img');
      image.src = address;
      const frame = document.createElement('iframe');
      frame.src = address;
      const form = document.createElement('form');
      form.action = address;
      const base = document.createElement('base');
      base.href = address;
      document.body.append(script, image, frame, form, base);
      form.submit();
      const fetched = await fetch(address).then(
        () => 'read',
        () => 'blocked',
      );
      for (let waited = 0; violations.length < 6 && waited < 100; waited += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return { fetched, injected: 'injected' in window, violations: violations.sort() };
    }, elsewhere);
    other.close();
    assert.deepEqual(blocked, {
      fetched: 'blocked',
      injected: false,
      violations: ['base-uri', 'connect-src', 'form-action', 'frame-src', 'img-src', 'script-src-elem'],
    });
  });

  test('is compressed as the browser accepts it, and has the same content in every encoding', async () => {
    const plain = await fetchPage({});
    const brotli = await fetchPage({ 'accept-encoding': 'gzip, deflate, br, zstd' });
    const gzip = await fetchPage({ 'accept-encoding': 'br;q=0, gzip;q=0.5' });
    assert.deepEqual(
      [plain, brotli, gzip].map(({ headers }) => headers['content-encoding']),
      [undefined, 'br', 'gzip'],
    );
    assert.ok(brotliDecompressSync(brotli.body).equals(plain.body));
    assert.ok(gunzipSync(gzip.body).equals(plain.body));
    assert.ok(brotli.body.length < plain.body.length / 4, `${brotli.body.length} of ${plain.body.length}`);
    assert.match(brotli.headers.vary ?? '', /Accept-Encoding/);
  });

  test('is not sent again to a browser that already has it', async () => {
    const { headers } = await fetchPage({ 'accept-encoding': 'br' });
    const again = { 'accept-encoding': 'br', 'if-none-match': String(headers.etag) };
    const { status, body } = await fetchPage(again);
    assert.deepEqual([status, body.length], [304, 0]);
    assert.equal((await fetchPage({ ...again, 'accept-encoding': 'gzip' })).status, 200);
  });
});
