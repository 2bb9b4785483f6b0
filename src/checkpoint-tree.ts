import type { CheckpointRow } from './graph.js';

/** The checkpoints of a thread and their kin, each behind its parent. */
export interface Tree {
  readonly threadId: string;
  readonly nodes: readonly { readonly checkpoint: CheckpointRow; readonly depth: number }[];
  readonly truncated: boolean;
}
