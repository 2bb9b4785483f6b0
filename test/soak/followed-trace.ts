import type { TraceOwner } from './ledger.js';
import type { Run } from './run.js';
import { subscribe, watchTrace } from './subscription.js';
import type { Followed } from './watcher.js';

const TRACE_EVENTS = `subscription ($traceId: ID!, $since: Long) {
  traceEvents(traceId: $traceId, since: $since) {
    __typename
    ... on TraceEvent { eventId type }
    ... on TraceSnapshot { currentEventId }
    ... on EventGap { requested earliest latest }
    ... on TraceDeleted { deletedId: traceId }
  }
}`;

/** A trace's log, followed by subscription: every event exactly once, in order. */
export function followTrace(run: Run, owner: TraceOwner): Followed {
  let last = 0;
  const isDeleted = (): boolean => owner.state === 'deleted' || owner.state === 'deleting';
  return {
    name: 'traceEvents',
    owner,
    open: (server) => subscribe(server.url, TRACE_EVENTS, { traceId: owner.id, since: last }),
    take({ traceEvents: update }, problem) {
      switch (update.__typename) {
        case 'TraceSnapshot':
          if (update.currentEventId < last) {
            problem(`a snapshot at ${update.currentEventId} after event ${last}`);
          }
          return 'more';
        case 'EventGap':
          problem(`a gap after ${last}: ${JSON.stringify(update)}`);
          last = update.earliest - 1;
          return 'more';
        case 'TraceDeleted':
          if (!isDeleted()) {
            problem('TraceDeleted, although nobody deleted it');
          }
          return 'end';
        default:
          last = next(last, update.eventId, problem);
          return 'more';
      }
    },
    completed: () => (isDeleted() ? 'end' : 'wrong'),
    position: () => last,
    target: () => lastEventId(run, owner),
  };
}

/** The socket reports errors as texts without a code: these mean UNAVAILABLE. */
const AWAY = /not answer|took longer|unavailable|stopping/i;

/** The same log through the watch socket of document 003, which replays at most 100 events. */
export function followTraceBySocket(run: Run, owner: TraceOwner): Followed {
  let last = 0;
  /** Where the log stood when the socket opened. */
  let current = 0;
  const isDeleted = (): boolean => owner.state === 'deleted' || owner.state === 'deleting';
  return {
    name: 'watch socket',
    owner,
    open: (server) => watchTrace(server.url, owner.id, last),
    take(frame, problem) {
      if (frame.event === 'connected') {
        current = frame.current_event_id;
        if (current < last) {
          problem(`connected at ${current} after event ${last}`);
        }
      } else if (frame.event === 'error') {
        if (/^Too many missed events/.test(frame.message) && current - last > 100) {
          run.report.count('watch sockets that missed more than 100 events');
          last = current;
        } else if (isDeleted()) {
          return 'end';
        } else if (!AWAY.test(frame.message)) {
          problem(`an error frame after ${last}: ${frame.message}`);
        }
      } else if (typeof frame.event_id === 'number') {
        last = next(last, frame.event_id, problem);
      }
      return 'more';
    },
    completed: () => 'wrong',
    position: () => last,
    target: () => lastEventId(run, owner),
  };
}

/** The position after an event arrived; anything but the next one is a problem. */
function next(last: number, eventId: number, problem: (what: string) => void): number {
  if (eventId !== last + 1) {
    problem(
      eventId <= last ? `event ${eventId} again, after ${last}` : `event ${eventId} came after ${last}`,
    );
  }
  return Math.max(last, eventId);
}

async function lastEventId(run: Run, owner: TraceOwner): Promise<number | 'deleted' | undefined> {
  if (owner.state === 'deleted') {
    return 'deleted';
  }
  for (const server of run.topology.servers) {
    const answer = await run.client.ask(
      server,
      'trace head',
      'query ($id: ID!) { trace(id: $id) { lastEventId } }',
      { id: owner.id },
    );
    if (answer.kind === 'data') {
      return answer.data.trace === null ? 'deleted' : answer.data.trace.lastEventId;
    }
  }
  return undefined;
}
