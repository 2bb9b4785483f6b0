import {
  getOperationAST,
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import { asGraphqlError, type BoundArguments } from './bound-execution.js';
import type { Context } from './context.js';
import type { Limits } from '../../base/limits.js';
import { maskError } from './mask-error.js';
import type { QueryLimits } from './query-limits.js';
import { bodyOf, type ResultBody } from './write-result.js';

/** What a client asks to execute. */
export interface Payload {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What the protocols that stream results have in common: checking an operation, and writing its results. */
export interface Operations {
  /** The kind of an operation; undefined if the query cannot be parsed or does not have the operation. */
  kindOf(payload: Payload): OperationTypeNode | undefined;
  /** The document of an operation that may run, or why it may not. */
  check(payload: Payload): DocumentNode | readonly GraphQLError[];
  /** The arguments for executing a checked operation. */
  argumentsFor(payload: Payload, document: DocumentNode, context: Context): BoundArguments;
  /** Errors as the client may see them. */
  masked(errors: readonly unknown[]): readonly GraphQLFormattedError[];
  /** A result as it is sent, or an error if it is too long. */
  textOf(result: {
    readonly data?: unknown;
    readonly errors?: readonly GraphQLError[] | undefined;
  }): Promise<ResultBody>;
}

const MAX_DOCUMENTS = 500;
/** Longer queries are not cached: they have values written into them and are not repeated. */
const MAX_KEPT_LENGTH = 10_000;

export function createOperations({
  schema,
  queryLimits,
  limits,
  log,
}: {
  readonly schema: GraphQLSchema;
  readonly queryLimits: QueryLimits;
  readonly limits: Pick<Limits, 'maxResponseBytes'>;
  readonly log: Logger;
}): Operations {
  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

  /** A query's document, or why it cannot be parsed; cached, because clients repeat their queries. */
  function documentOf(query: string): DocumentNode | readonly GraphQLError[] {
    const cached = documents.get(query);
    if (cached !== undefined) {
      return cached;
    }
    let result: DocumentNode | readonly GraphQLError[];
    try {
      result = queryLimits.parse(query);
    } catch (error) {
      // Errors other than GraphQL's own are shown as over HTTP.
      result = [asGraphqlError(error)];
    }
    if (query.length <= MAX_KEPT_LENGTH) {
      if (documents.size >= MAX_DOCUMENTS) {
        documents.clear();
      }
      documents.set(query, result);
    }
    return result;
  }

  const masked = (errors: readonly unknown[]): GraphQLFormattedError[] =>
    errors.map((error) => maskError(error, log));

  return {
    kindOf({ query, operationName }) {
      const document = documentOf(query);
      return 'kind' in document ? getOperationAST(document, operationName)?.operation : undefined;
    },
    check({ query, operationName, variables }) {
      const document = documentOf(query);
      if (!('kind' in document)) {
        return document;
      }
      const errors = queryLimits.check(document, operationName, variables);
      return errors.length > 0 ? errors : document;
    },
    argumentsFor: ({ operationName, variables }, document, contextValue) => ({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue,
    }),
    masked,
    async textOf({ data, errors }) {
      try {
        const result = errors === undefined ? { data } : { data: data ?? null, errors: masked(errors) };
        return await bodyOf(result, limits.maxResponseBytes);
      } catch (error) {
        return JSON.stringify({ data: null, errors: masked([error]) });
      }
    },
  };
}
