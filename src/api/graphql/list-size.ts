import { Kind, type ConstDirectiveNode, type FieldNode, type GraphQLField, type ValueNode } from 'graphql';

/** The sizes of GraphQL's introspection lists, by field: roughly those of this schema, estimated high. */
const INTROSPECTION: Readonly<Record<string, number>> = {
  types: 120,
  fields: 8,
  args: 2,
  inputFields: 2,
  enumValues: 2,
  possibleTypes: 2,
  interfaces: 1,
  directives: 6,
};

const PAGE_ARGUMENTS = ['first', 'limit'];

type Field = GraphQLField<unknown, unknown>;

/** The size of a list that has no page size, from its `@listSize(assumed:)`; 1 if it has none. */
export function assumedSizeOf(field: Field): number {
  if (field.astNode === undefined || field.astNode === null) {
    return INTROSPECTION[field.name] ?? 1;
  }
  return numberIn(directiveOf(field), 'assumed') ?? 1;
}

/** Whether nested lists of this field are parts of one tree: `@listSize(withinTree: true)`. */
export function isWithinTree(field: Field): boolean {
  const value = argumentOf(directiveOf(field), 'withinTree');
  return value?.kind === Kind.BOOLEAN && value.value;
}

/**
 * How many items a query asks for at this field: `first`, `limit`, or the length of the list of inputs that
 * `@listSize(inputs:)` names. The argument's default if it is omitted or invalid (which is rejected later); undefined if the
 * field has no such argument or the argument has no default. 0 if it is above `@listSize(most:)`: the list is then rejected
 * before it is read, with an error that names the argument.
 */
export function slicingOf(
  field: Field,
  node: FieldNode,
  values: Readonly<Record<string, unknown>>,
): number | undefined {
  const directive = directiveOf(field);
  const inputs = argumentOf(directive, 'inputs');
  const names = inputs?.kind === Kind.STRING ? [inputs.value] : PAGE_ARGUMENTS;
  const argument = field.args.find(({ name }) => names.includes(name));
  if (argument === undefined) {
    return undefined;
  }
  const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
  const size = given === undefined ? undefined : sizeOf(given, values);
  if (size !== undefined) {
    return size > (numberIn(directive, 'most') ?? Infinity) ? 0 : size;
  }
  return typeof argument.defaultValue === 'number' ? argument.defaultValue : undefined;
}

function sizeOf(node: ValueNode, values: Readonly<Record<string, unknown>>): number | undefined {
  switch (node.kind) {
    case Kind.INT:
      return Math.max(0, Number(node.value));
    case Kind.LIST:
      return node.values.length;
    case Kind.OBJECT:
      return 1;
    case Kind.VARIABLE: {
      const value = values[node.name.value];
      if (typeof value === 'number') {
        return Math.max(0, value);
      }
      return Array.isArray(value)
        ? value.length
        : typeof value === 'object' && value !== null
          ? 1
          : undefined;
    }
    default:
      return undefined;
  }
}

function directiveOf(field: Field): ConstDirectiveNode | undefined {
  return field.astNode?.directives?.find(({ name }) => name.value === 'listSize');
}

function numberIn(directive: ConstDirectiveNode | undefined, name: string): number | undefined {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

function argumentOf(directive: ConstDirectiveNode | undefined, name: string): ValueNode | undefined {
  return directive?.arguments?.find((argument) => argument.name.value === name)?.value;
}
