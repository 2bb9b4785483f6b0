import type { Database, Runner } from '../neo4j/database.js';

/** The owner of a log: a trace or a thread. */
export interface LogOwner {
  readonly projectId: string;
  readonly ownerId: string;
}

/** A log, identified by its owner and its log generation; `generation` is null if the log has not begun. */
export interface LogKey extends LogOwner {
  readonly generation: string | null;
}

/** A log with its high-water mark: the newest number it ever assigned, 0 before its first event. */
export interface LogState extends LogKey {
  readonly highWaterMark: number;
}

/** Where to start reading, and how many events to read at most. */
export interface LogPlace {
  readonly after: number;
  readonly limit: number;
}

/** Logs of one kind. Each numbers its events from 1 and never reuses the number of a deleted event. */
export interface LogSource<Row> {
  /** Reads the events after `after`, oldest first, of this log generation only. May omit events that are being written. */
  read(runner: Runner, key: LogKey, place: LogPlace): Promise<readonly Row[]>;
  /** Reads the owner's current log; undefined if the owner does not exist. */
  state(runner: Runner, owner: LogOwner): Promise<LogState | undefined>;
  /** The same under the owner's lock, which stays held. Its statements are sent before it returns. */
  lockedState(transaction: Runner, owner: LogOwner): Promise<LogState | undefined>;
  /** The current states of those logs that differ from `watched`; `generation` is null if the log was deleted. */
  changedStates(database: Database, watched: readonly LogState[]): Promise<readonly LogState[]>;
  /** The number of an event. */
  numberOf(row: Row): number;
  /** About how many bytes an event takes. */
  sizeOf(row: Row): number;
}
