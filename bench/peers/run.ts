import { part } from '../figure.js';
import { measure } from '../measure.js';
import { checkpoints, openCheckpointStage } from './checkpoints.js';
import { peerVersions } from './install.js';
import { openSpanStage, spans } from './spans.js';

await measure({
  parts: [part(openSpanStage, spans), part(openCheckpointStage, checkpoints)],
  file: 'peers.json',
  versions: peerVersions,
});
