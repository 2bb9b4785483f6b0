import { createOwnerLock, type OwnerLock } from './owner-lock.js';

/** Things numbered from 1: which were issued, and which lack an acknowledgement. */
export class Numbered {
  issued = 0;
  /** Sent, or about to be, and not acknowledged: they may or may not exist. */
  readonly open = new Set<number>();

  begin(): number {
    this.issued += 1;
    this.open.add(this.issued);
    return this.issued;
  }

  acknowledge(number: number): void {
    this.open.delete(number);
  }

  isAcknowledged(number: number): boolean {
    return number >= 1 && number <= this.issued && !this.open.has(number);
  }

  get acknowledged(): number {
    return this.issued - this.open.size;
  }
}

/** A value that is rewritten repeatedly: the last acknowledged one counts, and any that was sent later. */
export class Changing<Value> {
  possible: Value[];
  busy = false;

  constructor(first: Value) {
    this.possible = [first];
  }

  sent(value: Value): void {
    this.possible.push(value);
  }

  /** `late`: a request for an earlier value may still be in flight, and win. */
  acknowledge(value: Value, late: boolean): void {
    if (!late) {
      this.possible = [value];
    }
  }
}

/**
 * Something that is written to and can be deleted. A deletion waits for its writers, so that what must be missing is
 * known exactly; and until `settledAt`, because a request whose connection was lost may still be waiting in a server.
 */
export interface Owner {
  readonly id: string;
  readonly lock: OwnerLock;
  /** Until when (performance.now()) a request without an answer may still be executed. */
  settledAt: number;
  /** No more writes, except by the end of the soak. */
  retired: boolean;
  state: 'open' | 'there' | 'deleting' | 'deleted';
  writes: number;
}

export interface TraceOwner extends Owner {
  readonly kind: 'trace';
  readonly parent: TraceOwner | undefined;
  readonly children: Set<TraceOwner>;
  readonly messages: Numbered;
  readonly steps: Numbered;
  /** Events with an idempotency key. */
  readonly notes: Numbered;
  /** Events without one, by number: the most copies there may be. */
  readonly loose: Map<number, { acknowledged: boolean; mostCopies: number }>;
  /** The goal ids that the tree must have. */
  goals: Set<number>;
  goalsIssued: number;
  readonly openGoals: Set<number>;
  /** The contents of messages that were updated, by number. */
  readonly updated: Map<number, Changing<string>>;
  readonly summary: Changing<string | null>;
  /** Contains bodies of megabytes. */
  readonly large: boolean;
}

/** The run events of a thread. */
export interface RunThread extends Owner {
  readonly kind: 'runs';
  /** Counted by the soak: it increases when the thread's events are deleted. */
  generation: number;
  runs: Map<string, Run>;
  /** Deleted runs and generations: none of their events may be found. */
  readonly deletedRuns: Set<string>;
  runsIssued: number;
}

export interface Run {
  readonly id: string;
  /** Whether some of its events are of megabytes. */
  hasLarge: boolean;
  readonly keyed: Numbered;
  readonly loose: Map<number, { acknowledged: boolean; mostCopies: number }>;
}

export interface CheckpointThread extends Owner {
  readonly kind: 'checkpoints';
  readonly checkpoints: Numbered;
  /** Deleted, by number. */
  readonly deleted: Set<number>;
  /** What the list of messages starts with: the list of the checkpoint it was forked from. */
  readonly seed: readonly string[];
  /** The source's id, if it is a fork. */
  readonly forkOf: string | undefined;
  /** The versions of the checkpoints that were rewritten, by number. */
  readonly versions: Map<number, Changing<number>>;
}

/** Everything that was acknowledged, kept until the checks. */
export interface Ledger {
  readonly traces: TraceOwner[];
  readonly runThreads: RunThread[];
  readonly checkpointThreads: CheckpointThread[];
  /** How many forks were started, so that no two get the same id. */
  forksIssued: number;
}

const base = (id: string): Owner => ({
  id,
  lock: createOwnerLock(),
  settledAt: 0,
  retired: false,
  state: 'open',
  writes: 0,
});

export function newTraceOwner(id: string, parent: TraceOwner | undefined, large: boolean): TraceOwner {
  return {
    ...base(id),
    kind: 'trace',
    parent,
    children: new Set(),
    messages: new Numbered(),
    steps: new Numbered(),
    notes: new Numbered(),
    loose: new Map(),
    goals: new Set(),
    goalsIssued: 0,
    openGoals: new Set(),
    updated: new Map(),
    summary: new Changing<string | null>(null),
    large,
  };
}

export function newRunThread(id: string): RunThread {
  return { ...base(id), kind: 'runs', generation: 1, runs: new Map(), deletedRuns: new Set(), runsIssued: 0 };
}

export function newCheckpointThread(
  id: string,
  seed: readonly string[] = [],
  forkOf?: string,
): CheckpointThread {
  return {
    ...base(id),
    kind: 'checkpoints',
    checkpoints: new Numbered(),
    deleted: new Set(),
    seed,
    forkOf,
    versions: new Map(),
  };
}

/** The owners that exist and accept writes. */
export function openOwners<O extends Owner>(owners: readonly O[]): O[] {
  return owners.filter(({ state, retired }) => state === 'there' && !retired);
}
