import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isListType,
  Kind,
  parse,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { prepareAppended, prepareList, prepareObject } from '../../content/content-input.js';
import { badInput, StemmaError } from '../../base/errors.js';
import { checkJson } from '../../base/json.js';
import { MAX_MESSAGES, prepareContent } from '../../domain/messages/messages.js';
import type { JsonParcel, Preparation } from '../../base/prepared-json.js';
import { MAX_RUN_EVENTS } from '../../domain/run-events/run-events.js';
import { isStepType, stepPreparation, type Extent } from '../../domain/steps/step-data.js';
import { MAX_STEPS } from '../../domain/steps/steps.js';

/** The longest query text of a large request. Long values belong in variables. */
const MAX_QUERY_LENGTH = 1024 * 1024;
/** How many values the variables of a large request may have, not counting those inside JSON. */
const MAX_VALUES = 200_000;
const MAX_EXTENSIONS_LENGTH = 10_000;

type Position = Preparation<unknown> | null;
type Values = Readonly<Record<string, unknown>>;

/** Which preparation the domain uses for the JSON in these fields. */
const PREPARATIONS: Readonly<Record<string, (siblings: Values) => Position>> = {
  'AddMessageInput.content': () => prepareContent,
  'UpdateMessageInput.content': () => prepareContent,
  'CheckpointInput.messages': () => prepareList,
  'CheckpointInput.state': () => prepareObject,
  'CheckpointInput.toolsResult': () => prepareObject,
  'MessagesAfterInput.append': () => prepareAppended,
  'ObjectAfterInput.set': () => prepareObject,
  'AddStepInput.data': ({ type }) => stepPosition(type, 'whole'),
  'UpsertStepInput.data': ({ type }) => stepPosition(type, 'part'),
};

function stepPosition(type: unknown, extent: Extent): Position {
  const name = String(type).toLowerCase();
  return isStepType(name) ? stepPreparation(name, extent) : null;
}

/** The maximum length of each list of inputs, and what the domain calls its items. */
const MOST_INPUTS: Readonly<Record<string, readonly [number, string]>> = {
  AddMessageInput: [MAX_MESSAGES, 'messages'],
  AddStepInput: [MAX_STEPS, 'steps'],
  UpsertStepInput: [MAX_STEPS, 'steps'],
  RunEventInput: [MAX_RUN_EVENTS, 'run events'],
};

/**
 * Makes a large GraphQL request small enough to be copied to another thread: each list and object at a position of type JSON
 * becomes a parcel, and everything that GraphQL does not read is removed. An invalid request stays invalid.
 *
 * Throws BAD_USER_INPUT for a request that cannot be made small.
 */
export function prepareRequest(schema: GraphQLSchema, request: unknown): unknown {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return Array.isArray(request) ? [] : null;
  }
  const { query, operationName, variables, extensions } = request as Values;
  if (typeof query === 'string' && query.length > MAX_QUERY_LENGTH) {
    throw badInput(
      'query',
      `expected at most ${MAX_QUERY_LENGTH} characters, got ${query.length}; send long values as variables`,
    );
  }
  return {
    query: typeof query === 'string' ? query : emptied(query),
    ...(operationName === undefined ? {} : { operationName: emptied(operationName) }),
    ...(extensions === undefined ? {} : { extensions: checkedExtensions(extensions) }),
    ...(variables === undefined
      ? {}
      : { variables: prepareVariables(schema, { query, operationName, variables }) }),
  };
}

function checkedExtensions(extensions: unknown): unknown {
  const { length } = JSON.stringify(extensions);
  if (length > MAX_EXTENSIONS_LENGTH) {
    throw badInput('extensions', `expected at most ${MAX_EXTENSIONS_LENGTH} characters, got ${length}`);
  }
  return extensions;
}

/** An empty value of the same kind, which GraphQL rejects in the same way. */
function emptied(value: unknown): unknown {
  return typeof value !== 'object' || value === null ? value : Array.isArray(value) ? [] : {};
}

