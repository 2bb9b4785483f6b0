import type { Database, Runner } from '../neo4j/database.js';

/** The owner of a log: a trace or a thread. */
export interface LogOwner {
  readonly projectId: string;
  readonly ownerId: string;
}

/** A log, identified by its owner and its log generation (`life`); `life` is null if the log has not begun. */
export interface LogKey extends LogOwner {
  readonly life: string | null;
}

/** A log with its high-water mark: the newest number it ever assigned, 0 before its first event. */
export interface LogHead extends LogKey {
  readonly latest: number;
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
  head(runner: Runner, owner: LogOwner): Promise<LogHead | undefined>;
  /** The same under the owner's lock, which stays held. Its statements are sent before it returns. */
  lockedHead(transaction: Runner, owner: LogOwner): Promise<LogHead | undefined>;
  /** The current heads of those logs that differ from `watched`; `life` is null if the log was deleted. */
  movedHeads(database: Database, watched: readonly LogHead[]): Promise<readonly LogHead[]>;
  /** The number of an event. */
  numberOf(row: Row): number;
  /** About how many bytes an event takes. */
  sizeOf(row: Row): number;
}
