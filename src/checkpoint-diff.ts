import type { CheckpointRow } from './graph.js';

export type ChangeKind = 'added' | 'removed' | 'changed';

/** A place where two checkpoints differ. */
export interface Change {
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly kind: ChangeKind;
  readonly from: unknown;
  readonly to: unknown;
}

export interface Diff {
  readonly from: CheckpointRow;
  readonly to: CheckpointRow;
  readonly commonMessages: number;
  readonly fromMessages: readonly unknown[];
  readonly toMessages: readonly unknown[];
  readonly changes: readonly Change[];
}
