import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { StemmaError } from '../../base/errors.js';

/**
 * An error as the caller may see it: with its code and message if it is meant to be seen; otherwise masked, with an id that is
 * also in the log.
 */
export function maskError(error: unknown, log: Logger): GraphQLFormattedError {
  const { locations, path } = error instanceof GraphQLError ? error.toJSON() : {};
  const place = {
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
  };
  // An error that GraphQL itself finds in a request has no path in the result, because nothing was executed. Its own message
  // says more than its cause: it says where in the variables the value is. An argument that is only invalid once its variables
  // are filled in is found later, at its field.
  if (
    error instanceof GraphQLError &&
    causeOf(error) instanceof GraphQLError &&
    (path === undefined || /^Argument "\w+" /.test(error.message))
  ) {
    const field = fieldIn(error.message);
    const named = field === undefined ? {} : { field };
    return { message: error.message, ...place, extensions: { code: 'BAD_USER_INPUT', ...named } };
  }
  const cause = causeOf(error);
  if (cause instanceof StemmaError) {
    if (cause.code === 'UNAVAILABLE') {
      // Debug only, to avoid a line for each request: the database logs its outages itself.
      log.debug({ err: cause }, 'unavailable');
    }
    const field = cause.field === undefined ? {} : { field: cause.field };
    const written = cause.written === undefined ? {} : { written: cause.written };
    return { message: cause.message, ...place, extensions: { code: cause.code, ...field, ...written } };
  }
  // Reading a query is recursive; without a path, nothing has been executed.
  if (cause instanceof RangeError && path === undefined) {
    const message = 'expected a query that nests less deeply, got one that exhausts the stack';
    return { message, ...place, extensions: { code: 'BAD_USER_INPUT' } };
  }
  const errorId = randomUUID();
  log.error({ err: cause, errorId }, 'unexpected error');
  return {
    message: `Internal server error; the server's log has it under ${errorId}`,
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', errorId },
  };
}

/** The variable or field that a GraphQL message is about, such as `inputs[1].role`; undefined if it names none. */
function fieldIn(message: string): string | undefined {
  const [, variable, path] = /^(?:Variable "\$|Argument ")(\w+)"(?:.* at "([^"]+)")?/s.exec(message) ?? [];
  const unknown = /Field "(\w+)" (?:is not defined by|of required) type/.exec(message)?.[1];
  const names = [path ?? variable, unknown].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.join('.');
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined
    ? causeOf(error.originalError)
    : error;
}
