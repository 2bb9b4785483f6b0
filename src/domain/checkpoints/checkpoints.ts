import { keyOf } from '../../model/keys.js';
import { type UnitOfWork } from '../../ingest/unit-of-work.js';
import { chainOf, divide, type Divided, type Owning, type Chunk } from '../../content/chunks.js';
import { badInput, notFound, StemmaError } from '../../base/errors.js';
import type { CheckpointPayload, CheckpointRow } from '../../model/rows.js';
import { checkId, checkOptionalId, digestOf, idOr } from '../../model/ids.js';
import type { Ingest } from '../../ingest/write.js';
import { listTextsOf, objectTextsOf } from '../../content/content-input.js';
import { parseJson, shown } from '../../base/json.js';
import { checkTime } from '../../model/times.js';

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
  readonly state?: unknown;
  readonly toolsResult?: unknown;
  readonly nextNode?: string | null | undefined;
  readonly stepId?: string | null | undefined;
}

const MAX_TAGS = 100;
/** About how many bytes a chunk of content takes besides its text. */
const PIECE_BYTES = 100;

/**
 * Writes a checkpoint, or replaces the one with that id entirely; writing the same one again changes nothing. Its payload is
 * stored as content: content that exists already is not stored again.
 *
 * Throws CONFLICT if the id is in another thread; BAD_USER_INPUT if it would descend from itself, or the step it names does
 * not exist.
 */
export async function putCheckpoint(
  ingest: Ingest,
  { projectId, input }: { readonly projectId: string; readonly input: NewCheckpoint },
): Promise<CheckpointRow> {
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
  const createdAt =
    metadata.createdAt == null ? null : checkTime(metadata.createdAt, 'input.metadata.createdAt');
  const stepId = checkOptionalId(input.stepId, 'input.stepId');
  const messages = chainOf(projectId, listTextsOf(input.messages, 'input.messages'));
  const state = divide(projectId, objectTextsOf(input.state, 'input.state'));
  const toolsResult = divide(projectId, objectTextsOf(input.toolsResult, 'input.toolsResult'));
  const fields = {
    threadId,
    step: checkStep(metadata.step, 'input.metadata.step'),
    parentId,
    tags: checkTags(metadata.tags ?? [], 'input.metadata.tags'),
    summary: metadata.summary ?? '',
    nextNode: input.nextNode ?? '',
    messageCount: messages.length,
    messagesId: messages.at(-1)?.id ?? null,
    stepId,
  };
  const payload = payloadOf(state, toolsResult);
  const digest = digestOf({ ...fields, ...payload, createdAt });
  const key = { projectId, id };
  return await ingest.submit({
    threads: [{ projectId, id: threadId }],
    needs: {
      checkpoints: [key],
      checkpointLocks: parentId === null ? [key] : [key, { projectId, id: parentId }],
      steps: stepId === null ? [] : [{ projectId, id: stepId }],
      chains: [messages, ...valuesOf(state), ...valuesOf(toolsResult)],
    },
    cost: 5 + Math.ceil(messages.length / 20) + state.chunks.size + toolsResult.chunks.size,
    sizeBytes: sizeOf(messages, state, toolsResult),
    apply(unit) {
      const existing = unit.checkpoints.get(keyOf(projectId, id));
      if (existing !== undefined && existing.threadId !== threadId) {
        throw new StemmaError(
          'CONFLICT',
          `checkpoint ${shown(id)} is in another thread, ${shown(existing.threadId)}`,
          { field: 'input.metadata.checkpointId' },
        );
      }
      if (existing?.digest === digest) {
        return existing;
      }
      if (stepId !== null && unit.steps.get(keyOf(projectId, stepId)) === undefined) {
        throw badInput('input.stepId', `expected a step of this project, got ${shown(stepId)}`);
      }
      const row = write(unit, {
        ...key,
        ...fields,
        createdAt: createdAt ?? unit.now,
        digest,
        payload,
      });
      for (const [owning, divided] of [
        ['STATE', state],
        ['TOOLS_RESULT', toolsResult],
      ] as const) {
        divided.chunks.forEach((chunk, name) =>
          reference(unit, row, { owning, key: name, contentId: chunk.id }, [chunk]),
        );
      }
      if (row.messagesId !== null) {
        reference(unit, row, { owning: 'MESSAGES', key: null, contentId: row.messagesId }, messages);
      }
      return row;
    },
  });
}

/**
 * Starts a thread at step 0 with the payload of a checkpoint, which becomes the parent. The content is shared, so the time
 * does not depend on the length of the messages. Repeated with the same id, it returns the stored checkpoint.
 *
 * Throws NOT_FOUND if the checkpoint does not exist; CONFLICT if the thread already has checkpoints, or the id belongs to
 * another checkpoint.
 */
