import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isLeafType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFields } from './collect-fields.js';
import { StemmaError } from '../../base/errors.js';
import { assumedSizeOf, isWithinTree, slicingOf } from './list-size.js';

/** The maximum cost of a query, in fields of its result, as far as it is known before the query runs. */
export interface QueryCost {
  readonly total: number;
  /** The selection that costs most by itself, as the path of its fields. */
  readonly largest: { readonly path: string; readonly cost: number };
}

interface Query {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A query whose fragments expand to more fields than this is rejected: counting it would take too long. */
const MAX_VISITED = 20_000;

/** The `@listSize` of a trace's goals. */
const TREE_SIZE = 100;

/** Objects whose fields are selected, and how many of them there are at most. */
interface Level {
  readonly type: GraphQLCompositeType;
  readonly fields: readonly FieldNode[];
  readonly count: number;
  readonly path: string;
  /** For the lists inside a page: how many items the page has. */
  readonly page: number | undefined;
  /** If the objects are parts of trees: how many parts all the trees have together. */
  readonly tree: number | undefined;
}

/**
 * The cost of an operation: the number of fields of its result if each list is as long as its page size allows, or as its
 * `@listSize` says. Variables are used as sent.
 *
 * Throws BAD_USER_INPUT if fragments expand to too many fields.
 */
export function queryCost({ schema, document, operation, variables }: Query): QueryCost {
  const fragments = fragmentsOf(document);
  const defaults = defaultsOf(operation);
  const values = { ...defaults, ...variables };
  let total = 0;
  let largest = { path: '', cost: 0 };
  let visited = 0;

  const costOf = (level: Level, selections: readonly SelectionSetNode[]): number => {
    const types = isAbstractType(level.type) ? schema.getPossibleTypes(level.type) : [level.type];
    // For an interface or union, use the type that costs most.
    return Math.max(0, ...types.map((type) => costOfObject(type, level, selections)));
  };

  const costOfObject = (
    type: GraphQLObjectType,
    level: Level,
    selections: readonly SelectionSetNode[],
  ): number => {
    const fields = collectFields(schema, { type, selections, fragments, values });
    visited += fields.size + 1;
    if (visited > MAX_VISITED) {
      throw new StemmaError(
        'BAD_USER_INPUT',
        `expected a query of at most ${MAX_VISITED} fields with its fragments unfolded, got more`,
      );
    }
    const own = fields.size * level.count;
    if (own > largest.cost) {
      largest = { path: level.path, cost: own };
    }
    let cost = own;
    for (const [name, nodes] of fields) {
      const definition = fieldOf(schema, type, nodes[0] as FieldNode);
      if (definition !== undefined && !isLeafType(getNamedType(definition.type))) {
        const below = levelOf(level, { name, nodes, definition, values });
        cost += costOf(
          below,
          nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet])),
        );
      }
    }
    return cost;
  };

  const type = schema.getRootType(operation.operation);
  if (type != null) {
    const root = { type, fields: [], count: 1, path: '', page: undefined, tree: undefined };
    total = costOf(root, [operation.selectionSet]);
  }
  return { total, largest };
}

function levelOf(
  { count, path, page, tree: whole }: Level,
  {
    name,
    nodes,
    definition,
    values,
  }: {
    readonly name: string;
    readonly nodes: readonly FieldNode[];
    readonly definition: GraphQLField<unknown, unknown>;
    readonly values: Readonly<Record<string, unknown>>;
  },
): Level {
  const type = getNamedType(definition.type) as GraphQLCompositeType;
  const below = { type, fields: nodes, path: path === '' ? name : `${path}.${name}` };
  const asked = slicingOf(definition, nodes[0] as FieldNode, values);
  if (!isListType(getNullableType(definition.type))) {
    return { ...below, count, page: asked, tree: undefined };
  }
  const assumed = assumedSizeOf(definition);
  if (isWithinTree(definition)) {
    // The child goals of a list's goals are other goals of the same trees, and each exists only once.
    const all = whole ?? count * assumed;
    return { ...below, count: all, page: undefined, tree: all };
  }
  const size = asked ?? page ?? assumed;
  // A page may be shorter than the tree that its items belong to.
  const tree = type.name === 'Goal' ? count * Math.max(size, TREE_SIZE) : undefined;
  return { ...below, count: count * size, page: undefined, tree };
}

function fieldOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  node: FieldNode,
): GraphQLField<unknown, unknown> | undefined {
  const name = node.name.value;
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) {
      return SchemaMetaFieldDef;
    }
    if (name === TypeMetaFieldDef.name) {
      return TypeMetaFieldDef;
    }
  }
  return isObjectType(type) ? type.getFields()[name] : undefined;
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  return Object.fromEntries(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
}

/** Only numbers and booleans matter: they are page sizes and conditions. */
function defaultsOf({ variableDefinitions }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    (variableDefinitions ?? []).flatMap(({ variable, defaultValue }): [string, number | boolean][] => {
      switch (defaultValue?.kind) {
        case Kind.INT:
          return [[variable.name.value, Number(defaultValue.value)]];
        case Kind.BOOLEAN:
          return [[variable.name.value, defaultValue.value]];
        default:
          return [];
      }
    }),
  );
}
