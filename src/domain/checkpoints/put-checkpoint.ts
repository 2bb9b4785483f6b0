import { badInput, StemmaError, TransactionConflictError } from '../../base/errors.js';
import { shown } from '../../base/json.js';
import { continued, type Base, type ObjectAfter } from '../../content/append-forms.js';
import type { Chunk, ListEnd } from '../../content/chunks.js';
import {
  isSmall,
  placeChange,
  placeInlineChange,
  placeWhole,
  type PlacedObject,
} from '../../content/object-chunks.js';
import { inlineOf, type ObjectTexts } from '../../content/object-lines.js';
import type { CheckpointNeeds, ObjectNeed } from '../../ingest/needs.js';
import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import type { Ingest } from '../../ingest/write.js';
import { digestOf } from '../../model/ids.js';
import { keyOf } from '../../model/keys.js';
import type { CheckpointPayload, CheckpointRow } from '../../model/rows.js';
import { checkCheckpoint, type CheckedCheckpoint, type NewCheckpoint } from './checkpoint-input.js';
import {
  addObject,
  formOf,
  noteBase,
  payloadOf,
  writeCheckpoint,
  type ObjectOwning,
} from './write-checkpoint.js';

/** About how many bytes a chunk of content takes besides its text. */
const PIECE_BYTES = 100;

/** A checked checkpoint, with what is computed of it once. */
interface Draft extends CheckedCheckpoint {
  readonly projectId: string;
  /** The digest of what it holds, if it is given whole. */
  readonly digest: string | undefined;
  /** The digest of the request, if it has an append form. */
  readonly requestDigest: string | null;
}

/**
 * Writes a checkpoint, or replaces the one with that id entirely; writing the same one again changes nothing. Its payload is
 * stored as content: content that exists already is not stored again. A part that is given as what is new since another checkpoint,
 * the base, costs only that, and gives the same as the whole part would.
 *
 * Throws CONFLICT if the id is in another thread, or a base has another number of messages than the client says; NOT_FOUND naming
 * the field if a base does not exist; BAD_USER_INPUT if the checkpoint would descend from itself, or the step it names does not exist.
 */
export async function putCheckpoint(
  ingest: Ingest,
  { projectId, input }: { readonly projectId: string; readonly input: NewCheckpoint },
): Promise<CheckpointRow> {
  const draft = draftOf(projectId, checkCheckpoint(projectId, input));
  const { threadId } = draft.fields;
  return await ingest.submit({
    threads: [{ projectId, id: threadId }],
    needs: { checkpoints: [needsOf(draft)] },
    ...costOf(draft),
    apply: (unit) => apply(unit, draft),
  });
}

function draftOf(projectId: string, checked: CheckedCheckpoint): Draft {
  const { messages, state, toolsResult, fields, createdAt } = checked;
  const draft = { ...checked, projectId };
  if ('whole' in messages && 'whole' in state && 'whole' in toolsResult) {
    const objects = { STATE: inlineOf(state.whole.text), TOOLS_RESULT: inlineOf(toolsResult.whole.text) };
    const end = { lastId: messages.whole.at(-1)?.id ?? null, length: messages.whole.length };
    return { ...draft, digest: digestOfHeld(draft, end, objects), requestDigest: null };
  }
  const request = {
    ...fields,
    createdAt,
    messages: 'after' in messages ? messages : (messages.whole.at(-1)?.id ?? null),
    state,
    toolsResult,
  };
  return { ...draft, digest: undefined, requestDigest: digestOf(request) };
}

/** The digest of a checkpoint by what it holds: its list's end, and its objects as one text or, if only their end is known, by that. */
function digestOfHeld(
  { fields: { stepId, ...fields }, createdAt }: Pick<Draft, 'fields' | 'createdAt'>,
  { lastId, length }: ListEnd,
  objects: Readonly<Record<ObjectOwning, { readonly text: string | null; readonly ids: string | null }>>,
): string {
  const { STATE: state, TOOLS_RESULT: toolsResult } = objects;
  return digestOf({
    ...{ ...fields, messageCount: length, messagesId: lastId, stepId },
    ...{ state: state.text, stateIds: state.ids },
    ...{ toolsResult: toolsResult.text, toolsResultIds: toolsResult.ids },
    createdAt,
  });
}

