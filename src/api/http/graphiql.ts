import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { brotliDecompress, gzip } from 'node:zlib';
import type { GraphiqlPage } from './graphiql-page.js';

/** Whether a browser asks for a page rather than for data. */
export function wantsGraphiql({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

let page: Promise<GraphiqlPage> | undefined;

/** The page, rendered on the first request, so that a server without visitors does not keep it in memory. */
function readPage(): Promise<GraphiqlPage> {
  page ??= new Promise<GraphiqlPage>((resolve, reject) => {
    const worker = new Worker(new URL('./graphiql-page.js', import.meta.url));
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker that renders GraphiQL ended without a page')));
  }).catch((error: unknown) => {
    page = undefined;
    throw error;
  });
  return page;
}

/** Answers with GraphiQL, compressed as the browser accepts it, or with 304 if the browser has this version. */
export async function serveGraphiql(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { brotli, policy, version } = await readPage();
  const encoding = encodingFor(request.headers['accept-encoding'] ?? '');
  const etag = `"${version}-${encoding}"`;
  const headers = {
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    vary: 'Origin, Accept, Accept-Encoding',
    'cache-control': 'no-cache',
    etag,
  };
  if (request.headers['if-none-match']?.includes(etag) === true) {
    response.writeHead(304, headers).end();
    return;
  }
  const body = await encoded(brotli, encoding);
  response
    .writeHead(200, {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.byteLength,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    })
    .end(body);
}

let gzipped: Promise<Uint8Array> | undefined;

/** The page in this encoding; it is kept as brotli. Browsers ask for gzip if they do not trust the address. */
async function encoded(brotli: Uint8Array, encoding: 'br' | 'gzip' | 'identity'): Promise<Uint8Array> {
  if (encoding === 'gzip') {
    gzipped ??= promisify(brotliDecompress)(brotli).then((html) => promisify(gzip)(html));
    return await gzipped;
  }
  return encoding === 'br' ? brotli : await promisify(brotliDecompress)(brotli);
}

/** The best encoding of the page that `Accept-Encoding` allows. */
function encodingFor(accepted: string): 'br' | 'gzip' | 'identity' {
  const allowed = accepted
    .toLowerCase()
    .split(',')
    .map((item) => item.trim().split(/[ \t]*;[ \t]*q=/))
    .filter(([, quality = '1']) => Number(quality) > 0)
    .map(([name]) => name);
  return allowed.includes('br') ? 'br' : allowed.includes('gzip') ? 'gzip' : 'identity';
}
