// Figure 8's subscribers, in their own process: opens that many sockets, each with one subscription, reports when all have
// their snapshot, and then for each event when the last of them received it.
import { WebSocket } from 'ws';
import { FOLLOW } from './follow.js';

export interface ToSubscribers {
  readonly url: string;
  readonly traceId: string;
  readonly count: number;
}

export interface ReportOfSubscribers {
  /** By `process.hrtime`, which all processes on a machine share. */
  readonly lastAt: string;
}

const OPENED_AT_ONCE = 50;

process.once('message', (task: ToSubscribers) => {
  let missing = task.count;
  const got = (): void => {
    missing -= 1;
    if (missing === 0) {
      missing = task.count;
      process.send?.({ lastAt: String(process.hrtime.bigint()) } satisfies ReportOfSubscribers);
    }
  };
  void openAll(task, got);
});

async function openAll({ url, traceId, count }: ToSubscribers, got: () => void): Promise<void> {
  const payload = { query: FOLLOW, variables: { traceId } };
  const subscribe = JSON.stringify({ type: 'subscribe', id: '1', payload });
  for (let opened = 0; opened < count; opened += OPENED_AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(OPENED_AT_ONCE, count - opened) }, () => open(url, subscribe, got)),
    );
  }
}

/** Resolves when the snapshot has arrived. */
function open(url: string, subscribe: string, got: () => void): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      // Not parsed, because only the server is measured.
      const text = data.toString('latin1', 0, 40);
      if (text.includes('"connection_ack"')) {
        socket.send(subscribe);
      } else if (text.includes('"ping"')) {
        socket.send('{"type":"pong"}');
      } else if (text.includes('"next"')) {
        resolve();
        got();
      } else {
        reject(new Error(`expected an event, got ${data.toString().slice(0, 300)}`));
      }
    });
  });
}