function prepareVariables(schema: GraphQLSchema, { query, operationName, variables }: Values): unknown {
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) {
    return emptied(variables);
  }
  const found = findOperation(query, operationName);
  if (found === undefined) {
    return {};
  }
  const { document, operation } = found;
  const values = variables as Values;
  const positions = positionsOf(schema, document, values);
  const walk = createWalk();
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, type: typeNode }) => {
      const name = variable.name.value;
      const type = typeFromAST(schema, typeNode as never) as GraphQLInputType | undefined;
      return type === undefined || !Object.hasOwn(values, name)
        ? []
        : [[name, walk(values[name], type, positions.get(name) ?? null)]];
    }),
  );
}

function findOperation(
  query: unknown,
  operationName: unknown,
): { document: DocumentNode; operation: OperationDefinitionNode } | undefined {
  try {
    const document = parse(String(query), { noLocation: true });
    const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : null);
    return operation == null ? undefined : { document, operation };
  } catch {
    // Executing the request reports this error.
    return undefined;
  }
}

/** The preparation for each variable; null if it has none or its uses need different ones. */
function positionsOf(schema: GraphQLSchema, document: DocumentNode, values: Values): Map<string, Position> {
  const positions = new Map<string, Position>();
  const info = new TypeInfo(schema);
  const valueAt = (node: ASTNode | undefined): unknown =>
    node?.kind === Kind.ENUM
      ? node.value
      : node?.kind === Kind.VARIABLE
        ? values[node.name.value]
        : undefined;
  visit(
    document,
    visitWithTypeInfo(info, {
      Variable({ name: { value: name } }, _key, parent, _path, ancestors) {
        const field = parent as ASTNode | undefined;
        if (field?.kind === Kind.VARIABLE_DEFINITION) {
          return;
        }
        const outer = info.getParentInputType();
        const object = ancestors.findLast(
          (node): node is ASTNode => !Array.isArray(node) && (node as ASTNode).kind === Kind.OBJECT,
        );
        const siblings =
          object?.kind === Kind.OBJECT
            ? Object.fromEntries(object.fields.map((each) => [each.name.value, valueAt(each.value)]))
            : {};
        const position =
          field?.kind === Kind.OBJECT_FIELD && outer != null
            ? (PREPARATIONS[`${getNamedType(outer).name}.${field.name.value}`]?.(siblings) ?? null)
            : null;
        positions.set(name, positions.has(name) && positions.get(name) !== position ? null : position);
      },
    }),
  );
  return positions;
}

function createWalk(): (value: unknown, type: GraphQLInputType, position: Position) => unknown {
  let count = 0;

  function walk(value: unknown, wrapped: GraphQLInputType, position: Position): unknown {
    count += 1;
    if (count > MAX_VALUES) {
      throw badInput('variables', `expected at most ${MAX_VALUES} values outside of JSON, got more`);
    }
    const type = getNullableType(wrapped);
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    if (isListType(type)) {
      const itemType = type.ofType;
      if (!Array.isArray(value)) {
        return walk(value, itemType, position);
      }
      const [most, what] = MOST_INPUTS[getNamedType(itemType).name] ?? [Infinity, ''];
      if (value.length > most) {
        throw badInput('inputs', `expected at most ${most} ${what}, got ${value.length}`);
      }
      return value.map((item) => walk(item, itemType, position));
    }
    if (isInputObjectType(type)) {
      if (Array.isArray(value)) {
        return [];
      }
      const fields = type.getFields();
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => {
          const field = fields[name];
          return [
            name,
            field === undefined
              ? emptied(item)
              : walk(item, field.type, PREPARATIONS[`${type.name}.${name}`]?.(value as Values) ?? null),
          ];
        }),
      );
    }
    return type.name === 'JSON' ? parcel(value, position) : emptied(value);
  }
  return walk;
}

function parcel(value: object, position: Position): JsonParcel {
  try {
    checkJson(value, 'JSON');
  } catch (error) {
    if (error instanceof StemmaError) {
      return new Map([['refused', error.message]]);
    }
    throw error;
  }
  return position === null
    ? new Map([['text', JSON.stringify(value)]])
    : new Map<'how' | 'value', unknown>([
        ['how', position.how],
        ['value', position.prepare(value)],
      ]);
}
