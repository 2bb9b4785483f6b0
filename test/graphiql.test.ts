import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { newId, startKit, until, type Kit } from './kit.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser of this machine's. */
function browserPath(): string {
  const places = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const found = places.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) {
    throw new Error('this test needs Chromium: `apt-get install chromium`, or set CHROMIUM to where one is');
  }
  return found;
}

let kit: Kit;
let browser: Browser;
let page: Page;
const requested: string[] = [];
const failures: string[] = [];
before(async () => {
  kit = await startKit();
  browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS });
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.on('request', (request) => requested.push(request.url()));
  page.on('websocket', (socket) => requested.push(socket.url()));
  page.on('pageerror', (error) => failures.push(String(error)));
});
after(async () => {
  await browser.close();
  await kit.close();
});

/** Opens GraphiQL with an operation in its editor, and runs it. */
async function run(query: string): Promise<void> {
  await page.goto(`${kit.url}/graphql?query=${encodeURIComponent(query)}`);
  await page.getByRole('button', { name: /execute query/i }).click();
}

/** What GraphiQL shows as the result. */
async function shown(): Promise<string> {
  const text = await page.locator('.graphiql-response, .result-window').first().innerText();
  return text.replace(/\u00a0/g, ' ');
}

test('a subscription typed into GraphiQL shows an event as it happens, and the page loads nothing from elsewhere', async () => {
  const id = newId('browser');
  await kit.ask('mutation ($id: ID!) { createTrace(input: { id: $id }) { id } }', { id });
  await run(
    `subscription { traceEvents(traceId: "${id}") { __typename ... on CustomEvent { type payload } } }`,
  );
  await until(async () => (await shown()).includes('TraceSnapshot'), 20_000);
  await kit.ask('mutation ($id: ID!) { appendEvent(traceId: $id, type: "seen_in_a_browser") { eventId } }', {
    id,
  });
  await until(async () => (await shown()).includes('seen_in_a_browser'), 20_000);
  const elsewhere = requested.filter(
    (url) => !/^(data:|blob:)/.test(url) && new URL(url).host !== new URL(kit.url).host,
  );
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(failures, []);
});
