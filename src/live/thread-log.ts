import { statement } from '../neo4j/cypher.js';
import type { Runner } from '../neo4j/database.js';
import type { RunEventRow, ThreadRow } from '../model/rows.js';
import { lockThreads } from '../ingest/lock.js';
import type { LogHead, LogOwner, LogSource } from './log-source.js';
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
const readMoved = statement<{ readonly watched: readonly LogHead[] }, LogHead>('threads/heads');

/** The run events of threads. */
export const threadLog: LogSource<RunEventRow> = {
  async read(runner, { projectId, ownerId, life }, { after, limit }) {
    const rows = await readPage(runner, { projectId, threadId: ownerId, generation: life, after, limit });
    return eventsOf(rows);
  },
  head: readHead,
  async lockedHead(transaction, owner) {
    const [locked, head] = await Promise.all([
      lockThreads(transaction, { threads: [{ projectId: owner.projectId, id: owner.ownerId }] }),
      readHead(transaction, owner),
    ]);
    return locked.length === 0 ? undefined : head;
  },
  movedHeads: (database, watched) => readMoved(database, { watched }),
  numberOf: ({ seq }) => seq,
  sizeOf: ({ content, contentJson, metadata }) => (content ?? contentJson ?? '').length + metadata.length,
};

async function readHead(runner: Runner, { projectId, ownerId }: LogOwner): Promise<LogHead | undefined> {
  const [thread] = await readThreads(runner, { projectId, ids: [ownerId] });
  return thread && headOfThread(thread);
}

/** The head of a thread's log of run events. */
export function headOfThread({ projectId, id, generation, lastSeq }: ThreadRow): LogHead {
  return { projectId, ownerId: id, life: generation, latest: generation === null ? 0 : lastSeq };
}
