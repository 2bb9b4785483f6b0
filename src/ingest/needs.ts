import type { Chunk } from '../content/chunks.js';
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
  /** Checkpoints with their payload. */
  readonly checkpoints?: readonly IdKey[];
  /** Ids of checkpoints, existing or not, that no other transaction may write or wait for meanwhile. */
  readonly checkpointLocks?: readonly IdKey[];
  /** Lists and values to be stored as content. */
  readonly chains?: readonly (readonly Chunk[])[];
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
