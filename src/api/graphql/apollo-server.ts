import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from './context.js';
import { PARSE_OPTIONS, type QueryLimits } from './query-limits.js';
import { unavailableStatus } from '../http/unavailable-status.js';

/**
 * Apollo for GraphQL over HTTP: it reads requests, executes them, and chooses status and headers. Our own code validates
 * queries, checks their limits and writes the results: Apollo passes results through unchanged, see `resultOf`.
 */
export function createApolloServer({
  schema,
  queryLimits,
  maskError,
  log,
}: {
  readonly schema: GraphQLSchema;
  readonly queryLimits: QueryLimits;
  readonly maskError: (error: unknown) => GraphQLFormattedError;
  readonly log: Logger;
}): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    introspection: true,
    parseOptions: PARSE_OPTIONS,
    // The plugin below validates, because a query's limits must be checked first.
    dangerouslyDisableValidation: true,
    plugins: [
      // Cache control wraps every resolver to compute how long an answer may be cached; none of ours may be.
      ApolloServerPluginCacheControlDisabled(),
      unavailableStatus,
      {
        requestDidStart: () =>
          Promise.resolve({
            responseForOperation({ document, request }) {
              const errors = queryLimits.check(document, request.operationName, request.variables);
              return Promise.resolve(
                errors.length === 0
                  ? null
                  : {
                      http: { status: 400, headers: new HeaderMap() },
                      body: { kind: 'single', singleResult: { errors: errors.map(maskError) } },
                    },
              );
            },
          }),
      },
    ],
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => maskError(error),
    // Apollo only passes on what this returns.
    stringifyResult: (result) => result as unknown as string,
    logger: log,
  });
}

/** The result that an answer of this Apollo holds instead of text. */
export function resultOf({ string }: { readonly string: string }): FormattedExecutionResult {
  return string as unknown as FormattedExecutionResult;
}
