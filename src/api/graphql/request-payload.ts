import { badInput, StemmaError } from '../../base/errors.js';
import type { Payload } from './operations.js';
import { parseBody } from '../http/parse-body.js';

/**
 * The operation in a request over HTTP: in the query of a GET, in the body of a POST. BAD_USER_INPUT, returned, if the request does
 * not hold one.
 */
export function payloadOf({
  method,
  search,
  body,
}: {
  readonly method: string | undefined;
  readonly search: string;
  readonly body: unknown;
}): Payload | StemmaError {
  try {
    return checked(method === 'GET' ? parametersOf(search) : body);
  } catch (error) {
    if (error instanceof StemmaError) {
      return error;
    }
    throw error;
  }
}

function checked(request: unknown): Payload {
  if (!isObject(request)) {
    throw new StemmaError(
      'BAD_USER_INPUT',
      `expected a JSON object with a query, got ${request === undefined ? 'nothing' : kindOf(request)}`,
    );
  }
  const { query, operationName, variables, extensions } = request;
  if (typeof query !== 'string' || query === '') {
    throw badInput('query', `expected a text that is not empty, got ${kindOf(query)}`);
  }
  if (operationName != null && typeof operationName !== 'string') {
    throw badInput('operationName', `expected a text, got ${kindOf(operationName)}`);
  }
  for (const [name, value] of Object.entries({ variables, extensions })) {
    if (value != null && !isObject(value)) {
      throw badInput(name, `expected an object, got ${kindOf(value)}`);
    }
  }
  return { query, operationName, variables: variables as Payload['variables'] };
}

/** The parameters of a GET; `variables` and `extensions` are JSON. */
function parametersOf(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search);
  const read = (name: string): string | undefined => {
    const [value, ...more] = parameters.getAll(name);
    if (more.length > 0) {
      throw badInput(name, `expected it once, got it ${more.length + 1} times`);
    }
    return value;
  };
  const readJson = (name: string): unknown => {
    const text = read(name);
    return text === undefined ? undefined : parseBody(Buffer.from(text));
  };
  return {
    query: read('query'),
    operationName: read('operationName'),
    variables: readJson('variables'),
    extensions: readJson('extensions'),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === '') {
    return 'none';
  }
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