function needsOf({ projectId, id, fields, messages, state, toolsResult }: Draft): CheckpointNeeds {
  const { parentId, threadId, stepId } = fields;
  const parts = [messages, state, toolsResult];
  const needOf = (owning: ObjectOwning, object: Draft['state']): ObjectNeed[] => {
    if ('after' in object) {
      const { baseId, change } = object.after;
      return [{ owning, baseId, threadId: null, isWhole: false, size: change.length }];
    }
    return isSmall(object.whole.text) ? [] : [{ owning, baseId: parentId, threadId, isWhole: true, size: 0 }];
  };
  const valuesOf = (object: Draft['state']): readonly (readonly Chunk[])[] => {
    const { text, values } =
      'after' in object ? { text: object.after.change, values: object.after.values } : object.whole;
    // Of a large object, only values that changed are sent.
    return 'after' in object || isSmall(text)
      ? values.map(([valueId, value]) => [
          { projectId, id: valueId, text: value, afterId: null, position: 1 },
        ])
      : [];
  };
  return {
    key: { projectId, id },
    parentId,
    baseIds: parts.flatMap((part) => ('after' in part ? [part.after.baseId] : [])),
    stepId,
    chains: ['whole' in messages ? messages.whole : [], ...valuesOf(state), ...valuesOf(toolsResult)],
    objects: [...needOf('STATE', state), ...needOf('TOOLS_RESULT', toolsResult)],
  };
}

function apply(unit: UnitOfWork, draft: Draft): CheckpointRow {
  const { projectId, id, fields, createdAt, requestDigest } = draft;
  const { threadId, stepId } = fields;
  const existing = unit.checkpoints.get(keyOf(projectId, id));
  if (existing !== undefined && existing.threadId !== threadId) {
    throw new StemmaError(
      'CONFLICT',
      `checkpoint ${shown(id)} is in another thread, ${shown(existing.threadId)}`,
      { field: 'input.metadata.checkpointId' },
    );
  }
  const isSame =
    requestDigest === null
      ? existing?.digest === draft.digest
      : (existing?.requestDigest ?? null) === requestDigest;
  if (existing !== undefined && isSame) {
    return existing;
  }
  if (stepId !== null && !hasStep(unit, projectId, stepId)) {
    throw badInput('input.stepId', `expected a step of this project, got ${shown(stepId)}`);
  }
  const { chunks, end } = messagesOf(unit, draft);
  const state = placeObject(unit, draft, 'STATE', draft.state);
  const toolsResult = placeObject(unit, draft, 'TOOLS_RESULT', draft.toolsResult);
  const digest =
    draft.digest ?? digestOfHeld(draft, end, { STATE: heldOf(state), TOOLS_RESULT: heldOf(toolsResult) });
  if (existing?.digest === digest) {
    return existing;
  }
  unit.addChain(chunks);
  addObject(unit, projectId, state);
  addObject(unit, projectId, toolsResult);
  return writeCheckpoint(unit, {
    projectId,
    id,
    ...fields,
    messageCount: end.length,
    messagesId: end.lastId,
    createdAt: createdAt ?? unit.now,
    digest,
    requestDigest,
    payload: payloadOf(state.form, toolsResult.form),
  });
}

function hasStep(unit: UnitOfWork, projectId: string, stepId: string): boolean {
  const key = keyOf(projectId, stepId);
  return unit.foundSteps.has(key) || unit.steps.get(key) !== undefined;
}