export async function forkCheckpoint(
  ingest: Ingest,
  {
    projectId,
    id: sourceId,
    ...given
  }: {
    readonly projectId: string;
    readonly id: string;
    readonly threadId: string | null | undefined;
    readonly checkpointId: string | null | undefined;
  },
): Promise<CheckpointRow> {
  const source = { projectId, id: checkId(sourceId, 'id') };
  const threadId = idOr(given.threadId, 'threadId');
  const key = { projectId, id: idOr(given.checkpointId, 'checkpointId') };
  const digest = digestOf({ forkOf: sourceId, threadId: given.threadId ?? null });
  return await ingest.submit({
    threads: [{ projectId, id: threadId }],
    needs: { checkpoints: [source, key], checkpointLocks: [source, key] },
    cost: 5,
    sizeBytes: 500,
    apply(unit) {
      const existing = unit.checkpoints.get(keyOf(projectId, key.id));
      if (existing?.digest === digest) {
        return existing;
      }
      if (existing !== undefined) {
        throw new StemmaError(
          'CONFLICT',
          `checkpoint ${shown(key.id)} already exists with different content`,
          {
            field: 'checkpointId',
          },
        );
      }
      const from = unit.checkpoints.get(keyOf(projectId, sourceId));
      if (from === undefined) {
        throw notFound('checkpoint', sourceId);
      }
      if ((unit.threads.get(keyOf(projectId, threadId))?.checkpointKey ?? null) !== null) {
        throw new StemmaError('CONFLICT', `thread ${shown(threadId)} already has checkpoints`, {
          field: 'threadId',
        });
      }
      const { nextNode, messageCount, messagesId, payload } = from;
      const row = write(unit, {
        ...key,
        threadId,
        step: 0,
        parentId: sourceId,
        createdAt: unit.now,
        tags: [],
        summary: '',
        nextNode,
        messageCount,
        messagesId,
        stepId: null,
        digest,
        payload: payload as CheckpointPayload,
      });
      for (const [owning, ids] of [
        ['STATE', payload?.stateIds],
        ['TOOLS_RESULT', payload?.toolsResultIds],
      ] as const) {
        idsOf(ids).forEach(([name, contentId]) => reference(unit, row, { owning, key: name, contentId }));
      }
      if (messagesId !== null) {
        reference(unit, row, { owning: 'MESSAGES', key: null, contentId: messagesId });
      }
      return row;
    },
  });
}

/** Adds the checkpoint to its thread as the newest write, and releases the content it referenced before. */
function write(
  unit: UnitOfWork,
  draft: Omit<CheckpointRow, 'write' | 'writtenAt' | 'sortKey'>,
): CheckpointRow {
  const { projectId, id, threadId } = draft;
  const sortKey = `${unit.now} ${unit.nextWrite()} ${id}`;
  const thread = { projectId, id: threadId };
  const write = (unit.threads.get(keyOf(projectId, threadId))?.lastWrite ?? 0) + 1;
  unit.changeThread(thread, { lastWrite: write, checkpointKey: sortKey });
  const row: CheckpointRow = { ...draft, write, writtenAt: unit.now, sortKey };
  unit.releaseReferences({ projectId, owner: 'Checkpoint', ownerId: id });
  unit.checkpoints.put(row);
  return row;
}

function reference(
  unit: UnitOfWork,
  { projectId, id }: CheckpointRow,
  what: { readonly owning: Owning; readonly key: string | null; readonly contentId: string },
  chain?: readonly Chunk[],
): void {
  unit.reference({ projectId, owner: 'Checkpoint', ownerId: id, ...what }, chain);
}

function sizeOf(messages: readonly Chunk[], ...objects: readonly Divided[]): number {
  const chunks = [...messages, ...objects.flatMap((divided) => [...divided.chunks.values()])];
  return chunks.reduce(
    (sum, { text }) => sum + text.length + PIECE_BYTES,
    objects.reduce((sum, { text }) => sum + text.length, 0),
  );
}

function payloadOf(state: Divided, toolsResult: Divided): CheckpointPayload {
  return {
    state: state.text,
    stateIds: idsText(state),
    toolsResult: toolsResult.text,
    toolsResultIds: idsText(toolsResult),
  };
}

function idsText({ chunks }: Divided): string | null {
  return chunks.size === 0 ? null : JSON.stringify([...chunks].map(([key, { id }]) => [key, id]));
}

/** The values of a payload's object that are stored as content: pairs of key and content id. */
export function idsOf(text: string | null | undefined): readonly (readonly [string, string])[] {
  return text == null ? [] : (parseJson(text) as [string, string][]);
}

function valuesOf({ chunks }: Divided): (readonly Chunk[])[] {
  return [...chunks.values()].map((chunk) => [chunk]);
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
