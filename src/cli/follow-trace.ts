import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { serverError, type Client } from './api-client.js';
import { StemmaError } from '../base/errors.js';

const FOLLOW = `subscription ($id: ID!, $since: Long) {
  traceEvents(traceId: $id, since: $since) {
    __typename
    ... on TraceEvent { eventId at type payload }
    ... on TraceSnapshot { currentEventId trace { status task } }
    ... on EventGap { earliest }
  }
}`;

/** One result of the subscription. */
type Update =
  | { readonly __typename: 'TraceSnapshot'; readonly currentEventId: number; readonly trace: Snapshot }
  | { readonly __typename: 'EventGap'; readonly earliest: number }
  | { readonly __typename: 'TraceDeleted' }
  | {
      readonly __typename: 'TraceEventOfSomeType';
      readonly eventId: number;
      readonly at: string;
      readonly type: string;
      readonly payload: Payload;
    };

interface Snapshot {
  readonly status: string;
  readonly task: string | null;
}

type Payload = Readonly<Record<string, unknown>>;

const RETRY_MS = 1_000;
const MAX_LINE = 160;

/**
 * Prints a line for each event of a trace as it happens, starting with the first; resumes where it was if the connection is
 * lost. Returns when the trace is deleted or `signal` is aborted.
 *
 * Throws NOT_FOUND if there is no such trace, UNAVAILABLE if no server answers at first.
 */
export async function followTrace(
  server: Client,
  {
    traceId,
    say,
    signal,
  }: { readonly traceId: string; readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  // Throws an error that names the server if it does not answer.
  await server.ask('{ __typename }');
  let since = 0;
  let isFirst = true;
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    const client = createClient({
      url: `${server.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const stop = (): void => void client.dispose();
    let refusal: Error | undefined;
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const { data, errors } of client.iterate<{ traceEvents: Update }>({
        query: FOLLOW,
        variables: { id: traceId, since },
      })) {
        const [error] = errors ?? [];
        if (error !== undefined) {
          throw (refusal = serverError(error));
        }
        const update = data?.traceEvents;
        if (update?.__typename === 'TraceDeleted') {
          say('the trace was deleted');
          return;
        }
        if (update !== undefined && !(update.__typename === 'TraceSnapshot' && !isFirst)) {
          say(lineOf(update));
        }
        since = update !== undefined && 'eventId' in update ? update.eventId : since;
        isFirst = false;
      }
    } catch (error) {
      // graphql-ws rejects with the list of errors if the server rejects the subscription.
      refusal ??= Array.isArray(error)
        ? serverError(error[0] as Parameters<typeof serverError>[0])
        : undefined;
      if (refusal !== undefined && !(refusal instanceof StemmaError && refusal.code === 'UNAVAILABLE')) {
        throw refusal;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      await client.dispose();
    }
    if (!isStopped()) {
      say('the connection was lost: trying again ...');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function lineOf(update: Exclude<Update, { readonly __typename: 'TraceDeleted' }>): string {
  switch (update.__typename) {
    case 'TraceSnapshot': {
      const { status, task } = update.trace;
      return shortened(`${status}, ${update.currentEventId} events so far: ${task ?? 'no task'}`);
    }
    case 'EventGap':
      return `events before ${update.earliest} are deleted`;
    case 'TraceEventOfSomeType':
    default: {
      const { eventId, at, type, payload } = update;
      return shortened(
        `${at.slice(11, 19)} ${String(eventId).padStart(5)}  ${type.padEnd(20)} ${summaryOf(payload)}`,
      );
    }
  }
}

/** What an event is about, in a few words. */
function summaryOf(payload: Payload): string {
  const { step, message, goal, goals, goalId, patch, messageId, traceId, status } = payload;
  const subject = objectIn(step) ?? objectIn(message) ?? objectIn(goal);
  const words = [
    ...(subject === undefined
      ? []
      : [subject['type'], subject['toolName'], subject['role'], subject['goalId']]),
    ...(subject === undefined ? [goalId, messageId, traceId, status] : []),
    subject?.['description'] ?? subject?.['content'],
    ...(Array.isArray(goals) ? [`${goals.length} goals`] : []),
    ...(objectIn(patch) === undefined ? [] : [JSON.stringify(patch)]),
  ].flatMap((word) => (word === null || word === undefined ? [] : [word]));
  const texts = words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
  return texts.length === 0 ? JSON.stringify(payload) : texts.join('  ');
}

function objectIn(value: unknown): Payload | undefined {
  return typeof value === 'object' && value !== null ? (value as Payload) : undefined;
}

function shortened(line: string): string {
  const flat = line.replace(/\s*\n\s*/g, ' ');
  return flat.length > MAX_LINE ? `${flat.slice(0, MAX_LINE - 3)}...` : flat;
}
