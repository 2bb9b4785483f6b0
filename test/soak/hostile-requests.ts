import type { RawRequest } from './client.js';
import type { Random } from './random.js';

/** What a hostile request targets. */
interface Aim {
  readonly traceId: string;
  readonly threadId: string;
}

const graphql = (query: string, variables: object = {}): RawRequest => ({
  body: JSON.stringify({ query, variables }),
});
const nested = (field: string, depth: number, leaf: string): string =>
  `${`${field} { `.repeat(depth)}${leaf}${' }'.repeat(depth)}`;
const turns = (fields: string, depth: number, leaf: string, ends: string): string =>
  `${`${fields} { `.repeat(depth)}${leaf}${ends.repeat(depth)}`;
const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

/** Requests that are expensive, are not what they claim to be, or are not requests at all. Each must be answered. */
export const HOSTILE_REQUESTS: Readonly<Record<string, (aim: Aim, random: Random) => RawRequest>> = {
  'deep parents': ({ traceId }) =>
    graphql(
      `query ($id: ID!) { trace(id: $id) { steps(first: 500) { nodes { ${nested('parents', 8, 'id data')} } } } }`,
      { id: traceId },
    ),
  'children and parents in turns': ({ traceId }) =>
    graphql(
      `query ($id: ID!) { trace(id: $id) { rootGoals { ${turns('children { parent', 8, 'goalId', ' } }')} } } }`,
      { id: traceId },
    ),
  'sub-traces and parents in turns': () =>
    graphql(
      `{ traces(first: 500) { nodes { ${turns('subTraces(first: 500) { nodes { parent', 4, 'id', ' } } }')} } } }`,
    ),
  'aliases of whole pages': (_, random) =>
    graphql(
      `{ ${aliases(random.int(100, 1_000), 'traces(first: 500) { nodes { id context task summary } }')} }`,
    ),
  'pages in pages': () =>
    graphql(
      '{ traces(first: 500) { nodes { steps(first: 500) { nodes { data messages(first: 500) { nodes { content } } } } messages(first: 500) { nodes { content step { data } } } events(first: 500) { nodes { payload } } } } }',
    ),
  'the payloads of 10,000 checkpoints': ({ threadId }) =>
    graphql(
      'query ($id: ID!) { checkpoints(threadId: $id, limit: 10000) { messages state lineage(first: 10000) { nodes { messages state } } } checkpointThreads(limit: 10000) { messages state } }',
      { id: threadId },
    ),
  'ancestors of descendants': ({ traceId }) =>
    graphql(
      'query ($id: ID!) { trace(id: $id) { steps(first: 500) { nodes { ancestors(first: 10000) { nodes { descendants(first: 10000) { nodes { id } } } } } } } }',
      { id: traceId },
    ),
  'introspection again and again': () =>
    graphql(
      `{ ${aliases(50, `__schema { types { name fields { name type { ${nested('ofType', 6, 'name')} } } } }`)} }`,
    ),
  'fragments that nest': () => {
    const count = 200;
    const fragments = Array.from(
      { length: count },
      (_, index) =>
        `fragment f${index} on Trace { id ${index + 1 < count ? `...f${index + 1} ...f${index + 1}` : ''} }`,
    );
    return graphql(`
      {
        traces(first: 50) {
          nodes {
            ...f0
          }
        }
      }
      ${fragments.join(' ')}
    `);
  },
  'a query of 100,000 tokens': () => graphql(`{ traces(first: 1) { nodes { ${'id '.repeat(100_000)} } } }`),
  'a thousand directives': () =>
    graphql(`{ traces ${'@include(if: true) '.repeat(1_000)} { nodes { id } } }`),
  'a query that nests 5,000 deep': () => graphql(`{ ${nested('a', 5_000, 'b')} }`),
  'variables that nest 20,000 deep': () => ({
    body: `{"query":"mutation ($p: JSON) { appendEvent(traceId: \\"none\\", type: \\"x\\", payload: $p) { id } }","variables":{"p":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}`,
  }),
  '6,000 messages in a batch': ({ traceId }) =>
    graphql('mutation ($inputs: [AddMessageInput!]!) { addMessages(inputs: $inputs) { id } }', {
      inputs: Array.from({ length: 6_000 }, () => ({ traceId, role: 'user', content: 'x' })),
    }),
  'a body that is no JSON': () => ({ body: '{"query":"{ traces { nodes { id } } }"' }),
  'a body that is no UTF-8': () => ({ body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }),
  'an empty body': () => ({ body: '' }),
  'a list of operations': () => ({
    body: JSON.stringify(Array.from({ length: 100 }, () => ({ query: '{ __typename }' }))),
  }),
  'numbers for a query': () => ({ body: '{"query":42,"variables":[]}' }),
  'application/graphql': () => ({
    headers: { 'content-type': 'application/graphql' },
    body: '{ traces { nodes { id } } }',
  }),
  'text/plain': () => ({
    headers: { 'content-type': 'text/plain' },
    body: '{"query":"{ traces { nodes { id } } }"}',
  }),
  'no content type': () => ({
    headers: { 'content-type': '' },
    body: '{"query":"{ traces { nodes { id } } }"}',
  }),
  'a body of 17 MB': () => ({
    body: JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(17 * 1024 * 1024) } }),
  }),
  'a mutation by GET': () => ({
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent('mutation { deleteTrace(id: "none") { traces } }')}`,
  }),
  'another method': (_, random) => ({ method: random.pick(['PUT', 'DELETE', 'PATCH']) ?? 'PUT', body: '{}' }),
  'another page': () => ({ method: 'GET', path: '/../../etc/passwd' }),
  'another host': () => ({ headers: { host: 'evil.example' }, body: '{"query":"{ __typename }"}' }),
  'another origin': () => ({
    headers: { origin: 'https://evil.example' },
    body: '{"query":"{ __typename }"}',
  }),
  'ids that are none': () =>
    graphql('{ trace(id: "") { id } step(id: "\\u0000") { id } message(id: "x") { id } }'),
  'negative pages': () =>
    graphql(
      '{ traces(first: -1) { nodes { id } } b: traces(first: 501) { nodes { id } } c: traces(after: "?") { nodes { id } } }',
    ),
};
