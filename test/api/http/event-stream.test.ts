import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { openEventStream, streamedResults, type EventStream } from '../../../src/api/http/event-stream.js';
import { until } from '../../kit/kit.js';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A stream between a server and a client of this test. */
async function connected(
  options: Parameters<typeof openEventStream>[1],
): Promise<{ stream: EventStream; response: ServerResponse; socket: Socket; text: () => string }> {
  let begin: (response: ServerResponse) => void;
  const requested = new Promise<ServerResponse>((resolve) => {
    begin = resolve;
  });
  const server = createServer((_request, response) => begin(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  let text = '';
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  );
  socket.on('data', (data) => (text += data.toString())).on('error', () => undefined);
  const response = await requested;
  closers.push(() => {
    socket.destroy();
    server.close();
  });
  return { stream: openEventStream(response, options), response, socket, text: () => text };
}

const comments = (text: string): number => text.split('\r\n:\n\n\r\n').length - 1;

test('a quiet stream sends comments, so that proxies keep it', async () => {
  const { stream, text } = await connected({ keepAliveMs: 20, timeoutMs: 1_000 });
  await until(() => comments(text()) >= 4);
  await stream.send('next', '{"a":1}');
  await until(() => text().includes('event: next\ndata: {"a":1}\n\n'));
  stream.end();
  await until(() => text().endsWith('0\r\n\r\n'));
  assert.equal(stream.isOpen, false);
});

test('a comment neither interrupts an event nor adds to what a client does not read', async () => {
  const { stream, response, socket, text } = await connected({ keepAliveMs: 5, timeoutMs: 60_000 });
  socket.pause();
  async function* slowly(): AsyncGenerator<string> {
    for (let piece = 0; piece < 10; piece += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield `${piece}`;
    }
    yield 'x'.repeat(20_000_000);
  }
  const sent = stream.send('next', slowly());
  await until(() => response.writableNeedDrain);
  const buffered = response.writableLength;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(response.writableLength, buffered);
  assert.ok(buffered < 200_000, `${buffered} bytes are kept`);
  socket.resume();
  await sent;
  await until(() => text().length > 20_000_000 && comments(text().slice(-100)) > 0);
  const event = text().slice(text().indexOf('event: next'), text().lastIndexOf('xxx'));
  assert.equal(comments(event), 0);
});

test('a client that reads nothing is disconnected after the timeout, and what waits for it goes on', async () => {
  const { stream, response, socket } = await connected({ keepAliveMs: 1_000, timeoutMs: 50 });
  socket.pause();
  await stream.send('next', 'x'.repeat(20_000_000));
  assert.equal(response.destroyed, true);
  await until(() => !stream.isOpen);
  await stream.send('next', 'ignored');
});

test('line breaks between the values of JSON do not end a field', async () => {
  const { stream, text } = await connected({ keepAliveMs: 1_000, timeoutMs: 1_000 });
  await stream.send('next', '{\n"a":\r\n1}\r');
  await until(() => text().includes('event: next\ndata: { "a":  1} \n\n'));
});

test('an Accept header asks for streams only by their name', () => {
  for (const [accept, wanted] of [
    [undefined, 'none'],
    ['*/*', 'none'],
    ['text/*', 'none'],
    ['application/json', 'none'],
    ['text/event-stream', 'all'],
    ['Text/Event-Stream ; charset=utf-8', 'all'],
    ['text/event-stream;q=0', 'none'],
    ['text/event-stream;q=nonsense', 'none'],
    ['text/event-stream, application/json;q=0.9', 'all'],
    ['text/event-stream;q=0.9, application/json', 'subscriptions'],
    ['application/graphql-response+json, text/event-stream', 'subscriptions'],
    ['text/html, text/event-stream', 'all'],
  ] as const) {
    assert.equal(streamedResults(accept), wanted, accept);
  }
});
