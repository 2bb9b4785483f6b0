import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { guardFields } from './guard-fields.js';
import { resolvers } from './resolvers/all.js';

const typeDefs = readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8');

/** The API's schema with its resolvers; throws if the two do not match. */
export function createSchema(): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers,
    resolverValidationOptions: { requireResolversForArgs: 'error', requireResolversToMatchSchema: 'error' },
  });
  // A scalar defined in code lacks the description from the schema file.
  for (const type of Object.values(schema.getTypeMap())) {
    type.description ??= type.astNode?.description?.value;
  }
  guardFields(schema);
  return schema;
}
