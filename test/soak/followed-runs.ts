import type { RunThread } from './ledger.js';
import type { Run } from './run.js';
import { subscribe } from './subscription.js';
import type { Followed } from './watcher.js';

const FIELDS = `__typename
    ... on RunEvent { id seq runId metadata }
    ... on EventGap { requested earliest latest }
    ... on RunEventsDeleted { threadId }`;
const BY_SEQ = `subscription ($threadId: ID!, $afterSeq: Long) { runEvents(threadId: $threadId, afterSeq: $afterSeq) { ${FIELDS} } }`;
const BY_ID = `subscription ($threadId: ID!, $after: ID) { runEvents(threadId: $threadId, after: $after) { ${FIELDS} } }`;

/**
 * The run events of a thread: ascending, without a gap except where a deleted run left one and an EventGap says so. When the
 * thread's events are deleted, RunEventsDeleted comes before the first event of the next generation.
 */
export function followRuns(run: Run, owner: RunThread, byId: boolean): Followed {
  let seq = 0;
  let id: string | undefined;
  /** As counted by the soak, and carried by the events. */
  let generation = 0;
  /** Whether RunEventsDeleted arrived, and no event since. */
  let announced = false;
  return {
    name: 'runEvents',
    owner,
    open: (server) =>
      byId && id !== undefined
        ? subscribe(server.url, BY_ID, { threadId: owner.id, after: id })
        : subscribe(server.url, BY_SEQ, { threadId: owner.id, afterSeq: seq }),
    take({ runEvents: update }, problem) {
      switch (update.__typename) {
        case 'EventGap':
          if (owner.deletedRuns.size === 0) {
            problem(`a gap after ${seq}, although no run was deleted: ${JSON.stringify(update)}`);
          }
          if (update.requested !== seq || update.earliest <= seq + 1) {
            problem(`a gap that does not fit after ${seq}: ${JSON.stringify(update)}`);
          }
          seq = Math.max(seq, update.earliest - 1);
          return 'more';
        case 'RunEventsDeleted':
          if (owner.generation === 1 && owner.lock.sharers > 0) {
            problem('RunEventsDeleted, although nobody deleted them');
          }
          announced = true;
          seq = 0;
          id = undefined;
          return 'more';
        default: {
          const { generation: of } = update.metadata;
          if (generation !== 0 && of !== generation && !announced) {
            problem(
              `an event of generation ${of} after ${seq} of generation ${generation}, without RunEventsDeleted`,
            );
            seq = update.seq - 1;
          }
          if (of < generation) {
            problem(`an event of generation ${of} after one of ${generation}`);
          }
          announced = false;
          generation = of;
          if (update.seq !== seq + 1) {
            problem(`seq ${update.seq} came after ${seq} (generation ${generation}) without an EventGap`);
          }
          seq = Math.max(seq, update.seq);
          id = update.id;
          return 'more';
        }
      }
    },
    completed: () => (announced ? 'reconnect' : 'wrong'),
    position: () => seq,
    async target() {
      const newest = await newestSeq(run, owner);
      // What arrived last may belong to a run that has since been deleted.
      return newest !== undefined && generation === owner.generation && owner.deletedRuns.size > 0
        ? Math.max(newest, seq)
        : newest;
    },
  };
}

/** Whether the API can resume run events by id. */
export async function resumesById(run: Run): Promise<boolean> {
  const query = '{ __type(name: "Subscription") { fields { name args { name } } } }';
  const answer = await run.client.ask(run.topology.a, 'introspection', query);
  const fields: any[] = answer.kind === 'data' ? answer.data.__type.fields : [];
  return (
    fields.find(({ name }) => name === 'runEvents')?.args.some(({ name }: any) => name === 'after') === true
  );
}

/** The newest `seq` that still has an event: `lastSeq` may belong to a deleted run. */
async function newestSeq(run: Run, owner: RunThread): Promise<number | undefined> {
  for (const server of run.topology.servers) {
    const seqs: number[] = [];
    for (const runId of owner.runs.keys()) {
      const last = await newestOfRun(run, server, owner.id, runId);
      if (last === undefined) {
        break;
      }
      seqs.push(last);
    }
    if (seqs.length === owner.runs.size) {
      return Math.max(0, ...seqs);
    }
  }
  return undefined;
}

async function newestOfRun(
  run: Run,
  server: (typeof run.topology.servers)[number],
  threadId: string,
  runId: string,
): Promise<number | undefined> {
  const query =
    'query ($threadId: ID!, $runId: ID!) { runEvents(threadId: $threadId, runId: $runId, limit: 10000) { seq } }';
  const answer = await run.client.ask(server, 'run head', query, { threadId, runId });
  return answer.kind === 'data' ? (answer.data.runEvents.at(-1)?.seq ?? 0) : undefined;
}
