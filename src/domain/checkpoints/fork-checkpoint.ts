import { notFound, StemmaError } from '../../base/errors.js';
import { shown } from '../../base/json.js';
import type { Ingest } from '../../ingest/write.js';
import { checkId, digestOf, idOr } from '../../model/ids.js';
import { keyOf } from '../../model/keys.js';
import type { CheckpointPayload, CheckpointRow } from '../../model/rows.js';
import { noteBase, writeCheckpoint } from './write-checkpoint.js';

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
    id,
    ...given
  }: {
    readonly projectId: string;
    readonly id: string;
    readonly threadId: string | null | undefined;
    readonly checkpointId: string | null | undefined;
  },
): Promise<CheckpointRow> {
  const sourceId = checkId(id, 'id');
  const threadId = idOr(given.threadId, 'threadId');
  const key = { projectId, id: idOr(given.checkpointId, 'checkpointId') };
  const digest = digestOf({ forkOf: sourceId, threadId: given.threadId ?? null });
  return await ingest.submit({
    threads: [{ projectId, id: threadId }],
    needs: {
      checkpoints: [
        {
          ...{ key, parentId: sourceId, baseIds: [sourceId], stepId: null, chains: [] },
          // Their ends: a write of the same batch may continue from the fork.
          objects: (['STATE', 'TOOLS_RESULT'] as const).map((owning) => ({
            ...{ owning, baseId: sourceId, threadId: null, isWhole: false, size: 0 },
          })),
        },
      ],
    },
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
          { field: 'checkpointId' },
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
      noteBase(unit, from);
      const { nextNode, messageCount, messagesId, payload } = from;
      return writeCheckpoint(unit, {
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
        requestDigest: null,
        payload: payload as CheckpointPayload,
      });
    },
  });
}
