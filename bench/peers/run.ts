import { part } from '../figure.js';
import { measure } from '../measure.js';
import { checkpoints, openCheckpointStage } from './checkpoints.js';
import { peerVersions } from './install.js';
import { openSpanStage, spans } from './spans.js';

await measure({
  parts: [part(openCheckpointStage, checkpoints), part(openSpanStage, spans)],
  file: 'peers.json',
  versions: peerVersions,
});
