import assert from 'node:assert/strict';
import { createServer, connect, type AddressInfo, type Server, type Socket as NetSocket } from 'node:net';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../src/neo4j/database.js';
import { DEFAULT_LIMITS } from '../../src/base/limits.js';
import { startServer, type RunningServer } from '../../src/app.js';
import { newId, startKit, testNeo4j, until, type Kit } from '../kit/kit.js';
import { addMessages, newTrace, openGraphQL, openSocket, range, TRACE_EVENTS } from '../kit/live.js';

/** A proxy between one server and Neo4j: when cut, it drops every connection and accepts no new one. */
class Line {
  readonly #server: Server;
  readonly #ends = new Set<NetSocket>();
  up = true;

  constructor(to: URL) {
    this.#server = createServer((near) => {
      if (!this.up) {
        near.destroy();
        return;
      }
      const far = connect(Number(to.port), to.hostname);
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(end);
        end.on('error', () => undefined).on('close', () => other.destroy());
        end.pipe(other);
      }
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return `bolt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.up = false;
    this.#ends.forEach((end) => end.destroy());
    this.#ends.clear();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

let kit: Kit;
let line: Line;
let database: Database;
let server: RunningServer;
/** The kit, connected to the server behind the line. */
let behind: Kit;
before(async () => {
  kit = await startKit();
  const settings = testNeo4j();
  line = new Line(new URL(settings.uri.replace(/^[^:]+/, 'http')));
  database = openDatabase({ ...settings, uri: await line.open() });
  server = await startServer({
    database,
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    limits: DEFAULT_LIMITS,
    projectOf: () => 'default',
  });
  behind = { ...kit, url: server.url, server };
});
after(async () => {
  await server.stop();
  await database.close();
  line.close();
  await kit.close();
});

test('followers wait while the database is unavailable, and resume where they were when it is back', async () => {
  const traceId = await newTrace(kit);
  const socket = await openGraphQL(behind);
  socket.send({ id: '1', type: 'subscribe', payload: { query: TRACE_EVENTS, variables: { traceId } } });
  await socket.next();
  const front = await openSocket(behind, `/api/traces/${traceId}/watch`);
  await front.next();
  line.cut();
  await addMessages(kit, traceId, 300);
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 503);
  line.up = true;
  const eventIds: number[] = [];
  const frameIds: number[] = [];
  for (const _ of range(1, 300)) {
    eventIds.push((await socket.next()).payload.data.traceEvents.eventId);
    frameIds.push((await front.next()).event_id);
  }
  assert.deepEqual(eventIds, range(1, 300));
  assert.deepEqual(frameIds, range(1, 300));
  socket.raw.terminate();
  front.raw.terminate();
  await until(() => server.store.tails.watched === 0, 20_000);
});

test('a backlog resumes after the database was unavailable in the middle of it', async () => {
  const traceId = await newTrace(kit);
  await addMessages(kit, traceId, 3_000, { content: 'x'.repeat(3_000) });
  const socket = await openGraphQL(behind);
  socket.send({
    id: '1',
    type: 'subscribe',
    payload: { query: TRACE_EVENTS, variables: { traceId, since: 0 } },
  });
  await socket.next();
  for (const id of range(1, 3_000)) {
    assert.equal((await socket.next()).payload.data.traceEvents.eventId, id);
    if (id === 50) {
      line.cut();
    }
    line.up ||= socket.waiting === 0;
  }
  socket.raw.terminate();
});

test('a stopping server closes its sockets without reporting a deleted trace or the end of a list', async () => {
  const stopping = await startKit({ projectId: newId('project') });
  const traceId = await newTrace(stopping);
  const socket = await openGraphQL(stopping);
  socket.send({ id: '1', type: 'subscribe', payload: { query: TRACE_EVENTS, variables: { traceId } } });
  await socket.next();
  socket.send({ id: '2', type: 'subscribe', payload: { query: 'subscription { traceChanges { kind } }' } });
  await until(() => stopping.server.store.listChanges.watched === 1, 20_000);
  const front = await openSocket(stopping, `/api/traces/${traceId}/watch`);
  await front.next();
  await stopping.close();
  assert.equal((await socket.closed).code, 1001);
  assert.equal((await front.closed).code, 1001);
  assert.deepEqual([socket.waiting, front.waiting], [0, 0]);
});

test('a server stops even if a client does not answer its close frame', async () => {
  const stopping = await startKit({ projectId: newId('project') });
  const traceId = await newTrace(stopping);
  const socket = await openGraphQL(stopping);
  const front = await openSocket(stopping, `/api/traces/${traceId}/watch`);
  socket.raw.pause();
  front.raw.pause();
  await stopping.close();
  socket.raw.terminate();
  front.raw.terminate();
});
