import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLField } from 'graphql';
import { createSchema } from '../../../src/api/graphql/build-schema.js';

const schema = createSchema();

test('every type, field, argument and enum value is described', () => {
  const bare: string[] = [];
  const check = (name: string, described: { readonly description?: string | null | undefined }): void => {
    if ((described.description ?? '').trim() === '') {
      bare.push(name);
    }
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || ['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name)) {
      continue;
    }
    check(type.name, type);
    if (isEnumType(type)) {
      type.getValues().forEach((value) => check(`${type.name}.${value.name}`, value));
    }
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        if (!isInputObjectType(type)) {
          (field as GraphQLField<unknown, unknown>).args.forEach((arg) =>
            check(`${type.name}.${field.name}(${arg.name})`, arg),
          );
        }
      }
    }
  }
  assert.deepEqual(bare, []);
});
