import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { brotliCompressSync, constants } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

// Runs as a worker: it renders the page, posts it and ends. Rendering and compressing 9 MB would block every other
// request, and the strings that the page is made of would stay in memory.

/** The GraphiQL page as it is sent. */
export interface GraphiqlPage {
  readonly brotli: Uint8Array;
  /** What the page may load and run. */
  readonly policy: string;
  /** Changes when the page does. */
  readonly version: string;
}

const WELCOME = `# What the agents did lately; docs are behind the book on the left.
query Latest {
  traces(first: 10) {
    nodes { id task status totalSteps totalTokens totalCost createdAt }
  }
}

# Follow one of them live: put its id here and choose this operation.
subscription Watch {
  traceEvents(traceId: "demo", since: 0) {
    __typename
    ... on TraceEvent { eventId type at payload }
  }
}
`;

/** Quality 9 makes the page 5 % smaller but takes five times as long. */
const BROTLI_QUALITY = 5;

const html = renderGraphiQL({
  title: 'Stemma',
  endpoint: '/graphql',
  subscriptionsProtocol: 'WS',
  defaultQuery: WELCOME,
});
const page: GraphiqlPage = {
  brotli: brotliCompressSync(html, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  policy: policyOf(html),
  version: sha256(html).replace(/\W/g, '').slice(0, 22),
};
parentPort?.postMessage(page);

/** The strictest policy under which the page works: nothing from other origins, and no script but the page's own. */
function policyOf(text: string): string {
  // The page has one script, whose text contains `<script>` again but not `</script>`.
  const begin = text.indexOf('<script>');
  const end = text.indexOf('</script>');
  if (begin < 0 || end !== text.lastIndexOf('</script>')) {
    throw new Error('expected GraphiQL in a page with one script, got another page');
  }
  const script = text.slice(begin + '<script>'.length, end);
  return [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script)}'`,
    // Monaco runs its language services in workers made from blobs.
    'worker-src blob:',
    // Monaco adds and changes style elements as it runs.
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
