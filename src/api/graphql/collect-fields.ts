import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** The maximum number of fields selected on an object; for an abstract type, that of the type with the most. */
export function fieldCount(
  schema: GraphQLSchema,
  {
    type,
    nodes,
    fragments,
    values,
  }: {
    readonly type: GraphQLCompositeType;
    readonly nodes: readonly FieldNode[];
    readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
    readonly values: Readonly<Record<string, unknown>>;
  },
): number {
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  const selections = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
  return Math.max(
    0,
    ...types.map((possible) => collectFields(schema, { type: possible, selections, fragments, values }).size),
  );
}

/** The fields that are executed for an object, by response name, as GraphQL merges them. */
export function collectFields(
  schema: GraphQLSchema,
  {
    type,
    selections,
    fragments,
    values,
  }: {
    readonly type: GraphQLObjectType;
    readonly selections: readonly SelectionSetNode[];
    readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
    readonly values: Readonly<Record<string, unknown>>;
  },
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  const applies = (condition: string | undefined): boolean => {
    const wanted = condition === undefined ? type : schema.getType(condition);
    return (
      wanted === type || (wanted !== undefined && isAbstractType(wanted) && schema.isSubType(wanted, type))
    );
  };
  const collect = ({ selections: nodes }: SelectionSetNode): void => {
    for (const node of nodes) {
      if (isSkipped(node, values)) {
        continue;
      }
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value;
        const same = fields.get(name);
        if (same === undefined) {
          fields.set(name, [node]);
        } else {
          same.push(node);
        }
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value)) {
          collect(node.selectionSet);
        }
      } else if (!seen.has(node.name.value)) {
        seen.add(node.name.value);
        const fragment = fragments[node.name.value];
        if (fragment !== undefined && applies(fragment.typeCondition.name.value)) {
          collect(fragment.selectionSet);
        }
      }
    }
  };
  selections.forEach(collect);
  return fields;
}

function isSkipped(
  node: SelectionSetNode['selections'][number],
  values: Readonly<Record<string, unknown>>,
): boolean {
  if (node.directives === undefined || node.directives.length === 0) {
    return false;
  }
  const skip = getDirectiveValues(GraphQLSkipDirective, node, values);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, values);
  return skip?.['if'] === true || include?.['if'] === false;
}
