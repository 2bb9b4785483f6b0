import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  getOperationAST,
  GraphQLError,
  Kind,
  parse,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { StemmaError } from '../../base/errors.js';
import type { Limits } from '../../base/limits.js';
import { queryCost } from './query-cost.js';

/** The maximum length of a query, in characters; values belong in variables. */
export const MAX_QUERY_LENGTH = 1024 * 1024;
/** Options for GraphQL's parser. */
export const PARSE_OPTIONS = { maxTokens: 5_000 } as const;

const MAX_DEPTH = 50;
const MAX_ALIASES = 200;
const MAX_DIRECTIVES = 100;
const MAX_ROOT_FIELDS = 50;
const MAX_DEFINITIONS = 50;
/** Validation compares all pairs of same-named fields and all pairs of fragments in a selection: more would take too long. */
const MAX_SAME_FIELDS = 10;
const MAX_SPREADS = 25;
/** Each error may involve a search for names similar to an unknown one. */
const MAX_ERRORS = 10;

/** What every transport checks before it executes a query. */
export interface QueryLimits {
  /** Parses a query; throws a GraphQLError, or BAD_USER_INPUT for one that is too long. */
  parse(text: string): DocumentNode;
  /** Returns the errors of an operation that is invalid, too large or too expensive. Empty if it may run. */
  check(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Readonly<Record<string, unknown>> | null | undefined,
  ): readonly GraphQLError[];
}

/** Creates the checks for a schema. The errors of a document are cached for as long as the document exists. */
export function createQueryLimits(
  schema: GraphQLSchema,
  { maxQueryCost }: Pick<Limits, 'maxQueryCost'>,
): QueryLimits {
  const checked = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  const errorsIn = (document: DocumentNode): readonly GraphQLError[] => {
    let errors = checked.get(document);
    if (errors === undefined) {
      errors = caught(() => {
        checkStructure(schema, document);
        return validate(schema, document, undefined, { maxErrors: MAX_ERRORS });
      });
      checked.set(document, errors);
    }
    return errors;
  };

  return {
    parse(text) {
      checkQueryLength(text);
      return parse(text, PARSE_OPTIONS);
    },
    check(document, operationName, variables) {
      const errors = errorsIn(document);
      const operation = getOperationAST(document, operationName);
      // If there is no operation, executing the query reports which one is missing.
      if (errors.length > 0 || operation == null) {
        return errors;
      }
      return caught(() => {
        const { total, largest } = queryCost({ schema, document, operation, variables: variables ?? {} });
        if (total > maxQueryCost) {
          throw tooCostly(total, maxQueryCost, largest);
        }
        return [];
      });
    },
  };
}

/** Throws BAD_USER_INPUT for a query that is too long to be parsed. */
export function checkQueryLength(query: string): void {
  if (query.length > MAX_QUERY_LENGTH) {
    throw new StemmaError(
      'BAD_USER_INPUT',
      `query: expected a text of at most ${MAX_QUERY_LENGTH} characters, got ${query.length}; send values as variables`,
      { field: 'query' },
    );
  }
}

function tooCostly(total: number, limit: number, largest: { path: string; cost: number }): StemmaError {
  return new StemmaError(
    'BAD_USER_INPUT',
    `${largest.path}: expected a query that costs at most ${limit} (fields times page sizes), got one that costs ` +
      `${total}, ${largest.cost} of it here; ask for shorter pages or fewer fields`,
    { field: largest.path },
  );
}

/** Checks what can be counted quickly and must be checked before the slower validation. */
function checkStructure(schema: GraphQLSchema, document: DocumentNode): void {
  limit('operations and fragments', document.definitions.length, MAX_DEFINITIONS);
  visit(document, {
    SelectionSet({ selections }, _key, parent) {
      const counts = new Map<string, number>();
      for (const node of selections) {
        if (node.kind === Kind.FIELD) {
          const name = node.alias?.value ?? node.name.value;
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
      counts.forEach((count, name) => limit(`fields "${name}" in one selection`, count, MAX_SAME_FIELDS));
      const spreads = selections.filter(({ kind }) => kind !== Kind.FIELD).length;
      limit('fragments in one selection', spreads, MAX_SPREADS);
      if (parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION) {
        limit('root fields', selections.length, MAX_ROOT_FIELDS);
      }
    },
  });
  const rules: readonly ValidationRule[] = [
    maxDepthRule({
      n: MAX_DEPTH,
      flattenFragments: true,
      ignoreIntrospection: false,
      ...rejecting('nesting'),
    }),
    maxAliasesRule({ n: MAX_ALIASES, ...rejecting('aliases') }),
    maxDirectivesRule({ n: MAX_DIRECTIVES, ...rejecting('directives') }),
  ];
  validate(schema, document, rules);
}

function limit(what: string, got: number, most: number): void {
  if (got > most) {
    throw new StemmaError('BAD_USER_INPUT', `query: expected at most ${most} ${what}, got ${got}`, {
      field: 'query',
    });
  }
}

/** Makes a graphql-armor rule throw BAD_USER_INPUT instead of its own error. */
function rejecting(what: string): { onReject: ((context: unknown, error: GraphQLError) => void)[] } {
  return {
    onReject: [
      (_context, { message }) => {
        const found = message.replace('Syntax Error: ', '');
        throw new StemmaError('BAD_USER_INPUT', `query: expected less ${what}: ${found}`, { field: 'query' });
      },
    ],
  };
}

function caught(check: () => readonly GraphQLError[]): readonly GraphQLError[] {
  try {
    return check();
  } catch (error) {
    return [
      error instanceof GraphQLError
        ? error
        : new GraphQLError((error as Error).message, { originalError: error as Error }),
    ];
  }
}
