import type { Chunk, Owning } from '../content/chunks.js';
import type { IdKey, TraceKey } from '../model/keys.js';

/** The rows that a write needs in its unit of work. Keys may name rows that do not exist. */
export interface Needs {
  /** Traces with their `context`. */
  readonly contexts?: readonly TraceKey[];
  /** Goals with all goals above them. */
  readonly goals?: readonly {
    readonly projectId: string;
    readonly traceId: string;
    readonly goalId: string;
  }[];
  /** All goals of these traces. */
  readonly trees?: readonly TraceKey[];
  /**
   * Messages to be created. They exist only if they were written before. The row cache does not check for them, because their
   * key's constraint rejects a duplicate.
   */
  readonly newMessages?: readonly IdKey[];
  /** Messages with their content. */
  readonly messageContents?: readonly IdKey[];
  readonly steps?: readonly IdKey[];
  /** Steps with their payloads, if they exist. */
  readonly wholeSteps?: readonly IdKey[] | undefined;
  /** Steps that new steps name; they may not exist. */
  readonly namedSteps?: readonly StepKey[];
  /** Ids under which steps arrive: the steps that await them. */
  readonly arrivingSteps?: readonly StepKey[];
  /** Everything that these steps depend on or were called in, at any distance. */
  readonly ancestry?: readonly StepKey[];
  /** Steps to be created: see `newMessages`. */
  readonly newSteps?: readonly IdKey[];
  /** Sequences that clients ask for: see `newMessages`. */
  readonly newSequences?: readonly SequenceKey[];
  /** Idempotency keys of events to be created: see `newMessages`. */
  readonly newEventKeys?: readonly {
    readonly projectId: string;
    readonly traceId: string;
    readonly key: string;
  }[];
  readonly runEventKeys?: readonly {
    readonly projectId: string;
    readonly threadId: string;
    readonly key: string;
  }[];
  /** The first run event of a type in a run. */
  readonly runEventTypes?: readonly RunEventType[];
  /** Traces to be created. */
  readonly newTraces?: readonly TraceKey[];
  /** The newest message of a goal except a given one. */
  readonly newest?: readonly NewestKey[];
  /** Lists to be stored as content of steps. */
  readonly chains?: readonly (readonly Chunk[])[];
  readonly checkpoints?: readonly CheckpointNeeds[];
}

/** What writing a checkpoint needs. Until the transaction ends, no other writes the checkpoints named here. */
export interface CheckpointNeeds {
  readonly key: IdKey;
  readonly parentId: string | null;
  /** The checkpoints from which it takes content: they are read with their payload. */
  readonly baseIds: readonly string[];
  /** The step at which it is taken. */
  readonly stepId: string | null;
  /** Lists and values to be stored as content. */
  readonly chains: readonly (readonly Chunk[])[];
  /** Its objects that are stored as a change of a stored one, if that is possible. */
  readonly objects: readonly ObjectNeed[];
}

/** An object of a checkpoint, and which stored one it may be like: that of the base, or else of the thread's latest checkpoint. */
export interface ObjectNeed {
  readonly owning: Exclude<Owning, 'MESSAGES'>;
  readonly baseId: string | null;
  /** Null if only the base will do. */
  readonly threadId: string | null;
  /** Whether all of it must be read to tell the change; otherwise only if the change, of this size, has no room. */
  readonly isWhole: boolean;
  readonly size: number;
}

/** A step by its project and id, with its trace. */
export interface StepKey extends IdKey {
  readonly traceId: string;
}

/** The run events of one type in a run. */
export interface RunEventType {
  readonly projectId: string;
  readonly threadId: string;
  readonly runId: string;
  readonly eventType: string;
}

export interface NewestKey {
  readonly projectId: string;
  readonly traceId: string;
  readonly goalId: string;
  readonly exceptId: string;
}

export interface SequenceKey {
  readonly projectId: string;
  readonly traceId: string;
  readonly label: 'Step' | 'Message';
  readonly sequence: number;
}
