import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';

/** How the server answered one request. */
export interface Outcome {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: any;
  readonly elapsedMs: number;
}

const ADD = `mutation ($id: ID!, $traceId: ID!, $content: JSON) {
  addMessage(input: { id: $id, traceId: $traceId, role: "user", content: $content }) { id }
}`;

/** Sends an `addMessage` whose body is `sizeBytes` long: everything but the ids is padding that all requests share. */
export function sendMessage(
  url: string,
  { id, traceId, filling, agent }: { id: string; traceId: string; filling: Buffer; agent: Agent },
): Promise<Outcome> {
  const head = `{"query":${JSON.stringify(ADD)},"variables":{"id":"${id}","traceId":"${traceId}","content":"`;
  const tail = '"}}';
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/graphql`,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': head.length + filling.length + tail.length,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () => {
          sent.destroy();
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text === '' ? null : (JSON.parse(text) as unknown),
            elapsedMs: performance.now() - startMs,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.write(head);
    sent.write(filling);
    sent.end(tail);
  });
}

/** The peak memory of a process, in bytes. */
export function peakMemoryBytes(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
