import type { Figure } from './figure.js';
import type { WritingStage } from './writing-stage.js';

/** Figure 13. The server's peak resident memory (VmRSS) during figures 2, 3, 4 and 8, polled every 50 ms. */
export const memory: Figure<WritingStage> = {
  number: 13,
  name: 'server memory',
  after: [2, 3, 4, 8],
  measure: ({ peaksMb }) =>
    Promise.resolve([
      {
        name: 'server memory, peak',
        unit: 'MB resident',
        rounds: [Math.max(...peaksMb)],
        target: { atMost: 350 },
      },
    ]),
};