/** The messages: their new chunks, and their end. */
function messagesOf(
  unit: UnitOfWork,
  { projectId, messages }: Draft,
): { readonly chunks: readonly Chunk[]; readonly end: ListEnd } {
  if ('whole' in messages) {
    const { whole } = messages;
    return { chunks: whole, end: { lastId: whole.at(-1)?.id ?? null, length: whole.length } };
  }
  const base = baseOf(unit, projectId, messages.after);
  return continued(projectId, { lastId: base.messagesId, length: base.messageCount }, messages.after);
}

function placeObject(
  unit: UnitOfWork,
  draft: Draft,
  owning: ObjectOwning,
  object: Draft['state'],
): PlacedObject {
  return 'after' in object
    ? placeAfter(unit, draft, owning, object.after)
    : placeGiven(unit, draft, owning, object.whole);
}

/** Places an object that is given whole: like the parent's, or that of the thread's latest checkpoint when it was read. */
function placeGiven(
  unit: UnitOfWork,
  { projectId, id, fields: { parentId } }: Draft,
  owning: ObjectOwning,
  { text, values }: ObjectTexts,
): PlacedObject {
  const parent = parentId === null ? undefined : unit.checkpoints.get(keyOf(projectId, parentId));
  const parentEnd = parent?.payload && formOf(parent.payload, owning).id;
  const key =
    parentEnd == null ? unit.likeObjects.get(keyOf(projectId, id, owning)) : keyOf(projectId, parentEnd);
  return placeWhole({ projectId, values }, text, unit.objects.get(key ?? ''));
}

function placeAfter(
  unit: UnitOfWork,
  { projectId }: Draft,
  owning: ObjectOwning,
  after: ObjectAfter,
): PlacedObject {
  const base = baseOf(unit, projectId, after);
  const given = { projectId, values: after.values };
  const { text, ids, id } = formOf(base.payload as CheckpointPayload, owning);
  if (text !== null) {
    return placeInlineChange(given, { text, ids }, after.change);
  }
  const end = unit.objects.get(keyOf(projectId, id ?? ''));
  if (end === undefined) {
    throw new TransactionConflictError('the content of a base was deleted while it was read');
  }
  return placeChange(given, end, after.change);
}

/** The base of an append form, which is kept until the unit of work is written. Throws NOT_FOUND, or CONFLICT if it has other messages. */
function baseOf(unit: UnitOfWork, projectId: string, { baseId, messageCount, field }: Base): CheckpointRow {
  const base = unit.checkpoints.get(keyOf(projectId, baseId));
  if (base === undefined) {
    throw new StemmaError('NOT_FOUND', `${field}.checkpointId: checkpoint ${shown(baseId)} not found`, {
      field: `${field}.checkpointId`,
    });
  }
  if (messageCount !== null && messageCount !== base.messageCount) {
    throw new StemmaError(
      'CONFLICT',
      `${field}.messageCount: expected the number of messages of checkpoint ${shown(baseId)}, ${base.messageCount}, got ${messageCount}`,
      { field: `${field}.messageCount` },
    );
  }
  noteBase(unit, base);
  return base;
}

/** An object as its digest needs it: what it holds, if its owner has that. */
function heldOf({ form: { text, ids, id } }: PlacedObject): {
  readonly text: string | null;
  readonly ids: string | null;
} {
  return { text, ids: id ?? ids };
}

function costOf({ messages, state, toolsResult }: Draft): {
  readonly cost: number;
  readonly sizeBytes: number;
} {
  const texts = 'after' in messages ? messages.after.texts : messages.whole.map(({ text }) => text);
  const objects = [state, toolsResult].map((object) =>
    'after' in object ? { text: object.after.change, values: object.after.values } : object.whole,
  );
  const values = objects.flatMap((object) => object.values.map(([, value]) => value));
  return {
    cost: 5 + Math.ceil(texts.length / 20) + values.length,
    sizeBytes: [...texts, ...values].reduce(
      (sum, { length }) => sum + length + PIECE_BYTES,
      objects.reduce((sum, { text }) => sum + text.length, 0),
    ),
  };
}
