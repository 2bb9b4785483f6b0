import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { StemmaError } from '../../base/errors.js';
import { checkJson, numberOf, shown } from '../../base/json.js';
import { unpack, valueOf, type JsonParcel } from '../../base/prepared-json.js';

/** `DateTime`: text that the server writes; never an input. */
export const DateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (value) => value,
});

/** `Long`: a whole number from -2^53 to 2^53. Most fields reject one below 0: see `checkPosition`. */
export const Long = new GraphQLScalarType<number>({
  name: 'Long',
  serialize: (value) => checkLong(value),
  parseValue: checkLong,
  parseLiteral: (node) =>
    located(node, () => checkLong(node.kind === Kind.INT ? numberOf(node.value, () => 'Long') : print(node))),
});

function checkLong(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 53) {
    throw invalid(`expected a whole number from 0 to 2^53, got ${shown(value)}`);
  }
  return value;
}

/** `JSON`: any value, unchanged. */
export const JSONValue = new GraphQLScalarType({
  name: 'JSON',
  serialize: (value) => value,
  parseValue(value) {
    if (value instanceof Map) {
      return unpack(value as JsonParcel, (reason) => {
        throw invalid(reason);
      });
    }
    try {
      checkJson(value, 'JSON');
      return value;
    } catch (error) {
      throw error instanceof StemmaError ? invalid(error.message) : error;
    }
  },
  parseLiteral(node, variables) {
    return located(node, () => {
      const value = literalValue(node, variables ?? {});
      checkJson(value, 'JSON');
      return value;
    });
  },
});

function literalValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return numberOf(node.value, () => 'JSON');
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => literalValue(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]),
      );
    case Kind.VARIABLE:
      return valueOf(variables[node.name.value] ?? null);
    case Kind.ENUM:
      throw invalid(`expected JSON, got the bare word ${node.value}`);
  }
}

/** Runs `read` and adds the literal's place in the query to its errors. */
function located<T>(node: ValueNode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof StemmaError || error instanceof GraphQLError
      ? invalid(error.message, node)
      : error;
  }
}

function invalid(message: string, node?: ValueNode): GraphQLError {
  return new GraphQLError(message, node === undefined ? {} : { nodes: node });
}
