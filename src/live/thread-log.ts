import { statement } from '../model/statement.js';
import type { Runner } from '../neo4j/database.js';
import type { RunEventRow, ThreadRow } from '../model/rows.js';
import { lockThreads } from '../ingest/lock.js';
import type { LogState, LogOwner, LogSource } from './log-source.js';
import { eventsOf, type RunEventRead } from '../domain/run-events/read-run-events.js';
import { readThreads } from '../domain/threads/threads.js';

const readPage = statement<
  {
    readonly projectId: string;
    readonly threadId: string;
    readonly generation: string | null;
    readonly after: number;
    readonly limit: number;
  },
  RunEventRead
>('run-events/page');
const readChanged = statement<{ readonly watched: readonly LogState[] }, LogState>('threads/log-states');

/** The run events of threads. */
export const threadLog: LogSource<RunEventRow> = {
  async read(runner, { projectId, ownerId, generation }, { after, limit }) {
    const rows = await readPage(runner, { projectId, threadId: ownerId, generation, after, limit });
    return eventsOf(rows);
  },
  state: readState,
  async lockedState(transaction, owner) {
    const [locked, state] = await Promise.all([
      lockThreads(transaction, { threads: [{ projectId: owner.projectId, id: owner.ownerId }] }),
      readState(transaction, owner),
    ]);
    return locked.length === 0 ? undefined : state;
  },
  changedStates: (database, watched) => readChanged(database, { watched }),
  numberOf: ({ seq }) => seq,
  sizeOf: ({ content, contentJson, metadata }) => (content ?? contentJson ?? '').length + metadata.length,
};

async function readState(runner: Runner, { projectId, ownerId }: LogOwner): Promise<LogState | undefined> {
  const [thread] = await readThreads(runner, { projectId, ids: [ownerId] });
  return thread && logStateOfThread(thread);
}

/** The state of a thread's log of run events. */
export function logStateOfThread({ projectId, id, generation, lastSeq }: ThreadRow): LogState {
  return { projectId, ownerId: id, generation, highWaterMark: generation === null ? 0 : lastSeq };
}
