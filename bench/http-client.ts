import { Agent, request } from 'node:http';

/** Sends GraphQL over its own connections, which it keeps open. */
export interface HttpClient {
  /** Sends a prepared body, and returns the answer's bytes; rejects if they report an error. */
  post(body: string | Buffer): Promise<Buffer>;
  ask<Data>(query: string, variables?: object): Promise<Data>;
  close(): void;
}

/** Bodies are GraphQL, sent to its path, unless `target` names another place and type. */
export function openHttpClient(
  url: string,
  connections = 1,
  target = { path: '/graphql', contentType: 'application/json' },
): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  const post = (body: string | Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          agent,
          hostname,
          port,
          path: target.path,
          method: 'POST',
          headers: { 'content-type': target.contentType, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks);
            if (response.statusCode === 200 && !answer.includes('"errors":[')) {
              resolve(answer);
            } else {
              reject(new Error(`${response.statusCode ?? 0} ${answer.toString().slice(0, 1_000)}`));
            }
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    post,
    async ask<Data>(query: string, variables: object = {}) {
      const answer = await post(JSON.stringify({ query, variables }));
      return (JSON.parse(answer.toString()) as { readonly data: Data }).data;
    },
    close: () => agent.destroy(),
  };
}

/** Has `clients` do `count` units of work between them, each starting the next one when its last is done. */
export async function share(
  { clients, count }: { readonly clients: number; readonly count: number },
  work: (client: number, unit: number) => Promise<unknown>,
): Promise<{ readonly seconds: number }> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (next < count) {
        next += 1;
        await work(client, next - 1);
      }
    }),
  );
  return { seconds: (performance.now() - begun) / 1000 };
}
