import { checkpoints, openCheckpointStage } from './checkpoints.js';
import { checkpointStore } from './checkpoint-store.js';
import { deletions, openDeletionStage } from './deletions.js';
import { delivery } from './delivery.js';
import { fairness } from './fairness.js';
import { part } from './figure.js';
import { measure } from './measure.js';
import { memory } from './memory.js';
import { starts } from './npm-start.js';
import { openReadingStage } from './reading-stage.js';
import { reads } from './reads.js';
import { writes } from './writes.js';
import { openWritingStage } from './writing-stage.js';

await measure({
  parts: [
    part(openWritingStage, [...writes, ...delivery, fairness, memory]),
    part(openReadingStage, reads),
    part(() => Promise.resolve(undefined), checkpointStore),
    part(openCheckpointStage, checkpoints),
    part(openDeletionStage, [deletions]),
    part(() => Promise.resolve(undefined), starts),
  ],
  file: 'results.json',
});
