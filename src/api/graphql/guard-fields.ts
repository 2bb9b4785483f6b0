import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  OperationTypeNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { fieldCount } from './collect-fields.js';
import type { Context } from './context.js';
import { StemmaError } from '../../base/errors.js';
import { sizeOf } from '../../base/json-parts.js';
import { OverBudgetError, type RequestScope } from '../../base/request-scope.js';
import { slices } from '../../base/slices.js';

type Resolve = GraphQLFieldResolver<unknown, Context>;
/** The operation whose root type a field belongs to, if any; root fields run first. */
type Root = 'query' | 'mutation' | undefined;
type Deliver = (value: unknown, context: Context, info: GraphQLResolveInfo) => unknown;

/** A list whose items have more fields than this in total is completed in slices. */
const SLICED_FIELDS = 1_000;
/** How many fields of such a list are completed between two checks of the clock. */
const FIELDS_BETWEEN_LOOKS = 200;

/**
 * Wraps the resolvers of payloads, and of every field with subfields, in a guard. The guard stops a request between fields when
 * its scope is aborted, counts the cost and size of the result, and yields to the event loop.
 */
export function guardFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) {
      continue;
    }
    const root =
      type === schema.getMutationType() ? 'mutation' : type === schema.getQueryType() ? 'query' : undefined;
    for (const field of Object.values(type.getFields()) as GraphQLField<unknown, Context>[]) {
      const deliver = deliveryOf(schema, field);
      if (deliver !== undefined || root !== undefined) {
        field.resolve = guarded(field.resolve ?? defaultFieldResolver, {
          deliver: deliver ?? ((value) => value),
          root,
        });
      }
    }
  }
}

/** Undefined for a field whose value is small and has no subfields. */
function deliveryOf(schema: GraphQLSchema, { type }: GraphQLField<unknown, Context>): Deliver | undefined {
  const named = getNamedType(type);
  if (isLeafType(named)) {
    return named.name === 'JSON' ? deliverPayload : undefined;
  }
  return isListType(getNullableType(type)) ? listDelivery(schema) : objectDelivery(schema);
}

function guarded(
  resolve: Resolve,
  { deliver, root }: { readonly deliver: Deliver; readonly root: Root },
): Resolve {
  const guardedResolve: Resolve = (source, args, context, info) => {
    const { scope } = context;
    if (scope.signal.aborted) {
      return abandoned();
    }
    if (root === 'mutation') {
      scope.beginWrite();
    }
    try {
      const value = resolve(source, args, context, info);
      return value instanceof Promise
        ? value.then(
            (resolved) => delivered(resolved, deliver, context, info),
            (error: unknown) => failed(error, context, info),
          )
        : deliver(value, context, info);
    } catch (error) {
      return failed(error, context, info);
    }
  };
  // A query may have many root fields, and each sends a statement.
  return root === 'query'
    ? (source, args, context, info) =>
        slices.isUsedUp()
          ? slices.later(context.scope).then((): unknown => guardedResolve(source, args, context, info))
          : guardedResolve(source, args, context, info)
    : guardedResolve;
}

function delivered(value: unknown, deliver: Deliver, context: Context, info: GraphQLResolveInfo): unknown {
  if (context.scope.signal.aborted) {
    return abandoned();
  }
  try {
    return deliver(value, context, info);
  } catch (error) {
    return failed(error, context, info);
  }
}

/** Rejects with the field's error. An OverBudgetError stops the whole request with an error that names the list to page. */
async function failed(error: unknown, { scope }: Context, info: GraphQLResolveInfo): Promise<never> {
  if (error instanceof OverBudgetError && !scope.signal.aborted) {
    const done =
      info.operation.operation === OperationTypeNode.MUTATION ? '; what the mutation writes is written' : '';
    scope.stop(overBudget(error, pathOf(info), done));
  }
  if (scope.signal.aborted) {
    return await abandoned();
  }
  throw error;
}

/**
 * Never settles: used for the remaining fields of a stopped request. The client has been answered with the scope's error (see
 * `withinScope`), so nothing waits for them, and thousands of errors would take longer than all the work before.
 */
