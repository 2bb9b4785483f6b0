import type { Database, Runner } from '../neo4j/database.js';

/** Whose log it is: a trace, a thread. */
export interface LogOwner {
  readonly projectId: string;
  readonly ownerId: string;
}

/** A log by its owner and its life, which tells it from an earlier or a later one; null: it has not begun. */
export interface LogKey extends LogOwner {
  readonly life: string | null;
}

/** A log with the newest number it ever gave; 0 before its first event. */
export interface LogHead extends LogKey {
  readonly latest: number;
}

/** Where to read, and how many events at most. */
export interface LogPlace {
  readonly after: number;
  readonly limit: number;
}

/** Logs of one kind: each counts its events from 1, and a removed event's number is not given again. */
export interface LogSource<Row> {
  /** The events behind one, oldest first; none of another life. Some may be left out that are being written. */
  read(runner: Runner, key: LogKey, place: LogPlace): Promise<readonly Row[]>;
  /** The owner's log as it is now; undefined without an owner. */
  head(runner: Runner, owner: LogOwner): Promise<LogHead | undefined>;
  /** The same behind the owner's lock, which stays taken. Its statements are sent before it returns. */
  lockedHead(transaction: Runner, owner: LogOwner): Promise<LogHead | undefined>;
  /** Those of the watched logs that are not, or not any more, as `watched` has them; `life` is null where one is gone. */
  movedHeads(database: Database, watched: readonly LogHead[]): Promise<readonly LogHead[]>;
  /** The number of an event. */
  numberOf(row: Row): number;
  /** About how many bytes an event takes. */
  sizeOf(row: Row): number;
}
