import type { Chunk, Owning } from '../../content/chunks.js';
import type { ObjectForm, PlacedObject } from '../../content/object-chunks.js';
import { pairsOf } from '../../content/object-lines.js';
import type { UnitOfWork } from '../../ingest/unit-of-work.js';
import { keyOf } from '../../model/keys.js';
import type { CheckpointPayload, CheckpointRow } from '../../model/rows.js';

/** The kinds of object that a checkpoint has. */
export type ObjectOwning = Exclude<Owning, 'MESSAGES'>;

/** A checkpoint before it has a place in its thread. */
export type CheckpointDraft = Omit<CheckpointRow, 'write' | 'writtenAt' | 'sortKey' | 'payload'> & {
  readonly payload: CheckpointPayload;
};

/** Adds the checkpoint to its thread as the newest write, and releases the content it referenced before. */
export function writeCheckpoint(unit: UnitOfWork, draft: CheckpointDraft): CheckpointRow {
  const { projectId, id, threadId } = draft;
  const sortKey = `${unit.now} ${unit.nextWrite()} ${id}`;
  const thread = { projectId, id: threadId };
  const write = (unit.threads.get(keyOf(projectId, threadId))?.lastWrite ?? 0) + 1;
  unit.changeThread(thread, { lastWrite: write, checkpointKey: sortKey });
  const row: CheckpointRow = { ...draft, write, writtenAt: unit.now, sortKey };
  unit.releaseReferences({ projectId, owner: 'Checkpoint', ownerId: id });
  unit.checkpoints.put(row);
  if (draft.messagesId !== null) {
    reference(unit, row, { owning: 'MESSAGES', key: null, contentId: draft.messagesId });
  }
  for (const owning of ['STATE', 'TOOLS_RESULT'] as const) {
    const { ids, id: lastId } = formOf(draft.payload, owning);
    pairsOf(ids).forEach(([key, contentId]) => reference(unit, row, { owning, key, contentId }));
    if (lastId !== null) {
      reference(unit, row, { owning, key: null, contentId: lastId });
    }
  }
  return row;
}

function reference(
  unit: UnitOfWork,
  { projectId, id }: CheckpointRow,
  what: { readonly owning: Owning; readonly key: string | null; readonly contentId: string },
): void {
  unit.reference({ projectId, owner: 'Checkpoint', ownerId: id, ...what });
}

/** Has the new content of an object stored with the checkpoint that references it. */
export function addObject(unit: UnitOfWork, projectId: string, { chunk, values, end }: PlacedObject): void {
  const chunks: readonly Chunk[] = chunk === null ? values : [chunk, ...values];
  chunks.forEach((each) => unit.addChain([each]));
  if (end !== null) {
    unit.objects.set(keyOf(projectId, end.id), end);
    if (end.text !== undefined) {
      unit.objectTexts.set(end.id, end.text);
    }
  }
}

/** How a checkpoint refers to one of its objects. */
export function formOf(payload: CheckpointPayload, owning: ObjectOwning): ObjectForm {
  return owning === 'STATE'
    ? { text: payload.state, ids: payload.stateIds, id: payload.stateId }
    : { text: payload.toolsResult, ids: payload.toolsResultIds, id: payload.toolsResultId };
}

/** The columns of a checkpoint's payload. */
export function payloadOf(state: ObjectForm, toolsResult: ObjectForm): CheckpointPayload {
  return {
    state: state.text,
    stateIds: state.ids,
    stateId: state.id,
    toolsResult: toolsResult.text,
    toolsResultIds: toolsResult.ids,
    toolsResultId: toolsResult.id,
  };
}

/** Notes that a checkpoint's content is taken over: it must still exist when the unit of work is written. */
export function noteBase(unit: UnitOfWork, base: CheckpointRow): void {
  unit.bases.set(keyOf(base.projectId, base.id), base);
}
