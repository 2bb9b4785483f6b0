import { badInput } from '../../base/errors.js';
import { listAfterOf, objectAfterOf, type ListAfter, type ObjectAfter } from '../../content/append-forms.js';
import { chainOf, type Chunk } from '../../content/chunks.js';
import { listTextsOf, objectTextsOf } from '../../content/content-input.js';
import type { ObjectTexts } from '../../content/object-lines.js';
import { checkId, checkOptionalId, idOr } from '../../model/ids.js';
import { checkTime } from '../../model/times.js';

interface AfterCheckpoint {
  readonly checkpointId: string;
}

/** A checkpoint as the client gives it: each part of its payload whole, or as what is new since another checkpoint. */
export interface NewCheckpoint {
  readonly metadata: {
    readonly threadId: string;
    readonly checkpointId?: string | null | undefined;
    readonly step: number;
    readonly parentCheckpointId?: string | null | undefined;
    readonly createdAt?: string | null | undefined;
    readonly tags?: readonly string[] | null | undefined;
    readonly summary?: string | null | undefined;
  };
  readonly messages?: unknown;
  readonly messagesAfter?:
    (AfterCheckpoint & { readonly messageCount: number; readonly append: unknown }) | null | undefined;
  readonly state?: unknown;
  readonly stateAfter?: NewObjectAfter | null | undefined;
  readonly toolsResult?: unknown;
  readonly toolsResultAfter?: NewObjectAfter | null | undefined;
  readonly nextNode?: string | null | undefined;
  readonly stepId?: string | null | undefined;
}

interface NewObjectAfter extends AfterCheckpoint {
  readonly messageCount?: number | null | undefined;
  readonly set?: unknown;
  readonly remove?: readonly string[] | null | undefined;
}

const MAX_TAGS = 100;

/** What a checkpoint has besides its payload, checked. */
export interface CheckpointFields {
  readonly threadId: string;
  readonly step: number;
  readonly parentId: string | null;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly nextNode: string;
  readonly stepId: string | null;
}

/** A checkpoint's input, checked. */
export interface CheckedCheckpoint {
  readonly id: string;
  readonly fields: CheckpointFields;
  /** Null if the server's time is to be used. */
  readonly createdAt: string | null;
  readonly messages: { readonly whole: readonly Chunk[] } | { readonly after: ListAfter };
  readonly state: { readonly whole: ObjectTexts } | { readonly after: ObjectAfter };
  readonly toolsResult: CheckedCheckpoint['state'];
}

/** Checks a checkpoint. Throws BAD_USER_INPUT naming what is wrong. */
export function checkCheckpoint(projectId: string, input: NewCheckpoint): CheckedCheckpoint {
  const { metadata } = input;
  const threadId = checkId(metadata.threadId, 'input.metadata.threadId');
  const id = idOr(metadata.checkpointId, 'input.metadata.checkpointId');
  const parentId = checkOptionalId(metadata.parentCheckpointId, 'input.metadata.parentCheckpointId');
  if (parentId === id) {
    throw badInput(
      'input.metadata.parentCheckpointId',
      'expected another checkpoint, got the checkpoint itself',
    );
  }
  const { createdAt } = metadata;
  return {
    id,
    createdAt: createdAt == null ? null : checkTime(createdAt, 'input.metadata.createdAt'),
    messages: messagesOf(projectId, id, input),
    state: objectOf(id, 'state', input.state, input.stateAfter),
    toolsResult: objectOf(id, 'toolsResult', input.toolsResult, input.toolsResultAfter),
    fields: {
      threadId,
      step: checkStep(metadata.step, 'input.metadata.step'),
      parentId,
      tags: checkTags(metadata.tags ?? [], 'input.metadata.tags'),
      summary: metadata.summary ?? '',
      nextNode: input.nextNode ?? '',
      stepId: checkOptionalId(input.stepId, 'input.stepId'),
    },
  };
}

function messagesOf(
  projectId: string,
  id: string,
  { messages, messagesAfter }: NewCheckpoint,
): CheckedCheckpoint['messages'] {
  if (messagesAfter == null) {
    return { whole: chainOf(projectId, listTextsOf(messages, 'input.messages')) };
  }
  const place = placeOf(id, 'messages', messages, messagesAfter);
  return { after: listAfterOf({ ...messagesAfter, baseId: messagesAfter.checkpointId }, place) };
}

function objectOf(
  id: string,
  name: 'state' | 'toolsResult',
  whole: unknown,
  after: NewObjectAfter | null | undefined,
): CheckedCheckpoint['state'] {
  if (after == null) {
    return { whole: objectTextsOf(whole, `input.${name}`) };
  }
  const { checkpointId: baseId, messageCount, set, remove } = after;
  return { after: objectAfterOf({ baseId, messageCount, set, remove }, placeOf(id, name, whole, after)) };
}

/** Where an append form is in the request. Throws BAD_USER_INPUT if the whole value is given too, or the base is the checkpoint. */
function placeOf(
  id: string,
  name: string,
  whole: unknown,
  { checkpointId }: AfterCheckpoint,
): { readonly field: string; readonly baseField: string } {
  const place = { field: `input.${name}After`, baseField: 'checkpointId' };
  if (whole != null) {
    throw badInput(place.field, `expected either \`${name}\` or \`${name}After\`, got both`);
  }
  if (checkpointId === id) {
    throw badInput(`${place.field}.checkpointId`, 'expected another checkpoint, got the checkpoint itself');
  }
  return place;
}

/** A checkpoint's number in its thread: a whole number from 0. */
function checkStep(step: number, field: string): number {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw badInput(field, `expected a whole number from 0 to 2^53 - 1, got ${step}`);
  }
  return step;
}

function checkTags(tags: readonly string[], field: string): readonly string[] {
  if (tags.length > MAX_TAGS) {
    throw badInput(field, `expected at most ${MAX_TAGS} tags, got ${tags.length}`);
  }
  return tags;
}
