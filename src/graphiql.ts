import type { IncomingMessage, ServerResponse } from 'node:http';

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

async function render(): Promise<string> {
  // The page holds the whole of GraphiQL, 9 MB: a server that nobody looks at does without.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Stemma',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultQuery: WELCOME,
  });
}

let page: Promise<string> | undefined;

/** Whether a request is a browser's, for a page. */
export function wantsHtml({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true;
}

/** Answers with GraphiQL. */
export async function serveGraphiql(response: ServerResponse): Promise<void> {
  page ??= render();
  const html = await page;
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' })
    .end(html);
}
