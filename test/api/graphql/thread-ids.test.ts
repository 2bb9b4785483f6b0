import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { createSchema } from '../../../src/api/graphql/build-schema.js';
import { newId, startKit, type Kit } from '../../kit/kit.js';
import { MATCH_PROJECT_NODES } from '../../kit/project-nodes.js';

// The operations come from the schema, so that a new one cannot be forgotten.

const schema = createSchema();
const projectId = newId('project');
let kit: Kit;
before(async () => {
  kit = await startKit({ projectId });
});
after(() => kit.close());

type Field = GraphQLField<unknown, unknown>;
type Path = readonly (string | number)[];

/** Names of arguments and input fields that hold the id of a thread or run, or a list of them. */
const NAMES = /^(thread|run)Ids?$/;

/** An operation that takes the id of a thread or run, and where in its arguments that is. */
interface Operation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly field: Field;
  readonly path: Path;
}

function isThreadOrRun(field: Field, name: string): boolean {
  return NAMES.test(name) || (name === 'id' && ['Thread', 'Run'].includes(getNamedType(field.type).name));
}

/** The places of ids of threads and runs in an input of this type. */
function pathsIn(type: GraphQLInputType, path: Path, isId: (name: string) => boolean): Path[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    return pathsIn(nullable.ofType, [...path, 0], isId);
  }
  if (isInputObjectType(nullable)) {
    return Object.values(nullable.getFields()).flatMap((field) =>
      pathsIn(field.type, [...path, field.name], isId),
    );
  }
  const name = path.findLast((part) => typeof part === 'string');
  return name !== undefined && isId(name) ? [path] : [];
}

const operations = (['query', 'mutation', 'subscription'] as const).flatMap((kind): Operation[] => {
  const fields: Field[] = Object.values(schema.getRootType(kind as never)?.getFields() ?? {});
  return fields.flatMap((field) =>
    field.args.flatMap((argument) =>
      pathsIn(argument.type, [argument.name], (name) => isThreadOrRun(field, name)).map((path) => ({
        kind,
        field,
        path,
      })),
    ),
  );
});

/** A valid value of an input type: required fields only, besides the ones on the way to `path`, which holds `value`. */
function sample(type: GraphQLInputType, path: Path | undefined, value: string): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    return [sample(nullable.ofType, path?.slice(1), value)];
  }
  if (isInputObjectType(nullable)) {
    return Object.fromEntries(
      Object.values(nullable.getFields())
        .filter((field) => isNonNullType(field.type) || field.name === path?.[0])
        .map((field) => [
          field.name,
          sample(field.type, field.name === path?.[0] ? path.slice(1) : undefined, value),
        ]),
    );
  }
  if (path !== undefined) {
    return value;
  }
  if (isEnumType(nullable)) {
    return nullable.getValues()[0]?.name;
  }
  return { Int: 1, Long: 1, JSON: {}, Boolean: true }[nullable.name] ?? 'x';
}

/** The operation with an id at its path, and with variables for its other required arguments. */
function requestOf({ kind, field, path }: Operation, id: string): { query: string; variables: object } {
  const given = field.args.filter(({ name, type }) => isNonNullType(type) || name === path[0]);
  const list = (part: (argument: GraphQLArgument) => string): string => given.map(part).join(', ');
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return {
    query:
      `${kind} (${list(({ name, type }) => `$${name}: ${String(type)}`)}) ` +
      `{ ${field.name}(${list(({ name }) => `${name}: $${name}`)})${selection} }`,
    variables: Object.fromEntries(
      given.map(({ name, type }) => [name, sample(type, name === path[0] ? path.slice(1) : undefined, id)]),
    ),
  };
}

/** `inputs[0].threadId` */
const shownPath = (path: Path): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');

/** The first error of an operation over its transport. */
async function errorOf(operation: Operation, id: string): Promise<any> {
  const { query, variables } = requestOf(operation, id);
  if (operation.kind !== 'subscription') {
    return await kit.fail(query, variables);
  }
  const live = kit.follow(query, variables);
  const result = await live.next();
  await live.ended;
  return result.errors[0];
}

test('the operations that take the id of a thread or run are found in the schema', () => {
  const names = operations.map(({ kind, field, path }) => `${kind} ${field.name} ${shownPath(path)}`);
  for (const name of [
    'query thread id',
    'query checkpoints threadId',
    'query runs runIds[0]',
    'mutation createTrace input.threadId',
    'mutation putRunEvents inputs[0].runId',
    'mutation putCheckpoint input.metadata.threadId',
    'mutation deleteRunEvents runId',
    'subscription runEvents threadId',
  ]) {
    assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
  }
  // Were there such an argument elsewhere, these tests would not find it.
  const elsewhere = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter((type) => !['Query', 'Mutation', 'Subscription'].includes(type.name))
    .flatMap((type) => Object.values(type.getFields()))
    .flatMap(({ args }) => args.filter(({ name }) => NAMES.test(name)));
  assert.deepEqual(elsewhere, []);
});

for (const operation of operations) {
  const field = shownPath(operation.path);
  test(`${operation.kind} ${operation.field.name} rejects ${field} that is empty, too long or has a control character`, async () => {
    const count = `${MATCH_PROJECT_NODES} RETURN count(n) AS nodes`;
    for (const id of ['', 'x'.repeat(201), '🎭'.repeat(201), 'a\u0000b', 'line\n', '\u007f', '\u0085']) {
      const { message, extensions } = await errorOf(operation, id);
      assert.deepEqual([extensions.code, extensions.field], ['BAD_USER_INPUT', field], message);
      assert.ok(
        message.startsWith(`${field}: expected 1 to 200 characters, none of them a control character, got "`),
        message,
      );
    }
    assert.deepEqual(await kit.cypher(count, { projectId }), [{ nodes: 0 }], 'nothing was written');
  });
}