function abandoned(): Promise<never> {
  return new Promise(() => undefined);
}

/** The error that a client gets for a request over budget: it names the list nearest to `path`. */
export function overBudget(
  error: OverBudgetError,
  path: readonly (string | number)[],
  more = '',
): StemmaError {
  const list = listOf(path);
  return new StemmaError(
    'BAD_USER_INPUT',
    `${list}: ${error.message}; ask for shorter pages of ${list}${more}`,
    {
      field: list,
    },
  );
}

/** The list around `path`: `trace.steps` for a field of a step there; the field itself if it is in no list. */
function listOf(path: readonly (string | number)[]): string {
  const index = path.findLastIndex((key) => typeof key === 'number');
  const list = path.slice(0, index === -1 ? undefined : index);
  const names = list.filter((key) => typeof key === 'string');
  // The connection has the page argument, not its `nodes` or `edges`.
  return (['nodes', 'edges'].includes(names.at(-1) ?? '') ? names.slice(0, -1) : names).join('.');
}

function pathOf({ path }: GraphQLResolveInfo): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at !== undefined; at = at.prev) {
    keys.push(at.key);
  }
  return keys.reverse();
}

const deliverPayload: Deliver = (value, { scope }) => {
  const size = sizeOf(value);
  if (size > 0) {
    scope.countResponseBytes(size);
  }
  return slices.isUsedUp() ? slices.later(scope).then(() => value) : value;
};

function objectDelivery(schema: GraphQLSchema): Deliver {
  const count = fieldCounter(schema);
  return (value, { scope }, info) => {
    if (value == null) {
      return value;
    }
    scope.countCost(count(info));
    return slices.isUsedUp() ? slices.later(scope).then(() => value) : value;
  };
}

function listDelivery(schema: GraphQLSchema): Deliver {
  const count = fieldCounter(schema);
  return (value, { scope }, info) => {
    if (!Array.isArray(value)) {
      return value;
    }
    const fields = count(info);
    scope.countCost(fields * value.length);
    if (fields * value.length > SLICED_FIELDS) {
      const chunk = Math.ceil(FIELDS_BETWEEN_LOOKS / (fields + 1));
      return sliced(value, chunk, scope);
    }
    return slices.isUsedUp() ? slices.later(scope).then((): unknown => value) : value;
  };
}

/** Counts the fields of each object at a field. Counts are cached, because all items of a list share the same nodes. */
function fieldCounter(schema: GraphQLSchema): (info: GraphQLResolveInfo) => number {
  const counts = new WeakMap<readonly FieldNode[], number>();
  return ({ fieldNodes, returnType, fragments, variableValues }) => {
    let count = counts.get(fieldNodes);
    if (count === undefined) {
      const type = getNamedType(returnType) as GraphQLCompositeType;
      count = fieldCount(schema, { type, nodes: fieldNodes, fragments, values: variableValues });
      counts.set(fieldNodes, count);
    }
    return count;
  };
}

/**
 * The items of a list. Those after the first `chunk` are promises that resolve one chunk at a time: GraphQL completes each item
 * when it resolves, and the event loop can run between two chunks.
 */
function sliced(items: readonly unknown[], chunk: number, scope: RequestScope): readonly unknown[] {
  let turn: Promise<void> | undefined;
  return items.map((item, index) => {
    if (index >= chunk && index % chunk === 0) {
      turn = nextTurn(turn, scope);
    }
    return turn === undefined ? item : turn.then(() => item);
  });
}

/** Resolves once the previous turn's items are completed, in a later turn of the event loop if the slice is used up. */
async function nextTurn(before: Promise<void> | undefined, scope: RequestScope): Promise<void> {
  await before;
  // Each item takes two microtasks: one to resolve, one to be completed.
  await Promise.resolve();
  await Promise.resolve();
  if (slices.isUsedUp()) {
    await slices.later(scope);
  }
  if (scope.signal.aborted) {
    await abandoned();
  }
}
