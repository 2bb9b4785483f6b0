import { TypeInfo, visit, visitWithTypeInfo, type DefinitionNode, type GraphQLResolveInfo } from 'graphql';
import type { PayloadPart, WholeCheckpoint } from '../../../domain/checkpoints/checkpoint-payload.js';
import type { CheckpointRow } from '../../../model/rows.js';
import type { Loaders } from '../loaders.js';

// A row holds `metadata` and similar fields; its payload is read separately. To keep both consistent, a row is replaced, before
// any of its fields is resolved, by one that was read together with the parts that the operation selects.

type Info = Pick<GraphQLResolveInfo, 'schema' | 'operation' | 'fragments'>;

const PARTS: readonly PayloadPart[] = ['messages', 'state', 'toolsResult'];
const wholes = new WeakMap<CheckpointRow, WholeCheckpoint>();
const selections = new WeakMap<object, readonly PayloadPart[]>();

/** The parts that an operation selects on any checkpoint. */
function partsIn({ schema, operation, fragments }: Info): readonly PayloadPart[] {
  let parts = selections.get(operation);
  if (parts === undefined) {
    const names = new Set<string>();
    const types = new TypeInfo(schema);
    const definitions: readonly DefinitionNode[] = [operation, ...Object.values(fragments)];
    for (const definition of definitions) {
      visit(
        definition,
        visitWithTypeInfo(types, {
          Field({ name }) {
            if (types.getParentType()?.name === 'Checkpoint') {
              names.add(name.value);
            }
          },
        }),
      );
    }
    parts = PARTS.filter((part) => names.has(part));
    selections.set(operation, parts);
  }
  return parts;
}

/** The checkpoint with this id and the parts that the operation selects; null if there is none. */
export async function checkpointWithId(
  id: string,
  info: Info,
  loaders: Loaders,
): Promise<CheckpointRow | null> {
  const parts = partsIn(info);
  return parts.length === 0
    ? await loaders.checkpoint.load(id)
    : kept(await loaders.wholeCheckpoint(parts).load(id));
}

/** The same checkpoint with the parts that the operation selects, perhaps rewritten meanwhile; null if it was deleted. */
export async function settled(
  row: CheckpointRow | null,
  info: Info,
  loaders: Loaders,
): Promise<CheckpointRow | null> {
  const parts = partsIn(info);
  return row === null || parts.length === 0 || wholes.has(row)
    ? row
    : kept(await loaders.wholeCheckpoint(parts).load(row.id));
}

/** The same for a list; checkpoints that were deleted meanwhile are left out. */
export async function allSettled(
  rows: readonly CheckpointRow[],
  info: Info,
  loaders: Loaders,
): Promise<CheckpointRow[]> {
  const all = await Promise.all(rows.map((row) => settled(row, info, loaders)));
  return all.filter((row) => row !== null);
}

/** One part of a checkpoint's payload; undefined if it was deleted before this was read. */
export async function partOf(
  row: CheckpointRow,
  part: PayloadPart,
  info: Info,
  loaders: Loaders,
): Promise<unknown> {
  const whole = wholes.get(row) ?? (await loaders.wholeCheckpoint(partsIn(info)).load(row.id));
  return whole?.[part];
}

function kept(whole: WholeCheckpoint | null): CheckpointRow | null {
  if (whole === null) {
    return null;
  }
  wholes.set(whole.checkpoint, whole);
  return whole.checkpoint;
}
